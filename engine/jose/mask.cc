#include "jose/mask.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "codec/base64url.h"
#include "jose/ascii.h"
#include "jose/token_material.h"

namespace assay::jose {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
// The symbols of masks that no alphabet of a token holds; some are coded for HTML or for URLs.
constexpr std::string_view kForeign[] = {"*",
                                         "#",
                                         "$",
                                         "~",
                                         "?",
                                         "\xE2\x80\xA2" /* • */,
                                         kEllipsis,
                                         "\xE2\x97\x8F" /* ● */,
                                         "\xE2\x96\x88" /* █ */,
                                         "&hellip;",
                                         "&#8230;",
                                         "%2A",
                                         "%2a",
                                         "&#42;"};
// A token may hold these symbols, too. One or two dots are no mask, because they separate segments.
constexpr std::string_view kOfAlphabet[] = {"x", "X", "-", "_"};

bool is_ellipsis(std::string_view symbol) noexcept {
  return symbol == kEllipsis || symbol == "&hellip;" || symbol == "&#8230;";
}

// These words say that something was masked.
constexpr std::string_view kMaskWords[] = {"REDACTED",   "MASKED",     "FILTERED",    "HIDDEN",    "REMOVED",
                                           "STRIPPED",   "OMITTED",    "TRUNCATED",   "SANITIZED", "SCRUBBED",
                                           "PROTECTED",  "CENSORED",   "EXPUNGED",    "SENSITIVE", "ANONYMIZED",
                                           "OBFUSCATED", "SUPPRESSED", "CONFIDENTIAL"};
// These words may stand beside them, mostly to say what was masked.
constexpr std::string_view kNouns[] = {
    "SIGNATURE", "SIG",   "SECRET", "TOKEN",      "JWT",      "JWS",         "ACCESS",        "ID", "BEARER", "AUTH",
    "KEY",       "DATA",  "INFO",   "HEADER",     "VALUE",    "CREDENTIALS", "AUTHORIZATION", "BY", "FOR",    "THE",
    "WAS",       "BYTES", "CHARS",  "CREDENTIAL", "PASSWORD", "SECURITY"};
constexpr std::string_view kBrackets[] = {"[]", "<>", "()", "{}"};

// The longest text whose words are read.
constexpr std::size_t kMostWordsText = 64;
// Bytes in which a mask is looked for, so that a long text of almost-masks costs little.
constexpr std::size_t kMostSearched = 4096;
// No signature is as short: HS256 has 43 characters. So words in the alphabet, such as JWT_SIGNATURE_REDACTED, are
// looked for only in shorter text.
constexpr std::size_t kShorterThanSignatures = 40;
// A mask inside a segment: shorter runs of a foreign character are an accident, not a mask.
constexpr std::size_t kLeastForeignRun = 3;
// A signature ends in so many equal characters of the alphabet by chance once in 64^12.
constexpr std::size_t kLeastAlphabetRun = 12;

// Returns how often the whole text repeats `symbol`; 0 if it does not.
std::size_t repeats(std::string_view text, std::string_view symbol) noexcept {
  if (text.empty() || text.size() % symbol.size() != 0) return 0;
  for (std::size_t i = 0; i < text.size(); i += symbol.size()) {
    if (text.substr(i, symbol.size()) != symbol) return 0;
  }
  return text.size() / symbol.size();
}

bool is_run(std::string_view text) noexcept {
  const auto repeats_in = [text](std::string_view symbol) { return repeats(text, symbol) > 0; };
  return std::any_of(std::begin(kForeign), std::end(kForeign), repeats_in) ||
         std::any_of(std::begin(kOfAlphabet), std::end(kOfAlphabet), repeats_in) || repeats(text, ".") >= 2;
}

bool holds_word(const auto& words, std::string_view word) noexcept {
  return std::any_of(std::begin(words), std::end(words),
                     [word](std::string_view known) { return equal_but_for_case(known, word); });
}

// The words of a text, whatever stands between them, up to the first of `others`.
struct Words {
  std::size_t masks = 0, nouns = 0, others = 0;
};

Words words_of(std::string_view text) noexcept {
  Words found;
  // Of all signatures, 3 % come here, and their first word is none of those that are looked for.
  while (!text.empty() && found.others == 0) {
    std::size_t letters = 0;
    while (letters < text.size() && is_letter(text[letters])) ++letters;
    const std::string_view word = text.substr(0, letters);
    text.remove_prefix(std::max<std::size_t>(letters, 1));
    if (word.empty()) continue;
    ++(holds_word(kMaskWords, word) ? found.masks : holds_word(kNouns, word) ? found.nouns : found.others);
  }
  return found;
}

bool says_masked(std::string_view text) noexcept {
  if (text.size() > kMostWordsText) return false;
  const Words words = words_of(text);
  return words.masks > 0 && words.others == 0;
}

// Returns true for one of the words that stand in logs where a signature was.
bool is_word(std::string_view text) noexcept {
  return says_masked(text) || equal_but_for_case(text, "SIGNATURE") || equal_but_for_case(text, "SECRET");
}

// Returns what stands in the brackets around a text; empty if there are none.
std::string_view in_brackets(std::string_view text) noexcept {
  if (text.size() < 3) return {};
  for (const std::string_view pair : kBrackets) {
    if (text.front() == pair[0] && text.back() == pair[1]) return text.substr(1, text.size() - 2);
  }
  return {};
}

// "<token>", "[JWT]", "{{access_token}}": the name of what was there, in brackets.
bool is_bracketed_noun(std::string_view text) noexcept {
  if (text.size() > kMostWordsText || in_brackets(text).empty()) return false;
  for (std::string_view inside = in_brackets(text); !inside.empty(); inside = in_brackets(inside)) text = inside;
  const bool is_name =
      std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '_' || c == '-' || c == ' '; });
  const Words words = words_of(text);
  return is_name && words.nouns > 0 && words.others == 0;
}

