// The progress of a long run on standard error: a bar that is drawn over itself on a terminal, elsewhere a plain line
// every two seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace assay::cli {

// Starts its clock when made. Takes the bar away when destroyed. Not thread safe.
class ProgressBar {
 public:
  explicit ProgressBar(bool terminal) : terminal_(terminal) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  // `share` is the part of the run that is done, 0 to 1; nothing if it is unknown.
  void show(const std::string& text, std::optional<double> share);
  // Takes the bar away.
  void clear();
  // Takes the bar away. Where there is none, the line is the last one.
  void finish(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point next_line_ = started_;
};

// "37 %  TEXT  ETA 0:12" after `seconds` of the run. Without a share, or in the first second, when no rate is known:
// "TEXT  0:05 elapsed".
std::string progress_text(const std::string& text, std::optional<double> share, double seconds);

}  // namespace assay::cli
