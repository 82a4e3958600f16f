// Where a token stands, told by what stands before it on its line.
//
// A pure function, thread safe. It looks at a bounded number of bytes.
#pragma once

#include <cstddef>
#include <string_view>

#include "log/where.h"

namespace assay::log {

// So many bytes before a token are looked at, and none on an earlier line.
inline constexpr std::size_t kMostLookedBack = 512;

// The token that was found before this one.
struct TokenBefore {
  std::size_t end = 0;  // of its bytes; 0: there is none
  Where where = Where::text;
};

// Says where the token at [begin, end) of the text stands. What stands before the earlier token does not count, so a
// further parameter of the same URL ("&name=") stands where that token stands.
Where where_of(std::string_view text, std::size_t begin, std::size_t end, const TokenBefore& before) noexcept;

}  // namespace assay::log
