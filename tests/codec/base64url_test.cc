#include "codec/base64url.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "support/random.h"

namespace assay::codec {
namespace {

using test::StructuredRandom;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The slow and obvious decoder: RFC 4648 §5 bit by bit, with §3.5 for the bits that are left.
std::optional<std::string> reference_decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  unsigned byte = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return std::nullopt;
    for (int bit = 5; bit >= 0; --bit) {
      byte = byte << 1 | ((value >> bit) & 1u);
      if (++bits < 8) continue;
      bytes += static_cast<char>(byte);
      byte = 0;
      bits = 0;
    }
  }
  if (byte != 0) return std::nullopt;
  return bytes;
}

std::string reference_encode(std::string_view bytes) {
  std::string text;
  unsigned value = 0;
  int bits = 0;
  const auto add = [&](unsigned bit) {
    value = value << 1 | bit;
    if (++bits < 6) return;
    text += kAlphabet[value];
    value = 0;
    bits = 0;
  };
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit) add((static_cast<unsigned char>(c) >> bit) & 1u);
  }
  while (bits != 0) add(0);
  return text;
}

// Memory whose end no instruction can pass: the page behind it is not accessible.
class GuardedMemory {
 public:
  GuardedMemory() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* const memory = mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    begin_ = static_cast<char*>(memory);
    if (mprotect(begin_ + page_, page_, PROT_NONE) != 0) std::abort();
  }
  ~GuardedMemory() { munmap(begin_, 2 * page_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  char* last(std::size_t size) noexcept { return begin_ + page_ - size; }
  std::span<char> all() noexcept { return {begin_, page_}; }

 private:
  std::size_t page_;
  char* begin_;
};

// Runs one kernel as a caller may: the text ends at inaccessible memory, and so does the room for the bytes; what lies
// in front of them must stay.
class Runner {
 public:
  // The text ends before `behind`, which ends at inaccessible memory.
  std::optional<std::string> operator()(const Base64Kernel& kernel, std::string_view text, std::string_view behind) {
    char* const from = text_.last(text.size() + behind.size());
    behind.copy(from + text.size(), behind.size());
    return decode(kernel, from, text);
  }
  std::optional<std::string> operator()(const Base64Kernel& kernel, std::string_view text) {
    return decode(kernel, text_.last(text.size()), text);
  }
  // The same for the segment that the text begins with.
  std::size_t segment(const Base64Kernel& kernel, std::string_view text, std::string& decoded) {
    char* const from = text_.last(text.size());
    text.copy(from, text.size());
    char* const to = bytes_.last(base64url_decoded_size(text.size()) + kBase64Slack);
    const std::size_t length = kernel.decode_segment(from, text.size(), to);
    if (length != kNotStrict) decoded.assign(to, base64url_decoded_size(length));
    return length;
  }

 private:
  std::optional<std::string> decode(const Base64Kernel& kernel, char* from, std::string_view text) {
    text.copy(from, text.size());
    const std::size_t size = base64url_decoded_size(text.size());
    const std::span<char> all = bytes_.all();
    std::memset(all.data(), kCanary, all.size());
    char* const to = bytes_.last(size + kBase64Slack);
    const bool good = kernel.decode(from, text.size(), to);
    for (const char* c = all.data(); c != to; ++c) {
      if (*c != kCanary) ADD_FAILURE() << kernel.name << " wrote in front of its room, length " << text.size();
    }
    if (!good) return std::nullopt;
    return std::string(to, size);
  }

  static constexpr char kCanary = '\x5A';
  GuardedMemory text_;
  GuardedMemory bytes_;
};

std::span<const Base64Kernel> kernels() {
  static Base64Kernel all[3];
  static const int count = base64url_kernels(all);
  return {all, static_cast<std::size_t>(count)};
}

class Base64url : public testing::Test {
 protected:
  // Every kernel, the chosen one and the reference give the same.
  void expect_agreement(std::string_view text) {
    const std::optional<std::string> expected = reference_decode(text);
    for (const Base64Kernel& kernel : kernels()) {
      ASSERT_EQ(run_(kernel, text), expected) << kernel.name << ": " << testing::PrintToString(text);
      expect_segment(kernel, text);
    }
  }

  // The segment ends where the alphabet does, and is decoded as it would be alone.
  void expect_segment(const Base64Kernel& kernel, std::string_view text) {
    const std::size_t length = std::min(text.find_first_not_of(kAlphabet), text.size());
    const std::optional<std::string> expected = reference_decode(text.substr(0, length));
    std::string decoded;
    const std::size_t found = run_.segment(kernel, text, decoded);
    ASSERT_EQ(found, expected ? length : kNotStrict) << kernel.name << ": " << testing::PrintToString(text);
    if (expected) {
      ASSERT_EQ(decoded, *expected) << kernel.name << ": " << testing::PrintToString(text);
    }
  }

  Runner run_;
};

TEST_F(Base64url, DecodesAndEncodesTheExamplesOfRfc4648WithoutPadding) {
  // RFC 4648 §10; the last shows the two characters that differ from plain base64.
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "-_-_"},
  };
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64url_decode(text), bytes);
    EXPECT_EQ(base64url_encode(bytes), text);
  }
}

