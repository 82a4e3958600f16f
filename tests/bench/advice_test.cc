#include "bench/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/minted.h"
#include "bench/sample_report.h"

namespace assay::bench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A row of one thread with 50,000 tokens a second for each whole `ratio`.
Report report_of(const std::vector<std::pair<std::string, double>>& ratios) {
  Report report = sample_report();
  report.rows.clear();
  for (const auto& [name, ratio] : ratios) {
    report.rows.push_back(sample_row({name, "openssl", 1}, 1));
    report.rows.push_back(sample_row({name, "lanes", 1}, ratio));
  }
  return report;
}

TEST(Advice, NamesTheFastestAndWhatTheOthersCost) {
  const std::vector<std::string> advice = advice_of(report_of({{"RS256", 2}, {"ES256", 20}, {"ES512", 5}}));
  EXPECT_THAT(advice,
              Contains("Of the algorithms with a public key ES256 is verified fastest, 1,000,000 tokens a second on "
                       "one core; ES512 takes 4.00 times as long and RS256 takes 10.0 times as long"));
}

TEST(Advice, DoesNotCallASharedSecretFastest) {
  const std::vector<std::string> advice = advice_of(report_of({{"HS256", 40}, {"ES256", 20}, {"RS256", 2}}));
  EXPECT_THAT(advice, Contains(HasSubstr("ES256 is verified fastest")));
  EXPECT_THAT(advice, Contains(HasSubstr("can verify tokens of HS256 can make them")));
  EXPECT_THAT(advice_of(report_of({{"HS256", 40}, {"HS512", 20}})), Not(Contains(HasSubstr("fastest"))));
}

TEST(Advice, SaysWhatTheCpuLacks) {
  Report report = report_of({{"RS256", 2}});
  EXPECT_THAT(advice_of(report), IsEmpty());
  report.machine.lanes = "avx512f";
  EXPECT_THAT(advice_of(report),
              Contains(AllOf(HasSubstr("run on AVX-512F"), HasSubstr("does not show AVX-512 IFMA"))));
  report.machine.lanes = "fma";
  EXPECT_THAT(advice_of(report), Contains(AllOf(HasSubstr("run on AVX2"), HasSubstr("does not show AVX-512 IFMA"))));
  report.machine.lanes = "portable";
  EXPECT_THAT(advice_of(report), Contains(HasSubstr("nor AVX2 with FMA")));
  report.machine.system = "Linux 6.1 aarch64";
  EXPECT_THAT(advice_of(report), Contains(AllOf(HasSubstr("for aarch64"), Not(HasSubstr("AVX")))));
}

TEST(Advice, SaysWhereOpensslDecidedAll) {
  Report report = report_of({{"RS256", 1}, {"ES256", 6}});
  report.rows[1].by_openssl = 1000;
  report.rows[3].by_lanes = 1000;
  EXPECT_THAT(advice_of(report),
              Contains(AllOf(HasSubstr("For RS256 the lanes have no kernel"), Not(HasSubstr("ES256")))));
}

TEST(Advice, CountsCoresByTheFastestRowOfOneThread) {
  Report report = report_of({{"RS256", 2}, {"ES256", 20}});
  EXPECT_THAT(cores_for_rate(report), IsEmpty());
  report.settings.rate = 250'000;
  report.rows.push_back(sample_row({"RS256", "lanes", 4}, 8));  // of four threads: not a core's
  const std::vector<Cores> cores = cores_for_rate(report);
  ASSERT_EQ(cores.size(), 2u);
  EXPECT_EQ(cores[0].row->what.tokens, "RS256");
  EXPECT_NEAR(cores[0].cores, 2.5, 1e-6);
  EXPECT_NEAR(cores[1].cores, 0.25, 1e-6);
}

TEST(Minted, IsNamedByAlgorithmAndSizeOfRsaKeys) {
  EXPECT_EQ(minted_from_name("ES256"), Minted{Algorithm::ES256});
  EXPECT_EQ(minted_from_name("PS256:3072"), (Minted{Algorithm::PS256, 3072}));
  EXPECT_EQ(name_of({Algorithm::RS256, 4096}), "RS256:4096");
  EXPECT_EQ(name_of(*minted_from_name("RS256:2048")), "RS256");
  for (const char* name : {"", "XS256", "RS256:", "RS256:1024", "RS256:3072x", "ES256:3072", "RS256:-2048", ":3072"})
    EXPECT_FALSE(minted_from_name(name)) << name;
}

}  // namespace
}  // namespace assay::bench
