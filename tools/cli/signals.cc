#include "signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#ifdef __SANITIZE_THREAD__
#include <thread>
#endif

#include "base/output_file.h"

namespace assay::cli {

namespace {

Signals* state = nullptr;
int wake_write = -1;

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "signal handlers may only touch lock-free atomics");

// Is async-signal-safe: it uses only atomics and write(2).
void on_signal(int number) {
  const int saved = errno;
  if (number == SIGHUP) {
    state->reload.store(true);
  } else if (state->stop.exchange(number) != 0) {
    // This is the second signal: the run has not finished, perhaps because nobody reads its output.
    base::OutputFile::remove_all_temporaries();
    _exit(128 + number);
  }
  // A write to a full pipe fails, and need not succeed: the pipe is readable already.
  [[maybe_unused]] const auto written = write(wake_write, "!", 1);
  errno = saved;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer runs a handler only in a call that it knows, and the main thread waits in oneTBB's futex, which it
// does not know: a signal would wait there for the next record. So a thread that waits in pause() takes the signals.
void let_a_waiting_thread_take_signals() {
  std::thread([] {
    for (;;) pause();
  }).detach();
  sigset_t taken;
  sigemptyset(&taken);
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&taken, number);
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
}
#endif

Signals* install() {
#ifdef __SANITIZE_THREAD__
  let_a_waiting_thread_take_signals();
#endif
  static Signals made;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    made.wake_fd = ends[0];
    wake_write = ends[1];
  }
  state = &made;
  handle(SIGHUP, on_signal);
  return state;
}

// Opens /dev/null as `fd` if `fd` is closed. Standard input is opened for writing and standard output for reading, so
// that using them fails with EBADF and no data is lost unnoticed.
void open_if_closed(int fd, int flags) {
  if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) return;
  // open() takes the lowest free number. That is `fd`, because those below it are open.
  [[maybe_unused]] const int opened = open("/dev/null", flags);
}

}  // namespace

void prepare_process() {
  open_if_closed(STDIN_FILENO, O_WRONLY);
  open_if_closed(STDOUT_FILENO, O_RDONLY);
  open_if_closed(STDERR_FILENO, O_RDWR);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
}

Signals& signals() {
  static Signals* const installed = install();
  return *installed;
}

void finish_on_stop_signals() {
  signals();
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

}  // namespace assay::cli
