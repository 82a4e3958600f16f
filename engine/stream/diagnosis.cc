#include "stream/diagnosis.h"

#include <algorithm>
#include <utility>

#include "base/arena.h"
#include "codec/json_fast.h"
#include "jose/claims.h"
#include "jose/compact.h"
#include "jose/numeric_date.h"
#include "stream/carry.h"

namespace assay::stream {
namespace {

constexpr std::size_t kMostCarried = 64;  // bits of State::carried

// Whether a record with this verdict held a token, be it a good one: its header could at least be read.
bool held_token(const jose::TokenVerdict& verdict) noexcept {
  return verdict.reasons.empty() || verdict.reasons.first() > Reason::malformed_header ||
         verdict.reasons.first() == Reason::encrypted_token || verdict.reasons.first() == Reason::signature_redacted;
}

}  // namespace

// Reads the times of tokens. Allocates nothing once warm.
class Diagnosis::ClaimTimes {
 public:
  struct Times {
    std::int64_t iat, exp;
  };
  // Nothing if the token does not name both.
  std::optional<Times> read(std::string_view token) {
    arena_.reset();
    const jose::Compact compact = jose::take_apart(token, arena_);
    jose::ClaimsFault fault;
    if (compact.payload_bytes.data() == nullptr) return std::nullopt;
    const jose::Claims* claims = jose::read_claims(compact.payload_bytes, Profile::strict, fast_, arena_, fault);
    if (claims == nullptr) return std::nullopt;
    const auto is_number = [](const jose::Claim& claim) {
      return claim.type == jose::ClaimType::integer || claim.type == jose::ClaimType::real;
    };
    if (!is_number(claims->iat) || !is_number(claims->exp)) return std::nullopt;
    return Times{jose::parse_numeric_date(claims->iat.text).seconds,
                 jose::parse_numeric_date(claims->exp.text).seconds};
  }

 private:
  base::Arena arena_;
  codec::FastObjectReader fast_;
};

Diagnosis::Diagnosis() = default;
Diagnosis::~Diagnosis() = default;
Diagnosis::Diagnosis(Diagnosis&&) noexcept = default;
Diagnosis& Diagnosis::operator=(Diagnosis&&) noexcept = default;

void Diagnosis::saw(InputNote::Kind kind, std::string_view place) {
  std::optional<std::string>& seen = state_.seen[static_cast<std::size_t>(kind)];
  if (!seen) seen = std::string(place);
}

void Diagnosis::count(const jose::TokenVerdict& verdict, std::uint64_t number) {
  if (number <= kSearchedRecords && held_token(verdict)) ++state_.tokens;
  const bool is_unknown = verdict.reasons.contains(Reason::key_not_found) && !verdict.key_was_skipped;
  if (is_unknown && verdict.has_kid) state_.unknown_kids.count(verdict.kid, false);
}

void Diagnosis::compare_times(const jose::TokenVerdict& verdict, std::string_view token, Instant time) {
  if (verdict.signature != SignatureState::valid || state_.times.state().seen == kMostCompared) return;
  if (claim_times_ == nullptr) claim_times_ = std::make_unique<ClaimTimes>();
  if (const auto times = claim_times_->read(token)) state_.times.add(time.seconds, times->iat, times->exp);
}

void Diagnosis::saw_carried(std::span<const std::string_view> values, std::string_view record) {
  if (state_.carried_from++ == 0) state_.fields = fields_of(record);
  const std::size_t size = std::min(values.size(), kMostCarried);
  for (std::size_t i = 0; i < size; ++i) state_.carried |= std::uint64_t{values[i] != "null"} << i;
}

StreamResult::NeverCarried Diagnosis::never_carried(const std::vector<std::string>& carry) const {
  StreamResult::NeverCarried never;
  if (state_.carried_from == 0) return never;
  for (std::size_t i = 0; i < std::min(carry.size(), kMostCarried); ++i) {
    if ((state_.carried >> i & 1) == 0) never.pointers.push_back(carry[i]);
  }
  never.records = state_.carried_from;
  never.fields = state_.fields;
  return never;
}

void Diagnosis::add(const Diagnosis& later) {
  for (std::size_t i = 0; i < state_.seen.size(); ++i) {
    if (!state_.seen[i] && later.state_.seen[i]) state_.seen[i] = later.state_.seen[i];
  }
  state_.tokens += later.state_.tokens;
  state_.unknown_kids.add(later.state_.unknown_kids, kMaxKids);
  state_.times.add(later.state_.times);
  if (state_.carried_from == 0) state_.fields = later.state_.fields;
  state_.carried_from += later.state_.carried_from;
  state_.carried |= later.state_.carried;
}

void Diagnosis::begin_file() noexcept {
  state_.seen = {};
  state_.tokens = 0;
}

void Diagnosis::clear() noexcept {
  begin_file();
  state_.unknown_kids.clear();
  state_.times.clear();
  state_.carried_from = state_.carried = 0;
  state_.fields.clear();
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
  if (told_inputs_[index]++ < kMostInputs) report(kind, file_, *place);
}

void InputNotes::report(InputNote::Kind kind, std::size_t file, const std::string& place) {
  told_notes_.push_back({kind, file, place});
  if (tell_) tell_({kind, inputs_[file], place});
}

void InputNotes::restore(State state) {
  file_ = state.file;
  searched_ = state.searched;
  run_.restore(std::move(state.run));
  for (const State::Told& note : state.told) {
    const auto index = static_cast<std::size_t>(note.kind);
    if (note.file == file_) told_[index] = true;
    ++told_inputs_[index];
    report(note.kind, note.file, note.place);
  }
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
