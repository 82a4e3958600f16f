#include "support/signing.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "digest/digest.h"
#include "jwk/key_rules.h"
#include "keys/openssl_key.h"

namespace assay::test {
namespace {

struct Free {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

const EC_GROUP* group_of(Curve curve) {
  static const std::unique_ptr<EC_GROUP, Free> p256(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)),
      p384(EC_GROUP_new_by_curve_name(NID_secp384r1)), p521(EC_GROUP_new_by_curve_name(NID_secp521r1));
  return curve == Curve::P256 ? p256.get() : curve == Curve::P384 ? p384.get() : p521.get();
}

EcCurve make_curve(Curve curve, Algorithm algorithm, Hash hash, std::size_t bytes) {
  EcCurve result{curve, algorithm, hash, bytes, {}, {}};
  BN_copy(result.n.get(), EC_GROUP_get0_order(group_of(curve)));
  BN_copy(result.p.get(), EC_GROUP_get0_field(group_of(curve)));
  return result;
}

// The least prime from `from` on which is 1 less than no multiple of e.
Big next_prime(Big from, const Big& e) {
  if (!from.odd()) from = from + 1;
  while ((from % e) == Big(1) || !from.is_prime()) from = from + 2;
  return from;
}

// MGF1 (RFC 8017 §B.2.1).
std::string mask(Hash hash, const std::string& seed, std::size_t size) {
  std::string result;
  for (std::uint64_t counter = 0; result.size() < size; ++counter) result += hashed(hash, seed + Big(counter).bytes(4));
  return result.substr(0, size);
}

// EMSA-PSS-ENCODE (RFC 8017 §9.1.1).
std::string pss_block(Hash hash, std::string_view message, std::string_view salt, std::size_t em_bits) {
  const std::size_t em_size = (em_bits + 7) / 8;
  const std::string H = hashed(hash, std::string(8, '\0') + hashed(hash, message) + std::string(salt));
  std::string DB(em_size - H.size() - salt.size() - 2, '\0');
  DB += '\x01' + std::string(salt);
  const std::string stream = mask(hash, H, DB.size());
  for (std::size_t i = 0; i < DB.size(); ++i) DB[i] = static_cast<char>(DB[i] ^ stream[i]);
  DB[0] = static_cast<char>(static_cast<unsigned char>(DB[0]) & (0xffu >> (8 * em_size - em_bits)));
  return DB + H + '\xbc';
}

// EMSA-PKCS1-v1_5 (RFC 8017 §9.2, note 1 for the DigestInfo).
std::string pkcs1_block(Hash hash, std::string_view message, std::size_t size) {
  const std::string digest = hashed(hash, message);
  const char id = hash == Hash::SHA256 ? '\x01' : hash == Hash::SHA384 ? '\x02' : '\x03';
  const std::string length(1, static_cast<char>(digest.size()));
  const std::string info = "\x30" + std::string(1, static_cast<char>(17 + digest.size())) +
                           "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" + id + std::string("\x05\x00\x04", 3) +
                           length + digest;
  return std::string("\x00\x01", 2) + std::string(size - info.size() - 3, '\xff') + '\0' + info;
}

}  // namespace

std::string hashed(Hash hash, std::string_view message) {
  std::string bytes(static_cast<std::size_t>(digest_bytes(hash)), '\0');
  digest::sha2(hash, message, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

Big structured_below(StructuredRandom& random, const Big& bound) {
  const Big few = random.below(16);
  Big number;
  switch (random.below(6)) {
    case 0:
      number = few;
      break;
    case 1:
      number = bound - 1 - few;
      break;
    case 2: {
      const int exponent = static_cast<int>(random.below(static_cast<std::uint64_t>(bound.bits())));
      number = Big::power_of_two(exponent) + few - 8;
      break;
    }
    default:
      number = Big::from_bytes(random.bytes((static_cast<std::size_t>(bound.bits()) + 7) / 8));
  }
  number = number % bound;
  return number.zero() ? Big(1) : number;
}

const EcCurve& EcCurve::of(Curve curve) {
  static const EcCurve p256 = make_curve(Curve::P256, Algorithm::ES256, Hash::SHA256, 32),
                       p384 = make_curve(Curve::P384, Algorithm::ES384, Hash::SHA384, 48),
                       p521 = make_curve(Curve::P521, Algorithm::ES512, Hash::SHA512, 66);
  return curve == Curve::P256 ? p256 : curve == Curve::P384 ? p384 : p521;
}

std::string EcCurve::multiple(const Big& k) const {
  const EC_GROUP* group = group_of(curve);
  const std::unique_ptr<EC_POINT, Free> point(EC_POINT_new(group));
  Big x, y;
  if (EC_POINT_mul(group, point.get(), (k % n).get(), nullptr, nullptr, Big::context()) != 1 ||
      EC_POINT_get_affine_coordinates(group, point.get(), x.get(), y.get(), Big::context()) != 1) {
    throw std::runtime_error("no point: k is a multiple of n");
  }
  return x.bytes(bytes) + y.bytes(bytes);
}

Big EcCurve::r_of(const Big& k) const { return Big::from_bytes(multiple(k).substr(0, bytes)) % n; }

// Q = r^-1 (sR - eG).
std::optional<std::string> EcCurve::recovered(const Big& x, const Big& s, const Big& e) const {
  const EC_GROUP* group = group_of(curve);
  const std::unique_ptr<EC_POINT, Free> R(EC_POINT_new(group)), Q(EC_POINT_new(group));
  if (EC_POINT_set_compressed_coordinates(group, R.get(), x.get(), 0, Big::context()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  const Big inverse = (x % n).inverse(n);
  const Big g_factor = (Big(0) - e) * inverse % n, r_factor = s * inverse % n;
  Big qx, qy;
  if (EC_POINT_mul(group, Q.get(), g_factor.get(), R.get(), r_factor.get(), Big::context()) != 1 ||
      EC_POINT_get_affine_coordinates(group, Q.get(), qx.get(), qy.get(), Big::context()) != 1) {
    throw std::runtime_error("no key signs this");
  }
  return qx.bytes(bytes) + qy.bytes(bytes);
}

Jwk ec_jwk(const EcCurve& curve, std::string_view point) {
  Jwk jwk;
  jwk.type = KeyType::EC;
  jwk.curve = curve.curve;
  jwk.x = point.substr(0, curve.bytes);
  jwk.y = point.substr(curve.bytes);
  return jwk;
}

Jwk EcKey::jwk() const { return ec_jwk(*curve, point()); }

std::string EcKey::sign(const Big& e, const Big& k) const {
  const Big& n = curve->n;
  const Big r = curve->r_of(k);
  const Big s = k.inverse(n) * (e + r * d) % n;
  return r.bytes(curve->bytes) + s.bytes(curve->bytes);
}

std::string EcKey::sign_message(std::string_view message, const Big& k) const {
  return sign(Big::from_bytes(hashed(curve->hash, message)), k);
}

bool openssl_accepts_digest(const keys::PreparedKey& key, std::string_view digest, std::string_view signature) {
  const std::size_t half = signature.size() / 2;
  const std::unique_ptr<ECDSA_SIG, Free> numbers(ECDSA_SIG_new());
  Big r = Big::from_bytes(signature.substr(0, half)), s = Big::from_bytes(signature.substr(half));
  ECDSA_SIG_set0(numbers.get(), BN_dup(r.get()), BN_dup(s.get()));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(key.openssl->pkey.get(), nullptr));
  const bool accepted =
      size > 0 && EVP_PKEY_verify_init(context.get()) == 1 &&
      EVP_PKEY_verify(context.get(), der, static_cast<std::size_t>(size), bytes_of(digest), digest.size()) == 1;
  OPENSSL_free(der);
  ERR_clear_error();
  return accepted;
}

Jwk EdKey::jwk() const {
  Jwk jwk;
  jwk.type = KeyType::OKP;
  jwk.curve = Curve::Ed25519;
  jwk.x = public_key;
  return jwk;
}

Big EdKey::challenge(std::string_view R, std::string_view message) const {
  return Big::from_little_endian(hashed(Hash::SHA512, std::string(R) + public_key + std::string(message))) %
         EdwardsPoint::L();
}

std::string EdKey::sign(std::string_view message, const Big& nonce, std::string_view R) const {
  const Big S = (nonce + challenge(R, message) * a) % EdwardsPoint::L();
  return std::string(R) + S.little_endian(32);
}

Jwk rsa_jwk(const Big& n, std::uint64_t e) {
  Jwk jwk;
  jwk.type = KeyType::RSA;
  jwk.n = n.bytes((static_cast<std::size_t>(n.bits()) + 7) / 8);
  jwk.e = Big(e).bytes((static_cast<std::size_t>(Big(e).bits()) + 7) / 8);
  return jwk;
}

std::string rsa_block(const Big& n, Algorithm algorithm, std::string_view message, std::string_view salt) {
  const AlgorithmInfo& row = info(algorithm);
  const auto bits = static_cast<std::size_t>(n.bits());
  if (row.scheme == Scheme::rsa_pkcs1) return pkcs1_block(row.hash, message, (bits + 7) / 8);
  return pss_block(row.hash, message, salt, bits - 1);
}

std::string rsa_salt(Algorithm algorithm, StructuredRandom& random) {
  return random.bytes(static_cast<std::size_t>(digest_bytes(info(algorithm).hash)));
}

RsaKey::RsaKey(int bits, std::uint64_t e, std::uint64_t seed) : e_(e) {
  StructuredRandom random(seed);
  // The two top bits set, so that the product has exactly `bits`.
  const auto prime = [&](int size) {
    std::string bytes((static_cast<std::size_t>(size) + 7) / 8, '\0');
    for (char& c : bytes) c = static_cast<char>(random.next());
    return next_prime(Big::from_bytes(bytes) % Big::power_of_two(size - 2) + (Big(3) << (size - 2)), e_);
  };
  p_ = prime(bits - bits / 2);
  do {
    q_ = prime(bits / 2);
  } while (q_ == p_);
  n_ = p_ * q_;
  dp_ = Big(e_).inverse(p_ - 1);
  dq_ = Big(e_).inverse(q_ - 1);
  qi_ = q_.inverse(p_);
  if (n_.bits() != bits) throw std::runtime_error("the modulus has another length");
}

// By the Chinese remainder theorem (RFC 8017 §5.1.2).
std::string RsaKey::raw_sign(std::string_view block) const {
  const Big m = Big::from_bytes(block);
  if (!(m < n_)) throw std::runtime_error("the block is not below n");
  const Big m1 = (m % p_).power(dp_, p_), m2 = (m % q_).power(dq_, q_);
  return (m2 + q_ * ((m1 - m2) * qi_ % p_)).bytes(bytes());
}

std::string RsaKey::sign(Algorithm algorithm, std::string_view message, StructuredRandom& random) const {
  return raw_sign(block(algorithm, message, rsa_salt(algorithm, random)));
}

Jwk secret_jwk(std::string_view secret) {
  Jwk jwk;
  jwk.type = KeyType::oct;
  jwk.k = secret;
  return jwk;
}

std::string hmac(Hash hash, std::string_view secret, std::string_view message) {
  const EVP_MD* md = hash == Hash::SHA256 ? EVP_sha256() : hash == Hash::SHA384 ? EVP_sha384() : EVP_sha512();
  std::string tag(static_cast<std::size_t>(digest_bytes(hash)), '\0');
  unsigned size = 0;
  HMAC(md, secret.data(), static_cast<int>(secret.size()), bytes_of(message), message.size(),
       reinterpret_cast<unsigned char*>(tag.data()), &size);
  return tag;
}

Keys::Keys() {
  // Far above what real rings count up to.
  static std::atomic<std::uint64_t> next{std::uint64_t{1} << 42};
  generation_ = next.fetch_add(1);
}

const keys::PreparedKey* Keys::add(Jwk jwk, Profile profile) {
  if (jwk.permitted.empty()) jwk.permitted = jwk::algorithms_of(jwk.type, jwk.curve);
  Result<keys::PreparedKey> key = keys::prepare_key(std::move(jwk), profile);
  if (!key) throw std::runtime_error("prepare_key: " + key.error().message);
  key->index = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back(std::move(*key));
  return &keys_.back();
}

}  // namespace assay::test
