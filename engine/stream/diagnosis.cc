#include "stream/diagnosis.h"

#include <charconv>
#include <system_error>
#include <utility>

namespace assay::stream {
namespace {

// Whether a record with this verdict held a token, be it a good one: its header could at least be read.
bool held_token(const jose::TokenVerdict& verdict) noexcept {
  return verdict.reasons.empty() || verdict.reasons.first() > Reason::malformed_header ||
         verdict.reasons.first() == Reason::encrypted_token || verdict.reasons.first() == Reason::signature_redacted;
}

}  // namespace

void Diagnosis::saw(InputNote::Kind kind, std::string_view place) {
  std::optional<std::string>& seen = seen_[static_cast<std::size_t>(kind)];
  if (!seen) seen = std::string(place);
}

void Diagnosis::count(const jose::TokenVerdict& verdict, std::uint64_t number) {
  if (number <= kSearchedRecords && held_token(verdict)) ++tokens_;
  const bool is_unknown = verdict.reasons.contains(Reason::key_not_found) && !verdict.key_was_skipped;
  if (is_unknown && verdict.has_kid) unknown_kids_.count(verdict.kid, false);
}

void Diagnosis::count_expired(const jose::TokenVerdict& verdict, Instant time) {
  if (expired_ == kMostExpired) return;
  ++expired_;
  const char* const end = verdict.expires_at.data() + verdict.expires_at.size();
  std::int64_t exp = 0, ago = 0;
  if (std::from_chars(verdict.expires_at.data(), end, exp).ec != std::errc()) return;
  if (__builtin_sub_overflow(time.seconds, exp, &ago)) return;
  // A token that is used just after it was issued, for a whole number of hours: the clocks may differ by a minute.
  constexpr std::int64_t kHour = 3600, kAbout = 60, kMostHours = 14;
  const std::int64_t beyond = (ago + kAbout) % kHour;
  if (ago + kAbout >= kHour && beyond <= 2 * kAbout && ago <= kMostHours * kHour + kAbout) ++by_whole_hours_;
}

void Diagnosis::add(const Diagnosis& later) {
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i] && later.seen_[i]) seen_[i] = later.seen_[i];
  }
  tokens_ += later.tokens_;
  unknown_kids_.add(later.unknown_kids_, kMaxKids);
  expired_ += later.expired_;
  by_whole_hours_ += later.by_whole_hours_;
}

void Diagnosis::begin_file() noexcept {
  seen_ = {};
  tokens_ = 0;
}

void Diagnosis::restore(const Dimension& unknown_kids, std::uint64_t expired, std::uint64_t by_whole_hours) {
  unknown_kids_ = unknown_kids;
  expired_ = expired;
  by_whole_hours_ = by_whole_hours;
}

void Diagnosis::clear() noexcept {
  begin_file();
  unknown_kids_.clear();
  expired_ = by_whole_hours_ = 0;
}

InputNotes::InputNotes(std::function<void(const InputNote&)> tell, std::vector<std::string> inputs)
    : tell_(std::move(tell)), inputs_(std::move(inputs)) {}

void InputNotes::add(const Diagnosis& batch, std::size_t file, std::uint64_t records) {
  if (file != file_) {
    end();
    file_ = file;
    run_.begin_file();
    told_ = {};
    searched_ = false;
  }
  run_.add(batch);
  // An array that is written over several lines has both forms, and one mend is enough.
  if (!was_told(InputNote::Kind::several_lines)) tell(InputNote::Kind::array);
  if (!was_told(InputNote::Kind::array)) tell(InputNote::Kind::several_lines);
  if (records >= kSearchedRecords && !std::exchange(searched_, true)) tell_places();
}

void InputNotes::end() {
  if (!std::exchange(searched_, true)) tell_places();
}

void InputNotes::tell(InputNote::Kind kind) {
  const auto index = static_cast<std::size_t>(kind);
  const std::optional<std::string>& place = run_.seen(kind);
  if (!place || told_[index]) return;
  told_[index] = true;
  if (tell_ && told_inputs_[index]++ < kMostInputs) tell_({kind, inputs_[file_], *place});
}

// Reports where the tokens are. If some are where they are expected, others elsewhere are no fault.
void InputNotes::tell_places() {
  // That the input is not one record a line has been reported already.
  const bool is_other_form = run_.seen(InputNote::Kind::array) || run_.seen(InputNote::Kind::several_lines);
  if (run_.has_tokens() || is_other_form) return;
  // The first kind that was seen says most.
  for (const InputNote::Kind kind : {InputNote::Kind::wrapped, InputNote::Kind::elsewhere, InputNote::Kind::in_text}) {
    if (!run_.seen(kind)) continue;
    return tell(kind);
  }
}

}  // namespace assay::stream
