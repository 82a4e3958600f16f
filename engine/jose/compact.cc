#include "jose/compact.h"

#include <cstddef>
#include <cstring>

#include "codec/base64url.h"

namespace assay::jose {
namespace {

constexpr std::string_view kSymbols[] = {"*",           "x", "X", ".", "-", "_", "#", "\xE2\x80\xA2" /* • */,
                                         "\xE2\x80\xA6" /* … */};
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kWords[] = {"REDACTED", "MASKED",    "FILTERED",  "HIDDEN", "REMOVED",   "STRIPPED",
                                       "OMITTED",  "TRUNCATED", "SANITIZED", "SECRET", "SIGNATURE", "PROTECTED"};
constexpr std::string_view kBrackets[] = {"[]", "<>", "()", "{}"};
// The longest word has nine letters.
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

}  // namespace

Compact split_compact(std::string_view token) noexcept {
  constexpr int kDotsThatMatter = 6;
  Compact compact;
  std::size_t dots[2] = {};
  std::size_t from = 0;
  while (compact.dots < kDotsThatMatter && from < token.size()) {
    const void* found = std::memchr(token.data() + from, '.', token.size() - from);
    if (found == nullptr) break;
    const auto dot = static_cast<std::size_t>(static_cast<const char*>(found) - token.data());
    if (compact.dots < 2) dots[compact.dots] = dot;
    ++compact.dots;
    from = dot + 1;
  }
  compact.signing_input = token;
  if (compact.dots == 0) {
    compact.header = token;
    return compact;
  }
  compact.header = token.substr(0, dots[0]);
  if (compact.dots == 1) {
    compact.payload = token.substr(dots[0] + 1);
    return compact;
  }
  compact.payload = token.substr(dots[0] + 1, dots[1] - dots[0] - 1);
  compact.signature = token.substr(dots[1] + 1);
  compact.signing_input = token.substr(0, dots[1]);
  return compact;
}

Shape classify(const Compact& compact) noexcept {
  if (compact.dots == 0) return Shape::malformed;
  if (compact.dots == 1 || compact.signature.empty()) return Shape::cut;
  // Before the segments are counted: a mask may hold dots itself, as in "header.payload.abc...".
  if (is_mask(compact.signature)) return Shape::masked;
  if (compact.dots == 2) return Shape::signed_token;
  // RFC 7516 §9: five segments are a JWE.
  return compact.dots == 4 ? Shape::encrypted : Shape::malformed;
}

bool may_be_mask(std::string_view base64url) noexcept {
  // Without two equal characters at either end it is no run and has no masked end; the alphabet has no bracket; and no
  // word is as long.
  return base64url.size() <= kLongerThanWords || base64url[0] == base64url[1] ||
         base64url[base64url.size() - 1] == base64url[base64url.size() - 2];
}

bool is_mask(std::string_view text) noexcept {
  if (!may_be_mask(text) && codec::is_base64url_alphabet(text)) return false;
  return is_run(text) || is_word(text) || is_bracketed(text) || is_partly_masked(text) || ends_in_alphabet_mask(text);
}

std::string_view strip_bearer(std::string_view text) noexcept {
  constexpr std::string_view kBearer = "bearer ";
  return equal_but_for_case(text.substr(0, kBearer.size()), kBearer) ? text.substr(kBearer.size()) : text;
}

}  // namespace assay::jose
