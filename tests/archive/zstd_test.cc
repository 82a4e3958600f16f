#include "archive/zstd.h"

#include <gtest/gtest.h>

#include "archive/decoding.h"

namespace assay::archive {
namespace {

using namespace std::string_literals;
using State = Decoder::State;

const std::string kMagic = "\x28\xB5\x2F\xFD"s;
// A last block that holds "hi" as it is.
const std::string kRawBlock = "\x11\0\0hi"s;

Decoded unzstd(const std::string& archive, std::size_t piece = 1) { return decode(named("zstd"), archive, piece); }

TEST(Zstd, SkipsSkippableFrames) {
  const std::string skippable = "\x5A\x2A\x4D\x18\x03\0\0\0abc"s, empty = "\x50\x2A\x4D\x18\0\0\0\0"s;
  const std::string frame = encode(named("zstd"), "text");
  for (const std::size_t piece : {1u, 5u, 1000u}) {
    EXPECT_EQ(unzstd(skippable + frame + empty + frame + skippable, piece).text, "texttext");
    const Decoded only = unzstd(skippable, piece);
    EXPECT_EQ(only.text, "");
    EXPECT_EQ(only.state, State::between);
    EXPECT_EQ(unzstd(skippable.substr(0, 10), piece).state, State::inside);
  }
}

TEST(Zstd, RefusesAFrameThatNeedsADictionary) {
  const Decoded all = unzstd(kMagic + "\x01\x00\x05"s + kRawBlock);
  EXPECT_EQ(all.state, State::faulty);
  EXPECT_EQ(all.fault, "a frame needs a dictionary");
  EXPECT_EQ(unzstd(kMagic + "\x00\x00"s + kRawBlock).text, "hi");
}

TEST(Zstd, RefusesAWindowOfMoreThan128MiB) {
  // The window descriptor's upper five bits are the exponent over 2^10.
  const auto with_window = [](int log) { return kMagic + "\x00"s + static_cast<char>((log - 10) << 3) + kRawBlock; };
  EXPECT_EQ(unzstd(with_window(27)).text, "hi");
  for (const int log : {28, 31, 41}) {
    const Decoded all = unzstd(with_window(log));
    EXPECT_EQ(all.state, State::faulty) << log;
    EXPECT_NE(all.fault.find("128 MiB"), std::string::npos) << all.fault;
  }
}

TEST(Zstd, ChecksTheChecksum) {
  std::string archive = encode(named("zstd"), "text");
  archive.back() = static_cast<char>(archive.back() ^ 1);
  const Decoded all = unzstd(archive);
  EXPECT_EQ(all.state, State::faulty);
  EXPECT_EQ(all.fault, "its checksum does not match");
}

}  // namespace
}  // namespace assay::archive
