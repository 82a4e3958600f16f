// Moments of an Arrow array.
#include <charconv>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "assay/arrow.h"
#include "columns/text_column.h"

namespace assay {
namespace {

using columns::TextColumn;

Instant of_units(std::int64_t count, std::int64_t units_a_second) noexcept {
  std::int64_t seconds = count / units_a_second;
  std::int64_t rest = count % units_a_second;
  if (rest < 0) {
    rest += units_a_second;
    --seconds;
  }
  return {seconds, static_cast<std::uint32_t>(rest * (1'000'000'000 / units_a_second))};
}

// Systems write these for a timestamp that is no moment: NumPy's NaT, and the infinities of DuckDB and PostgreSQL.
bool is_moment(std::int64_t timestamp) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  return timestamp > -Limits::max() && timestamp < Limits::max();
}

// Units a second of a timestamp's format ("tsu:UTC"); 0: it is none.
std::int64_t units_of(std::string_view format) noexcept {
  if (format.size() < 4 || !format.starts_with("ts") || format[3] != ':') return 0;
  switch (format[2]) {
    case 's':
      return 1;
    case 'm':
      return 1'000;
    case 'u':
      return 1'000'000;
    case 'n':
      return 1'000'000'000;
    default:
      return 0;
  }
}

std::optional<Instant> by_magnitude(std::int64_t number) noexcept {
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return parse_unix_by_magnitude({digits, static_cast<std::size_t>(end - digits)});
}

std::optional<Instant> of_text(std::string_view text) noexcept {
  if (const std::optional<Instant> read = parse_rfc3339(text)) return read;
  return parse_unix_by_magnitude(text);
}

// The integer of this row, whose type is `format`: c C s S i I l L. A number that no int64 holds is nothing.
std::optional<std::int64_t> integer_at(char format, const void* numbers, std::int64_t at) noexcept {
  const auto read = [&]<class Number>(Number number) -> std::optional<std::int64_t> {
    std::memcpy(&number, static_cast<const char*>(numbers) + at * static_cast<std::int64_t>(sizeof number),
                sizeof number);
    if (!std::in_range<std::int64_t>(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  };
  switch (format) {
    case 'c':
      return read(std::int8_t{});
    case 'C':
      return read(std::uint8_t{});
    case 's':
      return read(std::int16_t{});
    case 'S':
      return read(std::uint16_t{});
    case 'i':
      return read(std::int32_t{});
    case 'I':
      return read(std::uint32_t{});
    case 'L':
      return read(std::uint64_t{});
    default:
      return read(std::int64_t{});
  }
}

}  // namespace

Result<std::vector<std::optional<Instant>>> read_times(const ArrowSchema& type, const ArrowArray& times) {
  const std::string_view format = type.format;
  const std::int64_t units = units_of(format);
  const bool is_integer = format.size() == 1 && std::string_view("cCsSiIlL").find(format[0]) != std::string_view::npos;
  std::vector<std::optional<Instant>> moments(static_cast<std::size_t>(times.length));
  if (type.dictionary == nullptr && units != 0 && format.size() == 4) {
    // Local time of no place would be a guess that accepts tokens which had expired.
    return Error{
        "a column of timestamps without a time zone; give them one, such as UTC if they are times of UTC (pyarrow: "
        "compute.assume_timezone, Polars: dt.replace_time_zone)",
        "at"};
  }
  if (type.dictionary == nullptr && (units != 0 || is_integer)) {
    const void* const validity = times.null_count != 0 ? times.buffers[0] : nullptr;
    for (std::size_t row = 0; row < moments.size(); ++row) {
      const std::int64_t at = times.offset + static_cast<std::int64_t>(row);
      if (validity != nullptr && !columns::bit_at(validity, at)) continue;
      const std::optional<std::int64_t> number = integer_at(is_integer ? format[0] : 'l', times.buffers[1], at);
      if (!number) continue;
      if (is_integer) {
        moments[row] = by_magnitude(*number);
      } else if (is_moment(*number)) {
        moments[row] = of_units(*number, units);
      }
    }
    return moments;
  }
  const Result<TextColumn> texts = TextColumn::open(type, times);
  if (!texts)
    return Error{"a column of " + columns::type_name(type) + " holds no times; give a timestamp, an integer or text",
                 "at"};
  for (std::size_t row = 0; row < moments.size(); ++row) {
    if (const auto text = texts->at(static_cast<std::int64_t>(row))) moments[row] = of_text(*text);
  }
  return moments;
}

}  // namespace assay
