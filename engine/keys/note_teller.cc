#include "keys/note_teller.h"

#include <utility>

namespace assay::keys {

NoteTeller::NoteTeller(std::function<void(std::string_view)> tell) : tell_(std::move(tell)) {}

bool NoteTeller::is_new(Told& told, const std::string& note) {
  return told.size() < kMaxTold && told.insert(note).second;
}

void NoteTeller::tell(std::string_view note) const {
  if (tell_) tell_(note);
}

void NoteTeller::tell_once(std::span<const std::string> notes) {
  for (const std::string& note : notes) {
    {
      const base::MutexLock lock(mutex_);
      if (!is_new(notes_, note)) continue;
    }
    tell(note);
  }
}

void NoteTeller::tell_failures_once(std::span<const std::string> failures) {
  for (const std::string& failure : failures) {
    {
      const base::MutexLock lock(mutex_);
      if (!is_new(failures_, failure)) continue;
    }
    tell(failure);
  }
}

void NoteTeller::forget_failures() {
  const base::MutexLock lock(mutex_);
  failures_.clear();
}

}  // namespace assay::keys
