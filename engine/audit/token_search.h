// The first parallel stage of an audit: finds the tokens of a block and reads the times of their lines.
//
// A block may hold millions of tokens, so they are found in portions. A block with few is searched once and keeps them.
// One with many keeps only what later blocks have to know, and is searched once more when its tokens are judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "audit/log_batch.h"
#include "base/arena.h"
#include "log/format.h"
#include "log/line_facts.h"
#include "log/token_scanner.h"

namespace assay::audit {

// Hits that a batch keeps.
inline constexpr std::size_t kMostKeptHits = 16384;

// Not thread safe: each thread has its own.
class TokenSearch {
 public:
  // Searches a whole batch: fills hits, hit_count, hits_by_file, end and other_credentials. What earlier blocks would
  // have to say stays open: LineLinker says it.
  void search(LogBatch& batch);

  // Begins to search a batch in portions. The batch outlives the search.
  void begin(LogBatch& batch);
  // Makes `to` the next hits: about `most` of them, and no more than that and TokenScanner::kMostBeyond. Their views
  // hold until the next call. Returns false if there are no more.
  bool next(Hits& to, std::size_t most);

 private:
  // A line of the block. `end` is where its line break is.
  struct Line {
    std::size_t begin = 0, end = 0;
    std::uint64_t number = 0;
  };
  // The joined line in hand.
  struct Joined {
    const JoinedText* text = nullptr;  // null: none
    log::ScanState scan;
    bool ended = false;  // everything of it was found
    std::vector<log::FoundToken> found;
    std::size_t next = 0;  // of `found`
    std::uint64_t nth = 0;
  };

  void begin_portion(Hits& to) noexcept;
  base::Arena& next_line_texts() noexcept;
  bool find_more(std::size_t most);
  void add_block_hit(const log::FoundToken& found);
  void begin_joined(const JoinedText& joined);
  void add_joined_hits(std::size_t most);
  void go_to_line(std::size_t at, std::size_t end);
  void set_line(Line line) noexcept;
  void read_line();
  void read_joined_line();
  // What a hit is called: its offset in the file, and its number among those of its line.
  struct Address {
    std::uint64_t offset = 0, nth = 1;
  };
  void add_hit(std::string_view text, const log::FoundToken& found, std::size_t event, Address address);
  std::size_t index_of_line(std::size_t event);
  std::size_t event_at(std::size_t in_line) const noexcept;
  void look_back(std::size_t before);
  void know(const log::TimeFacts& facts);
  void find_end();
  void count(const Hits& hits);

  log::TokenScanner scanner_;
  LogBatch* batch_ = nullptr;
  Hits* to_ = nullptr;  // the portion

  // What the scanner found in the block and was not taken yet.
  log::ScanState scan_;
  log::ScanCounts counts_;
  bool scan_ended_ = false;
  std::vector<log::FoundToken> found_;
  std::size_t next_found_ = 0;
  std::size_t kept_ = 0, next_joined_ = 0;  // of the batch's kept lines, and of its joined ones
  Joined joined_;

  // The line that was looked at last.
  Line line_;
  bool is_read_ = false;  // what follows is of line_, or of the joined line in hand
  std::vector<log::Event> events_;
  base::Arena* line_texts_ = nullptr;   // what was written anew for it
  base::Arena* other_texts_ = nullptr;  // for the lines behind it
  std::uint64_t hits_on_line_ = 0;
  std::size_t mark_ = 0;  // bytes of a byte order mark before the first line of a file
  // The line among those of the portion, and there its latest event: an index, and which of events_ it is.
  bool is_in_portion_ = false;
  std::size_t index_ = 0, event_index_ = 0;
  std::size_t event_ = 0;
  HitLine kept_line_;  // between two portions, a line that is read

  // The last line before looked_back_ that names a time in its place.
  std::size_t looked_back_ = 0;
  bool is_known_ = false;  // false: an earlier block may hold it
  LineMoment known_;
  base::Arena scratch_;

  Hits spare_;  // those of a batch that cannot keep them
};

}  // namespace assay::audit
