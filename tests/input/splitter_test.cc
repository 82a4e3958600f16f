#include "input/splitter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "input/block_queue.h"
#include "input/list.h"
#include "input/range.h"
#include "support/temp_dir.h"

namespace assay::input {
namespace {

using test::TempDir;

struct Line {
  std::size_t file;
  std::uint64_t record, line;
  std::string text;
  bool too_long;
  bool operator==(const Line&) const = default;
};

struct Split {
  std::vector<Line> lines;
  std::uint64_t bytes = 0;
};

Split split(const std::vector<std::string>& paths, std::size_t block_bytes, InputFormat format = InputFormat::automatic,
            std::size_t max_token_bytes = 65536) {
  Source source(paths, {});
  Splitter splitter(source, in_records(format, max_token_bytes, block_bytes));
  Numbering numbering;
  Split all;
  for (;;) {
    Block block;
    Result<Splitter::Outcome> outcome = splitter.next(block);
    if (!outcome) {
      ADD_FAILURE() << outcome.error().message;
      break;
    }
    if (*outcome != Splitter::Outcome::block) {
      all.bytes += block.bytes;
      break;
    }
    std::vector<Block> overflow;
    if (block.range.file != nullptr) load(block, overflow);
    const auto take = [&](Block& part) {
      numbering.number(part);
      const std::uint64_t promised = part.record_count;
      cut(part);
      EXPECT_EQ(part.records.size(), promised);
      EXPECT_LE(part.records.size(), kMaxRecordsPerBlock);
      all.bytes += part.bytes;
      std::uint64_t given = 0;
      for (const Record& record : part.records) {
        all.lines.push_back(
            {part.file, part.first_record + given, part.first_line + given, std::string(record.text), record.too_long});
        ++given;
      }
    };
    take(block);
    for (Block& part : overflow) take(part);
  }
  return all;
}

// The same of pipes that hold these texts.
Split split_pipes(const std::vector<std::string>& texts, std::size_t block_bytes) {
  std::vector<std::string> paths;
  std::vector<int> open;
  for (const std::string& text : texts) {
    std::array<int, 2> fds{};
    EXPECT_EQ(::pipe(fds.data()), 0);
    EXPECT_EQ(::write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    // The end of the pipe comes when nobody can write to it any more, so only its reading end is kept.
    ::close(fds[1]);
    open.push_back(fds[0]);
    paths.push_back("/dev/fd/" + std::to_string(fds[0]));
  }
  Split all = split(paths, block_bytes);
  for (const int fd : open) ::close(fd);
  return all;
}

TEST(Splitter, GivesTheSameRecordsForEveryBlockSize) {
  const TempDir dir;
  const std::string nul("n\0l", 3);
  const std::vector<std::string> files = {dir.write("a", "one\n\ntwo\r\n" + nul + "\nlast without newline"),
                                          dir.write("empty", ""),
                                          dir.write("b",
                                                    "\xEF\xBB\xBF"
                                                    "bom\n\n")};
  const std::vector<Line> expected = {{0, 1, 1, "one", false},
                                      {0, 2, 2, "", false},
                                      {0, 3, 3, "two\r", false},
                                      {0, 4, 4, nul, false},
                                      {0, 5, 5, "last without newline", false},
                                      {2, 6, 1, "bom", false},
                                      {2, 7, 2, "", false}};
  // Files are dealt out in ranges; pipes are read in order.
  for (std::size_t block = 1; block < 64; ++block) {
    const Split all = split(files, block);
    EXPECT_EQ(all.lines, expected) << "block of " << block;
    EXPECT_EQ(all.bytes, 42u) << "block of " << block;
    const Split read = split_pipes({dir.read("a"), dir.read("empty"), dir.read("b")}, block);
    EXPECT_EQ(read.lines, expected) << "block of " << block;
    EXPECT_EQ(read.bytes, 42u) << "block of " << block;
  }
}

TEST(Splitter, GivesNoRecordForEmptyInput) {
  const TempDir dir;
  EXPECT_TRUE(split({dir.write("empty", "")}, 16).lines.empty());
}

TEST(Splitter, TellsALineThatIsTooLongAndGoesOnBehindIt) {
  const TempDir dir;
  const std::size_t limit = max_line_bytes(InputFormat::lines, 10);
  const std::string fits(limit, 'x'), longer(limit + 1, 'y'), giant(10 * limit, 'z');
  const std::string text = fits + "\n" + longer + "\nshort\n" + giant + "\nafter\n" + giant;
  for (const std::size_t block : {std::size_t{1}, std::size_t{100}, limit, kBlockBytes}) {
    const Split all = split({dir.write("in", text)}, block, InputFormat::lines, 10);
    const std::vector<Line> expected = {{0, 1, 1, fits, false}, {0, 2, 2, "", true},       {0, 3, 3, "short", false},
                                        {0, 4, 4, "", true},    {0, 5, 5, "after", false}, {0, 6, 6, "", true}};
    EXPECT_EQ(all.lines, expected) << "block of " << block;
    EXPECT_EQ(all.bytes, text.size()) << "block of " << block;
  }
}

TEST(Splitter, GrowsABlockForALongRecordOfNdjson) {
  const TempDir dir;
  const std::string record = "{\"token\":\"" + std::string(900000, 'a') + "\"}";
  const Split all = split({dir.write("in", record + "\n" + record)}, kBlockBytes);
  ASSERT_EQ(all.lines.size(), 2u);
  EXPECT_EQ(all.lines[0].text, record);
  EXPECT_EQ(all.lines[1].text, record);
}

TEST(Splitter, BoundsTheRecordsOfABlock) {
  const TempDir dir;
  const std::string path = dir.write("in", std::string(50000, '\n') + "end");
  for (const InputFormat format : {InputFormat::automatic, InputFormat::lines}) {
    const Split all = split({path}, kBlockBytes, format);
    ASSERT_EQ(all.lines.size(), 50001u);
    EXPECT_EQ(all.lines.back(), (Line{0, 50001, 50001, "end", false}));
    EXPECT_EQ(all.bytes, 50003u);
  }
}

TEST(Splitter, ReadsWhatAFileHasGrownByMeanwhile) {
  const TempDir dir;
  const std::string blank(5000, '\n');
  const std::string path = dir.write("in", "one\n" + blank + "tw");
  Source source({path}, {});
  Splitter splitter(source, in_records(InputFormat::lines, 1, 4));
  ASSERT_LT(splitter.line_limit(), blank.size());
  Block block;
  std::vector<Block> overflow;
  ASSERT_TRUE(splitter.next(block));
  load(block, overflow);
  ASSERT_EQ(block.records.size(), 1u);
  EXPECT_TRUE(overflow.empty());
  dir.write("in", "one\n" + blank + "two\nthree\n");
  std::string all;
  for (;;) {
    block.recycle(kBlockBytes);
    Result<Splitter::Outcome> outcome = splitter.next(block);
    ASSERT_TRUE(outcome);
    if (*outcome != Splitter::Outcome::block) break;
    load(block, overflow);
    for (const Record& record : block.records) {
      if (!record.text.empty()) all.append(record.text) += '|';
    }
  }
  EXPECT_EQ(all, "two|three|");
}

// logrotate's copytruncate: the log is emptied while it is read.
TEST(Splitter, TellsThatAFileWasTruncatedWhileItWasRead) {
  const TempDir dir;
  const std::string line = "one\n";
  for (const std::size_t kept : {0, 4, 8, 9}) {
    for (const bool dealt : {false, true}) {
      dir.write("in", line + line + line + line);
      Source source({dir.path("in")}, {});
      Splitter splitter(source, in_records(InputFormat::lines, 65536, 8));
      Block block;
      std::vector<Block> overflow;
      ASSERT_TRUE(splitter.next(block));
      load(block, overflow);
      block.recycle(kBlockBytes);
      if (dealt) {
        ASSERT_TRUE(splitter.next(block));
      }
      dir.write("in", (line + line + line + line).substr(0, kept));
      std::string message;
      for (bool ended = false; !ended && message.empty();) {
        if (block.range.file == nullptr) {
          const Result<Splitter::Outcome> outcome = splitter.next(block);
          ASSERT_TRUE(outcome);
          ended = *outcome != Splitter::Outcome::block;
        }
        if (block.range.file != nullptr) load(block, overflow);
        message = block.fault;
        // Lines that are still there count.
        for (const Record& record : block.records) EXPECT_EQ(record.text, "one");
        block.recycle(kBlockBytes);
      }
      EXPECT_NE(message.find(dir.path("in")), std::string::npos) << kept;
      EXPECT_NE(message.find("truncated"), std::string::npos) << kept;
      EXPECT_NE(message.find(" at byte " + std::to_string(kept) + " "), std::string::npos) << kept << message;
    }
  }
}

// A log of very short lines that grows between the first range and the next.
TEST(Splitter, CutsWhatACrowdedFileHasGrownByIntoSeveralBlocks) {
  const TempDir dir;
  const std::string path = dir.write("in", std::string(3 * kBlockBytes, '\n'));
  Source source({path}, {});
  Splitter splitter(source, in_records(InputFormat::lines, 1));
  std::uint64_t records = 0, bytes = 0, blocks = 0;
  for (bool grown = false;;) {
    Block block;
    std::vector<Block> overflow;
    Result<Splitter::Outcome> outcome = splitter.next(block);
    ASSERT_TRUE(outcome);
    if (*outcome != Splitter::Outcome::block) break;
    load(block, overflow);
    overflow.insert(overflow.begin(), std::move(block));
    for (Block& part : overflow) {
      cut(part);
      ASSERT_EQ(part.records.size(), part.record_count);
      ASSERT_LE(part.records.size(), kMaxRecordsPerBlock);
      records += part.records.size();
      bytes += part.bytes;
      ++blocks;
    }
    if (!grown) dir.write("in", std::string(4 * kBlockBytes, '\n') + "tail");
    grown = true;
  }
  EXPECT_EQ(records, 4 * kBlockBytes + 1);
  EXPECT_EQ(bytes, 4 * kBlockBytes + 4);
  EXPECT_GE(blocks, records / kMaxRecordsPerBlock);
}

TEST(Splitter, CutsALineThatIsTooLongAtTheEndOfACrowdedRange) {
  const TempDir dir;
  const std::size_t limit = max_line_bytes(InputFormat::lines, 10);
  for (const std::size_t length : {limit, limit + 1, 3 * kBlockBytes}) {
    const std::string text = std::string(kBlockBytes - 10, '\n') + std::string(length, 'x') + "\nlast";
    const Split all = split({dir.write("in", text)}, kBlockBytes, InputFormat::lines, 10);
    ASSERT_EQ(all.lines.size(), kBlockBytes - 10 + 2);
    EXPECT_EQ(all.lines[kBlockBytes - 10].too_long, length > limit) << length;
    EXPECT_EQ(all.lines.back().text, "last");
    EXPECT_EQ(all.bytes, text.size());
  }
}

// A line that was given as far as it was written is the last: no record of what follows may hide that it was cut.
TEST(Splitter, GivesNothingBehindALineThatWasNotFinished) {
  const TempDir dir;
  for (const std::size_t block_bytes : {4, 6, 8, 1000}) {
    const std::string path = dir.write("in", "one\ntw");
    Source source({path}, {});
    Splitter splitter(source, in_records(InputFormat::lines, 65536, block_bytes));
    std::string all;
    for (;;) {
      Block block;
      std::vector<Block> overflow;
      Result<Splitter::Outcome> outcome = splitter.next(block);
      ASSERT_TRUE(outcome);
      if (*outcome != Splitter::Outcome::block) break;
      load(block, overflow);
      for (const Record& record : block.records) all.append(record.text) += '|';
      // The writer goes on once the line was read.
      if (all.ends_with("tw|")) dir.write("in", "one\ntwo\nthree\n");
    }
    EXPECT_EQ(all, "one|tw|") << block_bytes;
  }
}

TEST(Splitter, ReadsALongLineOnlyWhereItBegins) {
  const TempDir dir;
  constexpr std::size_t kBlock = 1000, kLimit = 500000 + kLineSlack;
  for (const std::size_t length : {kLimit - 1, kLimit, kLimit + 1, 2 * kLimit}) {
    const std::string long_line(length, 'x');
    const std::string text = "one\n" + long_line + "\ntwo\n" + long_line;
    Source source({dir.write("in", text)}, {});
    Splitter splitter(source, in_records(InputFormat::lines, kLimit - kLineSlack, kBlock));
    std::uint64_t read = 0, records = 0, too_long = 0;
    for (;;) {
      Block block;
      std::vector<Block> overflow;
      Result<Splitter::Outcome> outcome = splitter.next(block);
      ASSERT_TRUE(outcome);
      if (*outcome != Splitter::Outcome::block) break;
      load(block, overflow);
      read += block.buffer.size();
      records += block.records.size();
      for (const Record& record : block.records) too_long += record.too_long ? 1 : 0;
    }
    EXPECT_EQ(records, 4u);
    EXPECT_EQ(too_long, length > kLimit ? 2u : 0u);
    // Each range and what may follow it; and each long line, up to twice where the reading doubles.
    EXPECT_LE(read, (text.size() / kBlock + 1) * (kBlock + 4097) + 4 * length + 10000);
  }
}

TEST(Splitter, KnowsAJsonRecordByItsBrace) {
  for (const char* text : {"{\"token\":1}", " \t{", "{"}) EXPECT_TRUE(begins_object(text)) << text;
  for (const char* text : {"abc", "", " ", "[{", "\"{"}) EXPECT_FALSE(begins_object(text)) << text;
}

TEST(Splitter, TellsWhatAnInputIsThatIsNoText) {
  const TempDir dir;
  const std::string xz(
      "\xFD"
      "7zXZ\0rest\n",
      11);
  const std::string path = dir.write("in", xz);
  const auto listed = list_inputs({path});
  ASSERT_FALSE(listed);
  EXPECT_NE(listed.error().message.find("xz data; decompress it first: xzcat " + path), std::string::npos);
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  ASSERT_EQ(::write(fds[1], xz.data(), xz.size()), static_cast<ssize_t>(xz.size()));
  ::close(fds[1]);
  Source source({"/dev/fd/" + std::to_string(fds[0])}, {});
  Splitter splitter(source, in_records(InputFormat::automatic, 65536));
  Block block;
  const Result<Splitter::Outcome> read = splitter.next(block);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("xz data"), std::string::npos);
  ::close(fds[0]);
}

TEST(Splitter, IsWokenBySignalsWhileANamedPipeHasNoWriter) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo(dir.path("pipe").c_str(), 0600), 0);
  std::array<int, 2> wake{};
  ASSERT_EQ(::pipe(wake.data()), 0);
  std::atomic<int> stop{15};
  Source source({dir.path("pipe")}, {&stop, wake[0]});
  Splitter splitter(source, in_records(InputFormat::lines, 65536));
  Block block;
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::stopped);
  stop = 0;
  ASSERT_EQ(::write(wake[1], "x", 1), 1);
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::nothing);
  // A writer may still come.
  const int writer = ::open(dir.path("pipe").c_str(), O_WRONLY | O_NONBLOCK);
  ASSERT_GE(writer, 0);
  ASSERT_EQ(::write(writer, "one\n", 4), 4);
  ::close(writer);
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::block);
  ASSERT_EQ(block.records.size(), 1u);
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::end);
  for (const int fd : wake) ::close(fd);
}

