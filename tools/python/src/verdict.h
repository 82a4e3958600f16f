// Verdict and AccessToken as Python sees them.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

void bind_verdict(nanobind::module_& module);

}  // namespace assay::python
