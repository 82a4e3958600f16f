// What a person sees of a run: a bar while it goes on, a few lines when it is over.
#pragma once

#include <chrono>
#include <string>

#include "assay/stream.h"

namespace assay::cli {

// On a terminal a bar that is drawn over itself; elsewhere a plain line every two seconds. Not thread safe.
class ProgressBar {
 public:
  explicit ProgressBar(bool terminal) : terminal_(terminal) {}
  void show(const StreamOptions::Progress& progress);
  // Takes the bar away, or says for a log where the run ended.
  void finish(const StreamResult& result);

 private:
  bool terminal_;
  double next_line_ = 0;  // seconds of the run, for the plain lines
};

// "37 %  1,234 records  310,000/s  ETA 0:12"; without percentage and ETA where the size of the input is unknown.
std::string progress_text(const StreamOptions::Progress& progress);

// Several lines: how many records, accepted, rejected, how fast; then each reason with its count.
std::string summary_text(const StreamResult& result);

}  // namespace assay::cli
