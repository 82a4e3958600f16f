#include "keys/prepared_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <chrono>
#include <new>
#include <optional>
#include <utility>

#include "base/wipe.h"
#include "digest/openssl_memory.h"
#include "jwk/big_endian.h"
#include "jwk/key_rules.h"
#include "keys/certificate.h"
#include "keys/openssl_key.h"

namespace assay::keys {
namespace {

template <class T, void (*free_function)(T*)>
struct Free {
  void operator()(T* object) const noexcept { free_function(object); }
};
using Number = std::unique_ptr<BIGNUM, Free<BIGNUM, BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Free<BN_CTX, BN_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM, OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<EC_GROUP, EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT, EC_POINT_free>>;

const unsigned char* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL's functions take no null for a number.
Number checked(BIGNUM* number) {
  if (number == nullptr) throw std::bad_alloc();
  return Number(number);
}

Number new_number() { return checked(BN_new()); }

Number number(const std::string& big_endian) {
  return checked(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

EvpKey key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return EvpKey(key);
}

EvpKey rsa_key(const Jwk& jwk) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const Number n = number(jwk.n), e = number(jwk.e);
  if (builder == nullptr || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return key_from("RSA", builder.get());
}

// Brings a coordinate that joserfc takes, a number of any size, into the field.
void reduce(std::string& coordinate, Curve curve) {
  const std::size_t width = info(curve).bytes;
  const Group group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(info(curve).group.data())));
  const NumberContext context(BN_CTX_new());
  const Number p(BN_new()), reduced(BN_new());
  if (group == nullptr || context == nullptr ||
      EC_GROUP_get_curve(group.get(), p.get(), nullptr, nullptr, context.get()) != 1 ||
      BN_nnmod(reduced.get(), number(coordinate).get(), p.get(), context.get()) != 1)
    return;
  coordinate.assign(width, '\0');
  BN_bn2binpad(reduced.get(), reinterpret_cast<unsigned char*>(coordinate.data()), static_cast<int>(width));
}

// OpenSSL refuses coordinates that are not reduced and points that are not on the curve; the curves have cofactor 1.
EvpKey ec_key(const Jwk& jwk) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const std::string point = '\x04' + jwk.x + jwk.y;
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, info(jwk.curve).group.data(), 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return key_from("EC", builder.get());
}

int okp_id(Curve curve) noexcept {
  switch (curve) {
    case Curve::Ed25519:
      return EVP_PKEY_ED25519;
    case Curve::Ed448:
      return EVP_PKEY_ED448;
    case Curve::X25519:
      return EVP_PKEY_X25519;
    case Curve::X448:
      return EVP_PKEY_X448;
    default:
      return EVP_PKEY_NONE;
  }
}

EvpKey okp_key(const Jwk& jwk) {
  return EvpKey(EVP_PKEY_new_raw_public_key(okp_id(jwk.curve), nullptr, bytes_of(jwk.x), jwk.x.size()));
}

// Returns the public part of an OKP private key, or an empty string.
std::string okp_public_part(const Jwk& jwk) {
  const EvpKey key(EVP_PKEY_new_raw_private_key(okp_id(jwk.curve), nullptr, bytes_of(jwk.d), jwk.d.size()));
  std::string x(info(jwk.curve).bytes, '\0');
  std::size_t size = x.size();
  if (key == nullptr ||
      EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(x.data()), &size) != 1 ||
      size != x.size())
    return {};
  return x;
}

// d*G = Q.
bool ec_private_belongs(const Jwk& jwk) {
  const Group group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(info(jwk.curve).group.data())));
  const NumberContext context(BN_CTX_new());
  const Number d = number(jwk.d);
  if (group == nullptr || context == nullptr || BN_is_zero(d.get()) ||
      BN_cmp(d.get(), EC_GROUP_get0_order(group.get())) >= 0)
    return false;
  const Point point(EC_POINT_new(group.get()));
  const Number x = new_number(), y = new_number();
  return point != nullptr && EC_POINT_mul(group.get(), point.get(), d.get(), nullptr, nullptr, context.get()) == 1 &&
         EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), context.get()) == 1 &&
         BN_cmp(x.get(), number(jwk.x).get()) == 0 && BN_cmp(y.get(), number(jwk.y).get()) == 0;
}

