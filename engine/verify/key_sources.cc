#include "verify/key_sources.h"

#include <cstdint>
#include <utility>

#include "signature/openssl_backend.h"

namespace assay::verify {

bool verify_with_openssl(const keys::PreparedKey& key, Algorithm algorithm, std::string_view signing_input,
                         std::string_view signature) {
  signature::Job job{.key = &key, .algorithm = algorithm, .signing_input = signing_input, .signature = signature};
  signature::make_openssl_backend()->new_session()->verify({&job, 1}, 0);
  return job.valid;
}

std::vector<KeySource> sources_of(const JwtVerifierOptions& options) {
  std::vector<KeySource> sources = options.keys;
  for (std::uint32_t i = 0; i < options.trust.issuers.size(); ++i) {
    for (KeySource source : options.trust.issuers[i].keys) {
      source.issuer = i;
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

}  // namespace assay::verify
