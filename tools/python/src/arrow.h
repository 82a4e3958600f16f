// Columns of tokens and verdicts as Python sees them: the Arrow PyCapsule interface.
//
// https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html. Neither pyarrow nor another library is
// needed.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

class Verifier;

// Judges each row of an object with __arrow_c_array__ or __arrow_c_stream__. `at` is a moment, or a column of them.
// Returns a VerdictArray.
nanobind::object verify_arrow(const Verifier& verifier, nanobind::handle column, nanobind::handle at, int threads);

// Defines VerdictArray.
void bind_arrow(nanobind::module_& module);

}  // namespace assay::python
