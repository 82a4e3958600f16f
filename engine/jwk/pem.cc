#include "jwk/pem.h"

#include <algorithm>
#include <optional>

#include "base/wipe.h"
#include "codec/base64url.h"

namespace assay::jwk {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// RFC 7468 §3: printable ASCII.
bool is_label(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// A line end written as a backslash and n, or r, or t; also if the backslash was escaped once more.
std::size_t escaped_blank(std::string_view text) noexcept {
  const std::size_t letter = text.find_first_not_of('\\');
  const bool is_escape = letter != 0 && letter != std::string_view::npos &&
                         (text[letter] == 'n' || text[letter] == 'r' || text[letter] == 't');
  return is_escape ? letter + 1 : 0;
}

// The text with each written line end as a line end.
std::string with_line_ends(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t escape = text[i] == '\\' ? escaped_blank(text.substr(i)) : 0;
    result.push_back(escape == 0 ? text[i] : '\n');
    i += std::max<std::size_t>(escape, 1);
  }
  return result;
}

// Cuts the headers of RFC 1421, lines with a colon, from the body. Returns them.
std::string cut_header_lines(std::string& body) {
  std::string headers, rest;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find_first_of("\r\n", at), body.size());
    const std::string line = body.substr(at, end - at);
    (line.find(':') == std::string::npos ? rest : headers).append(line).push_back('\n');
    at = end + 1;
  }
  body = std::move(rest);
  return headers;
}

// The same as cryptography does it: headers end at the first empty line, and each has a colon. Returns false if one has
// none.
bool cut_headers_as_cryptography(std::string& body, std::string& headers) {
  body.erase(body.begin(), std::find_if_not(body.begin(), body.end(), is_blank));
  std::size_t gap = body.find("\n\n"), length = 2;
  if (gap == std::string::npos) gap = body.find("\r\n\r\n"), length = 4;
  if (gap == std::string::npos) return true;
  headers = body.substr(0, gap);
  body.erase(0, gap + length);
  for (std::size_t at = 0; at < headers.size();) {
    const std::size_t end = std::min(headers.find('\n', at), headers.size());
    if (headers.substr(at, end - at).find(':') == std::string::npos) return false;
    at = end + 1;
  }
  return true;
}

// Decodes standard base64 with white space; nothing if it is damaged.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";  // what a web page puts into text that is copied from it
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_blank(c)) continue;
    if (text.substr(i).starts_with(kNoBreakSpace)) {
      ++i;
    } else {
      plain.push_back(c == '+' ? '-' : c == '/' ? '_' : c == '-' || c == '_' ? '!' : c);
    }
  }
  while (plain.ends_with('=')) plain.pop_back();
  return codec::base64url_decode(plain);
}

// Reads the body of a block.
void read_body(std::string body, PemReader reader, PemBlock& block) {
  std::string headers;
  if (reader == PemReader::lenient) {
    body = with_line_ends(body);
    headers = cut_header_lines(body);
  } else if (!cut_headers_as_cryptography(body, headers)) {
    block.fault = "it has an empty line among its headers";
    return;
  }
  block.encrypted = headers.find("ENCRYPTED") != std::string::npos;
  std::optional<std::string> der = decode_base64(body);
  if (!der) {
    block.fault = "its base64 is damaged";
  } else if (der->empty()) {
    block.fault = "it is empty";
  } else {
    block.der = std::move(*der);
  }
}

}  // namespace

std::vector<PemBlock> pem_blocks(std::string_view text, PemReader reader) {
  std::vector<PemBlock> blocks;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    PemBlock& block = blocks.emplace_back();
    const std::size_t label_end = text.find(kDashes, at);
    const std::string_view label = text.substr(at, label_end - at);
    if (label_end == std::string_view::npos || !is_label(label)) {
      block.fault = "its BEGIN line is cut";
      continue;
    }
    block.label = label;
    at = label_end + kDashes.size();
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string_view::npos || text.substr(at, end - at).find(kBegin) != std::string_view::npos) {
      block.fault = "it has no END line";
      continue;
    }
    const std::size_t end_label = end + kEnd.size();
    if (!text.substr(end_label).starts_with(block.label) ||
        !text.substr(end_label + block.label.size()).starts_with(kDashes)) {
      block.fault = "its END line is not that of its BEGIN line";
    } else {
      read_body(std::string(text.substr(at, end - at)), reader, block);
    }
    at = end_label;
  }
  return blocks;
}

std::string bytes_of_base64(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (const char c : text)
    if (!is_blank(c)) plain.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  while (plain.ends_with('=')) plain.pop_back();
  std::string bytes = codec::base64url_decode(plain).value_or("");
  base::wipe(plain);  // the text may be a secret that only resembles base64
  return bytes;
}

}  // namespace assay::jwk
