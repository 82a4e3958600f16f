#include "progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "console.h"

namespace assay::cli {

namespace {

constexpr std::chrono::seconds kBetweenLines{2};
constexpr std::size_t kBarCells = 24;
constexpr double kSecondsBeforeEta = 1;

std::string minutes_and_seconds(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::min(seconds, 1e9)));
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  }
  return text;
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_text(const std::string& text, std::optional<double> share, double seconds) {
  std::string line;
  if (share) line = std::to_string(static_cast<int>(*share * 100)) + " %  ";
  line += text + "  ";
  if (share && *share > 0 && seconds >= kSecondsBeforeEta) {
    return line + "ETA " + minutes_and_seconds(seconds * (1 - *share) / *share);
  }
  return line + minutes_and_seconds(seconds) + " elapsed";
}

void ProgressBar::show(const std::string& text, std::optional<double> share) {
  if (share) share = std::clamp(*share, 0.0, 1.0);
  const Clock::time_point now = Clock::now();
  const std::string line = progress_text(text, share, std::chrono::duration<double>(now - started_).count());
  if (!terminal_) {
    if (now < next_line_) return;
    next_line_ = now + kBetweenLines;
    return note(line);
  }
  std::string bar;
  if (share) {
    const auto filled = static_cast<std::size_t>(*share * static_cast<double>(kBarCells));
    bar = "[" + std::string(filled, '=') + std::string(kBarCells - filled, ' ') + "] ";
  }
  // A line longer than the terminal would wrap and could not be drawn over.
  draw_bar((bar + line).substr(0, terminal_width() - 1));
}

void ProgressBar::clear() { draw_bar(""); }

void ProgressBar::finish(const std::string& line) {
  clear();
  if (!terminal_) note(line);
}

}  // namespace assay::cli
