#include "bench/text_table.h"

#include <gtest/gtest.h>

namespace assay::bench {
namespace {

TEST(TextTable, PadsByCharacters) {
  TextTable table({"name", "µs"}, 1);
  table.add({"a", "1"});
  table.gap();
  table.add({"é", "12"});
  EXPECT_EQ(table.text(), "name  µs\na      1\n\né     12\n");
}

}  // namespace
}  // namespace assay::bench
