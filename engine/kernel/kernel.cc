#include "kernel/kernel.h"

#include <string_view>

#include "base/cpu.h"
#include "kernel/ifma/kernels.h"
#include "kernel/portable/kernels.h"

namespace assay::kernel {
namespace {

// Best first.
struct Isa {
  const char* name;
  const Kernels* (*kernels)() noexcept;  // null: not on this CPU
};
constexpr Isa kPriority[] = {
    {"ifma", ifma::kernels},
    {"portable", portable::kernels},
};

}  // namespace

const char* const kIsaNames[] = {kPriority[0].name, kPriority[1].name, nullptr};

const Kernels* kernels_for(const char* isa) noexcept {
  for (const Isa& candidate : kPriority) {
    if (std::string_view(candidate.name) == isa) return candidate.kernels();
  }
  return nullptr;
}

const Kernels& best_kernels() noexcept {
  for (const Isa& candidate : kPriority) {
    if (const Kernels* kernels = candidate.kernels()) return *kernels;
  }
  return *portable::kernels();
}

}  // namespace assay::kernel
