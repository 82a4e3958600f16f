// Says which mutex guards what, for clang's thread-safety analysis (-Wthread-safety). Nothing in other compilers.
//
// std::mutex carries no annotations in libstdc++, so guarded members use Mutex, MutexLock and UniqueLock of this file.
// Source: https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define ASSAY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define ASSAY_THREAD_ATTRIBUTE(x)
#endif

#define GUARDED_BY(x) ASSAY_THREAD_ATTRIBUTE(guarded_by(x))
#define PT_GUARDED_BY(x) ASSAY_THREAD_ATTRIBUTE(pt_guarded_by(x))
#define REQUIRES(...) ASSAY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) ASSAY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS ASSAY_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace assay::base {

// std::mutex with annotations.
class ASSAY_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() ASSAY_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() ASSAY_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a mutex for a scope.
class ASSAY_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ASSAY_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() ASSAY_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// The same, and it can be given up and taken again meanwhile, as by wait(). At its end it gives up a mutex that it
// holds.
class ASSAY_THREAD_ATTRIBUTE(scoped_lockable) UniqueLock {
 public:
  explicit UniqueLock(Mutex& mutex) ASSAY_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~UniqueLock() ASSAY_THREAD_ATTRIBUTE(release_capability()) {
    if (is_held_) mutex_.unlock();
  }
  UniqueLock(const UniqueLock&) = delete;
  UniqueLock& operator=(const UniqueLock&) = delete;

  void unlock() ASSAY_THREAD_ATTRIBUTE(release_capability()) {
    is_held_ = false;
    mutex_.unlock();
  }
  void lock() ASSAY_THREAD_ATTRIBUTE(acquire_capability()) {
    mutex_.lock();
    is_held_ = true;
  }

  // Returns when notified, or without a reason; test the condition in a loop around it. The analysis takes the mutex as
  // held throughout.
  void wait(std::condition_variable_any& changed) { changed.wait(mutex_); }

 private:
  Mutex& mutex_;
  bool is_held_ = true;
};

}  // namespace assay::base
