#include "stream/output.h"

#include <gtest/gtest.h>

#include "stream/temp_dir.h"

namespace assay::stream {
namespace {

TEST(Output, AppearsOnlyWhenComplete) {
  const TempDir dir;
  dir.write("out", "old");
  {
    Result<Output> output = Output::open(dir.path("out"));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("new"));
    EXPECT_EQ(dir.read("out"), "old");
    ASSERT_TRUE(output->commit());
  }
  EXPECT_EQ(dir.read("out"), "new");
  EXPECT_EQ(dir.entries(), 1u);
}

TEST(Output, IsRemovedWhenNotComplete) {
  const TempDir dir;
  {
    Result<Output> output = Output::open(dir.path("out"));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("half"));
    EXPECT_EQ(dir.entries(), 1u);
  }
  EXPECT_EQ(dir.entries(), 0u);
}

TEST(Output, TellsAFullDisk) {
  Result<Output> output = Output::open("/dev/full");
  ASSERT_TRUE(output);
  const auto wrote = output->write("x");
  ASSERT_FALSE(wrote);
  EXPECT_NE(wrote.error().find("/dev/full: No space left on device"), std::string::npos);
}

TEST(Output, NamesAPlaceThatCannotBeWritten) {
  const TempDir dir;
  const Result<Output> nowhere = Output::open(dir.path("no/such/out"));
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().find("no/such/out"), std::string::npos);
  EXPECT_FALSE(Output::open(dir.path("")));
}

}  // namespace
}  // namespace assay::stream
