#include "kernel/tower_ops_impl.h"

#include "kernel/portable/field_25519.h"
#include "kernel/portable/field_p256.h"
#include "kernel/portable/field_p384.h"
#include "kernel/portable/field_p521.h"
#include "kernel/portable/lanes.h"
#include "kernel/portable/scalar.h"

namespace assay::test {

using namespace kernel::portable;

constinit const TowerOps kPortableTower = make_tower_ops<OneLane, FieldP256, FieldP384, FieldP521, Field25519,
                                                         ScalarP256, ScalarP384, ScalarP521, Scalar25519>("portable");

}  // namespace assay::test
