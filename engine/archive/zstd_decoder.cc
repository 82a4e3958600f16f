#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <new>

#include "archive/zstd.h"

namespace assay::archive {
namespace {

// A frame with a larger window is refused: 2^27 bytes are what zstd itself takes unless told otherwise.
constexpr int kMostWindowLog = 27;
constexpr std::size_t kMagicSize = 4;
constexpr std::string_view kFrame = "\x28\xB5\x2F\xFD";
// A skippable frame begins with any of 0x50 to 0x5F and these.
constexpr std::string_view kSkippable = "\x2A\x4D\x18";

std::string_view fault_of(std::size_t code) noexcept {
  switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_prefix_unknown:
      return "it does not begin like zstd";
    case ZSTD_error_frameParameter_windowTooLarge:
      return "a frame needs a window of more than 128 MiB; compress it without --ultra --long";
    case ZSTD_error_dictionary_wrong:
      return "a frame needs a dictionary";
    case ZSTD_error_checksum_wrong:
      return "its checksum does not match";
    case ZSTD_error_memory_allocation:
      return "there is not enough memory for its window";
    default:
      return "it cannot be decompressed";
  }
}

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMostWindowLog);
  }

  Step decode(std::string_view bytes, char* to, std::size_t room) noexcept override;
  std::string_view fault() const noexcept override { return fault_; }
  std::uint64_t offset() const noexcept override { return stage_ == Stage::trailing ? archive_end_ : taken_; }
  std::uint64_t padding() const noexcept override { return 0; }

 private:
  enum class Stage {
    start,  // of a frame, or the end of the archive
    frame,
    trailing,
    faulty,
  };

  // Takes the first bytes of a frame. Returns whether they are all there.
  bool take_magic(std::string_view& bytes) noexcept;
  // Returns whether to go on.
  bool decompress(std::string_view& bytes, char* to, std::size_t room, std::size_t& given) noexcept;
  // Gives bytes to zstd. Returns false if that ended the frame or failed.
  bool feed(std::string_view& bytes, ZSTD_outBuffer& out) noexcept;
  void fail(std::string_view fault) noexcept {
    fault_ = fault;
    stage_ = Stage::faulty;
  }
  State state() const noexcept;

  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  Stage stage_ = Stage::start;
  std::string_view fault_;
  std::uint64_t taken_ = 0, archive_end_ = 0;
  bool has_frame_ = false;
  char magic_[kMagicSize] = {};
  std::size_t magic_size_ = 0;
  std::size_t asked_ = 0;  // bytes that zstd can make use of in one call
};

Decoder::Step ZstdDecoder::decode(std::string_view bytes, char* to, std::size_t room) noexcept {
  Step step;
  const std::size_t size = bytes.size();
  for (bool goes_on = true; goes_on;) {
    goes_on =
        stage_ == Stage::start ? take_magic(bytes) : stage_ == Stage::frame && decompress(bytes, to, room, step.given);
  }
  step.taken = size - bytes.size();
  step.state = state();
  return step;
}

Decoder::State ZstdDecoder::state() const noexcept {
  if (stage_ == Stage::faulty) return State::faulty;
  if (stage_ == Stage::trailing) return State::trailing;
  return has_frame_ && stage_ == Stage::start && magic_size_ == 0 ? State::between : State::inside;
}

bool ZstdDecoder::take_magic(std::string_view& bytes) noexcept {
  while (magic_size_ < kMagicSize) {
    if (bytes.empty()) return false;
    magic_[magic_size_] = bytes.front();
    if (begins_zstd({magic_, magic_size_ + 1}) == Begins::no) {
      if (has_frame_) {
        stage_ = Stage::trailing;
      } else {
        fail("it does not begin like zstd");
      }
      return false;
    }
    ++magic_size_;
    ++taken_;
    bytes.remove_prefix(1);
  }
  stage_ = Stage::frame;
  std::string_view magic(magic_, kMagicSize);
  asked_ = kMagicSize;
  ZSTD_outBuffer nothing{nullptr, 0, 0};
  return feed(magic, nothing);
}

bool ZstdDecoder::decompress(std::string_view& bytes, char* to, std::size_t room, std::size_t& given) noexcept {
  ZSTD_outBuffer out{to, room, given};
  const std::size_t before = bytes.size(), given_before = given;
  const bool goes_on = feed(bytes, out);
  taken_ += before - bytes.size();
  given = out.pos;
  if (stage_ == Stage::start) archive_end_ = taken_;
  if (!goes_on) return stage_ == Stage::start;
  return (bytes.size() != before || given != given_before) && given < room && !bytes.empty();
}

bool ZstdDecoder::feed(std::string_view& bytes, ZSTD_outBuffer& out) noexcept {
  // With an error zstd forgets what the same call gave. So it gets no more than it asks for: one block, or the
  // checksum.
  ZSTD_inBuffer in{bytes.data(), std::min(bytes.size(), asked_), 0};
  const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
  bytes.remove_prefix(in.pos);
  if (ZSTD_isError(left)) {
    fail(fault_of(left));
    return false;
  }
  asked_ = left;
  if (left != 0) return true;
  has_frame_ = true;
  stage_ = Stage::start;
  magic_size_ = 0;
  return false;
}

}  // namespace

Begins begins_zstd(std::string_view first_bytes) noexcept {
  if (first_bytes.empty()) return Begins::perhaps;
  const bool skips = (static_cast<unsigned char>(first_bytes[0]) & 0xF0) == 0x50;
  const std::string_view magic = skips ? kSkippable : kFrame;
  const std::string_view bytes = first_bytes.substr(skips ? 1 : 0);
  const std::size_t known = std::min(bytes.size(), magic.size());
  if (bytes.substr(0, known) != magic.substr(0, known)) return Begins::no;
  return known == magic.size() ? Begins::yes : Begins::perhaps;
}

std::unique_ptr<Decoder> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace assay::archive
