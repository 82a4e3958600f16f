#include "stream/batch.h"

namespace assay::stream {

void Block::recycle(std::size_t ordinary_bytes) {
  records.clear();
  range = {};
  record_count = 0;
  bytes = 0;
  buffer.resize(0);
  if (buffer.capacity() > 2 * ordinary_bytes) buffer.release();
}

void Batch::recycle(std::size_t ordinary_bytes) {
  load = Load::nothing;
  block.recycle(ordinary_bytes);
  overflow.clear();
  counts = {};
  tally.clear();
  diagnosis.clear();
  output.resize(0);
  if (output.capacity() > 16 * ordinary_bytes) output.release();
}

}  // namespace assay::stream
