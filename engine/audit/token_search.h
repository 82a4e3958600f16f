// The first parallel stage of an audit: finds the tokens of a block and reads what their lines say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "audit/log_batch.h"
#include "base/arena.h"
#include "log/format.h"
#include "log/token_scanner.h"

namespace assay::audit {

// Not thread safe: each thread has its own.
class TokenSearch {
 public:
  // Fills hits, end, other_credentials of the batch. What earlier blocks would have to say stays open: the number of a
  // token among those of a line that an earlier block began, and the moments of hits that are marked.
  void search(LogBatch& batch);

 private:
  // A line of the block. `end` is where its line break is.
  struct Line {
    std::size_t begin = 0, end = 0;
    std::uint64_t number = 0;
  };
  void add_block_hit(LogBatch& batch, const log::FoundToken& found);
  void add_joined_hits(LogBatch& batch, const JoinedText& joined);
  void go_to_line(const LogBatch& batch, std::size_t at);
  void read_line(LogBatch& batch);
  void add_hit(LogBatch& batch, const log::FoundToken& found, std::size_t in_line, Hit hit);
  void look_back(LogBatch& batch, std::size_t before);
  void know(LineMoment moment, base::Arena& arena);
  void find_end(LogBatch& batch);

  log::TokenScanner scanner_;
  std::vector<log::FoundToken> found_;
  base::Arena scratch_;

  // The line that was looked at last.
  Line line_;
  bool is_read_ = false;  // what follows is of line_
  log::LineFacts facts_;
  std::vector<log::Event> events_;
  LineMoment moment_;
  bool takes_earlier_time_ = false;
  std::uint64_t hits_on_line_ = 0;
  std::size_t mark_ = 0;  // bytes of a byte order mark before the first line of a file

  // The last line before looked_back_ that names a time in its place.
  std::size_t looked_back_ = 0;
  bool is_known_ = false;  // false: an earlier block may hold it
  LineMoment known_;
};

}  // namespace assay::audit
