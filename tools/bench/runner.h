// Runs all that was asked for, interleaved with plain OpenSSL, and collects the report.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/result.h"
#include "assay/stream.h"
#include "assay/verifier.h"
#include "bench/report.h"

namespace assay::bench {

// The algorithms of the published table, and every one that there is.
std::vector<std::string> usual_algorithms();
std::vector<std::string> all_algorithms();

// The user's own log.
struct OwnInput {
  JwtVerifierOptions verifier;  // its backend is the row's
  StreamOptions stream;         // inputs: the one file; format of the input and time of judgement
};

struct Hooks {
  std::function<void(const std::string& text, double share)> on_progress;  // share of the whole run, 0 to 1
  const std::atomic<int>* stop = nullptr;                                  // a signal number ends the run
};

// Settings are complete and their names right; `own` exactly when settings.input names a file. Each row's repetitions
// alternate with those of the other rows of its algorithm and with the unit. The error is one line: a file that cannot
// be read, a good token that was rejected.
Result<Report> run(const Settings& settings, std::optional<OwnInput> own, const Hooks& hooks);

}  // namespace assay::bench