TEST(Splitter, AnswersALoneRecordOfAnOpenPipe) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  // Opened again by name, as a user's named pipe would be.
  Source source({"/dev/fd/" + std::to_string(fds[0])}, {});
  Splitter splitter(source, in_records(InputFormat::automatic, 65536));
  for (const std::string text : {"first\n", "second\npart"}) {
    ASSERT_EQ(::write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    Block block;
    Result<Splitter::Outcome> outcome = splitter.next(block);
    ASSERT_TRUE(outcome);
    ASSERT_EQ(*outcome, Splitter::Outcome::block);
    ASSERT_EQ(block.records.size(), 1u);
    EXPECT_EQ(block.records[0].text, text.substr(0, text.find('\n')));
  }
  ::close(fds[1]);
  Block block;
  Result<Splitter::Outcome> outcome = splitter.next(block);
  ASSERT_TRUE(outcome);
  ASSERT_EQ(block.records.size(), 1u);
  EXPECT_EQ(block.records[0].text, "part");
  ::close(fds[0]);
}

TEST(Splitter, IsWokenBySignalsAndKeepsTheBeginningOfALine) {
  std::array<int, 2> fds{}, wake{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  ASSERT_EQ(::pipe(wake.data()), 0);
  std::atomic<int> stop{0};
  Source source({"/dev/fd/" + std::to_string(fds[0])}, {&stop, wake[0]});
  Splitter splitter(source, in_records(InputFormat::lines, 65536));
  ASSERT_EQ(::write(wake[1], "x", 1), 1);
  Block block;
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::nothing);
  ASSERT_EQ(::write(fds[1], "whole\npart", 10), 10);
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::block);
  block.recycle(kBlockBytes);
  stop = 2;
  EXPECT_EQ(*splitter.next(block), Splitter::Outcome::stopped);
  for (const int fd : {fds[0], fds[1], wake[0], wake[1]}) ::close(fd);
}

