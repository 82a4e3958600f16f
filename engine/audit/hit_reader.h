// Reads where the tokens of a batch stand, and of what requests they are, of those tokens for which somebody asks.
//
// Most tokens are accepted, and nothing is written of them, so nothing is read of their lines but the time.
#pragma once

#include <cstddef>
#include <string_view>

#include "audit/log_batch.h"
#include "base/arena.h"
#include "log/line_facts.h"
#include "log/token_scanner_where.h"
#include "writers/occurrence.h"

namespace assay::audit {

// Not thread safe: each thread has its own.
class HitReader {
 public:
  // Begins with a batch. The batch outlives the reading of its hits.
  void begin(const LogBatch& batch) noexcept;
  // Goes on with the next hits of the batch, of which complete() knows.
  void begin_portion(const Hits& hits) noexcept;
  // Returns what is to say of a hit of the portion. Hits are asked for in their order. The views hold until the next
  // call.
  writers::Occurrence read(std::size_t index);
  // Keeps of the portion what the next one needs.
  void end_portion() noexcept;

 private:
  bool is_on_line(const HitLine& line) const noexcept { return line.joined == joined_ && line.begin == begin_; }
  std::string_view searched() const noexcept;
  void begin_line(const HitLine& line) noexcept;
  void read_line(const HitLine& line);
  log::Where place_of(std::size_t index) noexcept;
  void settle(std::size_t end) noexcept;

  const LogBatch* batch_ = nullptr;
  const Hits* hits_ = nullptr;
  std::size_t settled_ = 0;  // hits of the portion before it are in before_, or on lines before

  // The line that was looked at last.
  bool has_line_ = false;
  const JoinedText* joined_ = nullptr;
  std::size_t begin_ = 0;
  log::TokenBefore before_;  // the latest of its tokens whose place was asked for, or is needed by later ones
  bool is_read_ = false;
  log::LineFacts facts_;
  base::Arena arena_;
};

}  // namespace assay::audit
