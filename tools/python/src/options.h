// The options of a verifier, as assay/_options.py hands them over.
#pragma once

#include <nanobind/nanobind.h>

#include "assay/verifier.h"

namespace assay::python {

// Reads a dict that holds only what the caller gave: "keys" is a list of (kind, value, name), the others have the names
// of Verifier's arguments. Raises assay.SetupError for a value that does not exist, and for a trust file that cannot be
// read.
JwtVerifierOptions read_options(const nanobind::dict& given);

// Says whether keys come from URLs, so that a call may wait for a fetch.
bool may_fetch(const JwtVerifierOptions& options);

}  // namespace assay::python
