// A moment in time, and the readers and writers of its text forms.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

// Seconds since 1970-01-01T00:00:00Z (no leap seconds) and nanoseconds in [0, 1e9). A plain value.
struct Instant {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend constexpr auto operator<=>(const Instant&, const Instant&) noexcept = default;

  static Instant now();
};

// RFC 3339 §5.6 date-time: "2026-11-23T09:51:01.5+01:00"; "T" may be a space or lower case. Nothing else, no locale.
std::optional<Instant> parse_rfc3339(std::string_view text) noexcept;
// A decimal number of Unix seconds, "1790000000" or "1790000000.25". Digits beyond nanoseconds are dropped.
std::optional<Instant> parse_unix_seconds(std::string_view text) noexcept;
// A decimal number of Unix s, ms, µs or ns told apart by magnitude: below 1e11 seconds, below 1e14 ms, below 1e17 µs,
// else ns.
std::optional<Instant> parse_unix_by_magnitude(std::string_view text) noexcept;
// "2026-11-23T09:51:01Z", with a fraction only when there is one.
std::string to_rfc3339(Instant at);

}  // namespace assay
