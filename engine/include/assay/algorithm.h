// The JWS algorithms that assay verifies (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2).
//
// One table gives each algorithm its name, key type and hash. Plain values, thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

enum class KeyType : std::uint8_t { RSA, EC, OKP, oct };
enum class Curve : std::uint8_t { none, P256, P384, P521, secp256k1, Ed25519, Ed448, X25519, X448 };
enum class Hash : std::uint8_t { none, SHA256, SHA384, SHA512 };
enum class Scheme : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, eddsa, hmac };

// X(name, scheme, key type, curve, hash). Curve none: any curve of the key type that the scheme allows.
#define ASSAY_ALGORITHMS(X)              \
  X(RS256, rsa_pkcs1, RSA, none, SHA256) \
  X(RS384, rsa_pkcs1, RSA, none, SHA384) \
  X(RS512, rsa_pkcs1, RSA, none, SHA512) \
  X(PS256, rsa_pss, RSA, none, SHA256)   \
  X(PS384, rsa_pss, RSA, none, SHA384)   \
  X(PS512, rsa_pss, RSA, none, SHA512)   \
  X(ES256, ecdsa, EC, P256, SHA256)      \
  X(ES384, ecdsa, EC, P384, SHA384)      \
  X(ES512, ecdsa, EC, P521, SHA512)      \
  X(EdDSA, eddsa, OKP, none, none)       \
  X(Ed25519, eddsa, OKP, Ed25519, none)  \
  X(Ed448, eddsa, OKP, Ed448, none)      \
  X(HS256, hmac, oct, none, SHA256)      \
  X(HS384, hmac, oct, none, SHA384)      \
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
