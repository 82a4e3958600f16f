// The output formats: one row for each, in formats.cc.
#pragma once

#include <memory>

#include "assay/stream.h"
#include "stream/writer.h"

namespace assay::stream {

// Returns null for OutputFormat::none.
std::unique_ptr<VerdictWriter> make_writer(OutputFormat format, const VerdictWriter::Options& options);

}  // namespace assay::stream
