#include "input/rotation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace assay::input {
namespace {

void expect_order(std::vector<std::string> names) {
  const std::vector<std::string> expected = names;
  std::mt19937_64 random(1);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(names.begin(), names.end(), random);
    std::sort(names.begin(), names.end(), is_read_before);
    EXPECT_EQ(names, expected);
  }
}

TEST(Rotation, ReadsNumberedLogsFromTheHighestNumber) {
  expect_order({"access.log.12.gz", "access.log.3.gz", "access.log.2.gz", "access.log.1", "access.log", "error.log.1",
                "error.log"});
}

TEST(Rotation, ReadsDatedLogsFromTheEarliestDate) {
  expect_order({"access.log-20251231.gz", "access.log.2026-11-23.zst", "access.log-20261124",
                "access.log-20261124-1732406401", "access.log-20261125", "access.log.1", "access.log"});
  expect_order({"app.2026-11-24-9", "app.2026-11-24-13", "app.2026-11-24T2300", "app.2026-11-25", "app"});
}

TEST(Rotation, TakesALongNumberForATime) {
  expect_order({"app.log.202610.gz", "app.log.202611", "app.log.1732406401", "app.log.2", "app.log.1", "app.log"});
}

TEST(Rotation, OrdersOtherNamesByTheirBytes) {
  expect_order({"app-2026-11-24.log", "app-2026-11-25.log", "app.log", "app.log.old", "b", "b-1", "b-2", "c.99999999"});
  expect_order({"", ".", ".1", "1", "10", "2"});
}

}  // namespace
}  // namespace assay::input
