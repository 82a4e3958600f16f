#include "memo/memo_admission.h"

namespace assay::memo {
namespace {

constexpr std::uint64_t kWindow = 2048;  // lookups
// A hit saves a microsecond, and looking for all tokens costs each some twenty nanoseconds. In a sample, a token that
// comes again far apart is seen again a sixteenth as often.
constexpr std::uint64_t kSampleBelow = 128;       // repeats 1 in so many
constexpr std::uint64_t kSampleNoMoreFrom = 256;  // the same, of the sample
constexpr std::uint64_t kKeepAtOnceFrom = 8;      // hits 1 in so many

}  // namespace

void MemoAdmission::count(std::size_t lookups, std::size_t hits) noexcept {
  lookups_ += lookups;
  hits_ += hits;
  // What is found in a sample needs no further proof.
  if (sampling_ && (hits_ + repeats_) * kSampleNoMoreFrom >= kWindow) sampling_ = false;
  if (lookups_ < kWindow) return;
  sampling_ = (hits_ + repeats_) * (sampling_ ? kSampleNoMoreFrom : kSampleBelow) < lookups_;
  lookups_ /= 2;
  hits_ /= 2;
  repeats_ /= 2;
}

bool MemoAdmission::admits(std::uint32_t tag, bool crowded) noexcept {
  if (!crowded && lookups_ > 0 && hits_ * kKeepAtOnceFrom >= lookups_) return true;
  if (!seen_) return false;
  std::uint16_t& seen = place_of(tag);
  const auto rest = static_cast<std::uint16_t>(tag / kPlaces);
  if (seen == rest) {
    ++repeats_;
    return true;
  }
  seen = rest;
  return false;
}

bool MemoAdmission::open() noexcept {
  if (!seen_) seen_ = base::PageMemory(kBytes);
  return static_cast<bool>(seen_);
}

}  // namespace assay::memo
