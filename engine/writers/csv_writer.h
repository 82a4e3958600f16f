// The output format csv (RFC 4180): a line of column names, then a line for each verdict.
//
// A text is written as inside a JSON string, but with plain '"', and then quoted as RFC 4180 says, so control
// characters cannot break a line. Reasons and scopes are separated by spaces. A carried string is such a text; other
// carried values are their JSON text. If a spreadsheet would take a text of a token or record, or the name of a file,
// for a formula, an apostrophe stands before it.
#pragma once

#include <memory>

#include "writers/writer.h"

namespace assay::writers {

std::unique_ptr<VerdictWriter> make_csv_writer(const VerdictWriter::Options& options);

}  // namespace assay::writers
