// Claims as a dict of Python.
#pragma once

#include <string_view>

#include <nanobind/nanobind.h>

namespace assay::python {

namespace nb = nanobind;

// Returns the object that json.loads makes of `json`, which is an object of valid JSON on one line, such as the claims
// of an accepted token. Returns none for what needs a real parser: escapes, null (which the engine also writes for
// NaN), long numbers and deep nesting. Needs the GIL.
nb::object to_dict(std::string_view json);

}  // namespace assay::python
