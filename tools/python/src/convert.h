// Values of Python as the engine takes them, and back.
//
// All functions need the GIL. They throw nanobind's exceptions, which become Python's.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "assay/instant.h"
#include "assay/result.h"

namespace assay::python {

namespace nb = nanobind;

// Objects that must live as long as views of them.
using Keepers = std::vector<nb::object>;

// Returns the bytes of a str in UTF-8, or those of a bytes object: a view that holds as long as the object and
// `keepers`. A lone surrogate, which no token contains, is kept as WTF-8. Another type is a TypeError that begins with
// `name`.
std::string_view view_of(nb::handle text, const char* name, Keepers& keepers);

// Returns a str. Lone surrogates, as JSON may name them, stay.
nb::object to_str(std::string_view text);
nb::object to_str_or_none(const std::optional<std::string>& text);

// Reads a moment: an int as Unix time in s, ms, µs or ns by its magnitude, a float in seconds, a datetime with a time
// zone, or a str in RFC 3339. None is now. Anything else is a ValueError or TypeError that begins with `name`.
Instant to_instant(nb::handle at, const char* name = "at");

// Raises a TypeError for a mapping, of which only the names would be read, and for a set, which has no order.
// `expected`: what was, such as "a list of tokens".
void require_order(nb::handle given, const char* name, const char* expected);

// Raises a TypeError that names the argument, what was expected and the type of what was given; or a ValueError if it
// is an integer that was expected and does not fit.
[[noreturn]] void raise_wrong_type(nb::handle given, const char* name, const char* expected);

template <class T>
constexpr const char* kExpected = "another type";
template <>
inline constexpr const char* kExpected<bool> = "bool";
template <std::integral T>
inline constexpr const char* kExpected<T> = "int";
template <std::floating_point T>
inline constexpr const char* kExpected<T> = "a number";
template <>
inline constexpr const char* kExpected<std::string> = "str";
template <>
inline constexpr const char* kExpected<std::vector<std::string>> = "a list of str";

// The value of an argument as T.
template <class T>
T argument(nb::handle given, const char* name) {
  T value{};
  const bool is_bool = PyBool_Check(given.ptr());  // which Python counts as an int
  if ((is_bool && !std::same_as<T, bool>) || !nb::try_cast<T>(given, value)) {
    raise_wrong_type(given, name, kExpected<T>);
  }
  return value;
}

// A datetime in UTC; microseconds, as Python's. A moment beyond the years 1 to 9999, which are all that datetime knows,
// is the first or the last of them.
nb::object to_datetime(const Instant& at);

// Raises assay.SetupError for an error of the library.
[[noreturn]] void raise_setup_error(const Error& error);

}  // namespace assay::python
