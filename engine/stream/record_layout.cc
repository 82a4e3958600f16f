#include "stream/record_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace assay::stream {
namespace {

using codec::FastMember;
using codec::flat::Cursor;
using codec::flat::FlatText;
using codec::flat::kUndecided;
using Kind = FastMember::Kind;

// After so many records in turn with another layout, so many records are read without one.
constexpr std::uint32_t kMostMisses = 8, kPause = 256;

// Sets the fields whose bits are in `which`. Their names stay as they are: whoever asks for a field knows it. Each part
// is stored where it belongs, because a load of 32 bytes waits long for the small stores that made them.
inline void set(std::uint32_t which, std::string_view text, Kind kind, std::span<RecordLayout::Field> fields) noexcept {
  for (; which != 0; which &= which - 1) {
    RecordLayout::Field& field = fields[static_cast<std::size_t>(std::countr_zero(which))];
    field.found = true;
    field.value.text = text;
    field.value.kind = kind;
  }
}

// A value that is neither a string nor a plain integer.
struct OtherValue {
  Cursor next;
  Kind kind;
};
// Apart from the loop that calls it, which then needs no canary on its stack.
[[gnu::noinline]] OtherValue read_other(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena) {
  FastMember value;
  const Cursor next = codec::flat::read_value(flat, from, quotes, arena, value);
  return {next, value.kind};
}

}  // namespace

bool RecordLayout::Frame::keep(std::string_view text) noexcept {
  if (text.size() > kMostFrame) return false;
  char full[kMostFrame] = {}, kept[kMostFrame] = {};
  std::memcpy(full, text.data(), text.size());
  std::memset(kept, 0xFF, text.size());
  std::memcpy(bytes.data(), full, kMostFrame);
  std::memcpy(mask.data(), kept, kMostFrame);
  size = static_cast<std::uint32_t>(text.size());
  quotes = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '"'));
  return true;
}

// Reads kMostFrame bytes from `text` on.
inline bool RecordLayout::Frame::matches(const char* text) const noexcept {
  const auto differs = [&](std::size_t i) {
    std::uint64_t eight;  // one at a time: GCC 12 takes an array of them through memory
    std::memcpy(&eight, text + 8 * i, sizeof eight);
    return (eight ^ bytes[i]) & mask[i];
  };
  if ((differs(0) | differs(1)) != 0) return false;
  return size <= 16 || (differs(2) | differs(3)) == 0;  // few frames are longer
}

bool RecordLayout::read(std::string_view record, base::Arena& arena, std::span<Field> fields) {
  FlatText flat;
  std::uint32_t quotes = 0;
  if (!reader_.find_quotes(record, flat, quotes)) return false;
  if (is_known_ && read_as_before(flat, quotes, arena, fields)) {
    misses_ = 0;
    return true;
  }
  return read_anew(flat, quotes, arena, fields);
}

bool RecordLayout::read_as_before(const FlatText& flat, std::uint32_t quotes, base::Arena& arena,
                                  std::span<Field> fields) const {
  for (Field& field : fields.first(names_.size())) field.found = false;
  std::uint32_t at = 0, quote = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Member& member = members_[i];
    if (!member.frame.matches(flat.text + at)) return false;
    at += member.frame.size;
    quote += member.frame.quotes;
    if (at > flat.last) return false;  // the frame went on behind the text
    const std::uint32_t begin = at;
    if (member.is_string) {
      if (quote >= quotes) return false;
      at = flat.quotes[quote];
      set(member.fields, {flat.text + begin, at - begin}, Kind::string, fields);
    } else if (at = codec::flat::plain_integer_end(flat.text, begin); at != kUndecided) {
      set(member.fields, {flat.text + begin, at - begin}, Kind::integer, fields);
    } else {
      const OtherValue value = read_other(flat, {begin, quote}, quotes, arena);
      if (value.next.at == kUndecided) return false;
      at = value.next.at;
      quote = value.next.quote;
      set(member.fields, {flat.text + begin, at - begin}, value.kind, fields);
    }
  }
  return tail_.matches(flat.text + at) && at + tail_.size == flat.last + 1 && quote + tail_.quotes == quotes;
}

bool RecordLayout::read_anew(const FlatText& flat, std::uint32_t quotes, base::Arena& arena, std::span<Field> fields) {
  std::fill_n(fields.begin(), names_.size(), Field());
  std::size_t count = 0;
  const auto visit = [&](const FastMember& member) noexcept {
    if (pause_ == 0 && count < kMostMembers) seen_[count] = member;
    ++count;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (member.name == names_[i]) fields[i] = {true, member};
    }
  };
  if (!codec::FlatObjectReader::visit_members(flat, quotes, arena, visit)) return false;
  if (pause_ > 0) {
    --pause_;
    return true;
  }
  misses_ += is_known_ ? 1 : 0;
  is_known_ = misses_ <= kMostMisses && count <= kMostMembers && keep(flat, std::span(seen_).first(count));
  if (!is_known_) {
    misses_ = 0;
    pause_ = kPause;
  }
  return true;
}

// Keeps the layout of a record with these members. Returns false if a frame is too long or there are too many fields.
bool RecordLayout::keep(const FlatText& flat, std::span<const FastMember> members) noexcept {
  if (names_.size() > kMostFields) return false;
  const char* const end = flat.text + flat.last + 1;
  const char* at = flat.text;
  count_ = 0;
  for (const FastMember& read : members) {
    Member& member = members_[count_++];
    member.is_string = read.kind == Kind::string;
    const char* const begin = read.text.data();  // behind the quote of a string
    if (!member.frame.keep({at, static_cast<std::size_t>(begin - at)})) return false;
    at = begin + read.text.size();
    member.fields = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (read.name != names_[i]) continue;
      for (std::size_t before = 0; before < count_; ++before) members_[before].fields &= ~(1u << i);  // the last counts
      member.fields |= 1u << i;
    }
  }
  return tail_.keep({at, static_cast<std::size_t>(end - at)});
}

}  // namespace assay::stream
