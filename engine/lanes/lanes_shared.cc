#include "lanes/lanes_shared.h"

#include <algorithm>
#include <utility>

#include "signature/openssl_backend.h"

namespace assay::lanes {
namespace {

// HMAC-SHA-256 signatures from which lanes are faster than OpenSSL.
constexpr std::size_t kLeastMacs256 = 10;

// Measured: a group of RSA signatures costs what one costs in OpenSSL (eight lanes with IFMA), or a third more (four
// with FMA). A signature on a curve with tables, even if it is the only one of its group, costs a fraction of
// OpenSSL's. OpenSSL's HMAC from a key's state is as fast as lanes of which no more than half are filled.
std::array<std::size_t, kLaneGroups> least_of_groups(const LaneKernels& kernels, bool always) {
  std::array<std::size_t, kLaneGroups> least;
  least.fill(1);
  if (always) return least;
  for (const LaneKernel size : {LaneKernel::rsa2048, LaneKernel::rsa3072, LaneKernel::rsa4096})
    least[group_of(size)] = 2;
  least[group_of(LaneKernel::sha256)] = std::max(kLeastMacs256, kernels.least(LaneKernel::sha256));
  least[group_of(LaneKernel::sha512)] = kernels.least(LaneKernel::sha512);
  return least;
}

}  // namespace

LanesShared::LanesShared(const kernel::Kernels& lane_kernels, const signature::BackendOptions& options)
    : kernels(lane_kernels, options.on_note),
      tables(kernels, {options.table_memory, options.window, options.tables_at_once}),
      openssl(signature::make_openssl_backend()),
      cross_check(options.cross_check),
      always(options.tables_at_once),
      least(least_of_groups(kernels, always)) {}

std::string LanesShared::fault() const {
  if (!faulty()) return {};
  const base::MutexLock lock(mutex_);
  return fault_;
}

void LanesShared::set_fault(std::string fault) {
  const base::MutexLock lock(mutex_);
  if (fault_.empty()) fault_ = std::move(fault);
  faulty_.store(true, std::memory_order_release);
}

signature::BackendStatistics LanesShared::statistics() const {
  signature::BackendStatistics sum = counters.sum();
  const TableCache::Statistics of_tables = tables.statistics();
  sum.tables_built = of_tables.built;
  sum.tables_evicted = of_tables.evicted;
  sum.table_bytes = of_tables.bytes;
  return sum;
}

}  // namespace assay::lanes
