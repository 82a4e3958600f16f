// Signers for tests: private keys that the test chooses, nonces that it chooses, and encodings as wrong as it likes.
//
// All of it is reproducible from the numbers given; none of it is safe to sign with. Errors throw.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "keys/prepared_key.h"
#include "signature/backend.h"
#include "support/big.h"
#include "support/edwards.h"
#include "support/random.h"

namespace assay::test {

std::string hashed(Hash hash, std::string_view message);

// Below `bound`, not 0: uniform, in runs of equal bits, or within a few of 0, of `bound` or of a power of two.
Big structured_below(StructuredRandom& random, const Big& bound);

// ---- ECDSA

struct EcCurve {
  Curve curve;
  Algorithm algorithm;
  Hash hash;
  std::size_t bytes;  // of a coordinate, and of r and of s
  Big n, p;

  static const EcCurve& of(Curve curve);  // P256, P384, P521
  // x || y of k*G; k mod n is not 0.
  std::string multiple(const Big& k) const;
  // x of k*G mod n.
  Big r_of(const Big& k) const;
  // The public key, x || y, under which (x mod n, s) signs e, where x is the abscissa of a point. Nothing: there is no
  // such point.
  std::optional<std::string> recovered(const Big& x, const Big& s, const Big& e) const;
};

// The key of the point x || y.
Jwk ec_jwk(const EcCurve& curve, std::string_view point);

struct EcKey {
  const EcCurve* curve;
  Big d;

  std::string point() const { return curve->multiple(d); }
  Jwk jwk() const;
  // r || s over the number e under the nonce k.
  std::string sign(const Big& e, const Big& k) const;
  std::string sign_message(std::string_view message, const Big& k) const;
};

// OpenSSL's word on r || s over a digest, of whatever length.
bool openssl_accepts_digest(const keys::PreparedKey& key, std::string_view digest, std::string_view signature);

// ---- Ed25519

struct EdKey {
  Big a;                   // the scalar
  std::string public_key;  // 32 bytes, of a*B or of what the test puts here

  explicit EdKey(const Big& scalar) : a(scalar), public_key(EdwardsPoint::base().times(scalar).encode()) {}
  EdKey(const Big& scalar, std::string encoded) : a(scalar), public_key(std::move(encoded)) {}
  Jwk jwk() const;
  // SHA-512(R || A || M) mod L, the k of RFC 8032 §5.1.7.
  Big challenge(std::string_view R, std::string_view message) const;
  // R || S for the encoded R = nonce*B.
  std::string sign(std::string_view message, const Big& nonce, std::string_view R) const;
  std::string sign(std::string_view message, const Big& nonce) const {
    return sign(message, nonce, EdwardsPoint::base().times(nonce).encode());
  }
};

// ---- RSA

Jwk rsa_jwk(const Big& n, std::uint64_t e);
// The block that a signature of this message under a key with modulus n has. Only PSS uses `salt`.
std::string rsa_block(const Big& n, Algorithm algorithm, std::string_view message, std::string_view salt = {});
// As many random bytes as the algorithm's digest has: a salt for PSS.
std::string rsa_salt(Algorithm algorithm, StructuredRandom& random);

class RsaKey {
 public:
  // The same key for the same numbers. A second or so from 4096 bits on.
  RsaKey(int bits, std::uint64_t e, std::uint64_t seed);
  Jwk jwk() const { return rsa_jwk(n_, e_); }
  const Big& n() const { return n_; }
  std::size_t bytes() const { return (static_cast<std::size_t>(n_.bits()) + 7) / 8; }
  // block^d mod n, as long as n. The block may be anything below n.
  std::string raw_sign(std::string_view block) const;
  std::string block(Algorithm algorithm, std::string_view message, std::string_view salt = {}) const {
    return rsa_block(n_, algorithm, message, salt);
  }
  std::string sign(Algorithm algorithm, std::string_view message, StructuredRandom& random) const;

 private:
  std::uint64_t e_;
  Big n_, p_, q_, dp_, dq_, qi_;
};

// ---- HMAC

Jwk secret_jwk(std::string_view secret);
std::string hmac(Hash hash, std::string_view secret, std::string_view message);

// ---- Keys and cases for a backend

// Keys of one imaginary ring: each has its own index, all one generation that no other ring has.
class Keys {
 public:
  Keys();
  // The key lives as long as this object. Throws what prepare_key says.
  const keys::PreparedKey* add(Jwk jwk, Profile profile = Profile::strict);
  std::uint64_t generation() const { return generation_; }
  std::size_t size() const { return keys_.size(); }

 private:
  std::deque<keys::PreparedKey> keys_;
  std::uint64_t generation_;
};

// One signature to judge.
struct SignatureCase {
  const keys::PreparedKey* key = nullptr;
  Algorithm algorithm = Algorithm::RS256;
  std::string input;  // what is signed
  std::string signature;
  std::string what;  // for messages
};

struct CaseSet {
  Keys keys;
  std::vector<SignatureCase> cases;
};

// A job for the case, answered with the opposite of `expected`, so that one left unanswered is seen.
inline signature::Job job_of(const SignatureCase& one, bool expected) {
  return {one.key, one.algorithm, one.input, one.signature, !expected};
}

}  // namespace assay::test
