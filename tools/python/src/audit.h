// The audit of logs as Python sees it.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

void bind_audit(nanobind::module_& module);

}  // namespace assay::python
