// Numbers as a person reads them, the same in every locale, and names cut to a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::page {

// Whole: "1,234,567".
std::string grouped(double number);
// At least three digits: "0.123", "12.3", "1,234".
std::string three_digits(double number);
// A share of 1 in percent: "4.5 %", and "± 4.5 %" for a spread.
std::string in_percent(double share);
std::string plus_minus(double share);
// Short, for axes: "1.2M", "350k", "12", "0.25".
std::string short_number(double number);
// `name`, cut at its end and closed by "…" if it is longer than `most` characters.
std::string shortened(std::string_view name, std::size_t most);
// The number of characters, not bytes, of UTF-8.
std::size_t width_of(std::string_view text);

}  // namespace assay::page
