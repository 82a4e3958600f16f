#include "archive/gzip.h"

#include <gtest/gtest.h>

#include "archive/decoding.h"

namespace assay::archive {
namespace {

using namespace std::string_literals;
using State = Decoder::State;

// "one\ntwo\n" of another program: deflate, CRC-32 and length.
const std::string kDeflated = "\xCB\xCF\x4B\xE5\x2A\x29\xCF\xE7\x02\x00"s;
const std::string kTrailer = "\xE6\x0B\xBA\x12\x08\x00\x00\x00"s;
constexpr const char* kText = "one\ntwo\n";

std::string header(char flags) { return "\x1F\x8B\x08"s + flags + "\0\0\0\0\x02\xFF"s; }

Decoded gunzip(const std::string& archive, std::size_t piece = 1) { return decode(named("gzip"), archive, piece); }

TEST(Gzip, ReadsEveryFieldOfAHeader) {
  const std::string extra = "\x05\x00"s + "\0abc\n"s, name = "access.log\0"s, comment = "of a day\0"s;
  for (int flags = 0; flags < 32; ++flags) {
    if ((flags & 2) != 0) continue;
    std::string archive = header(static_cast<char>(flags));
    if ((flags & 4) != 0) archive += extra;
    if ((flags & 8) != 0) archive += name;
    if ((flags & 16) != 0) archive += comment;
    archive += kDeflated + kTrailer;
    for (const std::size_t piece : {1u, 1000u}) {
      const Decoded all = gunzip(archive, piece);
      EXPECT_EQ(all.text, kText) << flags << all.fault;
      EXPECT_EQ(all.state, State::between);
    }
  }
}

TEST(Gzip, ChecksTheChecksumOfAHeader) {
  // The lower half of the CRC-32 of 1F 8B 08 02 00 00 00 00 02 FF.
  const std::string crc16 = "\x12\xAB"s;
  EXPECT_EQ(gunzip(header(2) + crc16 + kDeflated + kTrailer).text, kText);
  const Decoded wrong = gunzip(header(2) + "\0\0"s + kDeflated + kTrailer);
  EXPECT_EQ(wrong.state, State::faulty);
  EXPECT_EQ(wrong.fault, "the checksum of a header does not match");
}

TEST(Gzip, RefusesMethodsAndFlagsThatNobodyDefined) {
  EXPECT_EQ(gunzip("\x1F\x8B\x07"s).fault, "its method is not deflate");
  EXPECT_EQ(gunzip(header(static_cast<char>(0x20))).fault, "its header has flags that nobody defined");
}

TEST(Gzip, ChecksChecksumAndLength) {
  for (std::size_t at = 0; at < kTrailer.size(); ++at) {
    std::string trailer = kTrailer;
    trailer[at] = static_cast<char>(trailer[at] ^ 1);
    const Decoded all = gunzip(header(0) + kDeflated + trailer);
    EXPECT_EQ(all.state, State::faulty);
    EXPECT_EQ(all.fault, at < 4 ? "its checksum does not match" : "its length does not match");
    EXPECT_EQ(all.text, kText);
    EXPECT_EQ(all.offset, 28u);
  }
}

TEST(Gzip, IgnoresZerosBehindTheLastMember) {
  const std::string archive = header(0) + kDeflated + kTrailer;
  for (const std::size_t piece : {1u, 1000u}) {
    const Decoded padded = gunzip(archive + std::string(512, '\0'), piece);
    EXPECT_EQ(padded.state, State::between);
    EXPECT_EQ(padded.padding, 512u);
    EXPECT_EQ(padded.text, kText);
    const Decoded garbage = gunzip(archive + "\0\0x"s, piece);
    EXPECT_EQ(garbage.state, State::trailing);
    EXPECT_EQ(garbage.offset, archive.size());
  }
}

}  // namespace
}  // namespace assay::archive
