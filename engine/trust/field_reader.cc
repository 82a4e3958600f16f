#include "trust/field_reader.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"

namespace assay::trust {
namespace {

// A longer leeway or lifetime would only hide that exp is not checked.
constexpr std::int64_t kCentury = 3'155'760'000;

// Seconds of a unit; 0: there is no such unit.
std::int64_t unit_of(char unit) noexcept {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

bool is_url(std::string_view text) noexcept { return text.find("://") != text.npos; }

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string shown = "'";
  for (const char c : text.substr(0, kMost)) shown += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  return shown + (text.size() > kMost ? "...'" : "'");
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::optional<std::string> near = base::nearest(word, names);
  return near ? "; did you mean " + *near + "?" : std::string();
}

std::optional<std::int64_t> parse_duration(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::int64_t last_unit = kCentury;
  while (!text.empty()) {
    std::int64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
      if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, text[digits] - '0', &number))
        return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    const bool plain = text.empty() && last_unit == kCentury;  // a number without a unit is seconds
    const std::int64_t unit = plain ? 1 : text.empty() ? 0 : unit_of(text.front());
    // "30m1h" is more likely a slip than meant.
    if (unit == 0 || unit >= last_unit) return std::nullopt;
    last_unit = unit;
    if (!text.empty()) text.remove_prefix(1);
    if (__builtin_mul_overflow(number, unit, &number) || __builtin_add_overflow(total, number, &total))
      return std::nullopt;
  }
  return total;
}

Error FieldReader::error(const Value& value, std::string_view field, std::string_view what) const {
  return {place(value.line) + ": " + std::string(field) + ": " + std::string(what), "trust"};
}

Error FieldReader::wrong_type(const Value& value, std::string_view field, std::string_view wanted) const {
  return error(value, field, "is " + std::string(kind_of(value)) + "; give " + std::string(wanted));
}

Result<void> FieldReader::read(const Value& table, std::string_view table_name, const std::vector<FieldRow>& rows,
                               const std::function<std::string(std::string_view)>& where_else) const {
  for (const auto& [name, value] : table.members) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&name = name](const FieldRow& one) { return one.name == name; });
    if (row != rows.end()) {
      if (Result<void> ok = row->read(value); !ok) return ok;
      continue;
    }
    if (const std::string elsewhere = where_else(name); !elsewhere.empty())
      return error(value, name, "does not stand in " + std::string(table_name) + "; put it into " + elsewhere);
    std::vector<std::string> names;
    for (const FieldRow& one : rows) names.emplace_back(one.name);
    std::string mend = did_you_mean(name, names);
    if (mend.empty()) {
      mend = "; use one of ";
      for (std::size_t i = 0; i < names.size(); ++i) mend += (i == 0 ? "" : ", ") + names[i];
    }
    return error(value, quoted(name), "no field of " + std::string(table_name) + mend);
  }
  return {};
}

FieldRow FieldReader::text(const char* name, std::function<void(std::string)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            if (!value.is(Value::Kind::text)) return wrong_type(value, name, "a text in quotation marks");
            if (value.text.empty()) return error(value, name, "is empty; give a value, or leave the field out");
            put(value.text);
            return {};
          }};
}

Result<std::vector<std::string>> FieldReader::read_texts(const char* field, const Value& value) const {
  std::vector<std::string> texts;
  // One text stands for a list of one.
  if (value.is(Value::Kind::text)) {
    texts.push_back(value.text);
  } else if (value.is(Value::Kind::list)) {
    for (const Value& item : value.items) {
      if (!item.is(Value::Kind::text)) return wrong_type(item, field, "a list of texts in quotation marks");
      texts.push_back(item.text);
    }
  } else {
    return wrong_type(value, field, "a list of texts in quotation marks");
  }
  const bool hollow = std::any_of(texts.begin(), texts.end(), [](const std::string& text) { return text.empty(); });
  if (texts.empty() || hollow)
    return error(value, field,
                 (hollow ? "holds an empty text" : "is empty") + std::string("; give a value, or leave the field out"));
  return texts;
}

FieldRow FieldReader::texts(const char* name, std::function<void(std::vector<std::string>)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            Result<std::vector<std::string>> texts = read_texts(name, value);
            if (!texts) return texts.error();
            put(*std::move(texts));
            return {};
          }};
}

FieldRow FieldReader::paths(const char* name, std::function<void(std::vector<std::string>)> put) const {
  return texts(name, [this, put = std::move(put)](std::vector<std::string> given) {
    for (std::string& one : given) one = resolved(one);
    put(std::move(given));
  });
}

FieldRow FieldReader::path(const char* name, std::function<void(std::string)> put) const {
  return text(name, [this, put = std::move(put)](const std::string& given) { put(resolved(given)); });
}

