#include "input/range.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "input/newlines.h"
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
  std::string fault;               // why the bytes of the range are not all there; then the lines end at `end`
};

// Appends up to `bytes` bytes of the file that stand behind those of the buffer. Returns whether they were all there. A
// fault of the disk goes to `fault`.
bool append(const InputFile& file, std::uint64_t offset, std::size_t bytes, Buffer& buffer, std::string& fault) {
  const Result<std::size_t> got = file.read_at(offset + buffer.size(), buffer.room(bytes), bytes);
  if (!got) {
    fault = got.error().message;
    return false;
  }
  buffer.resize(buffer.size() + *got);
  return *got == bytes;
}

// Keeps only the lines that are whole: what follows them is lost, or was never written.
void end_at_fault(Lines& lines, Buffer& buffer) noexcept {
  const std::size_t last = buffer.view().rfind('\n');
  lines.end = last == std::string_view::npos ? 0 : last + 1;
  lines.begin = std::min(lines.begin, lines.end);
  buffer.resize(lines.end);
}

// Reads a range, and on to the end of its last line if that stands at most `line_limit` bytes behind the range.
Lines read_lines(const Range& range, std::size_t line_limit, Buffer& buffer) {
  buffer.resize(0);
  // The byte before the range says whether a line begins with the range.
  Lines lines;
  lines.offset = range.begin - (range.begin == 0 ? 0 : 1);
  const auto size = static_cast<std::size_t>(range.end - lines.offset);
  bool file_ended = !append(*range.file, lines.offset, size + kTail, buffer, lines.fault);
  if (range.begin != 0) lines.begin = newline_from(buffer.view(), 0) + 1;
  lines.end = size;
  if (buffer.size() < size) {
    // A log became shorter while it was read: logrotate's copytruncate copies it and empties it.
    if (lines.fault.empty()) lines.fault = range.file->truncated().message;
    end_at_fault(lines, buffer);
    return lines;
  }
  // Only the range in which a line begins looks for its end: a line through many ranges is not read again by each.
  for (std::size_t searched = lines.end - 1; lines.begin < lines.end && !file_ended;) {
    const std::size_t newline = newline_from(buffer.view(), searched);
    if (newline != buffer.size() || newline - lines.end > line_limit) break;
    searched = newline;
    file_ended = !append(*range.file, lines.offset, std::max(kTail, buffer.size() - lines.end), buffer, lines.fault);
  }
  if (!lines.fault.empty()) end_at_fault(lines, buffer);
  return lines;
}

// Cuts the lines of the block's buffer that begin at `at` or later and before `end`, up to kMaxRecordsPerBlock. Returns
// the beginning of the next line.
std::size_t cut_lines(Block& block, std::size_t at, std::size_t end) {
  const std::string_view bytes = block.buffer.view();
  const std::size_t begin = at;
  while (at < end && block.records.size() < kMaxRecordsPerBlock) {
    const std::size_t newline = newline_from(bytes, at);
    const bool too_long = newline - at > block.line_limit;
    const std::string_view line = bytes.substr(at, newline - at);
    block.records.push_back({too_long ? std::string_view() : line, too_long, too_long && begins_object(line)});
    at = newline + 1;
  }
  block.record_count = block.line_count = block.records.size();
  block.text = at <= begin ? std::string_view() : bytes.substr(begin, at - begin);
  return at;
}

// A block of the lines of `first` from `at` on, up to kMaxRecordsPerBlock of those that begin before `end`. Sets `at`
// to the beginning of the next line. `offset`: of the first byte of the buffer of `first` in the file.
Block uncut_block(const Block& first, std::size_t& at, std::size_t end, std::uint64_t offset) {
  const std::string_view bytes = first.buffer.view();
  const std::size_t begin = at;
  Block block;
  for (; at < end && block.record_count < kMaxRecordsPerBlock; ++block.record_count) at = newline_from(bytes, at) + 1;
  block.buffer.assign(bytes.substr(begin, std::min(at, bytes.size()) - begin));
  block.text = block.buffer.view();
  block.file = first.file;
  block.line_limit = first.line_limit;
  block.first_offset = offset + begin;
  block.line_count = block.record_count;
  block.bytes = std::min(at, end) - begin;
  block.now = first.now;
  return block;
}

void load_records(Block& block, const Range& range, std::vector<Block>& overflow) {
  Lines lines = read_lines(range, block.line_limit, block.buffer);
  const std::size_t end = lines.end;
  std::size_t at = cut_lines(block, lines.begin, end);
  if (lines.offset + lines.begin == 0 && !block.records.empty()) {
    std::string_view& text = block.records.front().text;
    text = without_byte_order_mark(text);
  }
  block.first_offset = lines.offset + lines.begin;
  const std::size_t overflown = overflow.size();
  const std::size_t cut = std::min(at, end);
  while (at < end) overflow.push_back(uncut_block(block, at, end, lines.offset));
  Block& last = overflow.size() == overflown ? block : overflow.back();
  block.bytes += lines.fault.empty() ? lines.offset + cut - range.begin : cut - std::min(cut, lines.begin);
  last.fault = std::move(lines.fault);
}

void load_text(Block& block, const Range& range) {
  const auto size = static_cast<std::size_t>(range.end - range.begin);
  block.buffer.resize(0);
  if (!append(*range.file, range.begin, size, block.buffer, block.fault)) {
    if (block.fault.empty()) block.fault = range.file->truncated().message;
    block.ends_mid_line = block.buffer.size() != 0 && block.buffer.view().back() != '\n';
  }
  block.text = block.buffer.view();
  block.first_offset = range.begin;
  const bool ends_file = !block.text.empty() && block.text.back() != '\n' && !block.ends_mid_line;
  block.line_count = count_newlines(block.text) + (ends_file ? 1 : 0);
  block.bytes += block.text.size();
}

}  // namespace

void load(Block& block, std::vector<Block>& overflow) {
  const Range range = std::exchange(block.range, {});
  block.records.clear();
  if (range.cutting == Cutting::in_pieces) return load_text(block, range);
  load_records(block, range, overflow);
}

void cut(Block& block) {
  if (block.records.size() != block.record_count) cut_lines(block, 0, block.buffer.size());
}

}  // namespace assay::input
