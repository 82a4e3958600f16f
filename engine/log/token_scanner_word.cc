#include "log/token_scanner_word.h"

#include <algorithm>
#include <iterator>

#include "codec/base64url.h"
#include "jose/ascii.h"
#include "jose/mask.h"
#include "log/coded_token.h"

namespace assay::log {
namespace {

constexpr auto npos = std::string_view::npos;

constexpr std::size_t kMostWord = 48;
// Blanks, quotes, ':' and '=' between a word and its value.
constexpr std::size_t kMostBetween = 8;
constexpr std::size_t kMostMask = 128;
constexpr std::size_t kMostBracketed = 64;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
bool is_of_token68(char c) noexcept { return jose::is_base64url(c) || c == '.' || c == '~' || c == '+' || c == '/'; }

// `end` is in small letters and not empty. Its last letter tells nearly all texts apart.
bool ends_with_but_for_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && jose::lower(text.back()) == end.back() &&
         jose::equal_but_for_case(text.substr(text.size() - end.size()), end);
}

struct KnownWord {
  std::string_view word;
  WordKind kind;
  bool any_prefix;  // "http_authorization", "x-jwt"
};
// The longer before the shorter that they end in; else those that stand before most tokens first.
constexpr KnownWord kWords[] = {{"bearer", WordKind::token_scheme, false}, {"dpop", WordKind::token_scheme, false},
                                {"basic", WordKind::other_scheme, false},  {"jwt", WordKind::name, true},
                                {"authorization", WordKind::name, true},   {"access_token", WordKind::name, true},
                                {"access-token", WordKind::name, true},    {"accesstoken", WordKind::name, true},
                                {"id_token", WordKind::name, true},        {"id-token", WordKind::name, true},
                                {"idtoken", WordKind::name, true},         {"auth_token", WordKind::name, true},
                                {"auth-token", WordKind::name, true},      {"authtoken", WordKind::name, true},
                                {"refresh_token", WordKind::name, true},   {"identitytoken", WordKind::name, true},
                                {"token", WordKind::name, false}};

// Whether a word may begin at `at`: behind any character that is not of a word, or behind a coded one.
bool is_word_begin(std::string_view text, std::size_t from, std::size_t at) noexcept {
  return at == from || !jose::is_base64url(text[at - 1]) || coded_char_before(text, from, at).size != 0;
}

// Returns the known word that ends at `end`; null if there is none.
const KnownWord* word_before(std::string_view text, std::size_t from, std::size_t end) noexcept {
  const std::string_view before = text.substr(from, end - from);
  for (const KnownWord& known : kWords) {
    if (!ends_with_but_for_case(before, known.word)) continue;
    if (known.any_prefix || is_word_begin(text, from, end - known.word.size())) return &known;
  }
  return nullptr;
}

// Moves behind one character, coded or not, if it is as asked for. Line feeds in the text itself end every line.
template <class Is>
bool skip(std::string_view text, std::size_t& at, const Is& is) noexcept {
  const CodedChar next = char_at(text, at);
  if (next.size == 0 || text[at] == '\n' || !is(next.plain)) return false;
  at += next.size;
  return true;
}

std::size_t skip_blanks(std::string_view text, std::size_t& at, bool plus_too) noexcept {
  std::size_t count = 0;
  const auto is = [plus_too](char c) { return is_blank(c) || (plus_too && c == '+'); };
  while (count < kMostBetween && skip(text, at, is)) ++count;
  return count;
}

// A scheme and the blanks behind it. "token" is a scheme only in an Authorization header.
WordKind skip_scheme(std::string_view text, bool is_authorization, std::size_t& at) noexcept {
  std::size_t end = at;
  while (end < text.size() && end - at < kMostWord && jose::is_letter(text[end])) ++end;
  const std::string_view word = text.substr(at, end - at);
  WordKind kind = WordKind::none;
  for (const std::string_view scheme : {"bearer", "dpop", "jwt"}) {
    if (jose::equal_but_for_case(word, scheme)) kind = WordKind::token_scheme;
  }
  if (is_authorization && jose::equal_but_for_case(word, "token")) kind = WordKind::token_scheme;
  if (jose::equal_but_for_case(word, "basic")) kind = WordKind::other_scheme;
  if (kind == WordKind::none || skip_blanks(text, end, true) == 0) return WordKind::none;
  at = end;
  return kind;
}

// What follows a name: `":"`, `: `, `=`, `":["`.
CredentialWord value_of_name(std::string_view text, bool is_authorization, std::size_t at) noexcept {
  skip(text, at, is_quote);
  skip_blanks(text, at, false);
  const auto is_sign = [](char c) { return c == ':' || c == '='; };
  const char sign = char_at(text, at).plain;
  if (!skip(text, at, is_sign)) return {};
  skip(text, at, [](char c) { return c == '>'; });
  skip_blanks(text, at, false);
  std::size_t in_array = at;
  if (skip(text, in_array, [](char c) { return c == '['; }) && is_quote(char_at(text, in_array).plain)) at = in_array;
  const char quote = char_at(text, at).plain;
  CredentialWord word{WordKind::name, at, sign, 0};
  if (skip(text, at, is_quote)) word.quote = quote;
  const WordKind scheme = skip_scheme(text, is_authorization, at);
  if (scheme != WordKind::none) word.kind = scheme;
  word.value = at;
  return word;
}

// A text in brackets, with all the brackets that close at its end, and with its codings undone.
struct Bracketed {
  std::size_t size = 0;  // as it is written; 0: there is none
  std::uint8_t codings = 0;
  std::size_t plain_size = 0;
  char plain[kMostBracketed];

