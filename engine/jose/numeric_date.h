// NumericDate (RFC 7519 §2) compared exactly: a JSON number of any size and precision against a moment.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "assay/instant.h"

namespace assay::jose {

// floor(value) in seconds, held to the range of int64, and what is left.
struct NumericDate {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  bool beyond_nanoseconds = false;  // a further fraction follows, so the value is above seconds.nanoseconds
  bool saturated = false;           // |value| is beyond int64; `seconds` is its least or greatest value
};

// `number` is a valid JSON number as written: "1790000000", "1.79e9", "-0.5", "1e400". Never fails, never overflows.
NumericDate parse_numeric_date(std::string_view number) noexcept;

// The date moved by whole seconds (held to the range) against a moment.
std::strong_ordering compare(const NumericDate& date, std::int64_t add_seconds, Instant at) noexcept;

}  // namespace assay::jose
