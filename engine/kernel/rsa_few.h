// RSA in eight lanes, and in four for the few jobs that are left: eight lanes take as long for one job as for eight,
// and fma/'s four are faster for up to four, where the CPU runs instructions on 512 bits in two halves.
#pragma once

#include <cstddef>

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Gives whole groups of eight jobs to `eight`, and a rest of up to four to `four`. Both take any number of jobs.
template <class Job>
void run_in_eight_or_four(Job* jobs, std::size_t count, void (*eight)(Job*, std::size_t) noexcept,
                          void (*four)(Job*, std::size_t) noexcept) noexcept {
  const std::size_t rest = count % 8;
  const std::size_t few = rest <= 4 ? rest : 0;
  if (count > few) eight(jobs, count - few);
  if (few > 0) four(jobs + (count - few), few);
}

}  // namespace
}  // namespace assay::kernel
