// The plain SHA-2 functions in their three steps: EVP, and the one-shot SHA256() that OpenSSL 3.0 built upon it, look
// the algorithm up by name for every message, under a lock that all threads share (about 0.8 µs).
#define OPENSSL_API_COMPAT 0x10101000L
#include "verify/digest.h"

#include <openssl/sha.h>

namespace assay::verify {

void digest(Hash hash, std::string_view message, unsigned char* to) noexcept {
  switch (hash) {
    case Hash::SHA256: {
      SHA256_CTX context;
      SHA256_Init(&context);
      SHA256_Update(&context, message.data(), message.size());
      SHA256_Final(to, &context);
      return;
    }
    case Hash::SHA384: {
      SHA512_CTX context;
      SHA384_Init(&context);
      SHA384_Update(&context, message.data(), message.size());
      SHA384_Final(to, &context);
      return;
    }
    case Hash::SHA512: {
      SHA512_CTX context;
      SHA512_Init(&context);
      SHA512_Update(&context, message.data(), message.size());
      SHA512_Final(to, &context);
      return;
    }
    case Hash::none:
      return;
  }
}

}  // namespace assay::verify
