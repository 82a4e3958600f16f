#include "log/token_scanner_where.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "jose/ascii.h"
#include "log/coded_token.h"

namespace assay::log {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
bool is_of_name(char c) noexcept { return jose::is_base64url(c) || c == '.' || c == '$'; }

// `end` is in small letters and not empty. Its last letter tells nearly all texts apart.
bool ends_with_but_for_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && jose::lower(text.back()) == end.back() &&
         jose::equal_but_for_case(text.substr(text.size() - end.size()), end);
}

// Each removes characters of one kind from the end and returns how many there were.
template <class Is>
std::size_t strip_end(std::string_view& text, const Is& is) noexcept {
  const std::size_t before = text.size();
  while (!text.empty() && is(text.back())) text.remove_suffix(1);
  return before - text.size();
}

// The name at the end of a text, and what stands before it.
std::string_view name_at_end(std::string_view text) noexcept {
  std::string_view before = text;
  strip_end(before, is_of_name);
  return text.substr(before.size());
}

// What a value belongs to: `"NAME":"`, `NAME: `, `NAME="`.
struct Owner {
  std::string_view name;    // empty: none
  bool is_member = false;   // of a JSON object
  std::string_view before;  // what stands before the name and its quote
};

Owner owner_before(std::string_view text) noexcept {
  strip_end(text, [](char c) { return is_blank(c) || is_quote(c) || c == '['; });
  if (text.empty() || (text.back() != ':' && text.back() != '=')) return {};
  const bool colon = text.back() == ':';
  text.remove_suffix(1);
  strip_end(text, is_blank);
  const bool quoted = strip_end(text, is_quote) > 0;
  const std::string_view name = name_at_end(text);
  text.remove_suffix(name.size());
  if (quoted) strip_end(text, is_quote);
  return {name, colon && quoted, text};
}

// What names the member of an object: the object itself, as in "cookies":{"session":, or the member before it, as in
// {"name":"Authorization","value":.
std::string_view name_beside(const Owner& owner) noexcept {
  std::string_view text = owner.before;
  strip_end(text, is_blank);
  if (text.ends_with('{')) return owner_before(text.substr(0, text.size() - 1)).name;
  if (owner.name != "value" || !text.ends_with(',')) return {};
  text.remove_suffix(1);
  strip_end(text, [](char c) { return is_blank(c) || is_quote(c); });
  const std::string_view value = name_at_end(text);
  text.remove_suffix(value.size());
  const std::string_view key = owner_before(text).name;
  return key == "name" || key == "key" ? value : std::string_view();
}

// "Bearer " and the like.
bool ends_in_scheme(std::string_view text) noexcept {
  const auto is_between = [](char c) { return is_blank(c) || c == '+'; };
  if (strip_end(text, is_between) == 0) return false;
  for (const std::string_view scheme : {"bearer", "dpop"}) {
    if (ends_with_but_for_case(text, scheme)) return true;
  }
  if (!ends_with_but_for_case(text, "jwt") && !ends_with_but_for_case(text, "token")) return false;
  // These two are schemes only where a scheme stands.
  strip_end(text, jose::is_letter);
  return ends_with_but_for_case(owner_before(text).name, "authorization");
}

// Where most tokens stand: "Bearer " and the token. What ends_in_scheme says of some texts, for less.
bool follows_bearer(std::string_view text) noexcept {
  constexpr std::string_view kBearer = "bearer";
  if (text.size() <= kBearer.size() || text.back() != ' ') return false;
  return jose::equal_but_for_case(text.substr(text.size() - kBearer.size() - 1, kBearer.size()), kBearer);
}

// The beginning of the line that holds `at`, or `from` if that is behind it.
std::size_t line_begin(std::string_view text, std::size_t from, std::size_t at) noexcept {
  // In words of eight bytes: memrchr is not everywhere, and a loop over bytes is slow.
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  while (at - from >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at - sizeof word, sizeof word);
    const std::uint64_t others = word ^ (kOnes * '\n');
    if (((others - kOnes) & ~others & kHighs) != 0) break;
    at -= sizeof word;
  }
  while (at > from && text[at - 1] != '\n') --at;
  return at;
}

