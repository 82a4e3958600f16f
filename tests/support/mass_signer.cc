#include "support/mass_signer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "support/small_prime_rsa.h"

namespace assay::test {
namespace {

// Of a signing input's usual size now and then, short for the most part: hashing is not what is tried here.
std::string some_message(StructuredRandom& random) {
  const std::size_t size = random.one_in(8) ? random.size(700) : 8 + random.below(40);
  std::string message(size, '\0');
  for (char& c : message) c = static_cast<char>(random.next());
  return message;
}

Big nonce_below(StructuredRandom& random, const Big& order, bool structured) {
  if (structured) return structured_below(random, order);
  std::string bytes(static_cast<std::size_t>(order.bits()) / 8 + 9, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  return Big::from_bytes(bytes) % (order - 1) + 1;
}

class EcdsaSigner final : public MassSigner {
 public:
  EcdsaSigner(const EcCurve& curve, Keys& keys, StructuredRandom& random, const MassSignerOptions& options)
      : curve_(curve), name_(to_string(curve.algorithm)) {
    for (int i = 0; i < options.keys; ++i) {
      const EcKey key{&curve, nonce_below(random, curve.n, options.structured_nonces)};
      keys_.push_back({key.d, keys.add(key.jwk())});
    }
    for (int i = 0; i < options.nonces; ++i) {
      const Big k = nonce_below(random, curve.n, options.structured_nonces);
      const Big r = curve.r_of(k);
      nonces_.push_back({k.inverse(curve.n), r, r.bytes(curve.bytes)});
    }
  }
  const std::string& name() const override { return name_; }
  SignatureCase sign(StructuredRandom& random) override {
    const auto& [d, key] = keys_[random.below(keys_.size())];
    const Nonce& nonce = nonces_[random.below(nonces_.size())];
    std::string message = some_message(random);
    const Big e = Big::from_bytes(hashed(curve_.hash, message));
    Big s = nonce.inverse * (e + nonce.r * d) % curve_.n;
    if (random.one_in(2)) s = curve_.n - s;  // both halves are valid
    return {key, curve_.algorithm, std::move(message), nonce.r_bytes + s.bytes(curve_.bytes), "signed"};
  }

 private:
  struct Nonce {
    Big inverse, r;
    std::string r_bytes;
  };
  const EcCurve& curve_;
  std::string name_;
  std::vector<std::pair<Big, const keys::PreparedKey*>> keys_;
  std::vector<Nonce> nonces_;
};

class EddsaSigner final : public MassSigner {
 public:
  EddsaSigner(Keys& keys, StructuredRandom& random, const MassSignerOptions& options) {
    const Big& L = EdwardsPoint::L();
    for (int i = 0; i < options.keys; ++i) {
      keys_.emplace_back(nonce_below(random, L, options.structured_nonces));
      prepared_.push_back(keys.add(keys_.back().jwk()));
    }
    for (int i = 0; i < options.nonces; ++i) {
      const Big nonce = nonce_below(random, L, options.structured_nonces);
      nonces_.emplace_back(nonce, EdwardsPoint::base().times(nonce).encode());
    }
  }
  const std::string& name() const override { return name_; }
  SignatureCase sign(StructuredRandom& random) override {
    const std::size_t which = random.below(keys_.size());
    const auto& [nonce, R] = nonces_[random.below(nonces_.size())];
    std::string message = some_message(random);
    std::string signature = keys_[which].sign(message, nonce, R);
    return {prepared_[which], Algorithm::Ed25519, std::move(message), std::move(signature), "signed"};
  }

 private:
  std::string name_ = "Ed25519";
  std::vector<EdKey> keys_;
  std::vector<const keys::PreparedKey*> prepared_;
  std::vector<std::pair<Big, std::string>> nonces_;
};

// Half of the signatures are of keys with two primes, out of a pool; the others of keys that sign each message anew.
class RsaSigner final : public MassSigner {
 public:
  struct Keys {
    std::vector<RsaKey> slow;
    std::vector<SmallPrimeRsaKey> quick;
    std::vector<const keys::PreparedKey*> slow_prepared, quick_prepared;
  };

  RsaSigner(std::string name, Algorithm algorithm, const std::shared_ptr<const Keys>& keys, StructuredRandom& random,
            int pool)
      : name_(std::move(name)), algorithm_(algorithm), keys_(keys) {
    for (std::size_t k = 0; k < keys->slow.size(); ++k) {
      for (int i = 0; i < pool; ++i) {
        std::string message = some_message(random);
        std::string signature = keys->slow[k].sign(algorithm, message, random);
        pool_.push_back({keys->slow_prepared[k], algorithm, std::move(message), std::move(signature), "signed"});
      }
    }
  }
  const std::string& name() const override { return name_; }
  SignatureCase sign(StructuredRandom& random) override {
    if (random.one_in(2)) return pool_[random.below(pool_.size())];
    const std::size_t which = random.below(keys_->quick.size());
    std::string message = some_message(random);
    std::string signature = keys_->quick[which].sign(algorithm_, message, random);
    return {keys_->quick_prepared[which], algorithm_, std::move(message), std::move(signature), "signed"};
  }

 private:
  std::string name_;
  Algorithm algorithm_;
  std::shared_ptr<const Keys> keys_;
  std::vector<SignatureCase> pool_;
};

class HmacSigner final : public MassSigner {
 public:
  HmacSigner(Algorithm algorithm, Keys& keys, StructuredRandom& random, const MassSignerOptions& options)
      : algorithm_(algorithm), name_(to_string(algorithm)) {
    for (int i = 0; i < options.keys; ++i) {
      secrets_.push_back(random.bytes(64 + random.below(100)));
      Jwk jwk = secret_jwk(secrets_.back());
      jwk.permitted.insert(algorithm);
      prepared_.push_back(keys.add(std::move(jwk)));
    }
  }
  const std::string& name() const override { return name_; }
  SignatureCase sign(StructuredRandom& random) override {
    const std::size_t which = random.below(secrets_.size());
    std::string message = some_message(random);
    std::string tag = hmac(info(algorithm_).hash, secrets_[which], message);
    return {prepared_[which], algorithm_, std::move(message), std::move(tag), "signed"};
  }

 private:
  Algorithm algorithm_;
  std::string name_;
  std::vector<std::string> secrets_;
  std::vector<const keys::PreparedKey*> prepared_;
};

void flip(std::string& text, StructuredRandom& random) {
  char& c = text[random.below(text.size())];
  c = static_cast<char>(static_cast<unsigned char>(c) ^ 1u << random.below(8));
}

}  // namespace

std::vector<std::unique_ptr<MassSigner>> mass_signers(Keys& keys, StructuredRandom& random,
                                                      const MassSignerOptions& options) {
  std::vector<std::unique_ptr<MassSigner>> signers;
  const auto wanted = [&](std::string_view name) { return name.substr(0, options.only.size()) == options.only; };
  for (const Curve curve : {Curve::P256, Curve::P384, Curve::P521}) {
    const EcCurve& which = EcCurve::of(curve);
    if (wanted(to_string(which.algorithm)))
      signers.push_back(std::make_unique<EcdsaSigner>(which, keys, random, options));
  }
  if (wanted("Ed25519")) signers.push_back(std::make_unique<EddsaSigner>(keys, random, options));
  struct RsaRow {
    int bits;
    Algorithm algorithms[2];
  };
  for (const RsaRow& row :
       {RsaRow{2048, {Algorithm::RS256, Algorithm::PS256}}, RsaRow{3072, {Algorithm::RS384, Algorithm::PS384}},
        RsaRow{4096, {Algorithm::RS512, Algorithm::PS512}}}) {
    const auto rsa = std::make_shared<RsaSigner::Keys>();
    for (const Algorithm algorithm : row.algorithms) {
      std::string name = std::string(to_string(algorithm)) + "/" + std::to_string(row.bits);
      if (!wanted(name)) continue;
      for (int i = static_cast<int>(rsa->slow.size()); i < std::max(2, options.keys / 2); ++i) {
        rsa->slow.emplace_back(row.bits, 65537, random.next());
        rsa->slow_prepared.push_back(keys.add(rsa->slow.back().jwk()));
        rsa->quick.emplace_back(row.bits, random.next());
        rsa->quick_prepared.push_back(keys.add(rsa->quick.back().jwk()));
      }
      signers.push_back(std::make_unique<RsaSigner>(std::move(name), algorithm, rsa, random, options.rsa_pool));
    }
  }
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
    if (wanted(to_string(algorithm))) signers.push_back(std::make_unique<HmacSigner>(algorithm, keys, random, options));
  }
  return signers;
}

SignatureCase corrupted(const SignatureCase& good, const SignatureCase& other, StructuredRandom& random) {
  SignatureCase bad = good;
  std::string& signature = bad.signature;
  const std::size_t half = signature.size() / 2;
  switch (random.below(9)) {
    case 0:
      bad.what = "a bit of the message flipped";
      if (bad.input.empty()) {
        bad.input = "x";
      } else {
        flip(bad.input, random);
      }
      break;
    case 1:
    case 2:
      bad.what = "a bit of the signature flipped";
      flip(signature, random);
      break;
    case 3:
      bad.what = "a few bits of the signature flipped";
      for (int i = 0; i < 5; ++i) flip(signature, random);
      flip(bad.input.empty() ? signature : bad.input, random);
      break;
    case 4:
      bad.what = "the first half replaced";
      signature.replace(0, half, random.bytes(half));
      break;
    case 5:
      bad.what = "the second half replaced";
      signature.replace(half, half, random.bytes(half));
      break;
    case 6:
      bad.what = "the halves exchanged";
      std::rotate(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(half), signature.end());
      break;
    case 7:
      bad.what = "the signature of another message";
      signature = other.signature;
      break;
    default:
      bad.what = "a small change as a number";
      // One more or one less, with its carry: in the second half, or in all of it.
      {
        const std::size_t from = random.one_in(2) ? half : 0;
        const Big end = Big::power_of_two(static_cast<int>(8 * (signature.size() - from)));
        const Big number = Big::from_bytes(std::string_view(signature).substr(from));
        const Big step = random.one_in(2) ? Big(1 + random.below(8)) : end - 1 - random.below(8);
        signature.replace(from, std::string::npos, ((number + step) % end).bytes(signature.size() - from));
      }
  }
  return bad;
}

}  // namespace assay::test
