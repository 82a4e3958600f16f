// The library in one page: make keys and tokens, verify one, verify many, look one up in a table.
//
// Link with assay::assay. A server links only assay::verify, which holds no code that signs.
#include <assay/key_pair.h>
#include <assay/static_token_verifier.h>
#include <assay/verifier.h>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Prints what failed; the exit status of the program.
int failed(std::string_view what) {
  std::cerr << "example: " << what << '\n';
  return 1;
}

}  // namespace

int main() {
  // 1. A key pair and a token, for tests. Real tokens come from your identity provider.
  const assay::RsaKeyPair pair = assay::RsaKeyPair::generate();
  assay::TokenRequest request;
  request.subject = "alice";
  request.audiences = {"https://api.example"};
  request.scopes = {"read", "write"};
  const std::string token = pair.create_token(request);

  // 2. A verifier: where the keys are, and what a token must satisfy. It is made once and shared by all threads.
  assay::JwtVerifierOptions options;
  options.keys.push_back({assay::KeySource::Kind::public_key_text, pair.public_key(), "the example's key"});
  options.policy.algorithms = {assay::Algorithm::RS256};
  options.policy.issuers = {"https://fastmcp.example.com"};
  options.policy.audiences = {"https://api.example"};
  options.policy.required_scopes = {"read"};
  const assay::Result<assay::JwtVerifier> verifier = assay::JwtVerifier::create(options);
  if (!verifier) return failed(verifier.error().message);

  // 3. One token: what it grants, or nothing.
  const std::optional<assay::AccessToken> granted = verifier->load_access_token(token);
  if (!granted || granted->client_id != "alice" || granted->scopes.size() != 2) return failed("the token was rejected");
  std::cout << granted->client_id << " may " << granted->scopes.front() << '\n';

  // 4. Many tokens at once, judged at one moment, each with its reasons.
  request.expires_in_seconds = -60;
  const std::string expired = pair.create_token(request);
  const std::string foreign = assay::RsaKeyPair::generate().create_token(request);
  const std::vector<std::string_view> tokens = {token, expired, foreign, "a.b.c"};
  std::vector<assay::Verdict> verdicts(tokens.size());
  verifier->verify_batch(tokens, verdicts, assay::Instant::now());
  for (const assay::Verdict& verdict : verdicts) {
    if (verdict.valid()) {
      std::cout << "accepted\n";
    } else {
      std::cout << "rejected: " << to_string(verdict.reason()) << " (" << verdict.detail << ")\n";
    }
  }
  if (!verdicts[0].valid() || verdicts[1].valid() || verdicts[1].reason() != assay::Reason::token_expired ||
      verdicts[2].valid() || verdicts[2].reason() != assay::Reason::signature_invalid || verdicts[3].valid() ||
      verdicts[3].reason() != assay::Reason::malformed_token) {
    return failed("a verdict of the batch is wrong");
  }

  // 5. Bad options are an error that says which.
  options.policy.issuers = {""};
  const auto refused = assay::JwtVerifier::create(options);
  if (refused) return failed("an empty issuer was not refused");
  std::cout << "refused: " << refused.error().message << '\n';

  // 6. A table of tokens instead of signatures, for development.
  const auto table = assay::StaticTokenVerifier::create(R"({"dev-token": {"client_id": "dev", "scopes": ["read"]}})");
  if (!table) return failed(table.error().message);
  if (!table->load_access_token("dev-token") || table->load_access_token("other")) return failed("the table is wrong");
  return 0;
}