bool is_bracketed_mask(std::string_view text) noexcept {
  const std::string_view inside = in_brackets(text);
  return !inside.empty() && (is_run(inside) || is_word(inside));
}

// A mask beside a part of a signature.
bool is_mask_beside(std::string_view text) noexcept {
  for (const std::string_view symbol : kForeign) {
    if (repeats(text, symbol) >= (is_ellipsis(symbol) ? 1 : kLeastForeignRun)) return true;
  }
  return repeats(text, ".") >= kLeastForeignRun || is_bracketed_mask(text);
}

// A beginning or an end of base64url, or both, around a mask of other characters. A whole signature is not masked by
// what follows it, nor by what stands before it.
bool is_partly_masked(std::string_view text) noexcept {
  if (codec::is_base64url_alphabet(text)) return false;
  std::size_t begin = 0;
  while (is_base64url(text[begin])) ++begin;
  if (is_signature_size(begin)) return false;
  if (is_mask_beside(text.substr(begin))) return true;  // a coded symbol such as "%2A" ends in letters of the alphabet
  std::size_t end = text.size();
  while (is_base64url(text[end - 1])) --end;
  if (begin == 0 && is_signature_size(text.size() - end)) return false;
  return is_mask_beside(text.substr(begin, end - begin));
}

// The same if the mask itself is of the alphabet: "MEUCIQDxxxxxxxxxxxxxxxx".
bool ends_in_alphabet_mask(std::string_view text) noexcept {
  if (text.size() <= kLeastAlphabetRun) return false;
  for (const std::string_view symbol : kOfAlphabet) {
    const bool at_end = repeats(text.substr(text.size() - kLeastAlphabetRun), symbol) != 0;
    const bool at_start = repeats(text.substr(0, kLeastAlphabetRun), symbol) != 0;
    if (at_end || at_start) return codec::is_base64url_alphabet(text);
  }
  return false;
}

// Returns the symbol of `symbols` with which `text` begins; empty if there is none.
std::string_view symbol_at_front(const auto& symbols, std::string_view text) noexcept {
  for (const std::string_view symbol : symbols) {
    if (text.starts_with(symbol)) return symbol;
  }
  return {};
}

// Returns the bytes of the run of one symbol with which `text` begins.
std::size_t run_at_front(std::string_view text, std::string_view symbol) noexcept {
  std::size_t bytes = 0;
  while (text.substr(bytes).starts_with(symbol)) bytes += symbol.size();
  return bytes;
}

