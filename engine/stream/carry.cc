#include "stream/carry.h"

#include <optional>
#include <string>

#include "codec/json.h"
#include "jose/token_finder.h"
#include "stream/verdict_text.h"

namespace assay::stream {
namespace {

// A shorter token is replaced only if it is the whole of a string: it may be part of a word.
constexpr std::size_t kLeastInText = 16;

void append_ath(std::string& to, std::string_view token) {
  char ath[kFingerprintRoom];
  to.append(ath, write_fingerprint(ath, token));
}

void append_without_tokens(std::string& to, std::string_view text) {
  std::size_t at = 0;
  while (const std::optional<jose::FoundToken> found = jose::find_token(text, at)) {
    to += text.substr(at, found->begin - at);
    append_ath(to, text.substr(found->begin, found->size));
    at = found->begin + found->size;
  }
  to += text.substr(at);
}

// The record's own token is replaced first: an opaque one has no form by which it could be found.
// `written`: as it stands in JSON.
std::string without_own(std::string_view text, std::string_view own, std::string_view written) {
  std::string to;
  std::size_t at = 0;
  for (std::size_t found = 0; (found = text.find(written, at)) != std::string_view::npos; at = found + written.size()) {
    to += text.substr(at, found - at);
    const std::size_t end = found + written.size();
    const bool is_whole =
        found > 0 && (text[found - 1] == '"' || text[found - 1] == ' ') && end < text.size() && text[end] == '"';
    if (is_whole || own.size() >= kLeastInText) {
      append_ath(to, own);
    } else {
      to += written;
    }
  }
  to += text.substr(at);
  return to;
}

// Writes strings with the shortest escapes, so that no "\u0065yJ..." hides a token.
void append_plain(std::string& to, const codec::JsonNode& value) {
  const char* separator = "";
  switch (value.type) {
    case codec::JsonType::string:
      return codec::append_json_string(to, value.text);
    case codec::JsonType::array:
      to += '[';
      for (const codec::JsonNode& item : value.items) {
        to += separator;
        append_plain(to, item);
        separator = ",";
      }
      to += ']';
      return;
    case codec::JsonType::object:
      to += '{';
      for (const codec::JsonMember& member : value.members) {
        to += separator;
        codec::append_json_string(to, member.name);
        to += ':';
        append_plain(to, member.value);
        separator = ",";
      }
      to += '}';
      return;
    default:
      to += value.raw;
  }
}

}  // namespace

std::string_view without_tokens(std::string_view json, std::string_view own, base::Arena& arena) {
  std::string plain;
  if (json.find("\\u") != std::string_view::npos || json.find("\\/") != std::string_view::npos) {
    if (const codec::JsonNode* value = codec::parse_json(json, codec::JsonDialect::rfc8259, arena)) {
      append_plain(plain, *value);
      json = arena.copy(plain);
    }
  }
  std::string own_json;
  std::string_view written;
  if (!own.empty() && own.size() < json.size()) {  // most carried values are shorter than a token
    codec::append_json_string(own_json, own);
    written = std::string_view(own_json).substr(1, own_json.size() - 2);
  }
  const bool has_own = !written.empty() && json.find(written) != std::string_view::npos;
  if (!has_own && !jose::find_token(json)) return json;
  std::string to;
  append_without_tokens(to, has_own ? without_own(json, own, written) : std::string(json));
  return arena.copy(to);
}

}  // namespace assay::stream
