#include "input/block.h"

namespace assay::input {

void Block::recycle(std::size_t ordinary_bytes) {
  records.clear();
  range = {};
  record_count = 0;
  bytes = 0;
  buffer.resize(0);
  if (buffer.capacity() > 2 * ordinary_bytes) buffer.release();
}

void Turn::recycle(std::size_t ordinary_bytes) {
  load = Load::nothing;
  block.recycle(ordinary_bytes);
  overflow.clear();
}

}  // namespace assay::input
