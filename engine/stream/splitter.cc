#include "stream/splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace assay::stream {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::size_t max_line_bytes(InputFormat format, std::size_t max_token_bytes) noexcept {
  if (format == InputFormat::lines) return max_token_bytes + kLineSlack;
  return std::max(kMinNdjsonLine, 4 * max_token_bytes);
}

InputFormat detect_format(std::string_view first_record) noexcept {
  if (first_record.starts_with(kByteOrderMark)) first_record.remove_prefix(kByteOrderMark.size());
  const std::size_t at = first_record.find_first_not_of(" \t\r\v\f");
  return at != std::string_view::npos && first_record[at] == '{' ? InputFormat::ndjson : InputFormat::lines;
}

Splitter::Splitter(Source& source, InputFormat format, std::size_t max_token_bytes, std::size_t block_bytes)
    : source_(source),
      format_(format),
      max_token_bytes_(max_token_bytes),
      block_bytes_(block_bytes),
      limit_(max_line_bytes(format, max_token_bytes)) {}

void Splitter::set_format(std::string_view first_record) noexcept {
  if (format_ != InputFormat::automatic) return;
  format_ = detect_format(first_record);
  limit_ = max_line_bytes(format_, max_token_bytes_);
}

// Drops the tail of a line that was too long. True when its end was found.
bool Splitter::skip_to_newline(Batch& batch) noexcept {
  Buffer& buffer = batch.buffer;
  const void* newline = buffer.size() == 0 ? nullptr : std::memchr(buffer.data(), '\n', buffer.size());
  const std::size_t dropped = newline == nullptr
                                  ? buffer.size()
                                  : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
  if (dropped != 0) std::memmove(buffer.data(), buffer.data() + dropped, buffer.size() - dropped);
  buffer.resize(buffer.size() - dropped);
  unaccounted_ += dropped;
  if (newline != nullptr) skipping_ = false;
  return newline != nullptr;
}

// The next range of the file. False: all of it is dealt out.
//
// A log may grow, which is looked for until its end is near. From there on its size counts as it was then: a line that
// crosses the end is given as far as it is written when it is read, and then nothing may come after it.
Result<bool> Splitter::deal_out(Batch& batch) {
  const std::uint64_t near = dealing_.begin + block_bytes_ + limit_;
  if (!end_known_ && dealing_.end <= near) {
    Result<std::uint64_t> size = dealing_.file->size();
    if (!size) return size.error();
    dealing_.end = *size;
    end_known_ = dealing_.end <= near;
  }
  if (dealing_.begin >= dealing_.end) {
    dealing_ = {};
    return false;
  }
  batch.file = source_.index();
  batch.range = {dealing_.file, dealing_.begin, std::min(dealing_.end, dealing_.begin + block_bytes_), limit_};
  batch.bytes = unaccounted_;
  unaccounted_ = 0;
  dealing_.begin = batch.range.end;
  return true;
}

Result<Splitter::Outcome> Splitter::next(Batch& batch) {
  if (dealing_.file != nullptr) {
    if (source_.stopping()) return Outcome::stopped;
    Result<bool> dealt = deal_out(batch);
    if (!dealt) return dealt.error();
    if (*dealt) return Outcome::batch;
    open_ = false;
  }
  Buffer& buffer = batch.buffer;
  buffer.reserve(block_bytes_);
  buffer.assign(rest_);
  rest_.clear();
  std::size_t searched = 0;  // bytes at the front that hold no '\n'
  bool has_line = false;
  for (;;) {
    if (!open_) {
      Result<bool> opened = source_.open_next();
      if (!opened) return opened.error();
      if (!*opened) {
        batch.bytes = unaccounted_;
        unaccounted_ = 0;
        return Outcome::end;
      }
      open_ = at_beginning_ = true;
      ended_ = skipping_ = end_known_ = false;
      read_ = 0;
      // The first record of a run tells the format of all, and is read here.
      if (format_ != InputFormat::automatic && source_.file() != nullptr) {
        dealing_ = {source_.file()};
        return next(batch);
      }
    }
    if (skipping_) {
      skip_to_newline(batch);
      searched = 0;
    }
    if (!has_line && buffer.size() > searched) {
      has_line = std::memchr(buffer.data() + searched, '\n', buffer.size() - searched) != nullptr;
      searched = buffer.size();
    }
    if (!has_line && buffer.size() > limit_) {
      set_format(buffer.view());
      if (buffer.size() > limit_) {
        cut(batch);
        return Outcome::batch;
      }
    }
    if (ended_) {
      if (buffer.size() != 0) {
        cut(batch);
        return Outcome::batch;
      }
      open_ = false;
      continue;
    }
    // Once a record is there, the block may fill but is not waited for. Without one it grows up to the longest line.
    if (has_line && buffer.size() >= block_bytes_) {
      cut(batch);
      return Outcome::batch;
    }
    if (buffer.size() == buffer.capacity()) buffer.reserve(std::min(2 * buffer.capacity(), limit_ + 1 + block_bytes_));
    const std::size_t room =
        buffer.size() < block_bytes_ ? block_bytes_ - buffer.size() : buffer.capacity() - buffer.size();
    Result<Source::Read> read = source_.read(buffer.data() + buffer.size(), room, !has_line);
    if (!read) return read.error();
    switch (read->outcome) {
      case Source::Outcome::data:
        buffer.resize(buffer.size() + read->bytes);
        read_ += read->bytes;
        break;
      case Source::Outcome::end:
        ended_ = true;
        break;
      case Source::Outcome::stopped:
        // Whole lines that were read are still judged; the beginning of one is not a record.
        if (!has_line) return Outcome::stopped;
        cut(batch);
        return Outcome::batch;
      case Source::Outcome::nothing:
      case Source::Outcome::woken:
        if (has_line) {
          cut(batch);
          return Outcome::batch;
        }
        if (read->outcome == Source::Outcome::nothing) break;
        rest_.assign(buffer.view());
        buffer.resize(0);
        return Outcome::woken;
    }
  }
}

