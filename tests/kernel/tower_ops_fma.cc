#include "kernel/tower_ops_impl.h"

#include "kernel/fma/field_25519.h"
#include "kernel/fma/field_p256.h"
#include "kernel/fma/field_p384.h"
#include "kernel/fma/field_p521.h"
#include "kernel/fma/lanes.h"
#include "kernel/fma/scalar.h"

namespace assay::test {

using namespace kernel::fma;

constinit const TowerOps kFmaTower = make_tower_ops<FourLanes, FieldP256, FieldP384, FieldP521, Field25519, ScalarP256,
                                                    ScalarP384, ScalarP521, Scalar25519, RoundTowardZero>("fma");

}  // namespace assay::test
