// Columns of tokens and verdicts as Python sees them: the Arrow PyCapsule interface.
//
// https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html. Neither pyarrow nor another library is
// needed.
#pragma once

#include <functional>

#include <nanobind/nanobind.h>

#include "assay/arrow.h"

namespace assay::python {

class Verifier;

// Calls `use` without the GIL for each chunk of an object with __arrow_c_array__ or __arrow_c_stream__, with the
// moments of its rows. `at` is a moment, or a column of them. Raises the first error of `use`, and then calls it no
// more.
void each_chunk(nanobind::handle tokens, nanobind::handle at,
                const std::function<Result<void>(const ArrowSchema&, const ArrowArray&, ColumnOptions)>& use);

// Judges each row of an object with __arrow_c_array__ or __arrow_c_stream__. `at` is a moment, or a column of them.
// `cores` is the number of threads, 0 for all cores. `fields` are the names of the columns that are wanted; None is
// all. Returns a VerdictArray.
nanobind::object verify_arrow(const Verifier& verifier, nanobind::handle column, nanobind::handle at,
                              nanobind::handle cores, nanobind::handle fields);

// Defines VerdictArray.
void bind_arrow(nanobind::module_& module);

}  // namespace assay::python