TEST_F(Base64url, UsesTheFirstOfTheKernelsAndScalarIsTheLast) {
  ASSERT_FALSE(kernels().empty());
  EXPECT_EQ(base64url_kernel(), kernels().front().name);
  EXPECT_EQ(kernels().back().name, "scalar");
}

TEST_F(Base64url, HasOnlyTheScalarKernelWhereAssayCpuIsPortable) {
  const char* const forced = std::getenv("ASSAY_CPU");
  if (forced == nullptr || std::string_view(forced) != "portable") GTEST_SKIP() << "ASSAY_CPU is not portable";
  EXPECT_EQ(kernels().size(), 1u);
  EXPECT_EQ(base64url_kernel(), "scalar");
}

TEST_F(Base64url, RoundTripsEveryLengthInEveryKernel) {
  auto random = StructuredRandom::announced("RoundTripsEveryLengthInEveryKernel");
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string bytes = random.bytes(size);
    const std::string text = base64url_encode(bytes);
    ASSERT_EQ(text, reference_encode(bytes));
    ASSERT_EQ(base64url_decode(text), bytes);
    for (const Base64Kernel& kernel : kernels()) ASSERT_EQ(run_(kernel, text), bytes) << kernel.name << ' ' << size;
  }
}

TEST_F(Base64url, AgreesWithTheReferenceAtEveryLength) {
  auto random = StructuredRandom::announced("AgreesWithTheReferenceAtEveryLength");
  for (std::size_t size = 0; size <= 300; ++size) {
    for (int i = 0; i < 8; ++i) expect_agreement(random.text(size, kAlphabet));
    expect_agreement(std::string(size, 'A'));
    expect_agreement(std::string(size, '_'));
  }
}

TEST_F(Base64url, JudgesEachByteAtEachPlaceAlike) {
  // Lengths around the blocks of 32 and 64 characters, so that each byte meets each place of a block and of a rest.
  for (const std::size_t size : {2u, 3u, 4u, 31u, 32u, 34u, 63u, 64u, 66u, 67u, 128u, 131u}) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text(size, 'A');
        text[at] = static_cast<char>(c);
        expect_agreement(text);
      }
    }
  }
}

// A kernel may look behind the text, but not into the next page, and what it sees there changes nothing.
TEST_F(Base64url, DecodesAlikeAtEveryDistanceFromInaccessibleMemory) {
  auto random = StructuredRandom::announced("DecodesAlikeAtEveryDistanceFromInaccessibleMemory");
  for (std::size_t size = 0; size <= 130; ++size) {
    const std::string good = base64url_encode(random.bytes(base64url_decoded_size(size)));
    std::string spoiled = random.text(size, kAlphabet);
    if (size > 0) spoiled[random.below(size)] = '=';
    for (std::size_t distance = 0; distance <= 70; ++distance) {
      const std::string alphabet = random.text(distance, kAlphabet), bytes = random.bytes(distance);
      for (const std::string& text : {good, spoiled}) {
        const std::optional<std::string> expected = reference_decode(text);
        for (const Base64Kernel& kernel : kernels()) {
          ASSERT_EQ(run_(kernel, text, alphabet), expected) << kernel.name << ' ' << text << ' ' << distance;
          ASSERT_EQ(run_(kernel, text, bytes), expected) << kernel.name << ' ' << text << ' ' << distance;
        }
      }
    }
  }
}

