#include "kernel/choice.h"

#include <array>
#include <iterator>
#include <string_view>

#include "kernel/avx512f/kernels.h"
#include "kernel/fma/kernels.h"
#include "kernel/ifma/kernels.h"
#include "kernel/portable/kernels.h"

namespace assay::kernel {
namespace {

struct Isa {
  const char* name;
  const Kernels* (*kernels)() noexcept;  // returns null if the CPU lacks it
};
// Best first. The last is there on every CPU.
constexpr Isa kPriority[] = {
    {"ifma", ifma::kernels},
    {"avx512f", avx512f::kernels},
    {"fma", fma::kernels},
    {"portable", portable::kernels},
};

}  // namespace

std::span<const char* const> isa_names() noexcept {
  static constexpr auto kNames = [] {
    std::array<const char*, std::size(kPriority)> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kPriority[i].name;
    return names;
  }();
  return kNames;
}

const Kernels* kernels_for(const char* isa) noexcept {
  for (const Isa& candidate : kPriority) {
    if (std::string_view(candidate.name) == isa) return candidate.kernels();
  }
  return nullptr;
}

const Kernels& best_kernels() noexcept {
  const Isa* candidate = kPriority;
  while (candidate->kernels() == nullptr) ++candidate;  // the last is always there
  return *candidate->kernels();
}

}  // namespace assay::kernel
