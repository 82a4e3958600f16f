// The output format ndjson: a JSON object a line for each verdict.
#pragma once

#include <memory>

#include "writers/writer.h"

namespace assay::writers {

std::unique_ptr<VerdictWriter> make_ndjson_writer(const VerdictWriter::Options& options);

}  // namespace assay::writers
