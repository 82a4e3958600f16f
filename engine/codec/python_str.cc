// Values as CPython shows them: str(), repr() and bool() of the objects that json.loads() returns.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "base/keyed_hash.h"
#include "codec/json.h"
#include "codec/unprintable.h"
#include "codec/utf.h"

namespace assay::codec {
namespace {

bool is_printable(char32_t code) noexcept {
  if (code < 0x80) return code >= 0x20 && code != 0x7F;
  const auto* const range = std::lower_bound(std::begin(kUnprintable), std::end(kUnprintable), code,
                                             [](const CodeRange& r, char32_t c) { return r.last < c; });
  return range == std::end(kUnprintable) || code < range->first;
}

void append_hex(std::string& to, char letter, int digits, char32_t code) {
  constexpr char kHex[] = "0123456789abcdef";
  to += '\\';
  to += letter;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) to += kHex[(code >> shift) & 0xFu];
}

void append_escape(std::string& to, char32_t code) {
  if (code == '\n') {
    to += "\\n";
  } else if (code == '\r') {
    to += "\\r";
  } else if (code == '\t') {
    to += "\\t";
  } else if (code <= 0xFF) {
    append_hex(to, 'x', 2, code);
  } else if (code <= 0xFFFF) {
    append_hex(to, 'u', 4, code);
  } else {
    append_hex(to, 'U', 8, code);
  }
}

// unicode_repr uses double quotes only if the text has single ones and no double one.
void append_string(std::string& to, std::string_view text) {
  const bool doubles = text.find('\'') != text.npos && text.find('"') == text.npos;
  const char quote = doubles ? '"' : '\'';
  to += quote;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = read_wtf8(text, at);
    if (next.code == static_cast<char32_t>(quote) || next.code == '\\') {
      to += '\\';
      to += static_cast<char>(next.code);
    } else if (is_printable(next.code)) {
      to.append(text, at, next.length);
    } else {
      append_escape(to, next.code);
    }
    at += next.length;
  }
  to += quote;
}

// Returns the power of ten of the number's first digit that is not 0, within bounds. Only its sign is used.
long magnitude(std::string_view number) noexcept {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, e);
  const std::size_t first = digits.find_first_of("123456789");
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const long place = first < point ? static_cast<long>(point - first) - 1 : -static_cast<long>(first - point);
  if (e == number.npos) return place;
  std::string_view exponent = number.substr(e + 1);
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  long power = 0;
  for (const char c : exponent) power = std::min(power * 10 + (c - '0'), std::numeric_limits<long>::max() / 16);
  return place + (negative ? -power : power);
}

// float(text). Numbers beyond the range become infinite, those below it zero.
double to_double(std::string_view text) noexcept {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text.ends_with("Infinity")) {
    return text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  static_cast<void>(end);
  if (error == std::errc::result_out_of_range) {
    value =
        std::copysign(magnitude(text) > 0 ? std::numeric_limits<double>::infinity() : 0.0, text[0] == '-' ? -1.0 : 1.0);
  }
  return value;
}

// float_repr writes the shortest digits that read back as the same number, with an exponent below 1e-4 and from 1e16
// on.
void append_real(std::string& to, double value) {
  if (std::isnan(value)) {
    to += "nan";
    return;
  }
  if (std::signbit(value)) to += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    to += "inf";
    return;
  }
  char buffer[32];
  const char* const end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  if (exponent < -4 || exponent >= 16) {
    to += text;
    return;
  }
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  if (exponent < 0) {
    to += "0.";
    to.append(static_cast<std::size_t>(-exponent - 1), '0');
    to += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() < whole + 1) digits.append(whole + 1 - digits.size(), '0');
  to.append(digits, 0, whole);
  to += '.';
  to.append(digits, whole);
}

void append_repr(std::string& to, const JsonNode& value);

// A dict keeps a name at its first place, with its last value.
void append_object(std::string& to, std::span<const JsonMember> members) {
  base::KeyedMap<std::string_view, std::size_t> place;
  std::vector<const JsonMember*> order;
  for (const JsonMember& member : members) {
    const auto [entry, added] = place.try_emplace(member.name, order.size());
    if (added) {
      order.push_back(&member);
    } else {
      order[entry->second] = &member;
    }
  }
  to += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i != 0) to += ", ";
    append_string(to, order[i]->name);
    to += ": ";
    append_repr(to, order[i]->value);
  }
  to += '}';
}

void append_array(std::string& to, std::span<const JsonNode> items) {
  to += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) to += ", ";
    append_repr(to, items[i]);
  }
  to += ']';
}

void append_repr(std::string& to, const JsonNode& value) {
  switch (value.type) {
    case JsonType::null:
      to += "None";
      break;
    case JsonType::boolean:
      to += value.truth ? "True" : "False";
      break;
    case JsonType::integer:
      to += value.text == "-0" ? std::string_view("0") : value.text;
      break;
    case JsonType::real:
      append_real(to, to_double(value.text));
      break;
    case JsonType::string:
      append_string(to, value.text);
      break;
    case JsonType::array:
      append_array(to, value.items);
      break;
    case JsonType::object:
      append_object(to, value.members);
      break;
  }
}

}  // namespace

std::string python_str(const JsonNode& value) {
  // str() of a string is the string itself. Everything else, and everything in a list or dict, is shown by repr().
  if (value.is(JsonType::string)) return std::string(value.text);
  std::string text;
  append_repr(text, value);
  return text;
}

bool python_truth(const JsonNode& value) {
  switch (value.type) {
    case JsonType::null:
      return false;
    case JsonType::boolean:
      return value.truth;
    case JsonType::integer:
      return value.text != "0" && value.text != "-0";
    case JsonType::real:
      return to_double(value.text) != 0;
    case JsonType::string:
      return !value.text.empty();
    case JsonType::array:
      return !value.items.empty();
    case JsonType::object:
      return !value.members.empty();
  }
  return false;
}

}  // namespace assay::codec
