// The output formats: one row for each, in formats.cc.
#pragma once

#include <memory>

#include "assay/stream.h"
#include "writers/writer.h"

namespace assay::writers {

// Returns null for OutputFormat::none.
std::unique_ptr<VerdictWriter> make_writer(OutputFormat format, const VerdictWriter::Options& options);

}  // namespace assay::writers
