// Finds out what the records of an input show together: that the input has another form than the options say, and what
// most of its rejected tokens have in common.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/stream.h"
#include "jose/token_verdict.h"
#include "stream/summary.h"

namespace assay::stream {

// Records at the beginning of an input that are searched for tokens in other places.
inline constexpr std::size_t kSearchedRecords = 100;

// Collects what a batch shows. One thread at a time: the one that verifies the batch.
class Diagnosis {
 public:
  // The form of a record. `place`: a JSON pointer. Only the first of each kind is kept.
  void saw(InputNote::Kind kind, std::string_view place);
  // Counts a verdict. `number`: of the record in its file, from 1. count_expired() compares the exp of an expired token
  // with the `time` of its record.
  void count(const jose::TokenVerdict& verdict, std::uint64_t number);
  void count_expired(const jose::TokenVerdict& verdict, Instant time);
  // Adds what later records of the same file show.
  void add(const Diagnosis& later);
  // Forgets the file, and keeps what is counted over all files.
  void begin_file() noexcept;
  // Puts back what unknown_kids(), expired() and expired_by_whole_hours() gave.
  void restore(const Dimension& unknown_kids, std::uint64_t expired, std::uint64_t by_whole_hours);
  void clear() noexcept;

  const std::optional<std::string>& seen(InputNote::Kind kind) const noexcept {
    return seen_[static_cast<std::size_t>(kind)];
  }
  // Whether one of the first kSearchedRecords records held a token, be it good or bad.
  bool has_tokens() const noexcept { return tokens_ != 0; }
  const Dimension& unknown_kids() const noexcept { return unknown_kids_; }
  std::uint64_t expired() const noexcept { return expired_; }
  std::uint64_t expired_by_whole_hours() const noexcept { return by_whole_hours_; }

  // Distinct unknown kids that a run keeps; anyone can write them.
  static constexpr std::size_t kMaxKids = 1000;
  // Expired tokens of a batch that are looked at.
  static constexpr std::uint64_t kMostExpired = 64;

 private:
  std::array<std::optional<std::string>, InputNote::kKinds> seen_;
  std::uint64_t tokens_ = 0;
  Dimension unknown_kids_;
  std::uint64_t expired_ = 0, by_whole_hours_ = 0;
};

// Reports the notes on the inputs of a run: each note once for an input, and for at most kMostInputs inputs. Batches
// come in input order. One thread at a time.
class InputNotes {
 public:
  static constexpr std::uint64_t kMostInputs = 5;

  // `tell` may be empty. `inputs`: names of the inputs.
  InputNotes(std::function<void(const InputNote&)> tell, std::vector<std::string> inputs);

  // `records`: how many of the file's records came up to the end of the batch.
  void add(const Diagnosis& batch, std::size_t file, std::uint64_t records);
  // Puts back what was counted over earlier inputs.
  void restore(const Dimension& unknown_kids, std::uint64_t expired, std::uint64_t by_whole_hours) {
    run_.restore(unknown_kids, expired, by_whole_hours);
  }
  // After the last batch.
  void end();
  // Over all inputs.
  const Diagnosis& run() const noexcept { return run_; }

 private:
  void tell(InputNote::Kind kind);
  bool was_told(InputNote::Kind kind) const noexcept { return told_[static_cast<std::size_t>(kind)]; }
  void tell_places();

  std::function<void(const InputNote&)> tell_;
  std::vector<std::string> inputs_;
  Diagnosis run_;
  std::size_t file_ = 0;
  std::array<bool, InputNote::kKinds> told_{};  // of this file
  std::array<std::uint64_t, InputNote::kKinds> told_inputs_{};
  bool searched_ = false;  // the first records of this file have been seen
};

}  // namespace assay::stream
