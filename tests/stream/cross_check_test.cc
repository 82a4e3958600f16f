// A run whose cross-check finds a difference: it ends with an error, and leaves no output that looks whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "assay/key_pair.h"
#include "kernel/choice.h"
#include "lanes/lanes_backend.h"
#include "stream/pipeline.h"
#include "support/temp_dir.h"

namespace assay::stream {
namespace {

using test::TempDir;

// Calls until every signature has the outcome below; the first of a backend is its self-test.
std::atomic<int> right_calls{0};
std::atomic<kernel::Outcome> then{kernel::Outcome::valid};

void verify_for_a_while(const kernel::CurveJob* jobs, std::size_t count, kernel::Outcome* outcomes, int window,
                        kernel::CurveTable generator, void* scratch) noexcept {
  kernel::best_kernels().p256.verify(jobs, count, outcomes, window, generator, scratch);
  if (right_calls-- <= 0) std::fill_n(outcomes, count, then.load());
}

class CrossCheckedRun : public testing::Test {
 protected:
  // Every signature is checked; the kernel goes wrong after so many calls.
  Result<StreamResult> run(int calls, kernel::Outcome outcome) {
    right_calls = calls;
    then = outcome;
    kernel::Kernels kernels = kernel::best_kernels();
    kernels.p256.verify = verify_for_a_while;
    signature::BackendOptions backend;
    backend.tables_at_once = true;
    backend.window = 4;
    backend.cross_check = 1;
    JwtVerifierOptions options;
    options.keys.push_back({KeySource::Kind::jwks_text, pair_->jwks("k1"), "keys"});
    auto engine = verify::Engine::create(std::move(options), lanes::make_lanes_backend(kernels, backend));
    if (!engine) return engine.error();

    const std::string good = pair_->create_token(TokenRequest{});
    std::string text = good + "\n";
    const std::string bad =
        good.substr(0, good.size() - 8) + (good[good.size() - 8] == 'A' ? 'B' : 'A') + good.substr(good.size() - 7);
    for (int i = 0; i < 100; ++i) text += (i % 2 == 0 ? good : bad) + "\n";
    dir_.write("in", text);
    StreamOptions stream;
    stream.inputs = {dir_.path("in")};
    stream.summary = dir_.path("summary");
    Result<base::OutputFile> output = base::OutputFile::open(dir_.path("out"));
    if (!output) return output.error();
    Result<base::OutputFile> summary = base::OutputFile::open(stream.summary);
    if (!summary) return summary.error();
    Outputs outputs;
    outputs.verdicts.emplace(std::move(*output));
    outputs.summary.json.emplace(std::move(*summary));
    return Pipeline(**engine, stream, *input::list_inputs(stream.inputs), {}, std::move(outputs), nullptr, 2).run();
  }

  TempDir dir_;
  Result<KeyPair> pair_ = KeyPair::generate(Algorithm::ES256);
};

TEST_F(CrossCheckedRun, EndsWellWhereLanesAndOpensslAgree) {
  const auto result = run(1'000'000, kernel::Outcome::valid);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->accepted, 51u);
  EXPECT_EQ(result->rejected, 50u);
  EXPECT_TRUE(std::filesystem::exists(dir_.path("out")));
  EXPECT_NE(dir_.read("summary").find("\"cross_checked\":101"), std::string::npos);
}

TEST_F(CrossCheckedRun, CountsWhatTheLanesHandOnAndOpensslDecides) {
  const auto result = run(1, kernel::Outcome::exceptional);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->accepted, 51u);
  EXPECT_EQ(result->exceptional, 101u);
  EXPECT_EQ(result->by_openssl, 101u);
  EXPECT_EQ(result->by_lanes, 0u);
  const std::string summary = dir_.read("summary");
  for (const char* part : {"\"by_lanes\":0,", "\"by_openssl\":101,", "\"exceptional\":101,", "\"backend\":\"lanes\""})
    EXPECT_NE(summary.find(part), std::string::npos) << part;
}

TEST_F(CrossCheckedRun, EndsWithAnErrorWhereTheyDifferAndCommitsNothing) {
  const auto result = run(1, kernel::Outcome::valid);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("cross-check: lane kernel p256"), std::string::npos) << result.error().message;
  EXPECT_FALSE(std::filesystem::exists(dir_.path("out")));
  EXPECT_FALSE(std::filesystem::exists(dir_.path("summary")));
}

}  // namespace
}  // namespace assay::stream
