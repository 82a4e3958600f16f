#include "input/source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "archive/compression.h"
#include "input/range.h"
#include "input/splitter.h"
#include "support/temp_dir.h"

namespace assay::input {
namespace {

using test::TempDir;

std::string encoded(const archive::Compression& compression, const std::string& text) {
  std::string bytes;
  const auto encoder = compression.make_encoder();
  encoder->encode(text, bytes);
  encoder->finish(bytes);
  return bytes;
}

struct Taken {
  std::vector<std::string> records, faults, remarks;
  std::uint64_t bytes = 0;
};

Taken take_all(const std::vector<std::string>& paths, std::size_t block_bytes = kBlockBytes, int threads_ahead = 0) {
  Source source(paths, {}, 0, threads_ahead);
  Splitter splitter(source, in_records(InputFormat::automatic, 65536, block_bytes));
  Taken all;
  for (;;) {
    Block block;
    const Result<Splitter::Outcome> outcome = splitter.next(block);
    if (!outcome) {
      ADD_FAILURE() << outcome.error().message;
      return all;
    }
    std::vector<Block> overflow;
    if (block.range.file != nullptr) load(block, overflow);
    all.bytes += block.bytes;
    if (*outcome != Splitter::Outcome::block) return all;
    for (const Record& record : block.records) {
      all.records.emplace_back(record.text);
      if (record.text.empty()) continue;
      const auto at = static_cast<std::size_t>(record.text.data() - block.text.data());
      EXPECT_EQ(block.text.substr(at, record.text.size()), record.text);
    }
    if (!block.fault.empty()) all.faults.push_back(block.fault);
    if (!block.remark.empty()) all.remarks.push_back(block.remark);
  }
}

// Archives of all sizes, whole and broken ones, with other inputs between them.
std::vector<std::string> many_inputs(const TempDir& dir) {
  std::vector<std::string> paths;
  for (int i = 0; i < 90; ++i) {
    const archive::Compression& compression = archive::compressions()[static_cast<std::size_t>(i) % 2];
    std::string text;
    for (int line = 0; line < (i % 7 == 0 ? 100'000 : i * 5); ++line)
      text += std::to_string(i) + " line " + std::to_string(line) + "\n";
    std::string bytes = encoded(compression, text);
    if (i % 10 == 3) bytes.resize(bytes.size() - 3);
    if (i % 10 == 4) bytes += "garbage";
    if (i % 10 == 5) bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    if (i % 10 == 6) bytes = text;
    if (i % 10 == 7) bytes = "";
    paths.push_back(dir.write("in" + std::to_string(i), bytes));
  }
  return paths;
}

TEST(Source, ReadsArchivesAheadAndGivesTheSame) {
  const TempDir dir;
  const std::vector<std::string> paths = many_inputs(dir);
  const Taken one_by_one = take_all(paths);
  EXPECT_GT(one_by_one.records.size(), 900'000u);
  EXPECT_GE(one_by_one.faults.size(), 15u);
  EXPECT_GE(one_by_one.remarks.size(), 8u);
  for (const int threads : {1, 3, 100}) {
    const Taken ahead = take_all(paths, kBlockBytes, threads);
    EXPECT_TRUE(ahead.records == one_by_one.records) << threads;
    EXPECT_EQ(ahead.faults, one_by_one.faults);
    EXPECT_EQ(ahead.remarks, one_by_one.remarks);
    EXPECT_EQ(ahead.bytes, one_by_one.bytes);
  }
}

class CompressedInput : public testing::TestWithParam<const archive::Compression*> {
 protected:
  std::string encode(const std::string& text) const { return encoded(*GetParam(), text); }
  std::string data() const { return std::string(GetParam()->name) + " data"; }
  const TempDir dir_;
};

const std::vector<std::string> kLines = {"one", "", "three", "last"};
constexpr const char* kText = "\xEF\xBB\xBFone\n\nthree\nlast";

TEST_P(CompressedInput, IsReadFromFilesAndPipes) {
  const std::string archive = encode(kText);
  for (std::size_t block = 1; block < 20; ++block) {
    const Taken file = take_all({dir_.write("in", archive)}, block);
    EXPECT_EQ(file.records, kLines);
    EXPECT_EQ(file.bytes, archive.size());
    std::array<int, 2> fds{};
    ASSERT_EQ(::pipe(fds.data()), 0);
    ASSERT_EQ(::write(fds[1], archive.data(), archive.size()), static_cast<ssize_t>(archive.size()));
    ::close(fds[1]);
    EXPECT_EQ(take_all({"/dev/fd/" + std::to_string(fds[0])}, block).records, kLines);
    ::close(fds[0]);
  }
}

TEST_P(CompressedInput, OfNothingHoldsNoRecord) {
  const Taken all = take_all({dir_.write("in", encode(""))});
  EXPECT_TRUE(all.records.empty());
  EXPECT_TRUE(all.faults.empty());
}

TEST_P(CompressedInput, CutOffGivesWholeLinesAndAFaultAndTheNextInputFollows) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i * 7919 % 997) + "\n";
  const std::string archive = encode(text), next = dir_.write("next", "next\n");
  // With fewer bytes it does not begin like an archive.
  for (std::size_t size = 4; size < archive.size(); ++size) {
    const Taken all = take_all({dir_.write("in", archive.substr(0, size)), next});
    ASSERT_EQ(all.faults.size(), 1u) << size;
    EXPECT_EQ(all.faults[0], "cannot read " + dir_.path("in") + " to its end: its " + data() + " are cut off at byte " +
                                 std::to_string(size) + "; what stands before counts");
    ASSERT_FALSE(all.records.empty());
    EXPECT_EQ(all.records.back(), "next");
    std::string read;
    for (std::size_t i = 0; i + 1 < all.records.size(); ++i) read += all.records[i] + "\n";
    EXPECT_EQ(read, text.substr(0, read.size()));
    EXPECT_EQ(all.bytes, size + 5);
  }
}

TEST_P(CompressedInput, CorruptIsAFault) {
  std::string archive = encode("one\ntwo\nthree");
  archive[archive.size() - 1] = static_cast<char>(archive.back() ^ 1);
  const Taken all = take_all({dir_.write("in", archive)});
  ASSERT_EQ(all.faults.size(), 1u);
  EXPECT_NE(all.faults[0].find(data() + " are corrupt at byte "), std::string::npos) << all.faults[0];
  EXPECT_EQ(all.records, (std::vector<std::string>{"one", "two"}));
}

TEST_P(CompressedInput, TrailingGarbageIsARemark) {
  const std::string archive = encode("one\ntwo");
  const Taken all = take_all({dir_.write("in", archive + archive + "garbage")});
  EXPECT_EQ(all.records, (std::vector<std::string>{"one", "twoone", "two"}));
  EXPECT_TRUE(all.faults.empty());
  ASSERT_EQ(all.remarks.size(), 1u);
  EXPECT_EQ(all.remarks[0], dir_.path("in") + ": its " + data() + " end at byte " + std::to_string(2 * archive.size()) +
                                "; what follows is ignored");
}

INSTANTIATE_TEST_SUITE_P(Source, CompressedInput,
                         testing::Values(&archive::compressions()[0], &archive::compressions()[1]),
                         [](const auto& tested) { return std::string(tested.param->name); });

TEST(Source, TellsZerosBehindAnArchive) {
  const TempDir dir;
  const std::string archive = encoded(archive::compressions()[0], "one\n");
  const Taken all = take_all({dir.write("in", archive + std::string(512, '\0'))});
  ASSERT_EQ(all.remarks.size(), 1u);
  EXPECT_EQ(all.remarks[0], dir.path("in") + ": 512 zero bytes behind its gzip data are ignored");
}

TEST(Source, TellsAFileThatTurnedIntoADirectory) {
  const TempDir dir;
  const Taken all = take_all({dir.path("")});
  ASSERT_EQ(all.faults.size(), 1u);
  EXPECT_NE(all.faults[0].find("directory"), std::string::npos);
}

}  // namespace
}  // namespace assay::input
