#include "writers/formats.h"

#include "writers/csv_writer.h"
#include "writers/ecs_writer.h"
#include "writers/ndjson_writer.h"

namespace assay::writers {
namespace {

struct FormatRow {
  OutputFormat format;
  std::unique_ptr<VerdictWriter> (*make)(const VerdictWriter::Options& options);
};
constexpr FormatRow kFormats[] = {
    {OutputFormat::ndjson, make_ndjson_writer},
    {OutputFormat::csv, make_csv_writer},
    {OutputFormat::ecs, make_ecs_writer},
};

}  // namespace

std::unique_ptr<VerdictWriter> make_writer(OutputFormat format, const VerdictWriter::Options& options) {
  for (const FormatRow& row : kFormats) {
    if (row.format == format) return row.make(options);
  }
  return nullptr;
}

}  // namespace assay::writers