TEST_F(Base64url, TakesAByteExactlyWhereItIsOfTheAlphabet) {
  for (int c = 0; c < 256; ++c) {
    const char character = static_cast<char>(c);
    const bool good = kAlphabet.find(character) != kAlphabet.npos;
    for (const std::size_t at : {0u, 1u, 31u, 32u, 33u, 63u, 64u, 65u, 66u, 130u}) {
      std::string text(132, 'x');
      text[at] = character;
      EXPECT_EQ(base64url_decode(text).has_value(), good) << c << " at " << at;
      EXPECT_EQ(is_base64url_alphabet(text), good) << c << " at " << at;
      for (const Base64Kernel& kernel : kernels()) EXPECT_EQ(run_(kernel, text).has_value(), good) << kernel.name;
    }
  }
  EXPECT_TRUE(is_base64url_alphabet(""));
}

TEST_F(Base64url, RejectsTrailingBitsThatAreNotZero) {
  for (std::size_t size = 2; size <= 131; ++size) {
    if (size % 4 != 2 && size % 4 != 3) continue;
    const std::size_t loose = size % 4 == 2 ? 16 : 4;
    for (std::size_t value = 0; value < kAlphabet.size(); ++value) {
      std::string text(size, 'z');
      text.back() = kAlphabet[value];
      for (const Base64Kernel& kernel : kernels()) {
        EXPECT_EQ(run_(kernel, text).has_value(), value % loose == 0) << kernel.name << ": " << text;
      }
    }
  }
}

TEST_F(Base64url, RejectsALengthThatNoBytesHave) {
  for (std::size_t size = 1; size <= 301; size += 4) {
    const std::string text(size, 'A');
    EXPECT_FALSE(base64url_decode(text));
    for (const Base64Kernel& kernel : kernels()) EXPECT_FALSE(run_(kernel, text)) << kernel.name << ' ' << size;
  }
}

TEST_F(Base64url, RejectsPaddingWhiteSpaceAndThePlainAlphabet) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"Zg=="sv, "Zg="sv, "Zm8="sv, "Zm9v="sv, "="sv, "===="sv, "Zm9v\n"sv, "Zm9v\r\n"sv,
                                      " Zm9v"sv, "Zm 9v"sv, "Zm9+"sv, "Zm9/"sv, "Zm9\0"sv, "Zm9."sv, "\xC3\xA9Zm"sv}) {
    EXPECT_FALSE(base64url_decode(text)) << testing::PrintToString(text);
    expect_agreement(text);
  }
}

TEST_F(Base64url, AgreesWithTheReferenceOnCorruptedText) {
  auto random = StructuredRandom::announced("AgreesWithTheReferenceOnCorruptedText");
  for (int i = 0; i < 3000; ++i) {
    expect_agreement(random.corrupted(base64url_encode(random.bytes(random.size(400)))));
  }
}

TEST_F(Base64url, StatesTheSizeOfWhatItDecodesAndEncodes) {
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string bytes(size, 'b');
    EXPECT_EQ(base64url_encoded_size(size), reference_encode(bytes).size());
    EXPECT_EQ(base64url_decoded_size(base64url_encoded_size(size)), size);
  }
}

TEST_F(Base64url, EncodesExactlyTheCharactersThatItStates) {
  auto random = StructuredRandom::announced("EncodesExactlyTheCharactersThatItStates");
  for (std::size_t size = 0; size <= 100; ++size) {
    const std::string bytes = random.bytes(size);
    std::string text(base64url_encoded_size(size) + 8, '!');
    base64url_encode(bytes, text.data());
    EXPECT_EQ(text, reference_encode(bytes) + "!!!!!!!!");
  }
}

}  // namespace
}  // namespace assay::codec
