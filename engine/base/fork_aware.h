// Objects that survive a fork of the process: what a background thread works on.
//
// fork() copies memory as it is at that moment and only the thread that calls it. A lock that another thread holds
// stays locked in the child, and a thread that the child lacks never ends. An object that is told of forks can come to
// rest before and begin anew after.
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
  // A final class calls the first at the end of its constructor, the second at the begin of its destructor. Objects are
  // brought to rest in the order in which they were created: a lock that is taken inside another one comes after it.
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
