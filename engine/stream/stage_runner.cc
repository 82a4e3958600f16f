#include "stream/stage_runner.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <stdexcept>
#include <string>

namespace assay::stream {

Result<void> StageRunner::run(int threads, const std::function<void(std::size_t in_flight)>& pipeline) try {
  const oneapi::tbb::global_control control(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(threads));
  oneapi::tbb::task_arena arena(threads);
  // With one thread nothing overlaps, and one batch is enough.
  const std::size_t in_flight = threads == 1 ? 1 : 2 * static_cast<std::size_t>(threads) + 2;
  arena.execute([&] { pipeline(in_flight); });
  return {};
} catch (const std::runtime_error& error) {
  if (threw_) throw;
  return Error{std::string("cannot start so many threads (") + error.what() + "); use fewer", "threads"};
}

}  // namespace assay::stream
