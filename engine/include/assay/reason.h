// Why a token was rejected: the closed list, in the order in which the checks are decided.
//
// One list generates the enumeration, the names that users see and the explanations. A new reason is one row here
// and one golden in tests/. Plain values: copyable, thread safe, no ownership.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// X(name, source, message)
#define ASSAY_REASONS(X)                                                                                      \
  X(malformed_record, "assay", "the input record is not a JSON object, or its token field is not a string")   \
  X(missing_token, "assay", "the record holds no token")                                                      \
  X(missing_time, "assay", "judged at the time of the record, and the record holds no readable time")         \
  X(token_too_large, "assay", "the token is longer than the limit")                                           \
  X(token_redacted, "assay", "the whole token was masked")                                                    \
  X(other_credential, "RFC 9110 §11.4", "another kind of credential stands where a token should be")          \
  X(encrypted_token, "RFC 7516 §3.1", "five segments: an encrypted token (JWE), not a signed one")            \
  X(signature_redacted, "RFC 7515 §3.1", "header and payload are whole, the signature was cut off or masked") \
  X(malformed_token, "RFC 7515 §3.1", "not three segments of strict base64url")                               \
  X(malformed_header, "RFC 7515 §4", "the header is not a valid JOSE header")                                 \
  X(critical_header, "RFC 7515 §4.1.11", "a critical header parameter is not understood or not well formed")  \
  X(algorithm_not_allowed, "RFC 8725 §3.1", "the algorithm is not one that is allowed here")                  \
  X(key_not_found, "RFC 7515 §4.1.4", "no usable key for this token")                                         \
  X(key_ambiguous, "RFC 7515 §6", "no kid, and several keys fit the algorithm")                               \
  X(key_mismatch, "RFC 7517 §4", "the key's type, curve, alg, use or key_ops forbid this algorithm")          \
  X(signature_invalid, "RFC 7515 §5.2", "the signature does not match the key")                               \
  X(malformed_claims, "RFC 7519 §7.2", "the payload is not a valid JSON object")                              \
  X(claim_type, "RFC 7519 §4.1", "a registered claim has a wrong type")                                       \
  X(token_expired, "RFC 7519 §4.1.4", "the token has expired")                                                \
  X(token_not_yet_valid, "RFC 7519 §4.1.5", "the token is not valid yet")                                     \
  X(token_lifetime, "RFC 8725 §3.10", "the token lives longer than is allowed")                               \
  X(issuer_mismatch, "RFC 7519 §4.1.1", "the issuer is not one that is expected")                             \
  X(issuer_key_mismatch, "assay", "the key belongs to another issuer than the token names")                   \
  X(audience_mismatch, "RFC 7519 §4.1.3", "the token is meant for another audience")                          \
  X(scope_missing, "RFC 6750 §3.1", "a required scope is not granted")                                        \
  X(claim_mismatch, "assay", "a claim does not have the required value")                                      \
  X(type_mismatch, "RFC 8725 §3.11", "the header's typ is not the one that is required")                      \
  X(key_not_yet_valid, "assay", "the key did not count yet when the token was used")                          \
  X(key_retired, "assay", "the key was retired before the token was used")                                    \
  X(key_compromised, "assay", "the key is known to be compromised")                                           \
  X(token_revoked, "assay", "the token was revoked")                                                          \
  X(unknown_token, "assay", "the token is not in the static table")

namespace assay {

enum class Reason : std::uint8_t {
#define ASSAY_REASON_ENUMERATOR(name, source, message) name,
  ASSAY_REASONS(ASSAY_REASON_ENUMERATOR)
#undef ASSAY_REASON_ENUMERATOR
};

inline constexpr int kReasonCount = 0
#define ASSAY_REASON_COUNT(name, source, message) +1
    ASSAY_REASONS(ASSAY_REASON_COUNT)
#undef ASSAY_REASON_COUNT
    ;

// The name that users see: Reason::token_expired is "token_expired".
std::string_view to_string(Reason reason) noexcept;
// One sentence for a person.
std::string_view explain(Reason reason) noexcept;
// The document that the reason rests on, such as "RFC 7519 §4.1.4".
std::string_view source_of(Reason reason) noexcept;
// The reason with this name, if there is one.
std::optional<Reason> reason_from_string(std::string_view name) noexcept;

// A set of reasons. Iterate with `for (int i = 0; i < kReasonCount; ++i) if (set.contains(Reason(i)))`.
class ReasonSet {
 public:
  constexpr ReasonSet() noexcept = default;
  constexpr ReasonSet(Reason reason) noexcept { insert(reason); }  // NOLINT: a reason is a set of one

  constexpr void insert(Reason reason) noexcept { bits_ |= std::uint32_t{1} << static_cast<int>(reason); }
  constexpr bool contains(Reason reason) const noexcept { return (bits_ >> static_cast<int>(reason)) & 1u; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  // The earliest in the order of decision. Only for a set that is not empty.
  constexpr Reason first() const noexcept { return static_cast<Reason>(__builtin_ctz(bits_)); }
  constexpr std::uint32_t bits() const noexcept { return bits_; }
  constexpr ReasonSet operator&(ReasonSet o) const noexcept {
    ReasonSet both;
    both.bits_ = bits_ & o.bits_;
    return both;
  }
  friend constexpr bool operator==(ReasonSet, ReasonSet) noexcept = default;

 private:
  std::uint32_t bits_ = 0;
};
static_assert(kReasonCount <= 32);

}  // namespace assay
