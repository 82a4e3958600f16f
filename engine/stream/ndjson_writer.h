// The output format ndjson: a JSON object a line for each verdict.
#pragma once

#include <memory>

#include "stream/writer.h"

namespace assay::stream {

std::unique_ptr<VerdictWriter> make_ndjson_writer(const VerdictWriter::Options& options);

}  // namespace assay::stream
