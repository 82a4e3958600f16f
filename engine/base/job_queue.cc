#include "base/job_queue.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace assay::base {

// State is what the thread works on. A child of fork() gets a new State. Its copy of the old one refers to a thread
// that does not exist in the child, so destroying that copy would wait for ever.
struct JobQueue::State {
  Mutex mutex;
  std::condition_variable_any changed;
  std::deque<std::function<void()>> jobs GUARDED_BY(mutex);  // the first one is running if `running`
  bool running GUARDED_BY(mutex) = false;
  bool stop GUARDED_BY(mutex) = false;
  std::thread thread GUARDED_BY(mutex);

  bool start_thread() REQUIRES(mutex);
  void run() EXCLUDES(mutex);
};

bool JobQueue::State::start_thread() {
  if (thread.joinable()) return true;
  try {
    thread = std::thread([this] { run(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void JobQueue::State::run() {
  UniqueLock lock(mutex);
  for (;;) {
    while (!stop && jobs.empty()) lock.wait(changed);
    if (stop) return;
    running = true;
    {
      const std::function<void()>& job = jobs.front();  // stays where it is: others are only added behind it
      lock.unlock();
      try {
        job();
      } catch (const std::exception&) {  // memory was refused; the job's owner goes on without it
      }
      lock.lock();
    }
    running = false;
    jobs.pop_front();
    changed.notify_all();
  }
}

JobQueue::JobQueue(AtFork at_fork) : at_fork_(at_fork), state_(std::make_unique<State>()) { hear_of_forks(); }

JobQueue::~JobQueue() {
  hear_no_more_of_forks();
  State& state = *state_;
  std::thread thread;
  {
    const MutexLock lock(state.mutex);
    state.stop = true;
    while (state.jobs.size() > (state.running ? 1u : 0u)) state.jobs.pop_back();
    thread = std::move(state.thread);
  }
  state.changed.notify_all();
  if (thread.joinable()) thread.join();
}

bool JobQueue::add(std::function<void()> job) {
  State& state = *state_;
  const MutexLock lock(state.mutex);
  state.jobs.push_back(std::move(job));
  if (!state.start_thread()) {
    state.jobs.pop_back();
    return false;
  }
  state.changed.notify_all();
  return true;
}

bool JobQueue::resume() {
  State& state = *state_;
  const MutexLock lock(state.mutex);
  return state.jobs.empty() || state.start_thread();
}

void JobQueue::wait_until_idle() {
  State& state = *state_;
  UniqueLock lock(state.mutex);
  if (!state.jobs.empty() && !state.start_thread()) return;  // in a child of fork() that was granted no thread
  while (!state.jobs.empty()) lock.wait(state.changed);
}

void JobQueue::before_fork() NO_THREAD_SAFETY_ANALYSIS {
  state_->mutex.lock();
  while (at_fork_ == AtFork::waits_for_job && state_->running) state_->changed.wait(state_->mutex);
}

void JobQueue::after_fork_in_parent() NO_THREAD_SAFETY_ANALYSIS { state_->mutex.unlock(); }

void JobQueue::after_fork_in_child() NO_THREAD_SAFETY_ANALYSIS {
  auto next = std::make_unique<State>();
  next->jobs = state_->jobs;  // copies: the thread of the parent may be in the first one
  static_cast<void>(state_.release());
  state_ = std::move(next);
}

}  // namespace assay::base
