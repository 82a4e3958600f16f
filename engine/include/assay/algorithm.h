// The JWS algorithms that assay verifies (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2, RFC 9864 §2).
//
// One table gives each algorithm its name, key type, curve and hash, another each curve its names and size. Plain
// values, thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

enum class KeyType : std::uint8_t { RSA, EC, OKP, oct };

// X(name, name in a JWK, group in OpenSSL if it is an EC curve, bytes of a coordinate or of an encoded point).
// RFC 7518 §6.2.1.1, RFC 8812 §3.1, RFC 8037 §2.
#define ASSAY_CURVES(X)                      \
  X(none, "", "", 0)                         \
  X(P256, "P-256", "prime256v1", 32)         \
  X(P384, "P-384", "secp384r1", 48)          \
  X(P521, "P-521", "secp521r1", 66)          \
  X(secp256k1, "secp256k1", "secp256k1", 32) \
  X(Ed25519, "Ed25519", "", 32)              \
  X(Ed448, "Ed448", "", 57)                  \
  X(X25519, "X25519", "", 32)                \
  X(X448, "X448", "", 56)

enum class Curve : std::uint8_t {
#define ASSAY_CURVE_ENUMERATOR(name, jwk_name, group, bytes) name,
  ASSAY_CURVES(ASSAY_CURVE_ENUMERATOR)
#undef ASSAY_CURVE_ENUMERATOR
};

struct CurveInfo {
  std::string_view name;   // as written in a JWK: "P-256", "Ed25519"; empty: none
  std::string_view group;  // OpenSSL's name, with a NUL behind it: "prime256v1"; empty: no EC curve
  std::size_t bytes;       // of a coordinate (EC) or of an encoded point (OKP); 0: none
};
inline constexpr CurveInfo kCurves[] = {
#define ASSAY_CURVE_ROW(name, jwk_name, group, bytes) {jwk_name, group, bytes},
    ASSAY_CURVES(ASSAY_CURVE_ROW)
#undef ASSAY_CURVE_ROW
};
constexpr const CurveInfo& info(Curve curve) noexcept { return kCurves[static_cast<int>(curve)]; }
// By the name in a JWK; Curve::none if there is no such curve.
Curve curve_from_string(std::string_view name) noexcept;
// By the name that OpenSSL gives a group, which is `group` or the name in a JWK; Curve::none if it is no EC curve.
Curve curve_of_group(std::string_view group) noexcept;

enum class Hash : std::uint8_t { none, SHA256, SHA384, SHA512 };
enum class Scheme : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, eddsa, hmac };

// X(name, scheme, key type, curve, hash). Curve none: any curve of the key type that the scheme allows.
#define ASSAY_ALGORITHMS(X)               \
  X(RS256, rsa_pkcs1, RSA, none, SHA256)  \
  X(RS384, rsa_pkcs1, RSA, none, SHA384)  \
  X(RS512, rsa_pkcs1, RSA, none, SHA512)  \
  X(PS256, rsa_pss, RSA, none, SHA256)    \
  X(PS384, rsa_pss, RSA, none, SHA384)    \
  X(PS512, rsa_pss, RSA, none, SHA512)    \
  X(ES256, ecdsa, EC, P256, SHA256)       \
  X(ES384, ecdsa, EC, P384, SHA384)       \
  X(ES512, ecdsa, EC, P521, SHA512)       \
  X(ES256K, ecdsa, EC, secp256k1, SHA256) \
  X(EdDSA, eddsa, OKP, none, none)        \
  X(Ed25519, eddsa, OKP, Ed25519, none)   \
  X(Ed448, eddsa, OKP, Ed448, none)       \
  X(HS256, hmac, oct, none, SHA256)       \
  X(HS384, hmac, oct, none, SHA384)       \
  X(HS512, hmac, oct, none, SHA512)

enum class Algorithm : std::uint8_t {
#define ASSAY_ALGORITHM_ENUMERATOR(name, scheme, key_type, curve, hash) name,
  ASSAY_ALGORITHMS(ASSAY_ALGORITHM_ENUMERATOR)
#undef ASSAY_ALGORITHM_ENUMERATOR
};

inline constexpr int kAlgorithmCount = 0
#define ASSAY_ALGORITHM_COUNT(name, scheme, key_type, curve, hash) +1
    ASSAY_ALGORITHMS(ASSAY_ALGORITHM_COUNT)
#undef ASSAY_ALGORITHM_COUNT
    ;

struct AlgorithmInfo {
  std::string_view name;
  Scheme scheme;
  KeyType key_type;
  Curve curve;
  Hash hash;
};

const AlgorithmInfo& info(Algorithm algorithm) noexcept;
std::string_view to_string(Algorithm algorithm) noexcept;
// Exact, case-sensitive (RFC 7515 §4.1.1). "none" is no algorithm.
std::optional<Algorithm> algorithm_from_string(std::string_view name) noexcept;

// As written in a JWK: "RSA", "EC", "OKP", "oct"; "P-256", "Ed25519", ...
std::string_view to_string(KeyType type) noexcept;
std::string_view to_string(Curve curve) noexcept;
// Bytes of a digest: 32, 48, 64; 0 for none.
constexpr int digest_bytes(Hash hash) noexcept {
  return hash == Hash::SHA256 ? 32 : hash == Hash::SHA384 ? 48 : hash == Hash::SHA512 ? 64 : 0;
}

// A set of algorithms, a bit each.
class AlgorithmSet {
 public:
  constexpr AlgorithmSet() noexcept = default;
  static constexpr AlgorithmSet all() noexcept {
    AlgorithmSet set;
    set.bits_ = static_cast<std::uint16_t>((1u << kAlgorithmCount) - 1);
    return set;
  }
  // What is allowed if the operator names no algorithm: all but ES256K, whose curve few verifiers implement.
  static constexpr AlgorithmSet unless_named() noexcept {
    AlgorithmSet set = all();
    set.bits_ = static_cast<std::uint16_t>(set.bits_ & ~(1u << static_cast<int>(Algorithm::ES256K)));
    return set;
  }
  constexpr void insert(Algorithm a) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | 1u << static_cast<int>(a)); }
  constexpr bool contains(Algorithm a) const noexcept { return (bits_ >> static_cast<int>(a)) & 1u; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr AlgorithmSet operator&(AlgorithmSet o) const noexcept { return from(bits_ & o.bits_); }
  constexpr AlgorithmSet operator|(AlgorithmSet o) const noexcept { return from(bits_ | o.bits_); }
  friend constexpr bool operator==(AlgorithmSet, AlgorithmSet) noexcept = default;

 private:
  static constexpr AlgorithmSet from(unsigned bits) noexcept {
    AlgorithmSet set;
    set.bits_ = static_cast<std::uint16_t>(bits);
    return set;
  }
  std::uint16_t bits_ = 0;
};
static_assert(kAlgorithmCount <= 16);

}  // namespace assay
