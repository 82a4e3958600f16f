// A ForkAware object survives a fork of the process, although other threads use it or work for it.
//
// fork() copies the memory as it is at that moment, but only the thread that calls it. In the child a lock that another
// thread held stays locked for ever, and waiting for the end of another thread never returns. So a ForkAware object is
// notified of each fork: it pauses before the fork and goes on, or starts anew, after it.
#pragma once

#include "base/thread_annotations.h"

namespace assay::base {

// The functions run in the thread that forks, under a lock of their own. They create and destroy no ForkAware object.
class ForkAware {
 public:
  // Brings the object to rest, and keeps it there until one of the other two is called.
  virtual void before_fork() = 0;
  virtual void after_fork_in_parent() = 0;
  virtual void after_fork_in_child() = 0;

 protected:
  // A final class calls hear_of_forks() at the end of its constructor and hear_no_more_of_forks() at the beginning of
  // its destructor. before_fork() runs in the order in which the objects were created. So a lock that is taken while
  // another one is held must be created after that one.
  void hear_of_forks();
  void hear_no_more_of_forks() noexcept;
  ~ForkAware() = default;
};

// A mutex that no other thread holds when the process forks, so that it is free in the child.
class ASSAY_THREAD_ATTRIBUTE(capability("mutex")) ForkSafeMutex final : public Mutex, private ForkAware {
 public:
  ForkSafeMutex() { hear_of_forks(); }
  ~ForkSafeMutex() { hear_no_more_of_forks(); }
  ForkSafeMutex(const ForkSafeMutex&) = delete;
  ForkSafeMutex& operator=(const ForkSafeMutex&) = delete;

 private:
  void before_fork() NO_THREAD_SAFETY_ANALYSIS override { lock(); }
  void after_fork_in_parent() NO_THREAD_SAFETY_ANALYSIS override { unlock(); }
  void after_fork_in_child() NO_THREAD_SAFETY_ANALYSIS override { unlock(); }
};

}  // namespace assay::base
