// The sections of the report, each made by one function from the overview. A section without anything to show has no
// blocks, and is left out.
#pragma once

#include "report/content.h"
#include "tally/overview.h"

namespace assay::report {

// use_sections.cc
Section reasons_section(const tally::Overview& overview);
Section time_section(const tally::Overview& overview);
Section counts_section(const tally::Overview& overview);
// key_section.cc
Section keys_section(const tally::Overview& overview);
// client_sections.cc
Section replays_section(const tally::Overview& overview);
Section who_section(const tally::Overview& overview);
// input_sections.cc
Section coverage_section(const tally::Overview& overview);
Section manifest_section(const tally::Overview& overview);
Section exactness_section(const tally::Overview& overview);

}  // namespace assay::report
