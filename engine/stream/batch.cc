#include "stream/batch.h"

namespace assay::stream {

void Batch::recycle(std::size_t ordinary_bytes) {
  records.clear();
  range = {};
  record_count = 0;
  bytes = 0;
  counts = {};
  tally.clear();
  output.resize(0);
  buffer.resize(0);
  if (buffer.capacity() > 2 * ordinary_bytes) buffer.release();
  if (output.capacity() > 16 * ordinary_bytes) output.release();
}

}  // namespace assay::stream
