#include "bench/machine.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "assay/version.h"
#include "base/cpu.h"
#include "bench/cpu_name.h"
#include "signature/backend.h"
#include "verify/backend_choice.h"

namespace assay::bench {
namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string system_name() {
  utsname names{};
  if (::uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

std::string build_mode() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return ", with a sanitizer: speeds mean nothing";
#elif !defined(__OPTIMIZE__)
  return ", not optimised: speeds mean nothing";
#else
  return ", optimised";
#endif
}

// Whether a logical core with a lower number belongs to the same physical core.
bool is_second_of_its_core(int core) {
  std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(core) + "/topology/thread_siblings_list");
  int first = core;
  return file >> first && first < core;
}

std::vector<int> threads_of_process() {
  std::vector<int> threads;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", error))
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  return threads;
}

int open_counter(int thread) {
  perf_event_attr wanted{};
  wanted.size = sizeof wanted;
  wanted.type = PERF_TYPE_HARDWARE;
  wanted.config = PERF_COUNT_HW_CPU_CYCLES;
  wanted.inherit = 1;  // also count threads that these start
  wanted.exclude_kernel = 1;
  wanted.exclude_hv = 1;
  return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, thread, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string why_no_counter(int error) {
  if (error == EACCES || error == EPERM)
    return "cycles are not counted: not permitted; set kernel.perf_event_paranoid to 2 or less";
  if (error == ENOENT || error == ENODEV || error == EOPNOTSUPP)
    return "cycles are not counted: this machine shows no cycle counter (a virtual one, mostly)";
  return std::string("cycles are not counted: ") + std::strerror(error);
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.cpu = cpu_name(text_of("/proc/cpuinfo"));
  machine.features = base::describe(base::cpu_features());
  machine.system = system_name();
  const std::string build = build_description();
  machine.openssl = field_of(build, "openssl", " ");
  machine.build = field_of(build, "compiler", " ") + build_mode();
  machine.assay = kVersion;
  signature::BackendOptions lanes;
  lanes.name = "lanes";
  if (const auto backend = verify::make_backend(lanes)) machine.lanes = (*backend)->isa();
  return machine;
}

Pinning::Pinning() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &allowed)) cores_.push_back(core);
    }
  }
  std::stable_partition(cores_.begin(), cores_.end(), [](int core) { return !is_second_of_its_core(core); });
}

Pinning::~Pinning() { pin(cores_.size()); }

bool Pinning::pin(std::size_t count) {
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  for (std::size_t i = 0; i < std::min(count, cores_.size()); ++i) CPU_SET(cores_[i], &chosen);
  bool pinned = !cores_.empty();
  for (const int thread : threads_of_process())
    pinned = (::sched_setaffinity(thread, sizeof chosen, &chosen) == 0 || errno == ESRCH) && pinned;
  return pinned;
}

double Pinning::busy_seconds(std::size_t count) const {
  std::ifstream file("/proc/stat");
  double ticks = 0;
  const auto end = cores_.begin() + static_cast<std::ptrdiff_t>(std::min(count, cores_.size()));
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    std::istringstream fields(line.substr(3));
    int core = -1;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0, stolen = 0;
    // The first line is the sum of all cores and has no number.
    if (line[3] == ' ' ||
        !(fields >> core >> user >> nice >> system >> idle >> waiting >> interrupts >> soft >> stolen))
      continue;
    if (std::find(cores_.begin(), end, core) != end) ticks += user + nice + system + interrupts + soft + stolen;
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

CycleCounter::CycleCounter() {
  const int counter = open_counter(0);
  if (counter < 0) {
    why_not_ = why_no_counter(errno);
    return;
  }
  // Some virtual machines accept the request and count nothing.
  volatile unsigned work = 0;
  for (unsigned i = 0; i < 100'000; ++i) work = work + i;
  std::uint64_t count = 0;
  const bool counts = ::read(counter, &count, sizeof count) == sizeof count && count > 0;
  ::close(counter);
  if (!counts) why_not_ = why_no_counter(ENOENT);
}

void CycleCounter::start() {
  stop();
  if (!available()) return;
  for (const int thread : threads_of_process()) {
    const int counter = open_counter(thread);
    if (counter >= 0) counters_.push_back(counter);
  }
}

std::optional<double> CycleCounter::stop() {
  if (counters_.empty()) return std::nullopt;
  double sum = 0;
  for (const int counter : counters_) {
    std::uint64_t count = 0;
    if (::read(counter, &count, sizeof count) == sizeof count) sum += static_cast<double>(count);
    ::close(counter);
  }
  counters_.clear();
  return sum;
}

}  // namespace assay::bench
