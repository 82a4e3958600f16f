#include "base/suggest.h"

#include <algorithm>

namespace assay::base {

namespace {

// The letters that count: without dashes in front, in lower case, "_" as "-".
std::string plain(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  std::string text;
  for (const char c : name) text += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// The number of slips between two names: optimal string alignment, row by row.
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

// Whether `word` is one or more whole parts of `name` ("key" of "public-key").
bool is_part(std::string_view word, std::string_view name) {
  const std::size_t at = name.find(word);
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + word.size();
  return (at == 0 || name[at - 1] == '-') && (end == name.size() || name[end] == '-');
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t kMostLetters = 40;  // longer ones are no slips, and may be whole tokens
  const std::string wanted = plain(word);
  if (wanted.size() < 2 || wanted.size() > kMostLetters) return std::nullopt;
  const std::size_t most = std::max<std::size_t>(1, wanted.size() / 3);
  std::optional<std::string> found;
  std::size_t least = most + 1;
  for (const std::string& name : names) {
    const std::string candidate = plain(name);
    std::size_t cost = slips(wanted, candidate);
    if (candidate.starts_with(wanted)) cost = std::min<std::size_t>(cost, 1);
    if (is_part(wanted, candidate)) cost = std::min(cost, most);
    if (cost >= least) continue;
    least = cost;
    found = name;
  }
  return found;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
      "0123456789_-+=,./:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace assay::base