  std::string_view view() const noexcept { return {plain, plain_size}; }
};

Bracketed bracketed_at(std::string_view text, std::size_t at) noexcept {
  constexpr std::string_view kOpen = "[<({", kClose = "]>)}";
  Bracketed found;
  const char open = char_at(text, at).plain;
  if (at >= text.size() || kOpen.find(open) == npos) return found;
  const char close = kClose[kOpen.find(open)];
  std::size_t opened = 0, closed = 0, size = 0;
  for (bool leading = true; found.plain_size < kMostBracketed;) {
    const CodedChar next = char_at(text, at + size);
    if (next.size == 0 || text[at + size] == '\n' || (closed > 0 && next.plain != close)) break;
    leading = leading && next.plain == open;
    if (leading) ++opened;
    if (next.plain == close) ++closed;
    found.plain[found.plain_size++] = next.plain;
    found.codings |= next.codings;
    size += next.size;
    if (closed == opened) break;
  }
  found.size = closed > 0 ? size : 0;
  return found;
}

// Symbols of masks that are more than one byte long.
constexpr std::string_view kLongSymbols[] = {"\xE2\x80\xA2", "\xE2\x80\xA6", "\xE2\x97\x8F", "\xE2\x96\x88", "&hellip;",
                                             "&#8230;",      "%2A",          "%2a",          "&#42;"};

// The size of the run of one symbol with which a text begins. A mask may be as long as what it hides.
std::size_t run_of_one_symbol(std::string_view text) noexcept {
  const auto* const symbol = std::find_if(std::begin(kLongSymbols), std::end(kLongSymbols),
                                          [text](std::string_view one) { return text.starts_with(one); });
  if (symbol == std::end(kLongSymbols)) return std::min(text.find_first_not_of(text.front()), text.size());
  std::size_t size = 0;
  while (text.substr(size).starts_with(*symbol)) size += symbol->size();
  return size;
}

// The end of a value: the closing quote, or the first character that no mask outside brackets holds.
std::size_t value_end(std::string_view text, const CredentialWord& word) noexcept {
  std::size_t at = word.value;
  if (at == text.size() || text[at] == '\n') return at;
  at += run_of_one_symbol(text.substr(at));
  const std::size_t last = std::min(text.size(), at + kMostMask);
  while (at < last) {
    const CodedChar next = char_at(text, at);
    const bool ends = word.quote != 0 ? next.plain == word.quote
                                      : is_blank(next.plain) || is_quote(next.plain) || next.plain == '\r' ||
                                            std::string_view(",;&|=)]}>\n").find(next.plain) != npos;
    if (ends || text[at] == '\n') return at;
    at += next.size;
  }
  return at == text.size() ? at : word.value;  // longer than any mask
}

// Whether a text without brackets is a mask. Symbols alone are one only if they are many, and none that ordinary text
// puts in the place of a value.
bool is_bare_mask(std::string_view value) noexcept {
  constexpr std::string_view kDots = ".-_: ", kSymbols = "*?#$~.-_: ";
  const bool all_symbols = value.find_first_not_of(kSymbols) == npos;
  if (all_symbols && (value.size() < 3 || value.find_first_not_of(kDots) == npos)) return false;
  return jose::is_masked_token(value);
}

// "bearer protected resources", "token: hidden fees": a word in small letters is a mask only if it is quoted or stands
// behind '='.
bool is_of_sentence(const CredentialWord& word, std::string_view value) noexcept {
  if (word.quote != 0 || word.sign == '=' || value.find_first_not_of(value.front()) == npos) return false;
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// "[REDACTED]", "<hidden>", "[TOKEN]". Other names in brackets are placeholders: "<token>", "{jwt}".
bool is_mask_in_brackets(std::string_view value) noexcept {
  const std::size_t open = std::min(value.find_first_not_of(value.front()), value.size() / 2);
  const std::string_view inside = value.substr(open, value.size() - 2 * open);
  if (is_bare_mask(inside)) return true;
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return value.front() == '[' && std::none_of(inside.begin(), inside.end(), is_small) && jose::is_masked_token(value);
}

// The size of a run of symbols of masks that no token holds.
std::size_t symbols_at_front(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::string_view rest = text.substr(size);
    if (std::string_view("*#$~?").find(rest.front()) != npos) {
      ++size;
      continue;
    }
    const auto* const symbol = std::find_if(std::begin(kLongSymbols), std::end(kLongSymbols),
                                            [rest](std::string_view one) { return rest.starts_with(one); });
    if (symbol == std::end(kLongSymbols)) break;
    size += symbol->size();
  }
  return size;
}

bool decodes_to_user_and_password(std::string_view base64) noexcept {
  constexpr std::size_t kLooked = 256;
  char letters[kLooked], bytes[codec::base64url_decoded_size(kLooked) + codec::kBase64Slack];
  std::size_t size = std::min(base64.find('='), std::min(base64.size(), kLooked));
  size -= size % 4;
  const auto plain = [](char c) { return c == '+' ? '-' : c == '/' ? '_' : c; };
  std::transform(base64.begin(), base64.begin() + static_cast<std::ptrdiff_t>(size), letters, plain);
  if (size == 0 || !codec::base64url_decode({letters, size}, bytes)) return false;
  const std::string_view decoded(bytes, codec::base64url_decoded_size(size));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  return decoded.find(':') != npos && std::none_of(decoded.begin(), decoded.end(), is_control);
}

}  // namespace