// The referrer of the combined log format: a quoted URL after the status and the size.
bool is_combined_referrer(std::string_view head, std::string_view word) noexcept {
  if (!word.starts_with("http://") && !word.starts_with("https://")) return false;
  if (!head.ends_with(" \"")) return false;
  head.remove_suffix(2);
  const auto is_of_size = [](char c) { return jose::is_digit(c) || c == '-'; };
  if (strip_end(head, is_of_size) == 0 || !head.ends_with(' ')) return false;
  head.remove_suffix(1);
  return strip_end(head, jose::is_digit) == 3 && head.ends_with(' ');
}

std::optional<Where> where_of_name(std::string_view name) noexcept {
  struct Row {
    std::string_view end;
    Where where;
  };
  constexpr Row kRows[] = {{"authorization", Where::authorization},
                           {"bearer", Where::authorization},
                           {"cookie", Where::cookie},
                           {"cookies", Where::cookie},
                           {"referer", Where::referrer},
                           {"referrer", Where::referrer},
                           {"url", Where::query},
                           {"uri", Where::query},
                           {"query", Where::query},
                           {"querystring", Where::query},
                           {"query_string", Where::query},
                           {"path", Where::query},
                           {"uriwithargs", Where::query}};
  for (const Row& row : kRows) {
    if (ends_with_but_for_case(name, row.end)) return row.where;
  }
  return std::nullopt;
}

// The name in "referer=https://..."; empty if a word begins with no name.
std::string_view key_of(std::string_view word) noexcept {
  const std::string_view key = word.substr(0, std::min(word.find('='), word.size()));
  return key.size() < word.size() && std::all_of(key.begin(), key.end(), is_of_name) ? key : std::string_view();
}

// A parameter of a URL, whose part before the token is `word`.
std::optional<Where> where_in_url(std::string_view word, const TokenBefore* before) noexcept {
  if (word.find('#') != npos) return Where::fragment;
  if (word.find('?') != npos) return Where::query;
  if (word.find('&') == npos) return std::nullopt;
  return before != nullptr ? before->where : Where::query;
}

// The characters that neither a URL nor a pair of name and value holds.
constexpr std::array<bool, 256> kEndsWord = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \t\r\n\"'`<>{}()|,")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();

// `before` is null if no earlier token stands right before `text`.
Where where_after(std::string_view text, char next, const TokenBefore* before) noexcept {
  if (ends_in_scheme(text)) return Where::authorization;
  std::string_view head = text;
  strip_end(head, [](char c) { return !kEndsWord[static_cast<unsigned char>(c)]; });
  const std::string_view word = text.substr(head.size());
  const Owner owner = owner_before(head);
  const std::optional<Where> owned = where_of_name(owner.name);
  if (owned && *owned != Where::query) return *owned;
  if (const std::optional<Where> by_key = where_of_name(key_of(word)); by_key && *by_key != Where::query)
    return *by_key;
  if (is_combined_referrer(head, word)) return Where::referrer;
  if (const std::optional<Where> in_url = where_in_url(word, before)) return *in_url;
  // "name=TOKEN;" and "; name=TOKEN", with a signed cookie's "s:".
  std::string_view name = word.ends_with("s:") ? word.substr(0, word.size() - 2) : word;
  const bool is_signed = name.size() != word.size();
  if (name.ends_with('=')) {
    std::string_view front = head;
    strip_end(front, is_blank);
    if (name.find(';') != npos || front.ends_with(';') || next == ';' || is_signed) return Where::cookie;
  }
  if (owned) return *owned;
  if (owner.is_member) {
    const std::optional<Where> beside = where_of_name(name_beside(owner));
    if (beside && *beside != Where::query) return *beside;
  }
  return owner.is_member ? Where::body : Where::text;
}

}  // namespace

Where where_of(std::string_view text, std::size_t begin, std::size_t end, const TokenBefore& before) noexcept {
  std::size_t from = std::max(before.end, begin - std::min(begin, kMostLookedBack));
  if (follows_bearer(text.substr(from, begin - from))) return Where::authorization;
  from = std::max(from, line_begin(text, from, begin));
  const bool is_after_token = before.end != 0 && from == before.end;
  const std::string_view written = text.substr(from, begin - from);
  if (ends_in_scheme(written)) return Where::authorization;
  const char next = char_at(text, end).plain;
  char room[kMostLookedBack];
  const bool may_be_coded = std::any_of(written.begin(), written.end(), begins_coded_char);
  const std::string_view plain = may_be_coded ? std::string_view(room, undo_codings(written, false, room)) : written;
  return where_after(plain, next, is_after_token ? &before : nullptr);
}

}  // namespace assay::log
