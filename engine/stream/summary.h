// What a run counted: always by reason; for a summary also by alg, kid, issuer, client_id and hour.
//
// Each batch is tallied by the thread that verified it, and the tallies are merged in input order, so that the summary
// does not depend on the number of threads. A summary holds a bounded number of names, whatever the tokens say, and
// names in tokens that nobody signed cannot crowd out those in signed ones.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/reason.h"
#include "assay/stream.h"
#include "base/keyed_hash.h"
#include "jose/token_verdict.h"
#include "memo/memo_share.h"
#include "signature/backend.h"

namespace assay::stream {

// Verdicts of a batch or a run. A rejected record counts under the reason that decided.
struct Counts {
  std::uint64_t accepted = 0, rejected = 0;
  std::uint64_t far_expiry = 0;  // accepted tokens that expire beyond the year 2200, if ever: exp in milliseconds?
  std::array<std::uint64_t, kReasonCount> by_reason{};

  std::uint64_t records() const noexcept { return accepted + rejected; }
  void count(const jose::TokenVerdict& verdict) noexcept {
    if (verdict.reasons.empty()) {
      ++accepted;
      far_expiry += is_far(verdict.expires_at);
    } else {
      ++rejected;
      ++by_reason[static_cast<std::size_t>(verdict.reasons.first())];
    }
  }
  void add(const Counts& other) noexcept;

 private:
  // `seconds` is a decimal integer without leading zeros, or empty.
  static bool is_far(std::string_view seconds) noexcept {
    constexpr std::string_view kYear2200 = "7258118400";
    return seconds.size() > kYear2200.size() ? seconds.front() != '-'
                                             : seconds.size() == kYear2200.size() && seconds >= kYear2200;
  }
};

// Accepted and rejected records for each value of one property, values in order of first appearance.
class Dimension {
 public:
  struct Cell {
    std::uint64_t accepted = 0, rejected = 0;
    void count(bool valid) noexcept { ++(valid ? accepted : rejected); }
    void add(const Cell& other) noexcept {
      accepted += other.accepted;
      rejected += other.rejected;
    }
  };
  // Distinct values that a run keeps; records of later ones count as `other`, so that totals stay exact.
  static constexpr std::size_t kMaxValues = 10000;
  // Bytes kept of a value; a longer one is cut at a character and ends in "…".
  static constexpr std::size_t kMaxValueBytes = 256;

  // Counts a record of a batch. Every value is kept here, since the run may know a value that is new in the batch; the
  // records of a batch bound their number.
  void count(std::string_view value, bool valid);
  // Whether `value` is the one counted latest: logs come in runs.
  bool is_latest(std::string_view value) const noexcept {
    return latest_ < values_.size() && values_[latest_].first == value;
  }
  void count_other(bool valid) noexcept { other_.count(valid); }
  // Puts back what values(), other() and absent() gave.
  void restore(std::vector<std::pair<std::string, Cell>> values, Cell other, Cell absent);
  void count_absent(bool valid) noexcept { absent_.count(valid); }
  // Adds the counts of records that come later. Values beyond `max_values` count as `other`.
  void add(const Dimension& later, std::size_t max_values = kMaxValues);
  void clear() noexcept;

  const std::vector<std::pair<std::string, Cell>>& values() const noexcept { return values_; }
  const Cell& other() const noexcept { return other_; }
  const Cell& absent() const noexcept { return absent_; }

 private:
  Cell& cell(std::string_view value, std::size_t max_values);

  std::vector<std::pair<std::string, Cell>> values_;
  base::KeyedMap<std::string, std::size_t> index_;
  std::size_t latest_ = 0;  // index of the value counted latest
  Cell other_, absent_;
};

// The dimensions of a summary. Not thread safe.
struct Tally {
  // Distinct kids kept of tokens whose signature is not valid: anyone can write them.
  static constexpr std::size_t kMaxUnverifiedKids = 1000;

  Dimension alg;                  // names that are no algorithm count as `other`
  Dimension kid, unverified_kid;  // of tokens whose signature is valid, and of the rest
  Dimension issuer, client_id, hour;

  // `at`: time of judgement; null when the record has none.
  void count(const jose::TokenVerdict& verdict, const Instant* at);
  void add(const Tally& later);
  void clear() noexcept;

 private:
  // The name of the hour counted latest, which is `hour_number_` hours after 1970.
  std::string hour_name_;
  std::int64_t hour_number_ = 0;
};

// What the summary says of the run itself.
struct RunManifest {
  Instant started, ended;
  double seconds = 0;
  std::vector<std::string> inputs;
  std::vector<std::pair<std::string, std::string>> options;
  int threads = 0;
  std::string backend, isa;
  signature::BackendStatistics signatures;  // of this run; zeros if the backend counts nothing
  memo::MemoStatistics memo;                // of this run; zeros if it is off
  std::uint64_t bytes = 0;
  std::uint64_t published_private_keys = 0;
  bool complete = true;  // false: stopped before the end of the input
};

// Whether the records of a run are tallied: for its summary or its result.
inline bool needs_tally(const StreamOptions& options) noexcept {
  return !options.summary.empty() || options.count_algorithms;
}

// Returns the document:
// {"assay_summary":1,"run":{...},"records":N,...,"hygiene":{"published_private_keys":N},...,"by_alg":{"RS256":{"accepted":1,"rejected":0}},...}.
// "other" and "absent" hold, for each dimension, the records whose value is not kept or was not there.
std::string summary_json(const RunManifest& run, const Counts& counts, const Tally& tally);

}  // namespace assay::stream
