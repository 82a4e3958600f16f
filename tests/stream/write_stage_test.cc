#include "stream/write_stage.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "support/temp_dir.h"

namespace assay::stream {
namespace {

// A format that has all three parts.
class Bracketed final : public writers::VerdictWriter {
 public:
  explicit Bracketed(const Options& options) : writers::VerdictWriter(options) {}
  std::string head() const override { return "["; }
  std::string tail() const override { return "]"; }

 private:
  void append_verdict(Buffer& to, const writers::VerdictLine& line) const override {
    to += std::to_string(line.record);
  }
};

TEST(WriteStage, WritesHeadVerdictsAndTailAndCountsWhatItWrote) {
  const test::TempDir dir;
  const StreamOptions options;
  const Bracketed writer({});
  Result<base::OutputFile> output = base::OutputFile::open(dir.path("out"));
  ASSERT_TRUE(output);
  WriteStage stage(options, std::move(*output), &writer, {"in"}, std::chrono::steady_clock::now(), 0, nullptr);
  EXPECT_TRUE(*stage.begin());
  const jose::TokenVerdict accepted;
  for (std::uint64_t record = 1; record <= 2; ++record) {
    Batch batch;
    batch.block.bytes = 10;
    batch.counts.count(accepted);
    writer.append(batch.output, {.record = record, .verdict = &accepted});
    EXPECT_TRUE(*stage.write(batch));
  }
  EXPECT_TRUE(stage.end(5));
  EXPECT_TRUE(stage.commit());
  EXPECT_EQ(dir.read("out"), "[12]");
  EXPECT_EQ(stage.counts().accepted, 2u);
  EXPECT_EQ(stage.bytes(), 25u);
}

}  // namespace
}  // namespace assay::stream
