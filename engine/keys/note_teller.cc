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

void NoteTeller::tell_failure_once(const std::string& failure) {
  {
    const base::MutexLock lock(mutex_);
    if (!is_new(failures_, failure)) return;
  }
  tell(failure);
}

void NoteTeller::forget_failures_of(const std::string& name) {
  const base::MutexLock lock(mutex_);
  std::erase_if(failures_, [&](const std::string& failure) { return failure.starts_with(name + ":"); });
}

}  // namespace assay::keys
