#include "trust/document.h"

#include <algorithm>
#include <cmath>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace assay::trust {
namespace {

// Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t days_of(const toml::date& date) noexcept {
  const std::int64_t year = date.month <= 2 ? std::int64_t{date.year} - 1 : std::int64_t{date.year};
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

Instant moment_of(const toml::date_time& at) noexcept {
  const std::int64_t seconds =
      days_of(at.date) * 86400 + at.time.hour * 3600 + at.time.minute * 60 + at.time.second - at.offset->minutes * 60;
  return {seconds, at.time.nanosecond};
}

Value value_of(const toml::node& node);

// toml++ sorts the members of a table by name. The lines tell their order in the file.
void add_members(Value& to, const toml::table& table) {
  for (const auto& [key, node] : table) {
    Value value = value_of(node);
    value.line = key.source().begin.line;  // of "audiences = [", not of the list behind it
    to.members.push_back({std::string(key.str()), std::move(value)});
  }
  std::stable_sort(to.members.begin(), to.members.end(),
                   [](const auto& a, const auto& b) { return a.value.line < b.value.line; });
}

Value value_of(const toml::node& node) {
  using Kind = Value::Kind;
  Value value;
  value.line = node.source().begin.line;
  if (const auto* text = node.as_string()) {
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::integer;
    value.integer = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.kind = Kind::real;
    value.real = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::boolean;
    value.boolean = boolean->get();
  } else if (const auto* time = node.as_date_time()) {
    value.kind = time->get().offset ? Kind::time : Kind::local;
    if (time->get().offset) value.time = moment_of(time->get());
  } else if (const auto* list = node.as_array()) {
    value.kind = Kind::list;
    for (const toml::node& item : *list) value.items.push_back(value_of(item));
  } else if (const auto* table = node.as_table()) {
    value.kind = Kind::table;
    add_members(value, *table);
  } else {
    value.kind = Kind::local;
  }
  return value;
}

}  // namespace

const Value* Value::find(std::string_view name) const noexcept {
  for (const auto& [member, value] : members)
    if (member == name) return &value;
  return nullptr;
}

std::string_view kind_of(const Value& value) noexcept {
  switch (value.kind) {
    case Value::Kind::text:
      return "a text";
    case Value::Kind::integer:
    case Value::Kind::real:
      return "a number";
    case Value::Kind::boolean:
      return "true or false";
    case Value::Kind::time:
      return "a time";
    case Value::Kind::local:
      return "a date or a time without a zone";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::table:
      return "a table";
  }
  return "a value";
}

Result<Value> parse_document(std::string_view text, std::string_view name) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Error{std::string(name) + ":" + std::to_string(error.source().begin.line) +
                     ": not TOML: " + std::string(error.description()),
                 "trust"};
  }
  Value root;
  root.kind = Value::Kind::table;
  root.line = 1;
  add_members(root, parsed.table());
  return root;
}

}  // namespace assay::trust
