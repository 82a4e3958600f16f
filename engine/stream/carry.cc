#include "stream/carry.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "codec/json.h"
#include "jose/ascii.h"
#include "jose/coded_text.h"
#include "jose/token_material.h"
#include "writers/verdict_text.h"

namespace assay::stream {
namespace {

// A token below the first length is replaced only if it is the whole of a string, perhaps behind a scheme: it may be a
// word. One below the second is replaced only where it is no part of a longer word.
constexpr std::size_t kLeastInText = 8, kLeastInWord = 16;

// Stands for everything outside strings and for their quotes. No UTF-8 holds this byte.
constexpr char kOutside = '\xFF';

void append_ath(std::string& to, std::string_view token) {
  char ath[writers::kFingerprintRoom];
  to.append(ath, writers::write_fingerprint(ath, digest::sha256(token)));
}

// A replacement outside a string would spoil the JSON, so only what stands in strings is looked at.
void blank_outside_strings(jose::PlainText& plain) {
  bool in_string = false;
  for (std::size_t i = 0; i < plain.text.size(); ++i) {
    const bool is_quote = plain.text[i] == '"' && plain.is_literal(i);
    if (is_quote) in_string = !in_string;
    if (is_quote || !in_string) plain.text[i] = kOutside;
  }
}

bool in_word(char c) noexcept { return jose::is_base64url(c); }

// Whether the token of `size` bytes at `at` of the text is one, and not a word like it.
bool is_token_there(std::string_view text, std::size_t at, std::size_t size) noexcept {
  if (size >= kLeastInWord) return true;
  const char before = text[at - 1], behind = text[at + size];  // there are quotes at least
  if (size >= kLeastInText) return !in_word(before) && !in_word(behind);
  const auto ends_string = [](char c) { return c == kOutside || c == '"'; };
  return (ends_string(before) || before == ' ') && ends_string(behind);
}

// A token that was found: its place in the coded text, and what is hashed.
struct Find {
  std::size_t begin, end;
  std::string_view token;
};

// Returns where `part` stands in the text from `from` on, or npos. Unlike std::string_view::find, memmem takes linear
// time for any part.
std::size_t find_linearly(std::string_view text, std::string_view part, std::size_t from) noexcept {
  const std::string_view rest = text.substr(from);
  const void* const found = memmem(rest.data(), rest.size(), part.data(), part.size());
  return found == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool holds_backslash(std::string_view text) noexcept { return text.find('\\') != text.npos; }

// Removes the backslashes that are left once codings are undone. "\\" and a line break is '\' and LF or only LF,
// depending on how the backslash was coded, so a token with backslashes is found only without them. The character
// behind a removed backslash begins where the backslash did.
void remove_backslashes(jose::PlainText& plain) {
  std::size_t kept = 0;
  bool removed = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < plain.text.size(); ++i) {
    if (!removed) begin = plain.begins[i];
    removed = plain.text[i] == '\\';
    if (removed) continue;
    plain.begins[kept] = begin;
    plain.text[kept++] = plain.text[i];
  }
  plain.text.resize(kept);
  plain.begins[kept] = plain.begins.back();
  plain.begins.resize(kept + 1);
}

std::string_view without_backslashes(std::string_view text, base::Arena& arena) {
  if (!holds_backslash(text)) return text;
  std::string to(text);
  std::erase(to, '\\');
  return arena.copy(to);
}

// Finds `form`, a form of the own token, in the strings of a text.
void find_own(const jose::PlainText& plain, std::string_view form, std::string_view own, std::vector<Find>& finds) {
  if (form.empty() || form.find(kOutside) != form.npos) return;
  const std::string_view text = plain.text;
  for (std::size_t at = find_linearly(text, form, 0); at != text.npos;) {
    const bool is_token = is_token_there(text, at, form.size());
    if (is_token) finds.push_back({plain.begins[at], plain.begins[at + form.size()], own});
    at = find_linearly(text, form, at + (is_token ? form.size() : 1));
  }
}

void find_material(const jose::PlainText& plain, std::vector<Find>& finds) {
  const std::string_view text = plain.text;
  jose::TokenMaterialFinder finder(text);
  while (const std::optional<jose::TokenMaterial> found = finder.next()) {
    const std::size_t end = found->begin + found->size;
    finds.push_back({plain.begins[found->begin], plain.begins[end], text.substr(found->begin, found->size)});
  }
}

// Returns `json` with each find replaced by its hash. Finds that overlap are replaced together by the hash of the first
// of them; if several begin together, by that of the longest.
std::string replaced(std::string_view json, std::vector<Find>& finds) {
  // stable: the own token goes before material in the same place.
  std::stable_sort(finds.begin(), finds.end(),
                   [](const Find& a, const Find& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  std::string to;
  std::size_t end = 0;  // what stands before this place is done
  for (const Find& find : finds) {
    if (find.begin >= end) {
      to += json.substr(end, find.begin - end);
      append_ath(to, find.token);
    }
    end = std::max(end, find.end);
  }
  to += json.substr(end);
  return to;
}

// Fields that a message names.
constexpr std::size_t kMostFields = 12;

// Appends the pointers of the members of `object` and of those below it; one more than are named at most.
void append_fields(const codec::JsonNode& object, const std::string& at, int depth, std::vector<std::string>& to) {
  constexpr int kDeepest = 3;
  for (const codec::JsonMember& member : object.members) {
    if (to.size() > kMostFields) return;
    std::string pointer = at + "/";
    // RFC 6901 §3.
    for (const char c : member.name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    const bool has_fields = depth < kDeepest && !member.value.members.empty();
    if (has_fields) append_fields(member.value, pointer, depth + 1, to);
    if (!has_fields) to.push_back(std::move(pointer));
  }
}

}  // namespace

std::string_view TokenHider::without_tokens(std::string_view json) {
  const bool coded = jose::may_be_coded(json);
  const bool may_hold_any = coded ? jose::may_hold_token_material(json) : jose::find_token_material(json).has_value();
  return may_hold_any || may_hold_own(json, coded) ? rewrite(json) : json;
}

std::string fields_of(std::string_view record) {
  constexpr std::size_t kLongest = 64u << 10;
  if (record.size() > kLongest) return {};
  base::Arena arena;
  const codec::JsonNode* root = codec::parse_json(record, codec::JsonDialect::rfc8259, arena);
  std::vector<std::string> fields;
  if (root != nullptr) append_fields(*root, "", 1, fields);
  std::string text;
  for (std::size_t i = 0; i < std::min(fields.size(), kMostFields); ++i) text += (i == 0 ? "" : ", ") + fields[i];
  return fields.size() > kMostFields ? text + ", ..." : text;
}

const TokenHider::Forms& TokenHider::forms() {
  if (forms_) return *forms_;
  const std::string_view literal = without_backslashes(own_, arena_);
  const std::string_view plain =
      jose::may_be_coded(own_) ? without_backslashes(arena_.copy(jose::undo_codings(own_).text), arena_) : own_;
  return forms_.emplace(Forms{own_, literal, plain});
}

bool TokenHider::may_hold_own(std::string_view json, bool coded) {
  constexpr std::size_t kQuotes = 2;
  if (own_.empty()) return false;
  const Forms& own = forms();
  // Most carried values are shorter than a token.
  if (std::min(own.literal.size(), own.plain.size()) + kQuotes > json.size()) return false;
  if (coded) return true;
  const auto holds = [json](std::string_view form) { return find_linearly(json, form, 0) != json.npos; };
  return holds(own.plain) || (own.written != own.plain && holds(own.written));
}

std::string_view TokenHider::rewrite(std::string_view json) {
  jose::PlainText plain = jose::undo_codings(json);
  blank_outside_strings(plain);
  std::vector<Find> finds;
  jose::PlainText once;  // outlives the finds
  if (!own_.empty()) {
    const Forms& own = forms();
    once = jose::undo_json_escapes(json);
    blank_outside_strings(once);
    find_own(once, own.written, own_, finds);
    jose::PlainText without;
    if (holds_backslash(own_)) {
      without = plain;
      remove_backslashes(without);
    }
    const jose::PlainText& text = holds_backslash(own_) ? without : plain;
    find_own(text, own.literal, own_, finds);
    if (own.plain != own.literal) find_own(text, own.plain, own_, finds);
  }
  find_material(plain, finds);
  return finds.empty() ? json : arena_.copy(replaced(json, finds));
}

}  // namespace assay::stream
