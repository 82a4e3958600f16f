#include "codec/json_encoding.h"

#include <cstdint>

#include "codec/utf.h"

namespace assay::codec {
namespace {

using namespace std::string_view_literals;

struct Encoding {
  int unit = 1;  // bytes in a code unit: 1, 2 or 4
  bool big_endian = false;
  std::size_t mark = 0;  // bytes of byte order mark
};

Encoding detect(std::string_view b) noexcept {
  // UTF-32 comes first, because its little-endian mark begins with that of UTF-16.
  if (b.starts_with("\0\0\xFE\xFF"sv)) return {4, true, 4};
  if (b.starts_with("\xFF\xFE\0\0"sv)) return {4, false, 4};
  if (b.starts_with("\xFE\xFF"sv)) return {2, true, 2};
  if (b.starts_with("\xFF\xFE"sv)) return {2, false, 2};
  if (b.starts_with("\xEF\xBB\xBF"sv)) return {1, false, 3};
  if (b.size() >= 4) {
    if (b[0] == 0) return b[1] != 0 ? Encoding{2, true, 0} : Encoding{4, true, 0};
    if (b[1] == 0) return b[2] != 0 || b[3] != 0 ? Encoding{2, false, 0} : Encoding{4, false, 0};
  } else if (b.size() == 2) {
    if (b[0] == 0) return {2, true, 0};
    if (b[1] == 0) return {2, false, 0};
  }
  return {};
}

char32_t read_unit(std::string_view bytes, std::size_t at, const Encoding& encoding) noexcept {
  char32_t unit = 0;
  for (int i = 0; i < encoding.unit; ++i) {
    const int from = encoding.big_endian ? i : encoding.unit - 1 - i;
    unit = (unit << 8) | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(from)]);
  }
  return unit;
}

JsonText transcode(std::string_view bytes, const Encoding& encoding, base::Arena& arena) {
  const auto unit = static_cast<std::size_t>(encoding.unit);
  // UTF-16 grows by half at most and UTF-32 not at all. write_wtf8 needs room for 4 bytes even for the last character.
  const std::size_t room = bytes.size() / 2 * 3 + 4;
  char* const to = arena.allocate(room);
  std::size_t written = 0;
  std::size_t at = encoding.mark;
  while (at < bytes.size()) {
    if (bytes.size() - at < unit) return {{}, false, at, 0};
    char32_t code = read_unit(bytes, at, encoding);
    if (code > 0x10FFFF) return {{}, false, at, 0};
    std::size_t taken = unit;
    if (unit == 2 && is_high_surrogate(code) && bytes.size() - at >= 4) {
      const char32_t low = read_unit(bytes, at + 2, encoding);
      if (is_low_surrogate(low)) {
        code = join_surrogates(code, low);
        taken = 4;
      }
    }
    written += write_wtf8(code, to + written);
    at += taken;
  }
  arena.shrink_last(room, written);
  return {{to, written}, true, at, 0};
}

}  // namespace

JsonText decode_as_python(std::string_view bytes, base::Arena& arena) {
  const Encoding encoding = detect(bytes);
  if (encoding.unit != 1) return transcode(bytes, encoding, arena);
  const std::string_view text = bytes.substr(encoding.mark);
  const std::size_t stop = utf8_prefix(text, true);
  return {text, stop == text.size(), encoding.mark + stop, encoding.mark};
}

}  // namespace assay::codec
