#include "audit/log_batch.h"

namespace assay::audit {

void LogBatch::recycle(std::size_t ordinary_bytes) {
  stream::Batch::recycle(ordinary_bytes);
  is_last = false;
  format.reset();
  changes.clear();
  has_times = false;
  time_place = {};
  kept_lines.clear();
  joined.clear();
  is_between_lines = true;
  directive.clear();
  known.reset();
  arena.reset();
  hits.clear();
  end = {};
  other_credentials = repeated_hours = 0;
}

}  // namespace assay::audit
