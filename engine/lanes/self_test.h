// The self-test of a lane kernel: known signatures, good and bad in turn in every lane, before it judges its first
// token.
//
// Against a compiler or a processor that gets an instruction wrong, and against a mistake in choosing the kernel. Takes
// about a millisecond a kernel: tables have the smallest window.
#pragma once

#include "kernel/kernel.h"
#include "lanes/lane_kernel.h"

namespace assay::lanes {

// `which` is there: its function pointers are not null.
bool passes_self_test(LaneKernel which, const kernel::Kernels& kernels);

}  // namespace assay::lanes
