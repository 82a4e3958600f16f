// Signatures, valid ones and what the input makes of them, through the lanes of every instruction set that the CPU has
// and through OpenSSL: one verdict.
//
// The input is a batch: for each signature a byte for the signer, one for which of its signatures, one for the fault,
// and what the fault takes. Keys are the same in every run; some are small multiples of the generator, so that tables
// of keys and of the generator meet.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz.h"
#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "signature/backend.h"
#include "support/signing.h"
#include "verify/backend_choice.h"

namespace {

using namespace assay;
using test::Big;

constexpr std::size_t kMostJobs = 20;
constexpr std::uint64_t kSeed = 20261123;

// What faults write into a half of a signature: numbers about 0, n and p of each width.
struct Signer {
  std::vector<test::SignatureCase> signatures;
  std::vector<std::string> edges;  // as wide as half a signature, big-endian but for Ed25519
};

class World {
 public:
  static World& get() {
    static World world;
    return world;
  }

  test::Keys keys;
  std::vector<Signer> signers;
  std::vector<std::unique_ptr<signature::BackendSession>> sessions;  // OpenSSL's first

 private:
  World() {
    test::StructuredRandom random(kSeed);
    for (const Curve curve : {Curve::P256, Curve::P384, Curve::P521}) add_ecdsa(test::EcCurve::of(curve), random);
    add_ed25519(random);
    for (const int bits : {2048, 3072, 4096}) add_rsa(bits, 65537, random);
    add_rsa(2048, 3, random);
    for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512})
      add_hmac(algorithm, random);
    add_session("openssl", "");
    for (const char* isa : kernel::isa_names()) {
      if (kernel::kernels_for(isa) != nullptr) add_session("lanes", isa);
    }
  }

  void add_session(const char* name, const char* isa) {
    signature::BackendOptions options;
    options.name = name;
    options.isa = isa;
    options.tables_at_once = true;
    options.window = 6;
    const auto backend = verify::make_backend(options);
    fuzz::require(bool(backend), "the backend can be made");
    backends_.push_back(*backend);
    sessions.push_back((*backend)->new_session());
  }

  void add_ecdsa(const test::EcCurve& curve, test::StructuredRandom& random) {
    const Big& n = curve.n;
    for (const Big& d : {test::structured_below(random, n), Big(1), Big(2), n - 1, (n - 1) / 2}) {
      const test::EcKey key{&curve, d};
      const keys::PreparedKey* prepared = keys.add(key.jwk());
      Signer signer;
      for (int i = 0; i < 4; ++i) {
        const std::string message = random.bytes(20 + 10 * static_cast<std::size_t>(i));
        signer.signatures.push_back(
            {prepared, curve.algorithm, message, key.sign_message(message, test::structured_below(random, n)), ""});
      }
      for (const Big& edge : {Big(0), Big(1), Big(2), n - 1, n, n + 1, n - 2, (n - 1) / 2, curve.p - n, curve.p,
                              Big::power_of_two(n.bits() - 1)}) {
        signer.edges.push_back(edge.bytes(curve.bytes));
      }
      signers.push_back(std::move(signer));
    }
  }

  void add_ed25519(test::StructuredRandom& random) {
    const Big& L = test::EdwardsPoint::L();
    const auto& T = test::EdwardsPoint::torsion();
    std::vector<test::EdKey> with;
    for (const Big& a : {test::structured_below(random, L), Big(1), Big(2), L - 1}) with.emplace_back(a);
    with.emplace_back(5, (test::EdwardsPoint::base().times(5) + T).encode());
    with.emplace_back(0, T.encode());
    with.emplace_back(0, test::EdwardsPoint().encode());
    for (const test::EdKey& key : with) {
      const keys::PreparedKey* prepared = keys.add(key.jwk(), Profile::fastmcp);
      Signer signer;
      for (int i = 0; i < 4; ++i) {
        const std::string message = random.bytes(20 + 10 * static_cast<std::size_t>(i));
        const Big nonce = i == 3 ? Big(0) : test::structured_below(random, L);
        signer.signatures.push_back({prepared, Algorithm::Ed25519, message, key.sign(message, nonce), ""});
      }
      for (const Big& edge : {Big(0), Big(1), L - 1, L, L + 1, Big::power_of_two(252), Big::power_of_two(256) - 1,
                              test::EdwardsPoint::p(), test::EdwardsPoint::p() + 1}) {
        signer.edges.push_back(edge.little_endian(32));
      }
      signer.edges.push_back(T.encode());
      signers.push_back(std::move(signer));
    }
  }

  void add_rsa(int bits, std::uint64_t e, test::StructuredRandom& random) {
    const test::RsaKey key(bits, e, random.next());
    const keys::PreparedKey* prepared = keys.add(key.jwk(), Profile::fastmcp);
    for (const Algorithm algorithm : {Algorithm::RS256, Algorithm::PS256}) {
      Signer signer;
      for (int i = 0; i < 4; ++i) {
        const std::string message = random.bytes(20 + 10 * static_cast<std::size_t>(i));
        signer.signatures.push_back({prepared, algorithm, message, key.sign(algorithm, message, random), ""});
      }
      const std::string n = key.n().bytes(key.bytes());
      for (const std::string& half : {n.substr(0, n.size() / 2), n.substr(n.size() / 2)}) signer.edges.push_back(half);
      signer.edges.push_back(std::string(n.size() / 2, '\0'));
      signer.edges.push_back(std::string(n.size() / 2, '\xff'));
      signers.push_back(std::move(signer));
    }
  }

  void add_hmac(Algorithm algorithm, test::StructuredRandom& random) {
    const std::string secret = random.bytes(80);
    Jwk jwk = test::secret_jwk(secret);
    jwk.permitted.insert(algorithm);
    const keys::PreparedKey* prepared = keys.add(std::move(jwk), Profile::fastmcp);
    Signer signer;
    for (int i = 0; i < 4; ++i) {
      const std::string message = random.bytes(30 + 60 * static_cast<std::size_t>(i));
      signer.signatures.push_back(
          {prepared, algorithm, message, test::hmac(info(algorithm).hash, secret, message), ""});
    }
    signer.edges.push_back(std::string(16, '\0'));
    signers.push_back(std::move(signer));
  }

  std::vector<std::shared_ptr<const signature::Backend>> backends_;
};

