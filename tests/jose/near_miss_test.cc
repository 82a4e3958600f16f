#include "jose/near_miss.h"

#include <gtest/gtest.h>

namespace assay::jose {
namespace {

TEST(NearMiss, NamesWhatAloneDiffers) {
  const char* expected = "https://idp.example/a";
  EXPECT_EQ(near_miss("https://idp.example/a/", expected), "in a trailing slash");
  EXPECT_EQ(near_miss("https://idp.example/a//", expected), "in a trailing slash");
  EXPECT_EQ(near_miss("https://IdP.example/A", expected), "in case");
  EXPECT_EQ(near_miss("http://idp.example/a", expected), "in the scheme");
  EXPECT_EQ(near_miss("idp.example/a", expected), "in the scheme");
  EXPECT_EQ(near_miss("https://idp.example:443/a", expected), "in the default port");
  EXPECT_EQ(near_miss("\thttps://idp.example/a\n", expected), "in white space");
  EXPECT_EQ(near_miss("HTTPS://idp.example/a", expected), "in case");
  EXPECT_EQ(near_miss("https://idp.example", "https://idp.example/"), "in a trailing slash");
}

TEST(NearMiss, NamesAllThatDiffer) {
  EXPECT_EQ(near_miss("http://IDP.example/", "https://idp.example"),
            "in case and in the scheme and in a trailing slash");
}

TEST(NearMiss, IsNoneIfMoreDiffersOrNothing) {
  EXPECT_EQ(near_miss("https://idp.example/b", "https://idp.example/a"), "");
  EXPECT_EQ(near_miss("https://idp.example/a", "https://idp.example/a"), "");
  EXPECT_EQ(near_miss("https://idp.example:8443/a", "https://idp.example/a"), "");
  EXPECT_EQ(near_miss("", "a"), "");
  EXPECT_EQ(near_miss("/", "//"), "");
}

TEST(Overlap, IsAtASegmentOfThePath) {
  EXPECT_EQ(overlap_of("https://a/b/c", "https://a/b"), Overlap::goes_on);
  EXPECT_EQ(overlap_of("https://a/b/c", "https://a/b/"), Overlap::goes_on);
  EXPECT_EQ(overlap_of("https://a", "https://a/b"), Overlap::stops_short);
  EXPECT_EQ(overlap_of("https://ab", "https://a"), Overlap::none);
  EXPECT_EQ(overlap_of("https://a/b/", "https://a/b"), Overlap::none);
}

}  // namespace
}  // namespace assay::jose
