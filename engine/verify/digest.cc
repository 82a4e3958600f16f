#define OPENSSL_API_COMPAT 0x10101000L  // plain SHA-2 without EVP's allocation a message, see hmac.cc
#include "verify/digest.h"

#include <openssl/sha.h>

namespace assay::verify {

void digest(Hash hash, std::string_view message, unsigned char* to) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  switch (hash) {
    case Hash::SHA256:
      SHA256(bytes, message.size(), to);
      return;
    case Hash::SHA384:
      SHA384(bytes, message.size(), to);
      return;
    case Hash::SHA512:
      SHA512(bytes, message.size(), to);
      return;
    case Hash::none:
      return;
  }
}

}  // namespace assay::verify