// Returns true for text that holds only symbols of masks, and so many that it is nothing else. "xxxxx.yyyyy.zzzzz"
// stands for a token in many documents.
bool is_all_symbols(std::string_view text) noexcept {
  constexpr std::string_view kLetters[] = {"x", "X", "y", "Y", "z", "Z"};
  constexpr std::string_view kBetween[] = {".", "-", "_", " "};
  bool certain = false;
  while (!text.empty()) {
    std::string_view symbol = symbol_at_front(kForeign, text);
    std::size_t least = 1;
    if (symbol.empty()) symbol = symbol_at_front(kLetters, text), least = 3;
    if (symbol.empty()) symbol = symbol_at_front(kBetween, text), least = text.front() == '.' ? 2 : 4;
    if (symbol.empty()) return false;
    const std::size_t run = run_at_front(text, symbol);
    certain = certain || (run / symbol.size() >= least && symbol != " ");
    text.remove_prefix(run);
  }
  return certain;
}

// The first bytes of all symbols, and brackets: what lets find_mask pass over the rest quickly.
constexpr std::array<bool, 256> kMayBeginMask = [] {
  std::array<bool, 256> may{};
  for (const std::string_view symbol : kForeign) may[static_cast<unsigned char>(symbol[0])] = true;
  for (const std::string_view symbol : kOfAlphabet) may[static_cast<unsigned char>(symbol[0])] = true;
  for (const std::string_view pair : kBrackets) may[static_cast<unsigned char>(pair[0])] = true;
  may['.'] = true;
  return may;
}();

bool mentions_redacted(std::string_view text) noexcept {
  constexpr std::string_view kRedacted = "REDACTED";
  if (text.size() > 2 * kMostWordsText) return false;
  for (std::size_t i = 0; i + kRedacted.size() <= text.size(); ++i) {
    if (equal_but_for_case(text.substr(i, kRedacted.size()), kRedacted)) return true;
  }
  return false;
}

// Whether `text` begins with a mask in brackets, such as "[REDACTED]".
bool begins_with_bracketed_mask(std::string_view text) noexcept {
  if (text.size() < 3 || is_digit(text[1]) || text[1] == text[0]) return false;
  for (const std::string_view pair : kBrackets) {
    if (text.front() != pair[0]) continue;
    const std::size_t end = text.substr(0, kMostWordsText).find(pair[1]);
    return end != text.npos && is_bracketed_mask(text.substr(0, end + 1));
  }
  return false;
}

}  // namespace

bool may_be_mask(std::string_view base64url) noexcept {
  return base64url.size() <= kShorterThanSignatures || base64url[0] == base64url[1] ||
         base64url[base64url.size() - 1] == base64url[base64url.size() - 2];
}

bool is_mask(std::string_view text) noexcept {
  if (text.empty()) return false;
  if (!may_be_mask(text) && codec::is_base64url_alphabet(text)) return false;
  return is_run(text) || is_word(text) || is_bracketed_mask(text) || is_bracketed_noun(text) ||
         is_partly_masked(text) || ends_in_alphabet_mask(text);
}

bool is_masked_token(std::string_view text) noexcept {
  if (text.empty()) return false;
  return is_all_symbols(text) || says_masked(text) || mentions_redacted(text) || is_bracketed_mask(text) ||
         is_bracketed_noun(text);
}

std::size_t find_mask(std::string_view text) noexcept {
  text = text.substr(0, kMostSearched);
  for (std::size_t i = 0; i < text.size();) {
    if (!kMayBeginMask[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    const std::string_view rest = text.substr(i);
    std::string_view symbol = symbol_at_front(kForeign, rest);
    std::size_t least = is_ellipsis(symbol) ? 1 : kLeastForeignRun;
    if (symbol.empty() && rest.front() == '.') symbol = rest.substr(0, 1);
    if (symbol.empty()) symbol = symbol_at_front(kOfAlphabet, rest), least = kLeastAlphabetRun;
    const std::size_t run = symbol.empty() ? 0 : run_at_front(rest, symbol);
    if ((run > 0 && run / symbol.size() >= least) || begins_with_bracketed_mask(rest)) return i;
    i += std::max<std::size_t>(run, 1);
  }
  return text.npos;
}

}  // namespace assay::jose
