// Finds out what the records of an input show together: that the input has another form than the options say, and what
// most of its rejected tokens have in common.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/stream.h"
#include "jose/token_verdict.h"
#include "log/time_shift.h"
#include "stream/summary.h"

namespace assay::stream {

// Records at the beginning of an input that are searched for tokens in other places.
inline constexpr std::size_t kSearchedRecords = 100;

// Collects what a batch shows. One thread at a time: the one that verifies the batch.
class Diagnosis {
 public:
  Diagnosis();
  ~Diagnosis();
  Diagnosis(Diagnosis&&) noexcept;
  Diagnosis& operator=(Diagnosis&&) noexcept;

  // The form of a record. `place`: a JSON pointer. Only the first of each kind is kept.
  void saw(InputNote::Kind kind, std::string_view place);
  // Counts a verdict. `number`: of the record in its file, from 1.
  void count(const jose::TokenVerdict& verdict, std::uint64_t number);
  // Compares the claims of a token with the time of its record, for the first kMostCompared tokens of a batch whose
  // signature is valid.
  void compare_times(const jose::TokenVerdict& verdict, std::string_view token, Instant time);
  // Notes which of the carried fields a record has. `values`: as JSON, "null" if it has none; `record`: its text.
  void saw_carried(std::span<const std::string_view> values, std::string_view record);
  // Adds what later records of the same file show.
  void add(const Diagnosis& later);
  // Forgets the file, and keeps what is counted over all files.
  void begin_file() noexcept;
  void clear() noexcept;

  // What a run that goes on later has to know.
  struct State {
    std::array<std::optional<std::string>, InputNote::kKinds> seen;
    std::uint64_t tokens = 0;  // among the first records of the file
    Dimension unknown_kids;
    log::TimeShift times;
    // Records whose fields were carried; one bit for each of the first 64 fields that one of them had; and the fields
    // of the first record.
    std::uint64_t carried_from = 0, carried = 0;
    std::string fields;
  };
  const State& state() const noexcept { return state_; }
  void restore(State state) { state_ = std::move(state); }

  const std::optional<std::string>& seen(InputNote::Kind kind) const noexcept {
    return state_.seen[static_cast<std::size_t>(kind)];
  }
  // Whether one of the first kSearchedRecords records held a token, be it good or bad.
  bool has_tokens() const noexcept { return state_.tokens != 0; }
  const Dimension& unknown_kids() const noexcept { return state_.unknown_kids; }
  const log::TimeShift& times() const noexcept { return state_.times; }
  // Which of `carry` no record had.
  StreamResult::NeverCarried never_carried(const std::vector<std::string>& carry) const;

  // Distinct unknown kids that a run keeps; anyone can write them.
  static constexpr std::size_t kMaxKids = 1000;
  // Tokens of a batch whose times are compared.
  static constexpr std::uint64_t kMostCompared = 16;

 private:
  class ClaimTimes;

  State state_;
  std::unique_ptr<ClaimTimes> claim_times_;  // made for the first token; kept from batch to batch
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
  // What a run that goes on later has to know.
  struct State {
    struct Told {
      InputNote::Kind kind;
      std::size_t file;  // index of the input
      std::string place;
    };
    std::vector<Told> told;
    std::size_t file = 0;
    bool searched = false;
    Diagnosis::State run;
  };
  State state() const { return {told_notes_, file_, searched_, run_.state()}; }
  // Before the first batch. Reports again what was told, so that the run says what an undisturbed one says.
  void restore(State state);
  // After the last batch.
  void end();
  // Over all inputs.
  const Diagnosis& run() const noexcept { return run_; }

 private:
  void tell(InputNote::Kind kind);
  void report(InputNote::Kind kind, std::size_t file, const std::string& place);
  bool was_told(InputNote::Kind kind) const noexcept { return told_[static_cast<std::size_t>(kind)]; }
  void tell_places();

  std::function<void(const InputNote&)> tell_;
  std::vector<std::string> inputs_;
  Diagnosis run_;
  std::size_t file_ = 0;
  std::array<bool, InputNote::kKinds> told_{};  // of this file
  std::array<std::uint64_t, InputNote::kKinds> told_inputs_{};
  std::vector<State::Told> told_notes_;  // those that were reported
  bool searched_ = false;                // the first records of this file have been seen
};

}  // namespace assay::stream
