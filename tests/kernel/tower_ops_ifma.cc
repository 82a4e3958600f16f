#include "kernel/tower_ops_impl.h"

#include "kernel/ifma/field_25519.h"
#include "kernel/ifma/field_p256.h"
#include "kernel/ifma/field_p384.h"
#include "kernel/ifma/field_p521.h"
#include "kernel/ifma/lanes.h"
#include "kernel/ifma/scalar.h"

namespace assay::test {

using namespace kernel::ifma;

constinit const TowerOps kIfmaTower = make_tower_ops<EightLanes, FieldP256, FieldP384, FieldP521, Field25519,
                                                     ScalarP256, ScalarP384, ScalarP521, Scalar25519>("ifma");

}  // namespace assay::test
