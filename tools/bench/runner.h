// Measures what the settings ask for, in turn with plain OpenSSL, and collects the report.
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

// The numbers of threads that are measured by default on so many cores: 1, 2, 4 ... and all cores.
std::vector<int> usual_threads(int cores);

// How to verify the user's own log.
struct OwnInput {
  JwtVerifierOptions verifier;  // `backend` is ignored: each row has its own
  StreamOptions stream;         // the format of the input and the time of judgement
};

struct Hooks {
  std::function<void(const std::string& text, double share)> on_progress;  // share of the whole run, 0 to 1
  const std::atomic<int>* stop = nullptr;                                  // the run ends when it is not 0
};

// Repetitions of a row alternate with those of the other rows of its algorithm and with the unit. The settings must be
// valid; `own` must be given if settings.input names a file, and only then. The error is one line, about a file that
// cannot be read or a good token that was rejected.
Result<Report> run(const Settings& settings, std::optional<OwnInput> own, const Hooks& hooks);

}  // namespace assay::bench
