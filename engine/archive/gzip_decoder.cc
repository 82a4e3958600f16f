#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>

#include "archive/gzip.h"

namespace assay::archive {
namespace {

using Byte = unsigned char;

constexpr Byte kMagic[] = {0x1F, 0x8B, 8};  // the third is deflate, the only method that RFC 1952 knows
enum Flag : unsigned { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xE0 };
constexpr std::size_t kFixedHeader = 10, kTrailer = 8;
// ISA-L counts in 32 bits.
constexpr std::size_t kMostAtOnce = 1u << 30;
// Before ISA-L reports a fault it may have written out what the faulty symbol would stand for: 258 bytes at most, and a
// few that it decodes at once. They are no text of the archive, so the last bytes before a fault are not given.
constexpr std::size_t kUnsure = 512;

std::string_view fault_of(int error) noexcept {
  switch (error) {
    case ISAL_INVALID_BLOCK:
      return "a block is of no known type, or its codes are";
    case ISAL_INVALID_SYMBOL:
      return "a code stands for nothing";
    case ISAL_INVALID_LOOKBACK:
      return "a reference leads before the beginning";
    default:
      return "it cannot be decompressed";
  }
}

// Header and trailer are read here, byte by byte, and ISA-L inflates what stands between. So it does not matter how the
// bytes of an archive are dealt out to calls.
class GzipDecoder final : public Decoder {
 public:
  Step decode(std::string_view bytes, char* to, std::size_t room) noexcept override;
  std::string_view fault() const noexcept override { return fault_; }
  std::uint64_t offset() const noexcept override { return stage_ == Stage::trailing ? archive_end_ : taken_; }
  std::uint64_t padding() const noexcept override { return padding_; }

 private:
  enum class Stage {
    start,   // of a member, or the end of the archive
    header,  // its first ten bytes
    extra,   // the fields that its flags announce
    name,
    comment,
    header_crc,
    body,
    trailer,
    padding,
    trailing,
    faulty,
  };

  // Takes one byte of anything but a body. Returns false if it is not taken.
  bool take(Byte byte) noexcept;
  bool take_start(Byte byte) noexcept;
  void take_fixed_header(Byte byte) noexcept;
  void take_extra(Byte byte) noexcept;
  void take_header_crc(Byte byte) noexcept;
  void take_trailer(Byte byte) noexcept;
  // Inflates. Returns whether to go on: the member's body ended.
  bool inflate(std::string_view& bytes, char* to, std::size_t room, std::size_t& given) noexcept;
  // Goes to the next field that the flags announce.
  void next_field() noexcept;
  void fail(std::string_view fault) noexcept {
    fault_ = fault;
    stage_ = Stage::faulty;
  }
  State state() const noexcept;

  Stage stage_ = Stage::start;
  std::string_view fault_;
  std::uint64_t taken_ = 0, archive_end_ = 0, padding_ = 0;
  bool has_member_ = false;

