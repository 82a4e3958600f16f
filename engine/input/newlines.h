// Counts lines at the speed of memory.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::input {

// Returns how many '\n' the text holds.
std::uint64_t count_newlines(std::string_view text) noexcept;

}  // namespace assay::input
