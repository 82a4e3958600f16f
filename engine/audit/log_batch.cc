#include "audit/log_batch.h"

namespace assay::audit {

void LogBatch::recycle(std::size_t ordinary_bytes) {
  stream::Batch::recycle(ordinary_bytes);
  if (output.capacity() > 8 * ordinary_bytes) output.release();
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
  holds_hits = true;
  hit_count = judged = 0;
  hits_by_file.clear();
  end = {};
  other_credentials = repeated_hours = 0;
  open_line = {};
  earlier.reset();
}

}  // namespace assay::audit
