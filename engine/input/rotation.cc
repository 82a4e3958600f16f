#include "input/rotation.h"

#include <cstdint>
#include <optional>
#include <tuple>

#include "archive/compression.h"

namespace assay::input {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// A number as digits without leading zeros, which compares as numbers do, however long it is.
struct Number {
  std::string_view digits;
  friend bool operator<(const Number& a, const Number& b) noexcept {
    if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size();
    return a.digits < b.digits;
  }
};

Number number_of(std::string_view digits) noexcept {
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  return {digits};
}

// Takes as many digits as there are from the front of `text`, but at most `most`.
std::string_view take_digits(std::string_view& text, std::size_t most) noexcept {
  std::size_t size = 0;
  while (size < text.size() && size < most && is_digit(text[size])) ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// What a rotation appends to a log's name.
struct Tail {
  enum class Kind : std::uint8_t { dated, numbered, none };  // in the order of reading
  Kind kind = Kind::none;
  std::uint32_t date = 0;  // 20261124
  Number rest;             // of dated: hour or number behind the date, or another time; of numbered: the number
};

std::optional<std::uint32_t> date_of(std::string_view& text) noexcept {
  std::uint32_t date = 0;
  bool is_first = true, has_dashes = false;
  for (const std::size_t size : {4u, 2u, 2u}) {
    if (is_first) {
      is_first = false;
    } else {
      const bool dash = !text.empty() && text.front() == '-';
      if (size == 2 && date < 10000) has_dashes = dash;
      if (dash != has_dashes) return std::nullopt;
      if (dash) text.remove_prefix(1);
    }
    const std::string_view digits = take_digits(text, size);
    if (digits.size() != size) return std::nullopt;
    for (const char digit : digits) date = 10 * date + static_cast<std::uint32_t>(digit - '0');
  }
  const std::uint32_t month = date / 100 % 100, day = date % 100;
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  return date;
}

// Reads `text`, which stands behind a '.' or '-', as what a rotation appends.
std::optional<Tail> tail_of(std::string_view text) noexcept {
  std::string_view dated = text;
  if (const auto date = date_of(dated)) {
    if (dated.empty()) return Tail{Tail::Kind::dated, *date, {}};
    if (dated.front() == '-' || dated.front() == '.' || dated.front() == 'T' || dated.front() == '_') {
      dated.remove_prefix(1);
    }
    const std::string_view rest = take_digits(dated, dated.size());
    if (!rest.empty() && dated.empty()) return Tail{Tail::Kind::dated, *date, number_of(rest)};
  }
  const std::string_view digits = take_digits(text, text.size());
  if (digits.empty() || !text.empty()) return std::nullopt;
  // A longer number is a time (2026, 202611, 1732406401): the lowest is the oldest.
  return Tail{digits.size() < 4 ? Tail::Kind::numbered : Tail::Kind::dated, 0, number_of(digits)};
}

struct Name {
  std::string_view log;  // the name without what a rotation and a compression append
  Tail tail;
};

Name parse(std::string_view name) noexcept {
  name = archive::without_suffix(name);
  // The leftmost place counts: access.log-20261124-1 is of 24 November, not the first of access.log-20261124.
  constexpr std::size_t kLongest = 40;
  for (std::size_t at = name.size() < kLongest ? 1 : name.size() - kLongest + 1; at < name.size(); ++at) {
    if (name[at] != '.' && name[at] != '-') continue;
    const auto tail = tail_of(name.substr(at + 1));
    if (!tail || (tail->kind == Tail::Kind::numbered && name[at] != '.')) continue;
    return {name.substr(0, at), *tail};
  }
  return {name, {}};
}

}  // namespace

bool is_read_before(std::string_view name, std::string_view other) noexcept {
  const Name a = parse(name), b = parse(other);
  if (a.log != b.log) return a.log < b.log;
  if (a.tail.kind != b.tail.kind) return a.tail.kind < b.tail.kind;
  if (a.tail.date != b.tail.date) return a.tail.date < b.tail.date;
  const bool is_dated = a.tail.kind == Tail::Kind::dated;
  if (a.tail.rest < b.tail.rest) return is_dated;
  if (b.tail.rest < a.tail.rest) return !is_dated;
  return name < other;
}

}  // namespace assay::input
