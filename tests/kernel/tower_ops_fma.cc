#include "kernel/tower_ops_fma.h"

namespace assay::test {

constinit const TowerOps kFmaTower = tower_of_fma("fma");
constinit const AllLimbOps kFmaLimbs = limbs_of_fma("fma");

}  // namespace assay::test
