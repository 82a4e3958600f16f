// The self-test of a lane kernel: it verifies known signatures, a good and a bad one in every lane, before its first
// token.
//
// The test guards against a compiler or a processor that gets an instruction wrong, and against a wrong choice of
// kernel. It takes about a millisecond, since its tables have the smallest window.
#pragma once

#include "kernel/kernel.h"
#include "lanes/lane_kernel.h"

namespace assay::lanes {

// The kernel's function pointers are not null. Throws std::bad_alloc if memory for the test is refused, which says
// nothing of the kernel.
bool passes_self_test(LaneKernel which, const kernel::Kernels& kernels);

}  // namespace assay::lanes
