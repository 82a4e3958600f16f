#include "memo/memo_admission.h"

namespace assay::memo {
namespace {

constexpr std::uint64_t kWindow = 2048;  // lookups between two decisions
// Shares of the lookups, each as 1 in so many. A hit saves a microsecond, and a lookup costs about twenty nanoseconds.
// A sample sees a token that repeats far apart a sixteenth as often, so sampling ends at a lower share than it begins.
constexpr std::uint64_t kSampleBelow = 128;       // sampling begins when fewer tokens repeat
constexpr std::uint64_t kSampleNoMoreFrom = 256;  // sampling ends when so many of the sample repeat
constexpr std::uint64_t kStoreAtOnceFrom = 8;     // tokens are stored at first sight when so many lookups are hits

}  // namespace

void MemoAdmission::count(std::size_t lookups, std::size_t hits) noexcept {
  lookups_ += lookups;
  hits_ += hits;
  // So many repeats within a sample prove enough, before the window is full.
  if (sampling_ && (hits_ + repeats_) * kSampleNoMoreFrom >= kWindow) sampling_ = false;
  if (lookups_ < kWindow) return;
  sampling_ = (hits_ + repeats_) * (sampling_ ? kSampleNoMoreFrom : kSampleBelow) < lookups_;
  lookups_ /= 2;
  hits_ /= 2;
  repeats_ /= 2;
}

bool MemoAdmission::admits(std::uint32_t tag, bool crowded) noexcept {
  if (!crowded && lookups_ > 0 && hits_ * kStoreAtOnceFrom >= lookups_) return true;
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
