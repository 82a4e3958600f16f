#include "input/splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/file_kind.h"

namespace assay::input {

std::string_view without_byte_order_mark(std::string_view text) noexcept {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

std::size_t max_line_bytes(InputFormat format, std::size_t max_token_bytes) noexcept {
  if (format == InputFormat::lines) return max_token_bytes + kLineSlack;
  return std::max(kMinNdjsonLine, 4 * max_token_bytes);
}

bool begins_object(std::string_view record) noexcept {
  if (!record.empty() && record.front() == '{') return true;
  const std::size_t at = record.find_first_not_of(" \t\r\x1E");
  return at != std::string_view::npos && record[at] == '{';
}

Splitter::Splitter(Source& source, InputFormat format, std::size_t max_token_bytes, std::size_t block_bytes)
    : source_(source), block_bytes_(block_bytes), limit_(max_line_bytes(format, max_token_bytes)) {}

// Drops the tail of a line that was too long, up to its '\n' if that was read.
void Splitter::skip_to_newline(Buffer& buffer) noexcept {
  const void* newline = buffer.size() == 0 ? nullptr : std::memchr(buffer.data(), '\n', buffer.size());
  const std::size_t dropped = newline == nullptr
                                  ? buffer.size()
                                  : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
  if (dropped != 0) std::memmove(buffer.data(), buffer.data() + dropped, buffer.size() - dropped);
  buffer.resize(buffer.size() - dropped);
  unaccounted_ += dropped;
  if (newline != nullptr) skipping_ = false;
}

Result<Splitter::Outcome> Splitter::next(Block& block, bool wait) {
  for (;;) {
    Step step = dealing_.file != nullptr ? deal_out(block) : open_ ? read(block, wait) : open(block, wait);
    if (!step) return step.error();
    if (*step) return **step;
  }
}

// Opens the next input.
Splitter::Step Splitter::open(Block& block, bool wait) {
  if (!wait && source_.next_may_block()) return Step(Outcome::nothing);
  Result<bool> opened = source_.open_next();
  if (!opened) return opened.error();
  if (!*opened) {
    block.bytes = std::exchange(unaccounted_, 0);
    return Step(Outcome::end);
  }
  open_ = at_beginning_ = true;
  ended_ = skipping_ = end_known_ = false;
  if (source_.file() != nullptr) dealing_ = {source_.file()};
  return Step(std::nullopt);
}

// Gives the next range of the file that is being dealt out.
//
// The file may grow: its size is asked for again until its end is near. From there on the size counts as it was then. A
// line that crosses the end is given as far as it is written when it is read, and then nothing may come after it.
Splitter::Step Splitter::deal_out(Block& block) {
  if (source_.stopping()) return Step(Outcome::stopped);
  const std::uint64_t near = dealing_.begin + block_bytes_ + limit_;
  if (!end_known_ && dealing_.end <= near) {
    Result<std::uint64_t> size = dealing_.file->size();
    if (!size) return size.error();
    if (*size < dealing_.end) return dealing_.file->truncated();
    dealing_.end = *size;
    end_known_ = dealing_.end <= near;
  }
  if (dealing_.begin >= dealing_.end) {
    dealing_ = {};
    open_ = false;
    return Step(std::nullopt);
  }
  block.file = source_.index();
  block.line_limit = limit_;
  block.range = {dealing_.file, dealing_.begin, std::min(dealing_.end, dealing_.begin + block_bytes_)};
  block.bytes = std::exchange(unaccounted_, 0);
  dealing_.begin = block.range.end;
  return Step(Outcome::block);
}

// Reads a block of the open input. Once it holds a whole line, the block takes what is there but waits for no more;
// until then it grows up to the longest line.
Splitter::Step Splitter::read(Block& block, bool wait) {
  Buffer& buffer = block.buffer;
  buffer.reserve(block_bytes_);
  buffer.assign(rest_);
  rest_.clear();
  std::size_t searched = 0;  // bytes at the front that hold no '\n'
  bool has_line = false;
  for (;;) {
    if (skipping_) {
      skip_to_newline(buffer);
      searched = 0;
    }
    if (!has_line && buffer.size() > searched) {
      has_line = std::memchr(buffer.data() + searched, '\n', buffer.size() - searched) != nullptr;
      searched = buffer.size();
    }
    const bool too_long = !has_line && buffer.size() > limit_;
    if (too_long || (has_line && buffer.size() >= block_bytes_) || (ended_ && buffer.size() != 0)) break;
    if (ended_) {
      open_ = false;
      return Step(std::nullopt);
    }
    if (buffer.size() == buffer.capacity()) buffer.reserve(std::min(2 * buffer.capacity(), limit_ + 1 + block_bytes_));
    const std::size_t room =
        buffer.size() < block_bytes_ ? block_bytes_ - buffer.size() : buffer.capacity() - buffer.size();
    Result<Source::Read> read = source_.read(buffer.data() + buffer.size(), room, wait && !has_line);
    if (!read) return read.error();
    buffer.resize(buffer.size() + read->bytes);
    if (read->outcome == Source::Outcome::data) continue;
    if (read->outcome == Source::Outcome::end) {
      ended_ = true;
      continue;
    }
    // Whole lines that were read are verified, whatever happened.
    if (has_line) break;
    if (read->outcome == Source::Outcome::stopped) return Step(Outcome::stopped);
    rest_.assign(buffer.view());
    buffer.resize(0);
    return Step(Outcome::nothing);
  }
  if (Result<void> is_text = cut(block); !is_text) return is_text.error();
  return Step(Outcome::block);
}

// Cuts the whole lines of the buffer into records, and at the end of an input also its last; keeps the rest.
Result<void> Splitter::cut(Block& block) {
  Buffer& buffer = block.buffer;
  if (at_beginning_) {
    if (const auto kind = base::file_kind(buffer.view())) return source_.not_text(*kind);
  }
  const char* at = buffer.data();
  const char* const end = at + buffer.size();
  while (at != end && block.records.size() < kMaxRecordsPerBlock) {
    const auto left = static_cast<std::size_t>(end - at);
    const char* newline = static_cast<const char*>(std::memchr(at, '\n', left));
    if (newline == nullptr && !ended_ && left <= limit_) break;
    const std::string_view text(at, newline == nullptr ? left : static_cast<std::size_t>(newline - at));
    if (text.size() > limit_) {
      block.records.push_back({{}, true, begins_object(text)});
    } else {
      block.records.push_back({at_beginning_ ? without_byte_order_mark(text) : text});
    }
    at_beginning_ = false;
    if (newline == nullptr) {
      skipping_ = !ended_;
      at = end;
    } else {
      at = newline + 1;
    }
  }
  const auto used = static_cast<std::size_t>(at - buffer.data());
  rest_.assign(at, static_cast<std::size_t>(end - at));
  block.file = source_.index();
  block.line_limit = limit_;
  block.bytes = std::exchange(unaccounted_, 0) + used;
  block.record_count = block.records.size();
  return {};
}

}  // namespace assay::input
