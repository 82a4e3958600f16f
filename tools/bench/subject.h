// One row under measurement: tokens, verifier and the way through assay that is timed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/stream.h"
#include "assay/verifier.h"
#include "bench/machine.h"
#include "bench/memory_file.h"
#include "bench/report.h"

namespace assay::bench {

// What a subject is made of. `lines` must outlive it.
struct SubjectPlan {
  Case what;
  std::shared_ptr<JwtVerifier> verifier;
  std::string_view lines;     // a record each
  StreamOptions stream = {};  // of the input and the time of judgement; the rest is the subject's own
  bool afresh = false;        // each pass over the lines begins with no token remembered from the pass before
  // Tokens, of all keys together, after which lanes work out no more for a key. 0: they work out nothing.
  double settled = 0;
  bool all_accepted = true;  // a rejection is an error
  double sample_seconds = 0.2;
};

// Each sample judges every record by the path of `assay verify` (verify_stream, NDJSON verdicts to /dev/null), or by
// calls of JwtVerifier::verify_batch, and looks at the answers. Not thread safe.
class Subject {
 public:
  explicit Subject(SubjectPlan plan, const std::atomic<int>* stop);

  // Runs until tables of keys are built and the speed is steady, and finds how many records fill a sample. False: it
  // was not steady in time. Wants a core more than its threads, on which tables are built.
  Result<bool> warm_up();

  // One sample. The error names the row and what was rejected.
  Result<Sample> measure(CycleCounter* cycles);
  // Seconds a token in each stage of the pipeline. Only for files.
  Result<std::array<double, kStageCount>> measure_stages();

  const Case& what() const noexcept { return plan_.what; }
  std::size_t corpus() const noexcept { return lines_.size(); }
  // Of a record with its line's end.
  double mean_bytes() const noexcept;
  const JwtVerifier& verifier() const noexcept { return *plan_.verifier; }

 private:
  struct Ran {
    Sample sample;
    std::array<double, kStageCount> stages{};
  };
  Result<void> set_size(std::size_t count, std::size_t passes);
  Result<Ran> run(bool stages, CycleCounter* cycles);
  Result<Ran> run_stream(bool stages, CycleCounter* cycles);
  Result<Ran> run_calls(CycleCounter* cycles);

  SubjectPlan plan_;
  const std::atomic<int>* stop_;
  std::vector<std::string_view> lines_;
  MemoryFile file_;
  std::size_t count_ = 0;   // records of a pass
  std::size_t passes_ = 1;  // of a sample
};

}  // namespace assay::bench
