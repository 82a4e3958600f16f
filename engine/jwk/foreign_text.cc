#include "jwk/foreign_text.h"

#include <algorithm>
#include <cctype>

namespace assay::jwk {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// How the encoding was recognised. Empty: it is not UTF-16 or UTF-32.
std::string_view wide_encoding(std::string_view text) noexcept {
  if (text.starts_with(std::string_view("\xFF\xFE\0\0", 4))) return "UTF-32 (byte order mark FF FE 00 00)";
  if (text.starts_with("\xFF\xFE")) return "UTF-16 (byte order mark FF FE)";
  if (text.starts_with("\xFE\xFF")) return "UTF-16 (byte order mark FE FF)";
  if (text.size() < 4) return {};
  const auto is_ascii = [](char c) { return c > 0; };
  if (is_ascii(text[0]) && text[1] == 0 && is_ascii(text[2]) && text[3] == 0)
    return "UTF-16LE (every second byte is 0)";
  if (text[0] == 0 && is_ascii(text[1]) && text[2] == 0 && is_ascii(text[3]))
    return "UTF-16BE (every second byte is 0)";
  return {};
}

}  // namespace

std::string_view without_bom(std::string_view text) noexcept {
  if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  return text;
}

bool is_wide_text(std::string_view text) noexcept { return !wide_encoding(text).empty(); }

std::string foreign_text(std::string_view text, std::string_view wanted) {
  if (const std::string_view encoding = wide_encoding(text); !encoding.empty()) {
    const std::string from(encoding.substr(0, encoding.find(' ')));
    return std::string(encoding) + ", not UTF-8; convert it: iconv -f " + from + " -t UTF-8";
  }
  const std::string not_wanted = ", not " + std::string(wanted);
  if (text.starts_with("\x1F\x8B")) return "gzip" + not_wanted + "; unpack it: gzip -d";
  if (text.starts_with("\x28\xB5\x2F\xFD")) return "zstd" + not_wanted + "; unpack it: zstd -d";
  text = without_bom(text);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty()) return "empty" + not_wanted + "; is this the right file?";
  if (text.front() != '<') return {};
  const std::string begin = lower(text.substr(0, 15));
  const bool is_xml = begin.starts_with("<?xml");
  return (is_xml ? "XML" : "HTML") + not_wanted + (is_xml ? "" : "; is it a login or error page?");
}

}  // namespace assay::jwk
