// Secrets are overwritten before their memory is freed. The program's operator delete looks at each block that it is
// given for the secret of the test.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

#include "codec/base64url.h"
#include "keys/key_store.h"
#include "keys/support.h"

namespace {

// What is looked for; null: nothing is.
std::atomic<const char*> wanted{nullptr};
std::atomic<int> found{0};

void look_and_free(void* block) noexcept {
  const char* const text = wanted.load(std::memory_order_relaxed);
  if (text != nullptr && block != nullptr &&
      memmem(block, malloc_usable_size(block), text, std::strlen(text)) != nullptr)
    ++found;
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { look_and_free(block); }
void operator delete(void* block, std::size_t) noexcept { look_and_free(block); }

namespace assay::keys {
namespace {

const std::string kSecret = "a_secret_of_thirty_two_bytes_or_more_that_nothing_else_holds";

// Opens and closes a store. Returns how many freed blocks held `text`.
int left_behind(const KeySource& from, const std::string& text) {
  found = 0;
  std::vector<KeySource> sources(1);
  sources[0].kind = from.kind;
  sources[0].value = from.value;
  wanted = text.c_str();
  {
    const auto store = KeyStore::open(std::move(sources), policy(), {}, nullptr);
    EXPECT_TRUE(store) << store.error().message;
  }
  wanted = nullptr;
  return found;
}

TEST(WipedMemory, FindsWhatIsNotWiped) {
  found = 0;
  wanted = kSecret.c_str();
  { const std::string copy = kSecret; }
  wanted = nullptr;
  EXPECT_EQ(found, 1);
}

TEST(WipedMemory, HoldsNoSecretOfAFile) {
  const std::string path = testing::TempDir() + "wiped_secret.txt";
  std::ofstream(path) << kSecret << '\n';
  EXPECT_EQ(left_behind({KeySource::Kind::secret_file, path, ""}, kSecret), 0);
}

TEST(WipedMemory, HoldsNoSecretOfASet) {
  const std::string path = testing::TempDir() + "wiped_set.json";
  const std::string encoded = codec::base64url_encode(kSecret);
  std::ofstream(path) << R"({"keys":[{"kty":"oct","k":")" + encoded + "\"}]}";
  EXPECT_EQ(left_behind({KeySource::Kind::jwks_file, path, ""}, kSecret), 0);
  EXPECT_EQ(left_behind({KeySource::Kind::jwks_file, path, ""}, encoded), 0);
}

}  // namespace
}  // namespace assay::keys
