// Reads the fields of tables of a trust file into their types, and says what is wrong with them.
//
// Every error begins with "assay.toml:12: field: " and ends with the mend. Its own field is "trust".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "trust/document.h"

namespace assay::trust {

// What a table may hold: a name, and what takes its value.
struct FieldRow {
  const char* name;
  std::function<Result<void>(const Value& value)> read;
};

// Not thread safe; lives while a file is read.
class FieldReader {
 public:
  // `name` of the file for messages; `folder` is put before relative paths.
  FieldReader(std::string_view name, std::string_view folder) : name_(name), folder_(folder) {}

  // "assay.toml:12".
  std::string place(std::uint32_t line) const { return name_ + ":" + std::to_string(line); }
  Error error(const Value& value, std::string_view field, std::string_view what) const;

  // Hands each member of the table to its row. `table_name` is "an [[issuer]]", or "the top". `where_else` says in
  // which other table a name stands, or returns an empty text.
  Result<void> read(const Value& table, std::string_view table_name, const std::vector<FieldRow>& rows,
                    const std::function<std::string(std::string_view)>& where_else) const;

  // A row for a field of each type.
  FieldRow text(const char* name, std::function<void(std::string)> put) const;
  FieldRow texts(const char* name, std::function<void(std::vector<std::string>)> put) const;
  FieldRow paths(const char* name, std::function<void(std::vector<std::string>)> put) const;
  FieldRow path(const char* name, std::function<void(std::string)> put) const;
  FieldRow algorithms(const char* name, std::function<void(std::vector<Algorithm>)> put) const;
  FieldRow claims(const char* name, std::function<void(std::vector<RequiredClaim>)> put) const;
  // A time with a zone.
  FieldRow time(const char* name, std::function<void(Instant)> put) const;
  // Whole seconds: a number, or a text with units such as "30s", "1h" and "1h30m". From `least` to a century.
  FieldRow duration(const char* name, std::int64_t least, std::function<void(std::int64_t)> put) const;
  FieldRow boolean(const char* name, std::function<void(bool)> put) const;
  FieldRow number(const char* name, std::int64_t least, std::int64_t most, std::function<void(std::int64_t)> put) const;
  // A list of tables, each read by `one`.
  FieldRow tables(const char* name, std::function<Result<void>(const Value& table)> one) const;

  // The path, seen from the file's folder. URLs stay as they are.
  std::string resolved(const std::string& path) const;

 private:
  Error wrong_type(const Value& value, std::string_view field, std::string_view wanted) const;
  Result<std::vector<std::string>> read_texts(const char* field, const Value& value) const;

  std::string name_, folder_;
};

// "30s", "1h", "1h30m" or "90" in seconds. Nothing: the text is none of these, or beyond 64 bits.
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept;

// "; did you mean audiences?", or an empty text if no name is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);
// A text from the file for a message: in quotation marks, on one line, shortened.
std::string quoted(std::string_view text);

bool is_url(std::string_view text) noexcept;

}  // namespace assay::trust
