#include "page/numbers.h"

#include <cmath>
#include <cstdio>

namespace assay::page {
namespace {

std::string with_digits(double number, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

std::string grouped(double number) {
  std::string text = with_digits(number, 0);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string three_digits(double number) {
  const double size = std::abs(number);
  if (size >= 99.95) return grouped(number);
  return with_digits(number, size >= 9.995 ? 1 : size >= 0.9995 || size == 0 ? 2 : 3);
}

std::string in_percent(double share) {
  const double percent = share * 100;
  return with_digits(percent, std::abs(percent) < 9.95 ? 1 : 0) + " %";
}

std::string plus_minus(double share) { return "± " + in_percent(share); }

std::string short_number(double number) {
  const double size = std::abs(number);
  const double unit = size >= 1e6 ? 1e6 : size >= 1e3 ? 1e3 : 1;
  std::string text = with_digits(number / unit, size / unit < 1 ? 2 : size / unit < 10 ? 1 : 0);
  if (text.find('.') != std::string::npos) text.resize(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + (unit > 1e3 ? "M" : unit > 1 ? "k" : "");
}

std::string shortened(std::string_view name, std::size_t most) {
  if (width_of(name) <= most) return std::string(name);
  std::size_t end = 0, characters = 0;
  while (end < name.size() && (characters < most - 1 || !begins_character(name[end]))) {
    characters += begins_character(name[end]) ? 1 : 0;
    ++end;
  }
  return std::string(name.substr(0, end)) + "…";
}

std::size_t width_of(std::string_view text) {
  std::size_t characters = 0;
  for (const char byte : text) characters += begins_character(byte) ? 1 : 0;
  return characters;
}

}  // namespace assay::page
