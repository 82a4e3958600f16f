#include "keys/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/support.h"

namespace assay::keys {
namespace {

using ::testing::StartsWith;
using Kind = KeySource::Kind;

const std::atomic<bool> kGoOn{false};

TEST(Source, GivesATextAsItStands) {
  const Result<Content> content = read_source(source(Kind::secret_text, "secret\n"), {}, kGoOn);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->text, "secret\n");
  EXPECT_EQ(content->fresh_until, Clock::time_point::max());
}

TEST(Source, IsNamedByItsNamePathOrKind) {
  EXPECT_EQ(name_of({Kind::jwks_file, "a/jwks.json", "issuer"}), "issuer");
  EXPECT_EQ(name_of({Kind::jwks_file, "a/jwks.json", ""}), "a/jwks.json");
  EXPECT_EQ(name_of({Kind::jwks_url, "https://a.example", ""}), "https://a.example");
  EXPECT_EQ(name_of({Kind::jwks_text, "{}", ""}), "the key set");
  EXPECT_EQ(name_of({Kind::public_key_text, "-", ""}), "the public key");
  EXPECT_EQ(name_of({Kind::secret_text, "-", ""}), "the secret");
  EXPECT_EQ(name_of({Kind::static_tokens_text, "{}", ""}), "the static tokens");
}

TEST(Source, RefusesAUrlByItsFormBeforeAnythingIsFetched) {
  const Result<void> checked = check_source(source(Kind::jwks_url, "http://issuer.example/jwks"), {});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, StartsWith("http://issuer.example/jwks: "));
  EXPECT_EQ(checked.error().field, "keys");
}

TEST(Source, NamesAFileThatIsMissing) {
  const Result<Content> content = read_source(source(Kind::jwks_file, "no/such/file"), {}, kGoOn);
  ASSERT_FALSE(content);
  EXPECT_THAT(content.error().message, StartsWith("no/such/file: cannot be read"));
  EXPECT_EQ(content.error().field, "keys");
}

TEST(AfterOfAClock, HoldsTheTimeBetweenNowAndAYear) {
  const Clock::time_point now = Clock::now();
  EXPECT_EQ(after(now, 1.5) - now, std::chrono::milliseconds(1500));
  EXPECT_EQ(after(now, -1), now);
  EXPECT_EQ(after(now, 1e300) - now, std::chrono::hours(365 * 24));
}

}  // namespace
}  // namespace assay::keys
