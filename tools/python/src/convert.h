// Values of Python as the engine takes them, and back.
//
// All functions need the GIL. They throw nanobind's exceptions, which become Python's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>

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
// zone, or a str in RFC 3339. None is now. Anything else is a ValueError or TypeError that names `at`.
Instant to_instant(nb::handle at);

// A datetime in UTC; microseconds, as Python's.
nb::object to_datetime(const Instant& at);

// Raises assay.SetupError for an error of the library.
[[noreturn]] void raise_setup_error(const Error& error);

}  // namespace assay::python