static_assert(jwk::kMaxRsaBits == OPENSSL_RSA_MAX_MODULUS_BITS);
// The publisher of a key decides what its check costs, so a longer d without primes is not checked. Verdicts rest on n
// and e only.
constexpr int kMaxCheckedBits = 4096;

bool is_cheap_to_check(const BIGNUM* n, const BIGNUM* e) noexcept {
  const int bits = BN_num_bits(n);
  return bits <= kMaxCheckedBits &&
         (bits <= OPENSSL_RSA_SMALL_MODULUS_BITS || BN_num_bits(e) <= OPENSSL_RSA_MAX_PUBEXP_BITS);
}

// d inverts e: with the primes p*q = n, e*d = 1 modulo p-1 and q-1, dp, dq and qi derived from them (RFC 8017 §3.2);
// without them (2^e)^d = 2 modulo n. No number is larger than n when it is used.
bool rsa_private_belongs(const Jwk& jwk) {
  const NumberContext owned(BN_CTX_new());
  BN_CTX* const context = owned.get();
  const Number n = number(jwk.n), e = number(jwk.e), d = number(jwk.d), product = new_number(), one = new_number();
  if (context == nullptr || BN_one(one.get()) != 1 || !BN_is_odd(n.get()) || BN_is_zero(d.get()) ||
      BN_cmp(d.get(), n.get()) >= 0 || BN_cmp(e.get(), n.get()) >= 0)
    return false;
  if (jwk.p.empty()) {
    if (!is_cheap_to_check(n.get(), e.get())) return true;
    const Number two = new_number(), power = new_number();
    return BN_mul(product.get(), e.get(), d.get(), context) == 1 && BN_set_word(two.get(), 2) == 1 &&
           BN_mod_exp(power.get(), two.get(), product.get(), n.get(), context) == 1 &&
           BN_cmp(power.get(), two.get()) == 0;
  }
  const Number p = number(jwk.p), q = number(jwk.q), dp = number(jwk.dp), dq = number(jwk.dq), qi = number(jwk.qi);
  const Number p_less_one = checked(BN_dup(p.get())), q_less_one = checked(BN_dup(q.get())), result = new_number();
  if (BN_cmp(p.get(), one.get()) <= 0 || BN_cmp(q.get(), one.get()) <= 0 || BN_cmp(p.get(), n.get()) > 0 ||
      BN_cmp(q.get(), n.get()) > 0 || BN_cmp(qi.get(), n.get()) > 0 ||
      BN_mul(product.get(), e.get(), d.get(), context) != 1)
    return false;
  BN_sub_word(p_less_one.get(), 1);
  BN_sub_word(q_less_one.get(), 1);
  const auto equals = [&](int done, const Number& to) { return done == 1 && BN_cmp(result.get(), to.get()) == 0; };
  const auto inverts = [&](const Number& modulus) {
    return BN_is_one(modulus.get()) || equals(BN_nnmod(result.get(), product.get(), modulus.get(), context), one);
  };
  return equals(BN_mul(result.get(), p.get(), q.get(), context), n) && inverts(p_less_one) && inverts(q_less_one) &&
         equals(BN_nnmod(result.get(), d.get(), p_less_one.get(), context), dp) &&
         equals(BN_nnmod(result.get(), d.get(), q_less_one.get(), context), dq) &&
         equals(BN_mod_mul(result.get(), qi.get(), q.get(), p.get(), context), one);
}

bool private_part_belongs(const Jwk& jwk) {
  switch (jwk.type) {
    case KeyType::RSA:
      return rsa_private_belongs(jwk);
    case KeyType::EC:
      return ec_private_belongs(jwk);
    case KeyType::OKP:
      return okp_public_part(jwk) == jwk.x;
    case KeyType::oct:
      return true;
  }
  return false;
}

void wipe_private_members(Jwk& jwk) {
  for (std::string* secret : {&jwk.d, &jwk.p, &jwk.q, &jwk.dp, &jwk.dq, &jwk.qi}) {
    base::wipe(*secret);
    secret->shrink_to_fit();
  }
}