// Bytes of the input, then zeros.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  std::size_t index(std::size_t count) { return (byte() | byte() << 8) % count; }
  std::string bytes(std::size_t count) {
    std::string text(count, '\0');
    for (char& c : text) c = static_cast<char>(byte());
    return text;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

void spoil(test::SignatureCase& one, const Signer& signer, Input& input) {
  std::string& signature = one.signature;
  const std::size_t half = signature.size() / 2;
  switch (input.byte() % 10) {
    case 0:
      break;
    case 1: {
      char& c = signature[input.index(signature.size())];
      c = static_cast<char>(c ^ input.byte());
      break;
    }
    case 2: {
      char& c = one.input[input.index(one.input.size())];
      c = static_cast<char>(c ^ input.byte());
      break;
    }
    case 3:
    case 4: {
      const std::string& edge = signer.edges[input.index(signer.edges.size())];
      signature.replace(input.byte() % 2 == 0 ? 0 : half, std::min(half, edge.size()), edge.substr(0, half));
      break;
    }
    case 5:
      signature.resize(input.index(2 * signature.size()));
      break;
    case 6:
      signature.replace(input.byte() % 2 == 0 ? 0 : half, half, input.bytes(half));
      break;
    case 7:
      std::rotate(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(half), signature.end());
      break;
    case 8:
      signature = signer.signatures[input.byte() % signer.signatures.size()].signature;
      break;
    default:
      one.input = input.bytes(input.byte());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World& world = World::get();
  Input input(data, size);
  std::vector<test::SignatureCase> cases;
  while (!input.empty() && cases.size() < kMostJobs) {
    const Signer& signer = world.signers[input.byte() % world.signers.size()];
    test::SignatureCase one = signer.signatures[input.byte() % signer.signatures.size()];
    spoil(one, signer, input);
    cases.push_back(std::move(one));
  }
  std::vector<signature::Job> expected;
  for (const test::SignatureCase& one : cases) expected.push_back(test::job_of(one, true));
  world.sessions[0]->verify(expected, world.keys.generation());
  for (std::size_t s = 1; s < world.sessions.size(); ++s) {
    std::vector<signature::Job> jobs;
    for (std::size_t i = 0; i < cases.size(); ++i) jobs.push_back(test::job_of(cases[i], expected[i].valid));
    world.sessions[s]->verify(jobs, world.keys.generation());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      fuzz::require(jobs[i].valid == expected[i].valid, "the lanes and OpenSSL agree");
    }
  }
  return 0;
}
