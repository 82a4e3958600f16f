#include "base/fork_aware.h"

#include <pthread.h>

#include <vector>

namespace assay::base {
namespace {

// The registry is never destroyed, because objects with static storage may unregister late.
struct Registry {
  Mutex mutex;
  std::vector<ForkAware*> objects;  // in order of creation; guarded by `mutex`, which a fork holds from begin to end
};
Registry& registry() {
  static Registry* const made = new Registry;
  return *made;
}

void before() NO_THREAD_SAFETY_ANALYSIS {
  registry().mutex.lock();
  for (ForkAware* object : registry().objects) object->before_fork();
}
void in_parent() NO_THREAD_SAFETY_ANALYSIS {
  for (ForkAware* object : registry().objects) object->after_fork_in_parent();
  registry().mutex.unlock();
}
void in_child() NO_THREAD_SAFETY_ANALYSIS {
  for (ForkAware* object : registry().objects) object->after_fork_in_child();
  registry().mutex.unlock();
}

}  // namespace

void ForkAware::hear_of_forks() {
  static const int registered = pthread_atfork(before, in_parent, in_child);
  static_cast<void>(registered);  // it fails only for want of memory; then forks are as they would be without it
  const MutexLock lock(registry().mutex);
  registry().objects.push_back(this);
}

void ForkAware::hear_no_more_of_forks() noexcept {
  const MutexLock lock(registry().mutex);
  std::erase(registry().objects, this);
}

}  // namespace assay::base
