#include "kernel/tower_ops_fma.h"

namespace assay::test {

constinit const TowerOps kAvx512fTower = tower_of_fma("avx512f");
constinit const AllLimbOps kAvx512fLimbs = limbs_of_fma("avx512f");

}  // namespace assay::test
