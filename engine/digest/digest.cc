// This file uses OpenSSL's plain SHA-2 functions in their three steps. EVP, and the one-shot SHA256() that OpenSSL 3.0
// built upon it, look the algorithm up by name for every message, under a lock that all threads share (about 0.8 µs).
#define OPENSSL_API_COMPAT 0x10101000L
#include "digest/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstring>

#include "kernel/kernel.h"

namespace assay::digest {

void sha2(Hash hash, std::string_view message, unsigned char* to) noexcept {
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

HashState::~HashState() { OPENSSL_cleanse(words, sizeof words); }

const void* initial_words(Hash hash) noexcept {
  if (hash == Hash::SHA256) return kernel::kSha256Initial;
  return hash == Hash::SHA384 ? kernel::kSha384Initial : kernel::kSha512Initial;
}

HashState hash_blocks(Hash hash, const void* words, std::uint64_t hashed, std::string_view text) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t blocks = text.size() / block_bytes(hash);
  HashState state;
  state.hashed = hashed + blocks * block_bytes(hash);
  if (hash == Hash::SHA256) {
    SHA256_CTX context{};
    std::memcpy(context.h, words, sizeof context.h);
    for (std::size_t i = 0; i < blocks; ++i) SHA256_Transform(&context, bytes + i * block_bytes(hash));
    std::memcpy(state.words, context.h, sizeof context.h);
    OPENSSL_cleanse(&context, sizeof context);
  } else {
    SHA512_CTX context{};
    std::memcpy(context.h, words, sizeof context.h);
    for (std::size_t i = 0; i < blocks; ++i) SHA512_Transform(&context, bytes + i * block_bytes(hash));
    std::memcpy(state.words, context.h, sizeof context.h);
    OPENSSL_cleanse(&context, sizeof context);
  }
  return state;
}

}  // namespace assay::digest
