// Any bytes as a JOSE header, in both profiles: two readings agree, a fault has a reason, and the algorithm is that of
// alg.
#include "codec/base64url.h"
#include "fuzz.h"
#include "jose/header.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string segment = codec::base64url_encode(fuzz::text_of(data, size));
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto header = jose::read_header(segment, profile);
    const auto again = jose::read_header(segment, profile);
    fuzz::require(header.has_value() == again.has_value(), "a header reads alike twice");
    if (!header) continue;
    fuzz::require(header->fault == again->fault && header->alg == again->alg && header->kid == again->kid,
                  "a header reads alike twice");
    if (header->fault) fuzz::require(!header->detail.empty(), "a fault has a detail");
    if (header->algorithm) fuzz::require(to_string(*header->algorithm) == header->alg, "the algorithm is alg's");
    if (profile == Profile::strict) fuzz::require(header->payload_is_encoded, "strict has no b64=false");
  }
  jose::read_header(fuzz::text_of(data, size), Profile::strict);
  return 0;
}