  unsigned flags_ = 0;            // of fields that are still to come
  std::size_t count_ = 0;         // bytes of the current field
  std::size_t extra_size_ = 0;    // bytes of the extra field
  std::uint32_t header_crc_ = 0;  // of the header so far
  std::array<Byte, kTrailer> field_{};
  // Bytes behind the body that ISA-L had taken; no more than the trailer.
  std::array<Byte, kTrailer> held_{};
  std::size_t held_at_ = 0, held_size_ = 0;
  inflate_state inflate_;
};

Decoder::Step GzipDecoder::decode(std::string_view bytes, char* to, std::size_t room) noexcept {
  Step step;
  const std::size_t size = bytes.size();
  while (stage_ != Stage::trailing && stage_ != Stage::faulty) {
    if (stage_ == Stage::body) {
      if (!inflate(bytes, to, room, step.given)) break;
      continue;
    }
    if (held_at_ < held_size_) {
      take(held_[held_at_++]);
      continue;
    }
    if (bytes.empty() || !take(static_cast<Byte>(bytes.front()))) break;
    bytes.remove_prefix(1);
    ++taken_;
    if (stage_ == Stage::start) archive_end_ = taken_;
  }
  step.taken = size - bytes.size();
  step.state = state();
  return step;
}

Decoder::State GzipDecoder::state() const noexcept {
  if (stage_ == Stage::faulty) return State::faulty;
  if (stage_ == Stage::trailing) return State::trailing;
  const bool between = has_member_ && (stage_ == Stage::start || stage_ == Stage::padding);
  return between ? State::between : State::inside;
}

bool GzipDecoder::take(Byte byte) noexcept {
  if (stage_ == Stage::start || stage_ == Stage::padding) return take_start(byte);
  if (stage_ != Stage::trailer && stage_ != Stage::header_crc) header_crc_ = crc32_gzip_refl(header_crc_, &byte, 1);
  switch (stage_) {
    case Stage::header:
      take_fixed_header(byte);
      return stage_ != Stage::trailing;
    case Stage::extra:
      take_extra(byte);
      return true;
    case Stage::name:
    case Stage::comment:
      if (byte == 0) next_field();
      return true;
    case Stage::header_crc:
      take_header_crc(byte);
      return true;
    default:
      take_trailer(byte);
      return true;
  }
}

bool GzipDecoder::take_start(Byte byte) noexcept {
  if (has_member_ && byte == 0) {
    stage_ = Stage::padding;
    ++padding_;
    return true;
  }
  if (stage_ == Stage::padding || (has_member_ && byte != kMagic[0])) {
    stage_ = Stage::trailing;
    return false;
  }
  stage_ = Stage::header;
  count_ = 0;
  header_crc_ = crc32_gzip_refl(0, &byte, 1);
  take_fixed_header(byte);
  return true;
}

void GzipDecoder::take_fixed_header(Byte byte) noexcept {
  const std::size_t at = count_++;
  if (at < sizeof kMagic && byte != kMagic[at]) {
    if (at < 2 && has_member_) {
      stage_ = Stage::trailing;
      return;
    }
    return fail(at < 2 ? "it does not begin like gzip" : "its method is not deflate");
  }
  if (at == 3) {
    flags_ = byte;
    if ((flags_ & kReserved) != 0) return fail("its header has flags that nobody defined");
  }
  if (count_ == kFixedHeader) next_field();
}

void GzipDecoder::next_field() noexcept {
  constexpr struct {
    Flag flag;
    Stage stage;
  } kFields[] = {
      {kExtra, Stage::extra}, {kName, Stage::name}, {kComment, Stage::comment}, {kHeaderCrc, Stage::header_crc}};
  count_ = 0;
  for (const auto& field : kFields) {
    if ((flags_ & field.flag) == 0) continue;
    flags_ &= ~static_cast<unsigned>(field.flag);
    stage_ = field.stage;
    return;
  }
  stage_ = Stage::body;
  isal_inflate_init(&inflate_);
  inflate_.crc_flag = ISAL_GZIP_NO_HDR;
}

void GzipDecoder::take_extra(Byte byte) noexcept {
  const std::size_t at = count_++;
  if (at < 2) extra_size_ = at == 0 ? byte : extra_size_ | static_cast<std::size_t>(byte) << 8;
  if (count_ >= 2 && count_ == 2 + extra_size_) next_field();
}

void GzipDecoder::take_header_crc(Byte byte) noexcept {
  field_[count_++] = byte;
  if (count_ < 2) return;
  if ((field_[0] | field_[1] << 8) != static_cast<int>(header_crc_ & 0xFFFF)) {
    return fail("the checksum of a header does not match");
  }
  next_field();
}

bool GzipDecoder::inflate(std::string_view& bytes, char* to, std::size_t room, std::size_t& given) noexcept {
  const std::size_t offered = std::min(bytes.size(), kMostAtOnce), most = std::min(room - given, kMostAtOnce);
  // ISA-L does not write through next_in.
  inflate_.next_in = reinterpret_cast<Byte*>(const_cast<char*>(bytes.data()));
  inflate_.avail_in = static_cast<std::uint32_t>(offered);
  inflate_.next_out = reinterpret_cast<Byte*>(to + given);
  inflate_.avail_out = static_cast<std::uint32_t>(most);
  const int error = isal_inflate(&inflate_);
  // With a fault ISA-L may step back to before these bytes.
  const std::size_t taken = offered - std::min<std::size_t>(offered, inflate_.avail_in);
  const std::size_t written = most - std::min<std::size_t>(most, inflate_.avail_out);
  bytes.remove_prefix(taken);
  taken_ += taken;
  given += written;
  if (error < 0 || error == ISAL_NEED_DICT) {
    given -= std::min(written, kUnsure);
    fail(fault_of(error));
    return false;
  }
  if (taken == 0 && written == 0 && offered != 0 && most != 0 && inflate_.block_state != ISAL_BLOCK_FINISH) {
    fail(fault_of(error));  // it would take no byte in the next call either
    return false;
  }
  if (inflate_.block_state != ISAL_BLOCK_FINISH) return (taken != 0 || written != 0) && given < room && !bytes.empty();
  stage_ = Stage::trailer;
  count_ = held_at_ = held_size_ = 0;
  // What was read beyond the body stands in the bit buffer, in whole bytes from the next border of a byte on.
  inflate_.read_in >>= inflate_.read_in_length % 8;
  for (std::int32_t bits = inflate_.read_in_length; bits >= 8; bits -= 8, inflate_.read_in >>= 8) {
    held_[held_size_++] = static_cast<Byte>(inflate_.read_in);
  }
  return true;
}

void GzipDecoder::take_trailer(Byte byte) noexcept {
  field_[count_++] = byte;
  if (count_ < kTrailer) return;
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | field_[at + i];
    return value;
  };
  if (number(0) != inflate_.crc) return fail("its checksum does not match");
  if (number(4) != inflate_.total_out) return fail("its length does not match");
  has_member_ = true;
  stage_ = Stage::start;
  archive_end_ = taken_;
}

}  // namespace

Begins begins_gzip(std::string_view first_bytes) noexcept {
  for (std::size_t i = 0; i < sizeof kMagic; ++i) {
    if (i == first_bytes.size()) return Begins::perhaps;
    if (static_cast<Byte>(first_bytes[i]) != kMagic[i]) return Begins::no;
  }
  return Begins::yes;
}

std::unique_ptr<Decoder> make_gzip_decoder() { return std::make_unique<GzipDecoder>(); }

}  // namespace assay::archive