CredentialWord credential_word(std::string_view text, std::size_t from, std::size_t mark) noexcept {
  std::size_t end = mark;
  while (end < text.size() && end - mark < kMostWord && jose::is_letter(text[end])) ++end;
  from = std::max(from, mark - std::min(mark, kMostWord));
  const KnownWord* const known = word_before(text, from, end);
  if (known == nullptr) return {};
  if (known->kind == WordKind::name) {
    const CredentialWord value = value_of_name(text, known->word == "authorization", end);
    const bool may_be_scheme = known->word == "jwt" && is_word_begin(text, from, end - known->word.size());
    if (value.kind != WordKind::none || !may_be_scheme) return value;
  }
  if (skip_blanks(text, end, true) == 0) return {};
  return {known->kind == WordKind::other_scheme ? WordKind::other_scheme : WordKind::token_scheme, end, 0, 0};
}

Mask masked_value(std::string_view text, const CredentialWord& word) noexcept {
  const Bracketed bracketed = bracketed_at(text, word.value);
  const bool is_all = word.quote == 0 || char_at(text, word.value + bracketed.size).plain == word.quote;
  if (bracketed.size != 0 && is_all) {
    return is_mask_in_brackets(bracketed.view()) ? Mask{bracketed.size, bracketed.codings} : Mask{};
  }
  const std::size_t end = value_end(text, word);
  const std::string_view value = text.substr(word.value, end - word.value);
  if (value.empty() || value == "\xE2\x80\xA6" || is_of_sentence(word, value)) return {};
  return is_bare_mask(value) ? Mask{value.size(), 0} : Mask{};
}

OtherCredential other_credential(std::string_view text, const CredentialWord& word) noexcept {
  constexpr std::size_t kLeast = 8, kMost = 512;
  const std::string_view rest = text.substr(word.value, kMost);
  std::size_t size = 0;
  while (size < rest.size() && is_of_token68(rest[size])) ++size;
  while (size < rest.size() && rest[size] == '=') ++size;
  const std::string_view value = rest.substr(0, size);
  if (word.kind == WordKind::other_scheme) return {size, decodes_to_user_and_password(value)};
  const bool is_opaque = size >= kLeast && std::any_of(value.begin(), value.end(), jose::is_digit);
  return {size, is_opaque};
}

Mask mask_at(std::string_view text, std::string_view part, std::size_t at) noexcept {
  std::string_view rest = text.substr(at, kMostMask);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.empty()) return {};
  const std::size_t dots = std::min(rest.find_first_not_of('.'), rest.size());
  const std::size_t size = dots != 0 ? dots : symbols_at_front(rest);
  if (size == 0) {
    const Bracketed bracketed = bracketed_at(text, at);
    return bracketed.size != 0 && jose::is_mask(bracketed.view()) ? Mask{bracketed.size, bracketed.codings} : Mask{};
  }
  if (!part.empty()) return jose::is_mask({part.data(), part.size() + size}) ? Mask{size, 0} : Mask{};
  const bool is_certain = rest.front() == '*' || size >= 2;
  return is_certain && jose::is_mask(rest.substr(0, size)) ? Mask{size, 0} : Mask{};
}

}  // namespace assay::log
