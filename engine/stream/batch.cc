#include "stream/batch.h"

namespace assay::stream {

void Batch::recycle(std::size_t ordinary_bytes) {
  Turn::recycle(ordinary_bytes);
  counts = {};
  tally.clear();
  line_times.clear();
  diagnosis.clear();
  output.resize(0);
  if (output.capacity() > 16 * ordinary_bytes) output.release();
}

}  // namespace assay::stream