FieldRow FieldReader::algorithms(const char* name, std::function<void(std::vector<Algorithm>)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            const Result<std::vector<std::string>> texts = read_texts(name, value);
            if (!texts) return texts.error();
            std::vector<Algorithm> algorithms;
            for (const std::string& text : *texts) {
              const std::optional<Algorithm> algorithm = algorithm_from_string(text);
              std::vector<std::string> known;
              for (int i = 0; i < kAlgorithmCount; ++i) known.emplace_back(to_string(static_cast<Algorithm>(i)));
              if (!algorithm)
                return error(
                    value, name,
                    "cannot use " + quoted(text) + did_you_mean(text, known) + "; give names such as RS256 and ES256");
              algorithms.push_back(*algorithm);
            }
            put(std::move(algorithms));
            return {};
          }};
}

// NAME = "VALUE" in a table, or "NAME=VALUE" in a list.
FieldRow FieldReader::claims(const char* name, std::function<void(std::vector<RequiredClaim>)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            std::vector<RequiredClaim> claims;
            if (value.is(Value::Kind::table)) {
              for (const auto& [claim, wanted] : value.members) {
                if (!wanted.is(Value::Kind::text)) return wrong_type(wanted, name, "a text in quotation marks");
                claims.push_back({claim, wanted.text});
              }
              if (claims.empty()) return error(value, name, "is empty; give a claim, or leave the field out");
            } else {
              const Result<std::vector<std::string>> texts = read_texts(name, value);
              if (!texts) return wrong_type(value, name, "a table such as { tid = \"...\" }");
              for (const std::string& text : *texts) {
                const std::size_t equals = text.find('=');
                if (equals == 0 || equals == text.npos)
                  return error(value, name, "cannot read " + quoted(text) + "; give NAME=VALUE");
                claims.push_back({text.substr(0, equals), text.substr(equals + 1)});
              }
            }
            put(std::move(claims));
            return {};
          }};
}

FieldRow FieldReader::time(const char* name, std::function<void(Instant)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            constexpr const char* kForm = "a time with a zone, such as 2026-11-25T11:00:00Z";
            if (value.is(Value::Kind::time)) {
              put(value.time);
              return {};
            }
            if (!value.is(Value::Kind::text)) return wrong_type(value, name, kForm);
            const std::optional<Instant> at = parse_rfc3339(value.text);
            if (!at) return error(value, name, "cannot read " + quoted(value.text) + " as a time; give " + kForm);
            put(*at);
            return {};
          }};
}

FieldRow FieldReader::duration(const char* name, std::int64_t least, std::function<void(std::int64_t)> put) const {
  return {name, [this, name, least, put = std::move(put)](const Value& value) -> Result<void> {
            constexpr const char* kForm = "whole seconds, or a text with units such as \"30s\" or \"1h30m\"";
            std::optional<std::int64_t> seconds;
            if (value.is(Value::Kind::integer)) seconds = value.integer;
            if (value.is(Value::Kind::text)) {
              seconds = parse_duration(value.text);
              if (!seconds)
                return error(value, name, "cannot read " + quoted(value.text) + " as a duration; give " + kForm);
            }
            if (!seconds) return wrong_type(value, name, kForm);
            if (*seconds < least || *seconds > kCentury)
              return error(value, name, "is out of range; give " + std::to_string(least) + " s to a century");
            put(*seconds);
            return {};
          }};
}

FieldRow FieldReader::boolean(const char* name, std::function<void(bool)> put) const {
  return {name, [this, name, put = std::move(put)](const Value& value) -> Result<void> {
            if (!value.is(Value::Kind::boolean)) return wrong_type(value, name, "true or false");
            put(value.boolean);
            return {};
          }};
}

FieldRow FieldReader::number(const char* name, std::int64_t least, std::int64_t most,
                             std::function<void(std::int64_t)> put) const {
  return {name, [this, name, least, most, put = std::move(put)](const Value& value) -> Result<void> {
            if (!value.is(Value::Kind::integer)) return wrong_type(value, name, "a whole number");
            if (value.integer < least || value.integer > most)
              return error(value, name,
                           "is out of range; give " + std::to_string(least) + " to " + std::to_string(most));
            put(value.integer);
            return {};
          }};
}

FieldRow FieldReader::tables(const char* name, std::function<Result<void>(const Value& table)> one) const {
  return {name, [this, name, one = std::move(one)](const Value& value) -> Result<void> {
            const std::string form = "tables that begin with [[...]]";
            if (!value.is(Value::Kind::list))
              return value.is(Value::Kind::table)
                         ? error(value, name,
                                 "is a single table; write [[" + std::string(name) + "]] with two brackets")
                         : wrong_type(value, name, form);
            for (const Value& table : value.items) {
              if (!table.is(Value::Kind::table)) return wrong_type(table, name, form);
              if (Result<void> ok = one(table); !ok) return ok;
            }
            return {};
          }};
}

std::string FieldReader::resolved(const std::string& path) const {
  if (is_url(path) || path.starts_with('/') || folder_.empty()) return path;
  return folder_.ends_with('/') ? folder_ + path : folder_ + "/" + path;
}

}  // namespace assay::trust
