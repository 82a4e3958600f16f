#include "jose/token_material.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "codec/base64url.h"
#include "jose/ascii.h"

namespace assay::jose {
namespace {

constexpr bool is_base64(char c) noexcept { return is_base64url(c) || c == '+' || c == '/'; }
constexpr bool is_json_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

using ByteSet = std::array<bool, 256>;

// The bytes of which tokens consist.
constexpr ByteSet kPlainBytes = [] {
  ByteSet bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = is_base64(static_cast<char>(i)) || i == '.' || i == '=';
  return bytes;
}();
// Those, and the bytes of which their codings consist.
constexpr ByteSet kCodedBytes = [] {
  ByteSet bytes = kPlainBytes;
  for (const char c : {'\\', '%', '&', '#', ';'}) bytes[static_cast<unsigned char>(c)] = true;
  return bytes;
}();

struct Run {
  std::size_t begin, end;
};

// Returns the first run of at least kLeastMaterial bytes of the set that ends behind `from`, or none. Such a run covers
// one of any kLeastMaterial places in a row, so most bytes are not looked at.
std::optional<Run> next_run(std::string_view text, std::size_t from, const ByteSet& set) noexcept {
  const auto is_in = [&](std::size_t at) { return set[static_cast<unsigned char>(text[at])]; };
  for (std::size_t at = from + kLeastMaterial - 1; at < text.size();) {
    if (!is_in(at)) {
      at += kLeastMaterial;
      continue;
    }
    std::size_t begin = at, end = at + 1;
    while (begin > from && is_in(begin - 1)) --begin;
    while (end < text.size() && is_in(end)) ++end;
    if (end - begin >= kLeastMaterial) return Run{begin, end};
    at = end + kLeastMaterial;
  }
  return std::nullopt;
}

// Whether two characters may be the first of base64 of a JSON object with a member: '{' and '"' or white space; or
// white space, twice or before '{'.
bool may_begin_object(char first, char second) noexcept {
  const auto is_one_of = [second](std::string_view letters) { return letters.find(second) != letters.npos; };
  switch (first) {
    case 'e':
      return is_one_of("yw");
    case 'I':
      return is_one_of("ACH");
    case 'C':
      return is_one_of("QSXgin");
    case 'D':
      return is_one_of("QSX");
    default:
      return false;
  }
}

// Whether bytes begin like a JSON object: '{', the name of a member, ':', as far as they go.
bool begins_like_object(std::string_view bytes) noexcept {
  const auto skip_white = [&] {
    while (!bytes.empty() && is_json_white(bytes.front())) bytes.remove_prefix(1);
    return !bytes.empty();
  };
  if (!skip_white() || bytes.front() != '{') return false;
  bytes.remove_prefix(1);
  if (!skip_white()) return true;
  if (bytes.front() != '"') return false;
  bytes.remove_prefix(1);
  while (!bytes.empty() && bytes.front() != '"') {
    if (static_cast<unsigned char>(bytes.front()) < 0x20) return false;
    bytes.remove_prefix(1);
  }
  if (bytes.empty()) return true;
  bytes.remove_prefix(1);
  return !skip_white() || bytes.front() == ':';
}

bool begins_object_in_base64(std::string_view text) noexcept {
  constexpr std::size_t kLooked = 32;
  if (text.size() < 4 || !may_begin_object(text[0], text[1])) return false;
  char letters[kLooked];
  std::size_t size = 0;
  while (size < std::min(text.size(), kLooked) && is_base64(text[size])) {
    const char c = text[size];
    letters[size++] = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  size = size / 4 * 4;
  char bytes[codec::base64url_decoded_size(kLooked) + codec::kBase64Slack];
  if (size == 0 || !codec::base64url_decode({letters, size}, bytes)) return false;
  return begins_like_object({bytes, codec::base64url_decoded_size(size)});
}

// The end of the part that begins at `at`, with the padding of base64.
template <class InPart>
std::size_t part_end(std::string_view text, std::size_t at, const InPart& in_part) noexcept {
  while (at < text.size() && in_part(text[at])) ++at;
  return at;
}
std::size_t padded(std::string_view text, std::size_t end) noexcept {
  const std::size_t begin = end;
  while (end < text.size() && text[end] == '=' && end - begin < 2) ++end;
  return end;
}
std::size_t wide_end(std::string_view text, std::size_t at) noexcept {
  const std::size_t end = part_end(text, at, is_base64);
  return end == at ? at : padded(text, end);
}

// Characters of signatures: HS256 to HS512; RSA of 2048, 3072, 4096 and 8192 bits; ES256 and Ed25519, ES384, ES512;
// Ed448.
constexpr std::size_t kSignatures[] = {43, 64, 86, 342, 512, 683, 1366, 128, 176, 152};

// The end of a part behind which a path or a sum may stand.
std::size_t last_end(std::string_view text, std::size_t at) noexcept {
  const std::size_t strict = part_end(text, at, is_base64url);
  const std::size_t wide = wide_end(text, at);
  if (wide == strict) return wide;
  return is_signature_size(strict - at) ? padded(text, strict) : wide;
}

// The end of the part behind the dot at `dot`; `dot` itself if there is no dot or the part is empty.
template <class End>
std::size_t next_part(std::string_view text, std::size_t dot, const End& end_of) noexcept {
  if (dot >= text.size() || text[dot] != '.') return dot;
  const std::size_t end = end_of(text, dot + 1);
  return end == dot + 1 ? dot : end;
}

// The material whose first part begins at `begin`.
TokenMaterial material_at(std::string_view text, std::size_t begin) noexcept {
  const std::size_t first = wide_end(text, begin);
  const std::size_t second = next_part(text, first, wide_end);
  // A JWE has an empty second part if its key is agreed on directly (RFC 7516 §5.1).
  const bool is_direct = second == first && text.substr(first).starts_with("..");
  const std::size_t behind_second = is_direct ? first + 1 : second;
  const std::size_t third = next_part(text, behind_second, last_end);
  if (third == behind_second) return {begin, second - begin, false};
  const std::size_t fourth = next_part(text, third, wide_end);
  const std::size_t fifth = fourth == third ? third : next_part(text, fourth, last_end);
  const bool is_jwe = fifth != fourth && next_part(text, fifth, wide_end) == fifth;
  if (is_jwe) return {begin, fifth - begin, true};
  if (is_direct) return {begin, first - begin, false};
  return {begin, third - begin, true};
}

// The word for material in a message.
std::string word_for(const TokenMaterial& found) {
  return found.is_whole ? "a token of " + std::to_string(found.size) + " bytes" : "a part of a token";
}

}  // namespace

bool is_signature_size(std::size_t characters) noexcept {
  return std::find(std::begin(kSignatures), std::end(kSignatures), characters) != std::end(kSignatures);
}

std::optional<TokenMaterial> TokenMaterialFinder::next() noexcept {
  for (;;) {
    for (; at_ + kLeastMaterial <= run_end_; ++at_) {
      if (!begins_object_in_base64(plain_.substr(at_, run_end_ - at_))) continue;
      const TokenMaterial found = material_at(plain_.substr(0, run_end_), at_);
      if (found.size < kLeastMaterial) continue;
      at_ = found.begin + found.size;
      return found;
    }
    const std::optional<Run> run = next_run(plain_, std::max(at_, run_end_), kPlainBytes);
    if (!run) return std::nullopt;
    at_ = run->begin;
    run_end_ = run->end;
  }
}

std::optional<TokenMaterial> find_token_material(std::string_view plain) noexcept {
  return TokenMaterialFinder(plain).next();
}

bool may_hold_token_material(std::string_view coded) noexcept {
  // Paths and the like are long runs, too, so a run without codings is looked at as it is.
  std::size_t from = 0;
  while (const std::optional<Run> run = next_run(coded, from, kCodedBytes)) {
    const std::string_view text = coded.substr(run->begin, run->end - run->begin);
    if (may_be_coded(text) || find_token_material(text)) return true;
    from = run->end;
  }
  return false;
}

std::string without_token_material(std::string_view text) {
  if (!may_hold_token_material(text)) return std::string(text);
  const PlainText plain = undo_codings(text);
  std::string to;
  std::size_t end = 0;
  TokenMaterialFinder finder(plain.text);
  while (const std::optional<TokenMaterial> found = finder.next()) {
    to += text.substr(end, plain.begins[found->begin] - end);
    to += word_for(*found);
    end = plain.begins[found->begin + found->size];
  }
  to += text.substr(end);
  return to;
}

}  // namespace assay::jose
