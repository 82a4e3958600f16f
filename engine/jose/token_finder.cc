#include "jose/token_finder.h"

#include <algorithm>

#include "codec/base64url.h"
#include "jose/ascii.h"

namespace assay::jose {
namespace {

bool is_json_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Whether base64url text begins with '{', white space and '"', as far as its first bytes show. JSON may begin with
// white space, so not every header begins with "eyJ".
bool begins_object(std::string_view text) noexcept {
  // The first letter codes six bits of '{' or of white space.
  if (text.empty() || std::string_view("eICD").find(text[0]) == std::string_view::npos) return false;
  constexpr std::size_t kLooked = 16;
  char bytes[codec::base64url_decoded_size(kLooked) + codec::kBase64Slack];
  const std::size_t size = std::min(text.size(), kLooked) / 4 * 4;
  if (size == 0 || !codec::base64url_decode(text.substr(0, size), bytes)) return false;
  const std::string_view decoded(bytes, codec::base64url_decoded_size(size));
  std::size_t at = 0;
  const auto skip_white = [&] {
    while (at < decoded.size() && is_json_white(decoded[at])) ++at;
  };
  skip_white();
  if (at == decoded.size() || decoded[at] != '{') return false;
  ++at;
  skip_white();
  return at == decoded.size() || decoded[at] == '"';
}

// The end of the run of base64url characters that begins at `at`.
std::size_t run_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_base64url(text[at])) ++at;
  return at;
}

// The end of the part behind the dot at `dot`; `dot` itself if there is no dot or the part is empty.
std::size_t next_part(std::string_view text, std::size_t dot) noexcept {
  if (dot >= text.size() || text[dot] != '.') return dot;
  const std::size_t end = run_end(text, dot + 1);
  return end == dot + 1 ? dot : end;
}

}  // namespace

std::optional<FoundToken> find_token(std::string_view text, std::size_t from) noexcept {
  for (std::size_t dot = text.find('.', from); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
    std::size_t begin = dot;
    while (begin > from && is_base64url(text[begin - 1])) --begin;
    while (begin < dot && !begins_object(text.substr(begin, dot - begin))) ++begin;
    if (begin == dot) continue;
    const std::size_t second = next_part(text, dot);
    // A JWE has an empty second part if its key is agreed on directly (RFC 7516 §5.1).
    const std::size_t third = next_part(text, second == dot ? dot + 1 : second);
    if (third == second || third == dot + 1) continue;
    const std::size_t fourth = next_part(text, third);
    const std::size_t fifth = fourth == third ? third : next_part(text, fourth);
    const bool has_sixth = next_part(text, fifth) != fifth;
    const std::size_t end = fifth != fourth && !has_sixth ? fifth : third;
    if (second == dot && (fifth == fourth || has_sixth)) continue;
    return FoundToken{begin, end - begin};
  }
  return std::nullopt;
}

}  // namespace assay::jose
