// Numbers as a person reads them; no locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay::page {

// "1,234,567"
std::string grouped(double number);
// Three digits or more: "0.123", "12.3", "1,234".
std::string three_digits(double number);
// "4.5 %"; "± 4.5 %" for spreads.
std::string in_percent(double share);
std::string plus_minus(double share);
// "1.2M", "350k", "12", "0.25": for axes.
std::string short_number(double number);
// The name of a row's algorithm or file, cut at its end where it is longer than `most` characters.
std::string shortened(std::string_view name, std::size_t most);
// Characters, not bytes, of UTF-8.
std::size_t width_of(std::string_view text);

}  // namespace assay::page
