// Where on a line a token stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::log {

enum class Where : std::uint8_t { authorization, cookie, query, fragment, referrer, body, text };
inline constexpr std::size_t kPlaces = 7;

// The name as users see it: "authorization".
inline std::string_view to_string(Where where) noexcept {
  switch (where) {
    case Where::authorization:
      return "authorization";
    case Where::cookie:
      return "cookie";
    case Where::query:
      return "query";
    case Where::fragment:
      return "fragment";
    case Where::referrer:
      return "referrer";
    case Where::body:
      return "body";
    case Where::text:
      return "text";
  }
  return "";
}

}  // namespace assay::log
