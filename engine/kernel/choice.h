// Which instruction set's kernels to use on this CPU.
#pragma once

#include <span>

#include "kernel/kernel.h"

namespace assay::kernel {

// The kernels of an instruction set by name. Returns null if this build or this CPU lacks it. "portable" is always
// there; ASSAY_CPU in the environment hides others (base/cpu.h).
const Kernels* kernels_for(const char* isa) noexcept;
// The best kernels that this CPU has.
const Kernels& best_kernels() noexcept;
// Every name that kernels_for knows, best first.
std::span<const char* const> isa_names() noexcept;

}  // namespace assay::kernel
