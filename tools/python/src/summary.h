// The counts of a run over columns, as the document that `assay verify --summary` writes and `assay report` adds up.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

// Defines ColumnSummary and merge_summaries.
void bind_summary(nanobind::module_& module);

}  // namespace assay::python
