// Key pairs and signing as Python sees them: for tests.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

void bind_keys(nanobind::module_& module);

}  // namespace assay::python
