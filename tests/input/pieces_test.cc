// Cutting::in_pieces: no byte is lost, numbers are right, memory is bounded.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "archive/compression.h"
#include "input/block_queue.h"
#include "input/range.h"
#include "input/splitter.h"
#include "support/temp_dir.h"

namespace assay::input {
namespace {

using test::TempDir;

struct Piece {
  std::string text;
  std::uint64_t first_line, lines, offset;
  bool continues, ends_mid;
};

struct Pieces {
  std::vector<Piece> pieces;
  std::string text, fault;
  std::uint64_t bytes = 0;
};

Pieces cut(const std::string& path, SplitterOptions options) {
  Source source({path}, {});
  Splitter splitter(source, options);
  Numbering numbering;
  Pieces all;
  for (;;) {
    Block block;
    const Result<Splitter::Outcome> outcome = splitter.next(block);
    if (!outcome) {
      ADD_FAILURE() << outcome.error().message;
      return all;
    }
    if (*outcome != Splitter::Outcome::block) {
      all.bytes += block.bytes;
      return all;
    }
    std::vector<Block> overflow;
    if (block.range.file != nullptr) load(block, overflow);
    EXPECT_TRUE(overflow.empty());
    numbering.number(block);
    EXPECT_TRUE(block.records.empty());
    EXPECT_LE(block.text.size(), options.block_bytes + options.line_limit + 1);
    EXPECT_EQ(block.first_offset, all.text.size());
    all.bytes += block.bytes;
    if (!block.fault.empty()) all.fault = block.fault;
    all.text += block.text;
    if (block.text.empty()) continue;
    all.pieces.push_back({std::string(block.text), block.first_line, block.line_count, block.first_offset,
                          block.continues_line, block.ends_mid_line});
  }
}

// What must hold of the pieces of any text.
void expect_sound(const Pieces& all, const std::string& text) {
  ASSERT_EQ(all.text, text);
  std::uint64_t line = 1;
  bool mid_line = false;
  for (const Piece& piece : all.pieces) {
    EXPECT_EQ(piece.first_line, line);
    EXPECT_EQ(piece.continues, mid_line);
    const auto newlines = static_cast<std::uint64_t>(std::count(piece.text.begin(), piece.text.end(), '\n'));
    const bool is_last = &piece == &all.pieces.back();
    EXPECT_EQ(piece.lines, newlines + (is_last && piece.text.back() != '\n' ? 1 : 0));
    EXPECT_EQ(piece.ends_mid, piece.text.back() != '\n' && !is_last);
    line += newlines;
    mid_line = piece.ends_mid;
  }
}

std::string gzipped(const std::string& text) {
  std::string bytes;
  const auto encoder = archive::compression_of_name("x.gz")->make_encoder();
  encoder->encode(text, bytes);
  encoder->finish(bytes);
  return bytes;
}

std::string repeated(const std::string& word, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += word;
  text.resize(bytes);
  return text;
}

const std::vector<std::string> kTexts = {
    "",
    "\n",
    "one",
    "one\n",
    "one\ntwo\n\nthree",
    repeated("word ", 1000),
    repeated("word ", 1000) + "\n" + repeated("0123456789", 500) + "\nshort\n" + repeated("a,b", 700),
    repeated("0123456789", 1000) + " x\n" + repeated("\n", 100) + repeated("line\n", 300) + repeated("q", 64) + "\n",
};

TEST(Pieces, LoseNoByteAndNumberEachLineForFilesAndArchives) {
  const TempDir dir;
  for (const std::string& text : kTexts) {
    const std::string plain = dir.write("plain", text), archive = dir.write("in.gz", gzipped(text));
    for (const std::size_t block : {1, 2, 7, 50, 64, 1000, 100000}) {
      for (const std::size_t limit : {1, 5, 63, 64, 65, 1000, 100000}) {
        SCOPED_TRACE(std::to_string(block) + " " + std::to_string(limit) + " " + text.substr(0, 20));
        const Pieces of_file = cut(plain, in_pieces(limit, block));
        expect_sound(of_file, text);
        EXPECT_EQ(of_file.bytes, text.size());
        const Pieces of_archive = cut(archive, in_pieces(limit, block));
        expect_sound(of_archive, text);
        EXPECT_EQ(of_archive.bytes, gzipped(text).size());
      }
    }
  }
}

TEST(Pieces, GiveALineUpToTheLimitWhole) {
  const TempDir dir;
  const std::string text = "first\n" + repeated("word ", 3000) + "\nlast\n";
  for (const std::string& path : {dir.write("in", text), dir.write("in.gz", gzipped(text))}) {
    for (const Piece& piece : cut(path, in_pieces(3000, 100)).pieces) EXPECT_FALSE(piece.continues || piece.ends_mid);
    const Pieces in_two = cut(path, in_pieces(100, 100));
    EXPECT_TRUE(std::any_of(in_two.pieces.begin(), in_two.pieces.end(), [](const Piece& p) { return p.ends_mid; }));
  }
}

TEST(Pieces, EndBehindABytesThatNoTokenHolds) {
  const TempDir dir;
  for (const char border : std::string(" \t\",<>{}();|")) {
    const std::string token(40, 't'), text = repeated(token + border, 5000);
    for (const std::string& path : {dir.write("in", text), dir.write("in.gz", gzipped(text))}) {
      const Pieces all = cut(path, in_pieces(200, 100));
      ASSERT_GT(all.pieces.size(), 10u);
      for (const Piece& piece : all.pieces) {
        if (piece.ends_mid) {
          EXPECT_EQ(piece.text.back(), border);
        }
      }
    }
  }
}

TEST(Pieces, EndAnywhereInARunWithoutBorders) {
  const TempDir dir;
  const std::string text(3 * kPieceTail, 'x');
  const Pieces all = cut(dir.write("in", text), in_pieces(kPieceTail, kPieceTail));
  expect_sound(all, text);
  EXPECT_EQ(all.pieces.size(), 2u);
}

TEST(Pieces, KeepWhatAFaultCutOff) {
  const TempDir dir;
  const std::string text = repeated("word word\n", 20000) + "end of it", archive = gzipped(text);
  for (const std::size_t size : {archive.size() - 1, archive.size() - 9, archive.size() / 2}) {
    const Pieces all = cut(dir.write("in.gz", archive.substr(0, size)), in_pieces(1000, 1000));
    EXPECT_NE(all.fault.find("cut off at byte " + std::to_string(size)), std::string::npos) << all.fault;
    EXPECT_EQ(all.text, text.substr(0, all.text.size()));
    ASSERT_FALSE(all.pieces.empty());
    EXPECT_EQ(all.pieces.back().ends_mid, all.text.back() != '\n');
    EXPECT_EQ(all.bytes, size);
  }
}

TEST(Pieces, ReadALongLineOnceOnly) {
  const TempDir dir;
  const std::string text = repeated("word ", 8 << 20);
  const std::string path = dir.write("in", text);
  const Pieces all = cut(path, in_pieces(64u << 10, 64u << 10));
  EXPECT_EQ(all.text.size(), text.size());
  EXPECT_LE(all.pieces.size(), 130u);
}

TEST(Pieces, OfAPipeAreGivenAsTheyCome) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  Source source({"/dev/fd/" + std::to_string(fds[0])}, {});
  Splitter splitter(source, in_pieces(1000, 1000));
  Block block;
  ASSERT_EQ(::write(fds[1], "one\ntwo", 7), 7);
  ASSERT_EQ(*splitter.next(block), Splitter::Outcome::block);
  EXPECT_EQ(block.text, "one\n");
  block.recycle(kBlockBytes);
  EXPECT_EQ(*splitter.next(block, false), Splitter::Outcome::nothing);
  block.recycle(kBlockBytes);
  ::close(fds[1]);
  ASSERT_EQ(*splitter.next(block), Splitter::Outcome::block);
  EXPECT_EQ(block.text, "two");
  EXPECT_EQ(block.line_count, 1u);
  EXPECT_EQ(block.first_offset, 4u);
  ::close(fds[0]);
}

TEST(Pieces, TellThatAFileWasTruncatedWhileItWasRead) {
  const TempDir dir;
  dir.write("in", repeated("one\n", 4000));
  Source source({dir.path("in")}, {});
  Splitter splitter(source, in_pieces(100, 1000));
  Block first, second;
  std::vector<Block> overflow;
  ASSERT_EQ(*splitter.next(first), Splitter::Outcome::block);
  ASSERT_EQ(*splitter.next(second), Splitter::Outcome::block);
  dir.write("in", repeated("one\n", 1002));
  load(first, overflow);
  load(second, overflow);
  EXPECT_EQ(first.text.size(), 1000u);
  EXPECT_TRUE(first.fault.empty());
  EXPECT_EQ(second.text, "on");
  EXPECT_TRUE(second.ends_mid_line);
  EXPECT_EQ(second.line_count, 0u);
  EXPECT_NE(second.fault.find("ends at byte 1002 now"), std::string::npos) << second.fault;
}

}  // namespace
}  // namespace assay::input