TEST(Splitter, ReportsThatNothingIsThereIfItMayNotWait) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  const TempDir dir;
  Source source({dir.write("in", "one\n"), "/dev/fd/" + std::to_string(fds[0])}, {});
  Splitter splitter(source, in_records(InputFormat::lines, 65536));
  Block block;
  EXPECT_EQ(*splitter.next(block, false), Splitter::Outcome::block);
  block.recycle(kBlockBytes);
  EXPECT_EQ(*splitter.next(block, false), Splitter::Outcome::nothing);  // does not open the pipe
  ASSERT_EQ(::write(fds[1], "two\nthr", 7), 7);
  EXPECT_EQ(*splitter.next(block, true), Splitter::Outcome::block);
  ASSERT_EQ(block.records.size(), 1u);
  EXPECT_EQ(block.records[0].text, "two");
  block.recycle(kBlockBytes);
  EXPECT_EQ(*splitter.next(block, false), Splitter::Outcome::nothing);
  ASSERT_EQ(::write(fds[1], "ee\n", 3), 3);
  EXPECT_EQ(*splitter.next(block, false), Splitter::Outcome::block);
  ASSERT_EQ(block.records.size(), 1u);
  EXPECT_EQ(block.records[0].text, "three");
  for (const int fd : fds) ::close(fd);
}

TEST(Splitter, TellsAnInputThatVanishedAndGoesOn) {
  const TempDir dir;
  Source source({dir.path("missing"), dir.write("in", "one\n")}, {});
  Splitter splitter(source, in_records(InputFormat::lines, 65536));
  Block block;
  ASSERT_EQ(*splitter.next(block), Splitter::Outcome::block);
  EXPECT_EQ(block.file, 0u);
  EXPECT_EQ(block.fault, "cannot read " + dir.path("missing") + ": No such file or directory; check the name");
  block.recycle(kBlockBytes);
  std::vector<Block> overflow;
  ASSERT_EQ(*splitter.next(block), Splitter::Outcome::block);
  load(block, overflow);
  EXPECT_EQ(block.file, 1u);
  EXPECT_EQ(block.text, "one\n");
  EXPECT_TRUE(block.fault.empty());
}

}  // namespace
}  // namespace assay::input
