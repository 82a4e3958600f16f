// Shows the facts of lines as text, so that a test is a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "log/learn.h"

namespace assay::log {

// The token of the samples in data/logs, shown as "<JWT>".
inline constexpr std::string_view kSampleToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2lnbmF0dXJl";

inline std::string shown(std::string_view text) {
  std::string to(text);
  for (std::size_t at; (at = to.find(kSampleToken)) != std::string::npos;) to.replace(at, kSampleToken.size(), "<JWT>");
  return to;
}

// "TIME client=... status=... method=... path=... where[text] ...": only what is there. Without a moment the time is
// "none", or the fault and the text.
inline std::string summary(const LineFacts& facts, std::string_view line) {
  constexpr const char* kFaults[] = {"unreadable", "impossible", "no year", "no zone"};
  std::string to = facts.time ? to_rfc3339(*facts.time)
                   : facts.time_text.empty()
                       ? "none"
                       : kFaults[static_cast<int>(facts.fault)] + (" '" + shown(facts.time_text) + "'");
  if (facts.repeated) to += " repeated";
  if (facts.skipped) to += " skipped";
  if (!facts.client.empty()) to += " client=" + std::string(facts.client);
  if (facts.status != 0) to += " status=" + std::to_string(facts.status);
  if (!facts.method.empty()) to += " method=" + std::string(facts.method);
  if (!facts.path.empty()) to += " path=" + shown(facts.path);
  for (const Region& region : facts.regions) {
    to += " " + std::string(to_string(region.where)) + "[" +
          shown(line.substr(region.begin, region.end - region.begin)) + "]";
  }
  return to;
}

// One text for each line of the file, or for each of its events. Follows directives.
inline std::vector<std::string> summaries(std::string_view file, std::shared_ptr<const FileFormat> format) {
  std::vector<std::string> all;
  base::Arena arena;
  while (!file.empty()) {
    const std::size_t end = file.find('\n');
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    arena.reset();
    if (auto next = format->after_directive(line)) format = next;
    std::vector<Event> events;
    if (format->has_events()) format->events(line, arena, events);
    if (events.empty()) all.push_back(summary(format->read(line, arena), line));
    for (const Event& event : events) all.push_back(summary(event.facts, line));
  }
  return all;
}

}  // namespace assay::log
