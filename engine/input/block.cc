#include "input/block.h"

namespace assay::input {

void Block::recycle(std::size_t ordinary_bytes) {
  drop();
  range = {};
  bytes = 0;
  is_compressed = false;
  buffer.resize(0);
  if (buffer.capacity() > 2 * ordinary_bytes) buffer.release();
}

void Block::drop() noexcept {
  text = {};
  records.clear();
  record_count = line_count = 0;
  continues_line = ends_mid_line = false;
  fault.clear();
  remark.clear();
}

void Turn::recycle(std::size_t ordinary_bytes) {
  load = Load::nothing;
  block.recycle(ordinary_bytes);
  overflow.clear();
}

}  // namespace assay::input
