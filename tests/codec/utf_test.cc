#include "codec/utf.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace assay::codec {
namespace {

// The slow definition: one character after the other.
std::size_t slow_prefix(std::string_view text, bool surrogates) {
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint next = read_wtf8(text, at);
    if (next.length == 0 || (!surrogates && is_surrogate(next.code))) return at;
    at += next.length;
  }
  return at;
}

TEST(Utf8Prefix, StopsAtTheFirstByteThatIsNoUtf8) {
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string ascii(length, 'a');
    EXPECT_EQ(utf8_prefix(ascii, false), length);
    for (std::size_t at = 0; at < length; ++at) {
      std::string bad = ascii;
      bad[at] = '\xFF';
      EXPECT_EQ(utf8_prefix(bad, true), at) << length;
      std::string open = ascii;  // the first byte of two
      open[at] = '\xC3';
      EXPECT_EQ(utf8_prefix(open, true), at) << length;
    }
  }
  EXPECT_EQ(utf8_prefix("\xED\xA0\x80", true), 3u) << "a lone surrogate";
  EXPECT_EQ(utf8_prefix("a\xED\xA0\x80", false), 1u);
}

TEST(Utf8Prefix, AgreesWithReadingOneCharacterAfterTheOther) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string_view pieces[] = {
      "a",    "abcdefgh", "\xC3\xBC",        "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\xA0\x80",
      "\x80", "\xC0\xAF", "\xF4\x90\x80\x80"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const unsigned kinds = 1 + random() % std::size(pieces);
    for (unsigned i = random() % 12; i > 0; --i) text += pieces[random() % kinds];
    text.resize(text.size() - std::min<std::size_t>(text.size(), random() % 3));
    for (const bool surrogates : {false, true})
      EXPECT_EQ(utf8_prefix(text, surrogates), slow_prefix(text, surrogates)) << text;
  }
}

}  // namespace
}  // namespace assay::codec
