// Any text taken apart: segments lie in the token, join to it again, and base64url is one text for one byte string.
#include "codec/base64url.h"
#include "fuzz.h"
#include "jose/compact.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view token = jose::strip_scheme(fuzz::text_of(data, size));
  base::Arena arena;
  const jose::Compact compact = jose::take_apart(token, arena);
  if (compact.shape == jose::Shape::signed_token) {
    std::string joined(compact.header);
    joined.append(".").append(compact.payload);
    fuzz::require(joined == compact.signing_input(), "the signing input is header and payload");
    joined.append(".").append(compact.signature);
    fuzz::require(joined == token, "three segments join to the token");
    fuzz::require(!compact.signature.empty(), "a signed token has a signature");
  }
  const auto payload = codec::base64url_decode(compact.payload);
  if (compact.payload.data() != nullptr) {
    fuzz::require(payload.has_value() == (compact.payload_bytes.data() != nullptr), "strict payloads are decoded");
    fuzz::require(!payload || *payload == compact.payload_bytes, "the payload is decoded as by itself");
  }
  const auto signature = codec::base64url_decode(compact.signature);
  if (compact.signature.data() != nullptr) {
    fuzz::require(signature.has_value() == (compact.signature_bytes.data() != nullptr),
                  "strict signatures are decoded");
    fuzz::require(!signature || *signature == compact.signature_bytes, "the signature is decoded as by itself");
  }
  for (const std::string_view segment : {compact.header, compact.payload, compact.signature}) {
    const auto bytes = codec::base64url_decode(segment);
    if (bytes) fuzz::require(codec::base64url_encode(*bytes) == segment, "strict base64url has one text");
  }
  codec::Base64Kernel kernels[3];
  const int count = codec::base64url_kernels(kernels);
  const std::size_t room = codec::base64url_decoded_size(size) + codec::kBase64Slack;
  std::string first(room, '\0'), other(room, '\0');
  const auto* text = reinterpret_cast<const char*>(data);
  const bool decoded = size % 4 != 1 && kernels[0].decode(text, size, first.data());
  for (int i = 1; i < count && size % 4 != 1; ++i) {
    fuzz::require(kernels[i].decode(text, size, other.data()) == decoded, "base64url kernels agree");
    const std::size_t bytes = codec::base64url_decoded_size(size);
    fuzz::require(!decoded || first.compare(0, bytes, other, 0, bytes) == 0, "base64url kernels decode alike");
  }
  return 0;
}
