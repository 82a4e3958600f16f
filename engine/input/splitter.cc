#include "input/splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/file_kind.h"
#include "input/newlines.h"

namespace assay::input {
namespace {

// What in_pieces waits for at the beginning of a pipe: enough to learn from, however slowly it comes.
constexpr std::size_t kFirstBytes = 64u << 10;
// Bytes in which the end of a line is looked for first, and then.
constexpr std::size_t kProbe = 4096, kWindow = 64u << 10;

// The bytes up to the last at which a piece may end, that one included; 0 if there is none.
std::size_t piece_size(std::string_view bytes) noexcept {
  for (std::size_t size = bytes.size(); size != 0; --size) {
    if (ends_piece(bytes[size - 1])) return size;
  }
  return 0;
}

}  // namespace

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

SplitterOptions in_records(InputFormat format, std::size_t max_token_bytes, std::size_t block_bytes) noexcept {
  return {Cutting::in_records, max_line_bytes(format, max_token_bytes), block_bytes};
}

SplitterOptions in_pieces(std::size_t line_limit, std::size_t block_bytes) noexcept {
  return {Cutting::in_pieces, line_limit, block_bytes};
}

Splitter::Splitter(Source& source, SplitterOptions options) : source_(source), options_(options) {}

// Drops the tail of a line that was too long, up to its '\n' if that was read.
void Splitter::skip_to_newline(Buffer& buffer) noexcept {
  const void* newline = buffer.size() == 0 ? nullptr : std::memchr(buffer.data(), '\n', buffer.size());
  const std::size_t dropped = newline == nullptr
                                  ? buffer.size()
                                  : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
  if (dropped != 0) std::memmove(buffer.data(), buffer.data() + dropped, buffer.size() - dropped);
  buffer.resize(buffer.size() - dropped);
  account(dropped);
  if (newline != nullptr) skipping_ = false;
}

// Drops bytes that an earlier run took.
void Splitter::skip_bytes(Buffer& buffer) noexcept {
  const std::size_t dropped = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, buffer.size()));
  if (dropped != 0) std::memmove(buffer.data(), buffer.data() + dropped, buffer.size() - dropped);
  buffer.resize(buffer.size() - dropped);
  to_skip_ -= dropped;
  offset_ += dropped;
}

// Goes on in the input behind `bytes` bytes that the block in hand, or the next one, accounts for.
void Splitter::account(std::size_t bytes) noexcept {
  offset_ += bytes;
  if (!source_.is_compressed()) unaccounted_ += bytes;
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
  const Result<Source::Opened> opened = source_.open_next();
  if (!opened) return opened.error();
  if (*opened == Source::Opened::none) {
    block.bytes = std::exchange(unaccounted_, 0);
    return Step(Outcome::end);
  }
  open_ = at_beginning_ = true;
  ended_ = skipping_ = mid_line_ = end_known_ = false;
  offset_ = newline_free_ = 0;
  fault_.clear();
  if (*opened == Source::Opened::faulty) return end_input(block, source_.fault());
  const std::uint64_t skipped = std::exchange(options_.skipped, 0);
  if (source_.file() != nullptr) {
    dealing_ = {source_.file(), skipped, 0, options_.cutting};
  } else {
    to_skip_ = skipped;
    at_beginning_ = skipped == 0;
  }
  return Step(std::nullopt);
}

// Ends the open input. Gives a block if there is something to tell of it.
Splitter::Step Splitter::end_input(Block& block, std::string fault) {
  open_ = false;
  dealing_ = {};
  unaccounted_ += source_.take_stored_bytes();
  block.fault = std::move(fault);
  block.remark = source_.take_remark();
  if (block.fault.empty() && block.remark.empty()) return Step(std::nullopt);
  block.file = source_.index();
  block.is_compressed = source_.is_compressed();
  block.line_limit = options_.line_limit;
  block.first_offset = offset_;
  block.bytes = std::exchange(unaccounted_, 0);
  return Step(Outcome::block);
}

