#include "jose/shown_time.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "jose/ascii.h"
#include "jose/coded_text.h"
#include "jose/compact.h"
#include "jose/dress.h"
#include "jose/token_material.h"

namespace assay::jose {
namespace {

// Letters that stand beside digits in the times of logs: "2026-09-21T14Z", "21Sep2026", "2PM", "15th", "90s", "1e9".
constexpr std::string_view kBesideDigits[] = {"T",   "Z",   "W",   "UTC", "GMT", "AM",  "PM",  "st",  "nd",  "rd",
                                              "th",  "h",   "m",   "s",   "ms",  "us",  "ns",  "e",   "Jan", "Feb",
                                              "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Whether letters and digits in a row may be of a time. No name of a month or a day is longer than "September".
bool is_word_of_time(std::string_view word) noexcept {
  constexpr std::size_t kLongestName = 9, kTooShortForSecrets = 3;
  if (word.size() <= kTooShortForSecrets) return true;
  if (std::all_of(word.begin(), word.end(), is_letter)) return word.size() <= kLongestName;
  while (!word.empty()) {
    const auto letters_end = std::find_if_not(word.begin(), word.end(), is_letter);
    const std::string_view letters = word.substr(0, static_cast<std::size_t>(letters_end - word.begin()));
    const auto is_it = [letters](std::string_view known) { return equal_but_for_case(letters, known); };
    if (!letters.empty() && std::none_of(std::begin(kBesideDigits), std::end(kBesideDigits), is_it)) return false;
    word.remove_prefix(letters.size());
    word.remove_prefix(std::min(word.find_first_not_of("0123456789"), word.size()));
  }
  return true;
}

// Whether a run of base64url or base64 may be of a time.
bool is_run_of_time(std::string_view run) noexcept {
  constexpr std::size_t kLongestRun = 26;
  if (run.size() > kLongestRun) return false;
  while (!run.empty()) {
    const std::string_view word = run.substr(0, run.find_first_of("-_+/"));
    if (!is_word_of_time(word)) return false;
    run.remove_prefix(std::min(word.size() + 1, run.size()));
  }
  return true;
}

// Whether a value where a time should be may be a credential instead, whatever its codings. No time has a scheme, a
// name with "=", or letters and digits as mixed as those of a token; a URL may hold a password or a token.
bool may_be_credential(std::string_view coded, base::Arena& arena) {
  const std::string text = undo_codings(coded).text;
  if (find_token_material(text) || text.find("eyJ") != text.npos) return true;
  if (text.find('=') != text.npos || text.find("://") != text.npos) return true;
  if (strip_scheme(text) != text || !undress(text, arena).foreign_scheme.empty()) return true;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (is_base64url(text[i]) || text[i] == '+' || text[i] == '/')) continue;
    if (!is_run_of_time(std::string_view(text).substr(begin, i - begin))) return true;
    begin = i + 1;
  }
  return false;
}

}  // namespace

std::string shown_time(std::string_view text, base::Arena& arena) {
  constexpr std::size_t kMost = 48;
  if (may_be_credential(text, arena)) {
    const char* kind = text.front() == '{' ? "an object" : text.front() == '[' ? "a list" : "a string";
    return std::string("(") + kind + " of " + std::to_string(text.size()) + " bytes that may be a credential)";
  }
  std::string to = "'";
  for (const char c : text.substr(0, kMost)) to += c >= 0x20 && c < 0x7F ? c : '?';
  return to + (text.size() > kMost ? "...'" : "'");
}

}  // namespace assay::jose