std::int64_t now_in_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Takes what the key's certificate says, and forgets the certificate.
void read_certificate_of(PreparedKey& key, std::vector<std::string>* notes) {
  Jwk& jwk = key.jwk;
  for (const std::string* written : {&jwk.x5t, &jwk.x5t_s256})
    if (!written->empty()) key.thumbprints.push_back(plain_thumbprint(*written));
  const std::optional<Certificate> certificate =
      jwk.certificate.empty() ? std::nullopt : read_certificate(jwk.certificate);
  std::string().swap(jwk.certificate);
  if (!certificate) return;
  if (certificate->key != nullptr && key.openssl->pkey != nullptr &&
      EVP_PKEY_eq(certificate->key.get(), key.openssl->pkey.get()) != 1) {
    ERR_clear_error();
    // RFC 7517 §4.7: they must match. The numbers are what the key is, so they count.
    const char* numbers = jwk.type == KeyType::RSA ? "n and e" : jwk.type == KeyType::EC ? "x and y" : "x";
    if (notes != nullptr)
      notes->push_back(std::string("its x5c holds the certificate of another key (RFC 7517 §4.7); ") + numbers +
                       " count, the certificate does not");
    key.certificate_faults.emplace_back("its x5c holds the certificate of another key (RFC 7517 §4.7)");
    return;
  }
  key.thumbprints.push_back(certificate->sha1);
  key.thumbprints.push_back(certificate->sha256);
  const std::int64_t now = now_in_seconds();
  if (std::string fault = validity_fault(*certificate, now); !fault.empty())
    key.certificate_faults.push_back(std::move(fault));
  std::string note = validity_note(*certificate, now);
  if (notes != nullptr && !note.empty()) notes->push_back(std::move(note));
}

}  // namespace

PreparedKey::PreparedKey() = default;
PreparedKey::PreparedKey(PreparedKey&&) noexcept = default;
PreparedKey& PreparedKey::operator=(PreparedKey&&) noexcept = default;
PreparedKey::~PreparedKey() = default;

std::string plain_thumbprint(std::string_view written) {
  std::string plain(written);
  while (plain.ends_with('=')) plain.pop_back();
  for (char& c : plain) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return plain;
}

Result<PreparedKey> prepare_key(Jwk jwk, Profile profile, std::vector<std::string>* notes, PrivatePart private_part) {
  digest::expect_openssl_memory();
  if (jwk.type == KeyType::RSA) {
    // Before any arithmetic. Neither profile could verify with such a key.
    const std::size_t bits = jwk::bit_length(jwk.n);
    if (bits > jwk::kMaxRsaBits) {
      wipe_private_members(jwk);
      return Error{"RSA of " + std::to_string(bits) + " bits; at most " + std::to_string(jwk::kMaxRsaBits) +
                   " are supported"};
    }
  }
  const bool is_checked = private_part == PrivatePart::check && !jwk.d.empty();
  // joserfc takes the public part of an OKP private key only from d.
  const bool comes_from_d = is_fastmcp(profile) && jwk.type == KeyType::OKP && !jwk.d.empty();
  if (comes_from_d && !is_checked) return Error{"too many keys of the set hold the private key"};
  if (comes_from_d) jwk.x = okp_public_part(jwk);
  if (is_fastmcp(profile) && jwk.type == KeyType::EC) {
    reduce(jwk.x, jwk.curve);
    reduce(jwk.y, jwk.curve);
  }
  const bool belongs = !is_checked || private_part_belongs(jwk);
  // A prepared key holds no private part. The text of a set that was fetched from a URL may: it is kept while current.
  wipe_private_members(jwk);

  PreparedKey key;
  key.openssl = std::make_unique<OpensslKey>();
  const char* why = belongs ? nullptr : "the private part does not belong to the public part";
  switch (jwk.type) {
    case KeyType::RSA:
      key.openssl->pkey = rsa_key(jwk);
      break;
    case KeyType::EC:
      key.openssl->pkey = ec_key(jwk);
      if (why == nullptr && key.openssl->pkey == nullptr) why = "x and y are not a point on the curve";
      break;
    case KeyType::OKP:
      key.openssl->pkey = okp_key(jwk);
      break;
    case KeyType::oct:
      key.openssl->hmac = std::make_unique<digest::HmacKey>(jwk.k);
      break;
  }
  if (why == nullptr && key.openssl->pkey == nullptr && key.openssl->hmac == nullptr) why = "OpenSSL refuses the key";
  if (why != nullptr) {
    digest::check_openssl_memory();
    return Error{why};
  }
  key.jwk = std::move(jwk);
  read_certificate_of(key, notes);
  key.lenient_pss_length = is_fastmcp(profile);
  return key;
}

}  // namespace assay::keys
