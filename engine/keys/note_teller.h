// Hands notes for a person to the program, each different one once.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/fork_aware.h"

namespace assay::keys {

// All members may be called from any thread, and may call the program's function from there.
class NoteTeller {
 public:
  // `tell` may be empty: nobody listens.
  explicit NoteTeller(std::function<void(std::string_view)> tell);

  void tell(std::string_view note) const;
  // Passes on the notes that were not passed on before.
  void tell_once(std::span<const std::string> notes);
  // The same for a failure, until forget_failures_of().
  void tell_failure_once(const std::string& failure);
  // After a success the next failure of this source is news, even if it reads as an earlier one. Forgets the failures
  // that begin with "NAME:".
  void forget_failures_of(const std::string& name);

 private:
  using Told = std::set<std::string>;
  // A server that invents kids must not fill the memory, so further notes are dropped.
  static constexpr std::size_t kMaxTold = 100'000;
  static bool is_new(Told& told, const std::string& note);

  const std::function<void(std::string_view)> tell_;
  base::ForkSafeMutex mutex_;
  Told notes_ GUARDED_BY(mutex_);
  Told failures_ GUARDED_BY(mutex_);
};

}  // namespace assay::keys
