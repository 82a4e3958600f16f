#include "jose/compact.h"

#include <algorithm>

#include "codec/base64url.h"
#include "codec/json_fast.h"

namespace assay::jose {
namespace {

constexpr std::string_view kSymbols[] = {"*",           "x", "X", ".", "-", "_", "#", "\xE2\x80\xA2" /* • */,
                                         "\xE2\x80\xA6" /* … */};
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kWords[] = {"REDACTED", "MASKED",    "FILTERED",  "HIDDEN", "REMOVED",   "STRIPPED",
                                       "OMITTED",  "TRUNCATED", "SANITIZED", "SECRET", "SIGNATURE", "PROTECTED"};
constexpr std::string_view kBrackets[] = {"[]", "<>", "()", "{}"};
// The longest word has nine letters; stars may stand around it.
constexpr std::size_t kLongerThanWords = 20;
// A mask inside a segment: shorter runs of a foreign character are an accident, not a mask.
constexpr std::size_t kLeastForeignRun = 3;
// A signature ends in so many equal characters of the alphabet by chance once in 64^12.
constexpr std::size_t kLeastAlphabetRun = 12;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// How often the whole text repeats `symbol`; 0 when it does not.
std::size_t repeats(std::string_view text, std::string_view symbol) noexcept {
  if (text.empty() || text.size() % symbol.size() != 0) return 0;
  for (std::size_t i = 0; i < text.size(); i += symbol.size()) {
    if (text.substr(i, symbol.size()) != symbol) return 0;
  }
  return text.size() / symbol.size();
}

bool is_run(std::string_view text) noexcept {
  for (const std::string_view symbol : kSymbols) {
    // A single dot is a trailing dot.
    if (repeats(text, symbol) >= (symbol == "." ? 2u : 1u)) return true;
  }
  return false;
}

bool is_word(std::string_view text) noexcept {
  while (!text.empty() && text.front() == '*') text.remove_prefix(1);
  while (!text.empty() && text.back() == '*') text.remove_suffix(1);
  for (const std::string_view word : kWords) {
    if (equal_but_for_case(text, word)) return true;
  }
  return false;
}

bool is_bracketed(std::string_view text) noexcept {
  if (text.size() < 3) return false;
  for (const std::string_view pair : kBrackets) {
    if (text.front() != pair[0] || text.back() != pair[1]) continue;
    const std::string_view inside = text.substr(1, text.size() - 2);
    return is_run(inside) || is_word(inside);
  }
  return false;
}

bool in_alphabet(char c) noexcept { return codec::is_base64url_alphabet({&c, 1}); }

// A beginning or an end of base64url, or both, around a mask of other characters.
bool is_partly_masked(std::string_view text) noexcept {
  if (codec::is_base64url_alphabet(text)) return false;  // the way of every sound signature
  while (in_alphabet(text.front())) text.remove_prefix(1);
  while (in_alphabet(text.back())) text.remove_suffix(1);
  for (const std::string_view symbol : kSymbols) {
    if (repeats(text, symbol) >= (symbol == kEllipsis ? 1 : kLeastForeignRun)) return true;
  }
  return is_bracketed(text);
}

// The same where the mask itself is of the alphabet: "MEUCIQDxxxxxxxxxxxxxxxx".
bool ends_in_alphabet_mask(std::string_view text) noexcept {
  if (text.size() <= kLeastAlphabetRun) return false;
  for (const std::string_view symbol : {"x", "X", "-", "_"}) {
    const bool at_end = repeats(text.substr(text.size() - kLeastAlphabetRun), symbol) != 0;
    const bool at_start = repeats(text.substr(0, kLeastAlphabetRun), symbol) != 0;
    if (at_end || at_start) return codec::is_base64url_alphabet(text);
  }
  return false;
}

// Whether strict base64url can be a mask at all. False for nearly every signature: without two equal characters at
// either end the text is no run and has no masked end, it holds no bracket, and no word is as long.
bool may_be_mask(std::string_view base64url) noexcept {
  return base64url.size() <= kLongerThanWords || base64url[0] == base64url[1] ||
         base64url[base64url.size() - 1] == base64url[base64url.size() - 2];
}

// Returns true for text that stands in logs instead of a secret: a run of one of * x X . - _ # • …, or a word like
// REDACTED, MASKED, FILTERED, HIDDEN, REMOVED in any case, bare or in [], <>, (), {}. Text that begins or ends as
// base64url and goes on as such a mask is one, too.
bool is_mask(std::string_view text) noexcept {
  if (!may_be_mask(text) && codec::is_base64url_alphabet(text)) return false;
  return is_run(text) || is_word(text) || is_bracketed(text) || is_partly_masked(text) || ends_in_alphabet_mask(text);
}

// The shape of a token with this third segment, which is not empty and may hold dots.
Shape shape_with(std::string_view signature) noexcept {
  // Before dots are counted: a mask may hold dots itself, as in "header.payload.abc...".
  if (is_mask(signature)) return Shape::masked;
  switch (std::count(signature.begin(), signature.end(), '.')) {
    case 0:
      return Shape::signed_token;
    case 2:
      return Shape::encrypted;  // RFC 7516 §9: five segments are a JWE
    default:
      return Shape::malformed;
  }
}

// A segment at the beginning of a text, decoded.
struct Decoded {
  std::string_view bytes;      // null data: the segment is not strict base64url
  std::size_t characters = 0;  // of the segment; 0 when it is not strict
};

// Decodes the segment that `text` begins with into the arena, with room for a reader that looks past its end.
Decoded decode_front(std::string_view text, base::Arena& arena) {
  constexpr std::size_t kSlack = std::max(codec::kBase64Slack, codec::kJsonPadding);
  const std::size_t room = codec::base64url_decoded_size(text.size()) + kSlack;
  char* to = arena.allocate(room);
  const std::size_t length = codec::base64url_decode_segment(text, to);
  if (length == codec::kNotStrict) {
    arena.shrink_last(room, 0);
    return {};
  }
  const std::size_t size = codec::base64url_decoded_size(length);
  arena.shrink_last(room, size + kSlack);
  return {{to, size}, length};
}

// Returns the length of the payload that `rest` begins with, up to a dot or the end. Leaves `bytes` null if it is not
// strict base64url.
std::size_t decode_payload(std::string_view rest, base::Arena& arena, std::string_view& bytes) {
  const Decoded payload = decode_front(rest, arena);
  if (payload.characters == rest.size() || rest[payload.characters] == '.') {
    bytes = payload.bytes;
    return payload.characters;
  }
  return std::min(rest.find('.', payload.characters), rest.size());
}

// The same for a payload that is not encoded (RFC 7797).
std::size_t copy_payload(std::string_view rest, base::Arena& arena, std::string_view& bytes) {
  const std::size_t size = std::min(rest.find('.'), rest.size());
  char* to = arena.allocate(size + codec::kJsonPadding);
  std::copy_n(rest.begin(), size, to);
  bytes = {to, size};
  return size;
}

}  // namespace

std::string_view first_segment(std::string_view token) noexcept { return token.substr(0, token.find('.')); }

Compact take_apart(std::string_view token, std::size_t header_size, bool payload_is_encoded, base::Arena& arena) {
  Compact compact;
  compact.header = token.substr(0, header_size);
  if (header_size == token.size()) return compact;
  const std::string_view rest = token.substr(header_size + 1);
  const std::size_t payload_size = payload_is_encoded ? decode_payload(rest, arena, compact.payload_bytes)
                                                      : copy_payload(rest, arena, compact.payload_bytes);
  compact.payload = rest.substr(0, payload_size);
  if (payload_size == rest.size()) {
    compact.shape = Shape::two_segments;
    return compact;
  }
  compact.signature = rest.substr(payload_size + 1);
  if (compact.signature.empty()) {
    compact.shape = Shape::empty_signature;
    compact.signature_bytes = compact.signature;
    return compact;
  }
  const Decoded signature = decode_front(compact.signature, arena);
  const bool whole = signature.characters == compact.signature.size();
  if (whole) compact.signature_bytes = signature.bytes;
  compact.shape = whole && !may_be_mask(compact.signature) ? Shape::signed_token : shape_with(compact.signature);
  return compact;
}

Compact take_apart(std::string_view token, base::Arena& arena) {
  return take_apart(token, first_segment(token).size(), true, arena);
}

std::string_view strip_bearer(std::string_view text) noexcept {
  constexpr std::string_view kBearer = "bearer ";
  return equal_but_for_case(text.substr(0, kBearer.size()), kBearer) ? text.substr(kBearer.size()) : text;
}

}  // namespace assay::jose
