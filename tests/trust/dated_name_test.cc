#include "trust/dated_name.h"

#include <gtest/gtest.h>

namespace assay::trust {
namespace {

TEST(DatedName, HasADateOrATime) {
  const auto date = parse_dated_name("login-2026-11-24.jwks.json");
  ASSERT_TRUE(date);
  EXPECT_EQ(date->series, "login");
  EXPECT_EQ(date->at, parse_rfc3339("2026-11-24T00:00:00Z"));
  const auto time = parse_dated_name("m2m-eu-2026-11-24T120130Z.json");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->series, "m2m-eu");
  EXPECT_EQ(time->at, parse_rfc3339("2026-11-24T12:01:30Z"));
}

TEST(DatedName, IsNothingElse) {
  for (const char* other :
       {"login.json", "login-2026-11-24", "login-2026-11-24.txt", "-2026-11-24.json", "2026-11-24.json",
        "login-2026-13-24.json", "login-2026-02-30.json", "login-2026-11-24T1201Z.json", "login-2026-11-24T120130.json",
        "login-2026-11-24T250130Z.json", "login2026-11-24.json", ""})
    EXPECT_FALSE(parse_dated_name(other)) << other;
}

}  // namespace
}  // namespace assay::trust