// Gives the next range of the file that is being dealt out.
//
// The file may grow: its size is asked for again until its end is near. From there on the size counts as it was then. A
// line that crosses the end is given as far as it is written when it is read, and then nothing may come after it.
Splitter::Step Splitter::deal_out(Block& block) {
  if (source_.stopping()) return Step(Outcome::stopped);
  const std::uint64_t near = dealing_.begin + options_.block_bytes + options_.line_limit;
  if (!end_known_ && dealing_.end <= near) {
    Result<std::uint64_t> size = dealing_.file->size();
    if (!size) return end_input(block, size.error().message);
    if (*size < dealing_.end) return end_input(block, dealing_.file->truncated().message);
    dealing_.end = *size;
    end_known_ = dealing_.end <= near;
  }
  if (dealing_.begin >= dealing_.end) return end_input(block, {});
  block.file = source_.index();
  block.is_compressed = source_.is_compressed();
  block.line_limit = options_.line_limit;
  block.range = dealing_;
  block.range.end = std::min(dealing_.end, dealing_.begin + options_.block_bytes);
  if (options_.cutting == Cutting::in_pieces) {
    if (Result<void> cut = end_piece(block); !cut) {
      block.range = {};
      return end_input(block, cut.error().message);
    }
  }
  block.bytes = std::exchange(unaccounted_, 0);
  dealing_.begin = block.range.end;
  return Step(Outcome::block);
}

// Moves the end of a range of in_pieces to the end of its last line. If that stands too far away, the range ends where
// a piece may end.
Result<void> Splitter::end_piece(Block& block) {
  Range& range = block.range;
  block.continues_line = mid_line_;
  const std::uint64_t nominal = range.end;
  const std::uint64_t last = std::min(dealing_.end, nominal + options_.line_limit);
  mid_line_ = false;
  if (nominal == dealing_.end) return {};
  for (std::uint64_t at = std::max(nominal - 1, newline_free_), step = kProbe; at < last; step = kWindow) {
    Result<std::string_view> window = look(at, std::min(last - at, step));
    if (!window) return window.error();
    if (const std::size_t newline = window->find('\n'); newline != std::string_view::npos) {
      range.end = at + newline + 1;
      return {};
    }
    at += window->size();
  }
  newline_free_ = last;
  if (last == dealing_.end) {
    range.end = last;
    return {};
  }
  mid_line_ = block.ends_mid_line = true;
  const std::uint64_t earliest = nominal - std::min<std::uint64_t>(kPieceTail, nominal - range.begin);
  for (std::uint64_t end = nominal; end > earliest;) {
    const std::uint64_t begin = end - std::min<std::uint64_t>(kWindow, end - earliest);
    Result<std::string_view> window = look(begin, end - begin);
    if (!window) return window.error();
    if (const std::size_t size = piece_size(*window); size != 0) {
      range.end = begin + size;
      mid_line_ = block.ends_mid_line = (*window)[size - 1] != '\n';
      break;
    }
    end = begin;
  }
  return {};
}

// Returns the bytes of the file that is being dealt out from `at` on, at most kWindow. A view into window_.
Result<std::string_view> Splitter::look(std::uint64_t at, std::uint64_t bytes) {
  window_.reserve(kWindow);
  Result<std::size_t> got = dealing_.file->read_at(at, window_.data(), static_cast<std::size_t>(bytes));
  if (!got) return got.error();
  if (*got < bytes) return dealing_.file->truncated();
  window_.resize(*got);
  return window_.view();
}

// Reads a block of the open input. Once it holds a whole line, the block takes what is there but waits for no more;
// until then it grows up to the longest line.
Splitter::Step Splitter::read(Block& block, bool wait) {
  Buffer& buffer = block.buffer;
  buffer.reserve(options_.block_bytes);
  buffer.assign(rest_);
  rest_.clear();
  // The rest of a line that is given in pieces is not waited for.
  const std::size_t limit = std::max<std::size_t>(
      1, mid_line_ ? std::min(options_.line_limit, options_.block_bytes - 1) : options_.line_limit);
  std::size_t searched = 0;  // bytes at the front that hold no '\n'
  bool has_line = false;
  for (;;) {
    if (to_skip_ != 0) skip_bytes(buffer);
    if (skipping_) {
      skip_to_newline(buffer);
      searched = 0;
    }
    if (!has_line && buffer.size() > searched) {
      has_line = std::memchr(buffer.data() + searched, '\n', buffer.size() - searched) != nullptr;
      searched = buffer.size();
    }
    const bool too_long = !has_line && buffer.size() > limit;
    if (too_long || (has_line && buffer.size() >= options_.block_bytes) || (ended_ && buffer.size() != 0)) break;
    if (ended_) return end_input(block, std::exchange(fault_, {}));
    if (buffer.size() == buffer.capacity()) {
      buffer.reserve(std::min(2 * buffer.capacity(), options_.line_limit + 1 + options_.block_bytes));
    }
    const std::size_t room =
        buffer.size() < options_.block_bytes ? options_.block_bytes - buffer.size() : buffer.capacity() - buffer.size();
    const bool learns = options_.cutting == Cutting::in_pieces && at_beginning_ && options_.block_bytes >= kFirstBytes;
    const bool is_enough = has_line && (!learns || buffer.size() >= kFirstBytes);
    const Source::Read read = source_.read(buffer.data() + buffer.size(), room, wait && !is_enough);
    buffer.resize(buffer.size() + read.bytes);
    if (read.outcome == Source::Outcome::data) continue;
    if (read.outcome == Source::Outcome::end || read.outcome == Source::Outcome::faulty) {
      ended_ = true;
      if (read.outcome == Source::Outcome::faulty) fault_ = source_.fault();
      continue;
    }
    // Whole lines that were read are verified, whatever happened.
    if (is_enough || (has_line && read.outcome == Source::Outcome::stopped)) break;
    if (read.outcome == Source::Outcome::stopped) return Step(Outcome::stopped);
    rest_.assign(buffer.view());
    buffer.resize(0);
    return Step(Outcome::nothing);
  }
  return give(block);
}

