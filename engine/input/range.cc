#include "input/range.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "input/splitter.h"

namespace assay::input {
namespace {

// Bytes read beyond a range, so that its last line is most often whole.
constexpr std::size_t kTail = 4096;

// The index of the first '\n' at or after `at`; bytes.size() if there is none.
std::size_t newline_from(std::string_view bytes, std::size_t at) noexcept {
  const void* found = at < bytes.size() ? std::memchr(bytes.data() + at, '\n', bytes.size() - at) : nullptr;
  return found == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
}

// Where the lines of a range stand in the buffer.
struct Lines {
  std::uint64_t offset = 0;        // of the buffer's first byte in the file
  std::size_t begin = 0, end = 0;  // the first line begins at `begin`, the last before `end`
};

// Reads a range, and on to the end of its last line if that stands at most `line_limit` bytes behind the range.
Result<Lines> read_lines(const Range& range, std::size_t line_limit, Buffer& buffer) {
  buffer.resize(0);
  // The byte before the range says whether a line begins with the range.
  Lines lines{.offset = range.begin - (range.begin == 0 ? 0 : 1)};
  bool file_ended = false;
  const auto read_on = [&](std::size_t bytes) -> Result<void> {
    Result<std::size_t> got = range.file->read_at(lines.offset + buffer.size(), buffer.room(bytes), bytes);
    if (!got) return got.error();
    buffer.resize(buffer.size() + *got);
    file_ended = *got < bytes;
    return {};
  };
  const auto size = static_cast<std::size_t>(range.end - lines.offset);
  if (Result<void> read = read_on(size + kTail); !read) return read.error();
  // A log that became shorter while it was read is an error: logrotate's copytruncate copies it and empties it.
  if (buffer.size() < size) return range.file->truncated();
  lines.end = size;
  if (range.begin != 0) lines.begin = newline_from(buffer.view(), 0) + 1;
  // Only the range in which a line begins looks for its end: a line through many ranges is not read again by each.
  for (std::size_t searched = lines.end - 1; lines.begin < lines.end && !file_ended;) {
    const std::size_t newline = newline_from(buffer.view(), searched);
    if (newline != buffer.size() || newline - lines.end > line_limit) break;
    searched = newline;
    if (Result<void> read = read_on(std::max(kTail, buffer.size() - lines.end)); !read) return read.error();
  }
  return lines;
}

// Cuts the lines of the block's buffer that begin at `at` or later and before `end`, up to kMaxRecordsPerBlock. Returns
// the beginning of the next line.
std::size_t cut_lines(Block& block, std::size_t at, std::size_t end) {
  const std::string_view bytes = block.buffer.view();
  while (at < end && block.records.size() < kMaxRecordsPerBlock) {
    const std::size_t newline = newline_from(bytes, at);
    const bool too_long = newline - at > block.line_limit;
    const std::string_view line = bytes.substr(at, newline - at);
    block.records.push_back({too_long ? std::string_view() : line, too_long, too_long && begins_object(line)});
    at = newline + 1;
  }
  block.record_count = block.records.size();
  return at;
}

// A block of the lines of `first` from `at` on, up to kMaxRecordsPerBlock of those that begin before `end`. Sets `at`
// to the beginning of the next line.
Block uncut_block(const Block& first, std::size_t& at, std::size_t end) {
  const std::string_view bytes = first.buffer.view();
  const std::size_t begin = at;
  Block block;
  for (; at < end && block.record_count < kMaxRecordsPerBlock; ++block.record_count) at = newline_from(bytes, at) + 1;
  block.buffer.assign(bytes.substr(begin, std::min(at, bytes.size()) - begin));
  block.file = first.file;
  block.line_limit = first.line_limit;
  block.bytes = std::min(at, end) - begin;
  block.now = first.now;
  return block;
}

}  // namespace

Result<void> load(Block& block, std::vector<Block>& overflow) {
  const Range range = std::exchange(block.range, {});
  block.records.clear();
  const Result<Lines> lines = read_lines(range, block.line_limit, block.buffer);
  if (!lines) return lines.error();
  const std::size_t end = lines->end;
  std::size_t at = cut_lines(block, lines->begin, end);
  if (lines->offset + lines->begin == 0 && !block.records.empty()) {
    std::string_view& text = block.records.front().text;
    text = without_byte_order_mark(text);
  }
  block.bytes += lines->offset + std::min(at, end) - range.begin;
  while (at < end) overflow.push_back(uncut_block(block, at, end));
  return {};
}

void cut(Block& block) {
  if (block.records.size() != block.record_count) cut_lines(block, 0, block.buffer.size());
}

}  // namespace assay::input
