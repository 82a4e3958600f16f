#include "stream/carry.h"

#include <algorithm>
#include <optional>

#include "jose/ascii.h"
#include "jose/coded_text.h"
#include "jose/token_material.h"
#include "stream/verdict_text.h"

namespace assay::stream {
namespace {

// A token below the first length is replaced only if it is the whole of a string, perhaps behind a scheme: it may be a
// word. One below the second is replaced only where it is no part of a longer word.
constexpr std::size_t kLeastInText = 8, kLeastInWord = 16;

// Stands for everything outside strings and for their quotes. No UTF-8 holds this byte.
constexpr char kOutside = '\xFF';

void append_ath(std::string& to, std::string_view token) {
  char ath[kFingerprintRoom];
  to.append(ath, write_fingerprint(ath, token));
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

std::size_t find_own(std::string_view text, std::string_view own, std::size_t from) noexcept {
  if (own.empty() || own.find(kOutside) != own.npos) return text.npos;
  std::size_t at = text.find(own, from);
  while (at != text.npos && !is_token_there(text, at, own.size())) at = text.find(own, at + 1);
  return at;
}

}  // namespace

std::string_view TokenHider::without_tokens(std::string_view json) {
  const bool coded = jose::may_be_coded(json);
  const bool may_hold_any = coded ? jose::may_hold_token_material(json) : jose::find_token_material(json).has_value();
  return may_hold_any || may_hold_own(json, coded) ? rewrite(json) : json;
}

bool TokenHider::may_hold_own(std::string_view json, bool coded) {
  constexpr std::size_t kQuotes = 2;
  if (own_.empty()) return false;
  undo_own_codings();
  if (plain_own_.size() + kQuotes > json.size()) return false;  // most carried values are shorter than a token
  return coded || json.find(plain_own_) != json.npos;
}

void TokenHider::undo_own_codings() {
  if (!plain_own_.empty()) return;
  plain_own_ = jose::may_be_coded(own_) ? arena_.copy(jose::undo_codings(own_).text) : own_;
}

std::string_view TokenHider::rewrite(std::string_view json) {
  if (!own_.empty()) undo_own_codings();
  jose::PlainText plain = jose::undo_codings(json);
  blank_outside_strings(plain);
  const std::string_view text = plain.text;
  std::string to;
  std::size_t at = 0;
  std::size_t own = find_own(text, plain_own_, 0);
  std::optional<jose::TokenMaterial> material = jose::find_token_material(text);
  while (own != text.npos || material) {
    const bool is_own = own != text.npos && (!material || own <= material->begin);
    const std::size_t begin = is_own ? own : material->begin;
    const std::size_t end = begin + (is_own ? plain_own_.size() : material->size);
    to += json.substr(plain.begins[at], plain.begins[begin] - plain.begins[at]);
    append_ath(to, is_own ? own_ : text.substr(begin, end - begin));
    at = end;
    if (own < at) own = find_own(text, plain_own_, at);
    if (material && material->begin < at) material = jose::find_token_material(text, at);
  }
  if (at == 0) return json;
  to += json.substr(plain.begins[at]);
  return arena_.copy(to);
}

}  // namespace assay::stream
