#include "cli/progress.h"

#include <gtest/gtest.h>

namespace assay::cli {
namespace {

TEST(Progress, TellsShareAndTimeLeft) {
  EXPECT_EQ(progress_text("10 records", 0.25, 6), "25 %  10 records  ETA 0:18");
  EXPECT_EQ(progress_text("x", 0.5, 4000), "50 %  x  ETA 1:06:40");
  EXPECT_EQ(progress_text("x", 1.0, 5), "100 %  x  ETA 0:00");
}

TEST(Progress, TellsTimeSpentWhileTheRestIsUnknown) {
  EXPECT_EQ(progress_text("x", std::nullopt, 65), "x  1:05 elapsed");
  EXPECT_EQ(progress_text("x", 0.0, 3), "0 %  x  0:03 elapsed");
  EXPECT_EQ(progress_text("x", 0.9, 0.5), "90 %  x  0:01 elapsed");
}

}  // namespace
}  // namespace assay::cli