// Splits the whole lines of the buffer, and at the end of an input its last, into records; keeps the rest.
void Splitter::cut(Batch& batch) {
  Buffer& buffer = batch.buffer;
  const char* at = buffer.data();
  const char* const end = at + buffer.size();
  batch.file = source_.index();
  while (at != end && batch.records.size() < kMaxRecordsPerBatch) {
    const auto left = static_cast<std::size_t>(end - at);
    const char* newline = static_cast<const char*>(std::memchr(at, '\n', left));
    if (newline == nullptr && !ended_ && left <= limit_) break;
    std::string_view text(at, newline == nullptr ? left : static_cast<std::size_t>(newline - at));
    set_format(text);
    if (text.size() > limit_) {
      batch.records.push_back({{}, true});
    } else {
      if (at_beginning_ && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
      batch.records.push_back({text, false});
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
  batch.bytes = unaccounted_ + used;
  unaccounted_ = 0;
  batch.record_count = batch.records.size();
  if (source_.file() == nullptr || ended_) return;
  // The rest of the file is dealt out from where the records have been cut off.
  dealing_ = {source_.file(), read_ - rest_.size()};
  rest_.clear();
}

Result<void> load(Batch& batch) {
  const Range range = std::exchange(batch.range, {});
  Buffer& buffer = batch.buffer;
  buffer.resize(0);
  batch.records.clear();
  // From the byte before on, which tells whether a record begins with the first; and somewhat further, so that the last
  // line is most often whole.
  constexpr std::size_t kTail = 4096;
  const std::uint64_t from = range.begin - (range.begin == 0 ? 0 : 1);
  bool file_ended = false;
  const auto read_on = [&](std::size_t bytes) -> Result<void> {
    Result<std::size_t> got = range.file->read_at(from + buffer.size(), buffer.room(bytes), bytes);
    if (!got) return got.error();
    buffer.resize(buffer.size() + *got);
    file_ended = *got < bytes;
    return {};
  };
  const auto newline_from = [&](std::size_t at) {
    const std::string_view bytes = buffer.view();
    const void* found = at < bytes.size() ? std::memchr(bytes.data() + at, '\n', bytes.size() - at) : nullptr;
    return found == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
  };

  if (Result<void> read = read_on(static_cast<std::size_t>(range.end - from) + kTail); !read) return read;
  const std::size_t end = std::min(static_cast<std::size_t>(range.end - from), buffer.size());
  if (end == 0) return {};  // the file has become shorter
  std::size_t at = range.begin == 0 ? 0 : newline_from(0) + 1;
  // Its end is looked for only where a line begins: one that goes through many ranges is not read again by each.
  for (std::size_t searched = end - 1; at < end && !file_ended;) {
    const std::size_t newline = newline_from(searched);
    if (newline != buffer.size() || newline - end > range.line_limit) break;
    searched = newline;
    if (Result<void> read = read_on(std::max(kTail, buffer.size() - end)); !read) return read;
  }

  while (at < end && batch.records.size() < kMaxRecordsPerBatch) {
    const std::size_t newline = newline_from(at);
    std::string_view text = buffer.view().substr(at, newline - at);
    if (from + at == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const bool too_long = newline - at > range.line_limit;
    batch.records.push_back({too_long ? std::string_view() : text, too_long});
    at = newline + 1;
  }
  batch.record_count = batch.records.size();
  batch.bytes += from + std::min(at, end) - range.begin;
  if (at < end) {
    batch.range = {range.file, from + at, range.end, range.line_limit};
    const std::string_view left = buffer.view().substr(at, end - 1 - at);
    batch.record_count += 1 + static_cast<std::uint64_t>(std::count(left.begin(), left.end(), '\n'));
  }
  return {};
}

void Numbering::number(Batch& batch) noexcept {
  if (batch.file != file_) {
    file_ = batch.file;
    next_line_ = 1;
  }
  batch.first_record = next_record_;
  batch.first_line = next_line_;
  next_record_ += batch.record_count;
  next_line_ += batch.record_count;
}

}  // namespace assay::stream
