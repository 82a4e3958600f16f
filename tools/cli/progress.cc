#include "progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "console.h"

namespace assay::cli {

namespace {

constexpr double kSecondsBetweenLines = 2;
constexpr int kBarCells = 24;

std::string per_second(std::uint64_t count, double seconds) {
  return with_commas(seconds > 0 ? static_cast<unsigned long long>(std::llround(static_cast<double>(count) / seconds))
                                 : 0) +
         "/s";
}

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

double share_of(const StreamOptions::Progress& progress) {
  return std::min(1.0, static_cast<double>(progress.bytes) / static_cast<double>(progress.total_bytes));
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_text(const StreamOptions::Progress& progress) {
  std::string text;
  if (progress.total_bytes > 0) text = std::to_string(static_cast<int>(share_of(progress) * 100)) + " %  ";
  text += with_commas(progress.records) + (progress.records == 1 ? " record  " : " records  ") +
          per_second(progress.records, progress.seconds);
  if (progress.total_bytes > 0 && progress.bytes > 0) {
    const double share = share_of(progress);
    text += "  ETA " + minutes_and_seconds(progress.seconds * (1 - share) / share);
  } else {
    text += "  " + minutes_and_seconds(progress.seconds) + " elapsed";
  }
  return text;
}

void ProgressBar::show(const StreamOptions::Progress& progress) {
  const std::string text = progress_text(progress);
  if (!terminal_) {
    if (progress.seconds < next_line_) return;
    next_line_ = progress.seconds + kSecondsBetweenLines;
    note(text);
    return;
  }
  std::string bar;
  if (progress.total_bytes > 0) {
    const auto filled = static_cast<std::size_t>(share_of(progress) * kBarCells);
    bar = "[" + std::string(filled, '=') + std::string(kBarCells - filled, ' ') + "] ";
  }
  // A line longer than the terminal would wrap and could not be drawn over.
  draw_bar((bar + text).substr(0, terminal_width() - 1));
}

void ProgressBar::finish(const StreamResult& result) {
  if (terminal_) return draw_bar("");
  note(with_commas(result.records) + (result.records == 1 ? " record  " : " records  ") +
       per_second(result.records, result.seconds) + "  done");
}

std::string summary_text(const StreamResult& result) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3g", result.seconds);
  std::string text = "assay: " + with_commas(result.records) + (result.records == 1 ? " record: " : " records: ") +
                     with_commas(result.accepted) + " accepted, " + with_commas(result.rejected) + " rejected, " +
                     seconds + " s, " + per_second(result.records, result.seconds) + "\n";
  std::size_t width = 0;
  for (const auto& [reason, count] : result.by_reason) width = std::max(width, reason.size());
  for (const auto& [reason, count] : result.by_reason) {
    text += "  " + reason + std::string(width - reason.size() + 2, ' ') + with_commas(count) + "\n";
  }
  if (result.recalled > 0) {
    char share[16];
    std::snprintf(share, sizeof share, "%.1f",
                  100. * static_cast<double>(result.recalled) / static_cast<double>(result.records));
    text += "  known from before, not verified again: " + with_commas(result.recalled) + " (" + share + " %)\n";
  }
  if (result.exceptional > 0)
    text += "  exceptional in lanes, decided by OpenSSL: " + with_commas(result.exceptional) + "\n";
  return text;
}

}  // namespace assay::cli
