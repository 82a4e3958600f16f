// Any bytes as the beginning of a log: what is learnt reads every line within its bounds, and joining loses nothing.
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "fuzz.h"
#include "log/joining.h"
#include "log/learn.h"

namespace {

using namespace assay;

void check_regions(std::span<const log::Region> regions, std::size_t begin, std::size_t end) {
  for (const log::Region& region : regions) {
    fuzz::require(region.begin >= begin && region.begin < region.end && region.end <= end,
                  "a region is a part of its line or event, behind the one before");
    begin = region.end;
  }
}

// Touches every byte of the views, so that a sanitizer sees them.
void check_facts(const log::LineFacts& facts) {
  std::size_t sum = 0;
  for (const std::string_view text : {facts.time_text, facts.client, facts.method, facts.path}) {
    for (const char c : text) sum += static_cast<unsigned char>(c);
  }
  fuzz::require(sum < std::string().max_size(), "the texts can be read");
  fuzz::require(!facts.time || !facts.time_text.empty(), "a moment has a text");
  fuzz::require(facts.status == 0 || (facts.status >= 100 && facts.status <= 999), "a status has three digits");
  if (facts.time) fuzz::require(facts.time->nanoseconds < 1'000'000'000, "nanoseconds are below a second");
}

void read_lines(std::string_view text, std::shared_ptr<const log::FileFormat> format) {
  base::Arena arena;
  log::Joiner joiner(format->joining());
  std::size_t kept = 0, number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    // A copy of its own, so that a read behind the line is a read out of bounds.
    const std::vector<char> bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(end, text.size())));
    const std::string_view line(bytes.data(), bytes.size());
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    arena.reset();
    if (auto next = format->after_directive(line)) format = next;
    const log::LineFacts facts = format->read(line, arena);
    check_facts(facts);
    check_regions(facts.regions, 0, line.size());
    log::TimeFacts time;
    format->read_time(line, arena, time);
    fuzz::require(time.time == facts.time && time.time_text == facts.time_text && time.repeated == facts.repeated &&
                      time.skipped == facts.skipped,
                  "the time alone is that of all facts");
    std::vector<log::Event> events;
    if (format->has_events()) format->events(line, arena, events);
    std::size_t behind = 0;
    for (const log::Event& event : events) {
      fuzz::require(event.begin >= behind && event.begin < event.end && event.end <= line.size(),
                    "events are in order");
      check_facts(event.facts);
      check_regions(event.facts.regions, event.begin, event.end);
      behind = event.end;
    }
    const auto outcome = joiner.feed(line, ++number, 0);
    if (outcome == log::Joiner::Outcome::kept) ++kept;
    if (outcome == log::Joiner::Outcome::joined) kept -= joiner.joined().pieces.size() - 1;
  }
  while (joiner.flush()) kept -= joiner.joined().pieces.size();
  fuzz::require(kept == 0, "every piece comes back once");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  static const base::Zone berlin = *base::Zone::find("Europe/Berlin");
  for (const bool is_told : {false, true}) {
    log::LearnOptions options;
    if (is_told) {
      options.zone = berlin;
      options.year = 2026;
      options.file_name = std::string(text.substr(0, 40));
      if (size > 0 && data[0] % 2 == 0) options.time_field = "/log/time";
    }
    const Result<log::Learnt> learnt = log::learn(text, options);
    fuzz::require(static_cast<bool>(learnt) && learnt->format != nullptr, "every text has a format");
    fuzz::require(learnt->understood <= learnt->looked_at, "not more lines are understood than there are");
    read_lines(text, learnt->format);
  }
  return 0;
}