// Gives the lines of the buffer as a block, and keeps the rest. An input that begins like no text is given up.
Splitter::Step Splitter::give(Block& block) {
  if (at_beginning_) {
    if (const auto kind = base::file_kind(block.buffer.view())) {
      Error error = source_.not_text(*kind);
      if (source_.is_stream()) return error;
      return end_input(block, std::move(error.message));
    }
  }
  block.file = source_.index();
  block.is_compressed = source_.is_compressed();
  block.line_limit = options_.line_limit;
  const std::size_t used = options_.cutting == Cutting::in_records ? cut_records(block) : cut_piece(block);
  const std::string_view bytes = block.buffer.view();
  block.first_offset = offset_;
  block.text = bytes.substr(0, used);
  rest_.assign(bytes.substr(used));
  at_beginning_ = false;
  account(used);
  // The fault cut this line off, so it is no record.
  if (used == 0) {
    account(rest_.size());
    rest_.clear();
    return Step(std::nullopt);
  }
  block.bytes = std::exchange(unaccounted_, 0) + source_.take_stored_bytes();
  return Step(Outcome::block);
}

// Cuts the whole lines of the buffer into records, and at the end of an input also its last. Returns their bytes.
std::size_t Splitter::cut_records(Block& block) {
  const char* const begin = block.buffer.data();
  const char* const end = begin + block.buffer.size();
  const char* at = begin;
  while (at != end && block.records.size() < kMaxRecordsPerBlock) {
    const auto left = static_cast<std::size_t>(end - at);
    const char* newline = static_cast<const char*>(std::memchr(at, '\n', left));
    const bool whole = newline != nullptr || (ended_ && fault_.empty());
    if (!whole && left <= options_.line_limit) break;
    const std::string_view text(at, newline == nullptr ? left : static_cast<std::size_t>(newline - at));
    if (text.size() > options_.line_limit) {
      block.records.push_back({{}, true, begins_object(text)});
    } else {
      block.records.push_back({offset_ == 0 && at == begin ? without_byte_order_mark(text) : text});
    }
    if (newline == nullptr) {
      skipping_ = !ended_;
      at = end;
    } else {
      at = newline + 1;
    }
  }
  block.record_count = block.line_count = block.records.size();
  return static_cast<std::size_t>(at - begin);
}

// Ends the block of in_pieces behind its last line; if it holds no end of a line, where a piece may end. Returns its
// bytes.
std::size_t Splitter::cut_piece(Block& block) {
  const std::string_view bytes = block.buffer.view();
  const std::size_t newline = bytes.rfind('\n');
  std::size_t used = bytes.size();
  block.continues_line = mid_line_;
  mid_line_ = false;
  if (ended_) {
    block.ends_mid_line = bytes.back() != '\n' && !fault_.empty();
  } else if (newline != std::string_view::npos) {
    used = newline + 1;
  } else {
    // A byte stays, so that the piece that ends the input is not empty and knows that the line ends.
    used = bytes.size() - 1;
    const std::size_t earliest = used - std::min(used, kPieceTail);
    if (const std::size_t size = piece_size(bytes.substr(earliest, used - earliest)); size != 0) used = earliest + size;
    mid_line_ = block.ends_mid_line = true;
  }
  const std::string_view text = bytes.substr(0, used);
  block.line_count = count_newlines(text) + (text.back() != '\n' && !block.ends_mid_line ? 1 : 0);
  return used;
}

}  // namespace assay::input
