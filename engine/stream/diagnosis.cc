#include "stream/diagnosis.h"

#include <utility>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "jose/compact.h"
#include "jose/numeric_date.h"

namespace assay::stream {
namespace {

// Whether a record with this verdict held a token, be it a good one: its header could at least be read.
bool held_token(const jose::TokenVerdict& verdict) noexcept {
  return verdict.reasons.empty() || verdict.reasons.first() > Reason::malformed_header ||
         verdict.reasons.first() == Reason::encrypted_token || verdict.reasons.first() == Reason::signature_redacted;
}

// The seconds of `exp` in a token whose signature is valid; nothing if it has none.
std::optional<std::int64_t> expiry_of(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::optional<std::string> payload = codec::base64url_decode(token.substr(first + 1, second - first - 1));
  if (!payload) return std::nullopt;
  base::Arena arena;
  const codec::JsonNode* claims = codec::parse_json(*payload, codec::JsonDialect::python, arena);
  const codec::JsonNode* exp = claims == nullptr ? nullptr : claims->find("exp");
  if (exp == nullptr || !exp->is(codec::JsonType::integer)) return std::nullopt;
  const jose::NumericDate date = jose::parse_numeric_date(exp->text);
  return date.saturated ? std::nullopt : std::optional(date.seconds);
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

void Diagnosis::count_expired(std::string_view token, Instant time) {
  if (expired_ == kMostExpired) return;
  ++expired_;
  const std::optional<std::int64_t> exp = expiry_of(token);
  std::int64_t ago = 0;
  if (!exp || __builtin_sub_overflow(time.seconds, *exp, &ago)) return;
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
