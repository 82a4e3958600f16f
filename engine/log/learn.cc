#include "log/learn.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"
#include "log/format_columns.h"
#include "log/format_json.h"
#include "log/format_pairs.h"
#include "log/format_text.h"
#include "log/learn_year.h"
#include "log/line_time.h"

namespace assay::log {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kMostTried = 200;  // lines on which every format is tried

// The lines that are not blank. Of several, an unfinished last one is left out.
Lines lines_of(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  Lines lines;
  while (!bytes.empty() && lines.size() < kMostLines) {
    const std::size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos && !lines.empty()) break;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.push_back(line);
  }
  return lines;
}

// A format that is known but for the form of its times.
struct Draft {
  std::string name, place;
  base::TimeReader reader;
  std::function<std::shared_ptr<const FileFormat>(LineTime, bool needs_zone, bool needs_year)> make;
  std::string zone;            // of times that name none; empty: unknown
  std::size_t understood = 0;  // lines, of a format without times
  bool has_most_lines = true;
};

LineFacts facts_of(const FileFormat& format, std::string_view line, base::Arena& arena) {
  if (format.has_events()) {
    std::vector<Event> events;
    format.events(line, arena, events);
    if (!events.empty()) return events.front().facts;
  }
  return format.read(line, arena);
}

// What a format made of the first lines.
struct Sample {
  std::vector<std::string> times;  // as written
  std::size_t with_time = 0, without_zone = 0, without_year = 0;
};
Sample sample_of(const FileFormat& format, std::span<const std::string_view> lines) {
  Sample sample;
  base::Arena arena;
  for (const std::string_view line : lines) {
    arena.reset();
    const LineFacts facts = facts_of(format, line, arena);
    if (!has_time(facts)) continue;
    sample.times.emplace_back(facts.time_text);
    sample.with_time += facts.time ? 1 : 0;
    sample.without_zone += !facts.time && facts.fault == base::TimeFault::no_zone ? 1 : 0;
    sample.without_year += !facts.time && facts.fault == base::TimeFault::no_year ? 1 : 0;
  }
  return sample;
}

// The form that most of the times have; of equally many, one without a zone, so that no word of a message becomes one.
std::optional<base::TimeForm> form_of(std::span<const std::string> times, const base::TimeReader& reader) {
  std::vector<std::pair<base::TimeForm, std::size_t>> counts;
  for (const std::string& time : times) {
    const auto prefix = reader.read_prefix(time);
    if (!prefix || prefix->size != time.size()) continue;
    const auto known =
        std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == prefix->form; });
    if (known == counts.end()) {
      counts.emplace_back(prefix->form, 1);
    } else {
      ++known->second;
    }
  }
  const auto less = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first.has_zone && !b.first.has_zone;
  };
  const auto most = std::max_element(counts.begin(), counts.end(), less);
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

void set_year(Learnt& learnt, Draft& draft, const Sample& sample, const LearnOptions& options) {
  const std::optional<FoundYear> found =
      find_year(sample.times.front(), options.time_format, {options.year, options.file_name, options.modified});
  if (!found) return;
  learnt.year_source = found->source;
  draft.reader.set_year(found->window);
}

// Makes the format from its draft, and says what it is.
Learnt settle(Draft draft, const Lines& lines, const LearnOptions& options) {
  Learnt learnt;
  learnt.format_name = draft.name;
  learnt.looked_at = lines.size();
  Sample sample = sample_of(*draft.make(LineTime{draft.reader, {}}, false, false), lines);
  const std::optional<base::TimeForm> form = form_of(sample.times, draft.reader);
  const bool lacks_year = sample.without_year > sample.with_time + sample.without_zone;
  if (lacks_year) set_year(learnt, draft, sample, options);
  const LineTime time{draft.reader, form};
  const auto format = draft.make(time, false, false);
  sample = sample_of(*format, lines);
  learnt.needs_zone = sample.without_zone > sample.with_time;
  const bool needs_year = lacks_year && learnt.year_source == YearSource::none;
  learnt.format = learnt.needs_zone || needs_year ? draft.make(time, learnt.needs_zone, needs_year) : format;
  learnt.understood = std::max(draft.understood, sample.times.size());
  if (sample.times.empty()) return learnt;
  learnt.time_place = draft.place;
  learnt.time_example = sample.times.front();
  if (form) learnt.time_form = draft.reader.pattern_of(*form, learnt.time_example);
  LineFacts example;
  time.read_whole(learnt.time_example, example);
  if (example.time) learnt.time_read = to_rfc3339(*example.time);
  const auto has = [&](std::string_view conversion) { return learnt.time_form.find(conversion) != std::string::npos; };
  const bool is_local = (has("%H") || has("%I")) && !has("%z");
  learnt.zone = is_local ? draft.zone : "in the line";
  return learnt;
}

// A format without times.
class PlainFormat final : public FileFormat {
 public:
  std::string_view name() const noexcept override { return "unknown"; }
  LineFacts read(std::string_view, base::Arena&) const override { return {}; }
};

bool is_comment(std::string_view line) noexcept { return line.starts_with('#'); }

std::optional<Draft> column_draft(const Lines& lines, const LearnOptions& options) {
  std::string_view fields;
  std::string_view first;  // line that is no comment
  for (const std::string_view line : lines) {
    if (fields.empty()) fields = fields_of(line);
    if (!is_comment(line)) {
      first = line;
      break;
    }
  }
  if (fields.empty()) {
    // CloudFront's standard fields, cut out of their file.
    constexpr std::size_t kFewestTabs = 22;
    const auto tabs = static_cast<std::size_t>(std::count(first.begin(), first.end(), '\t'));
    if (tabs < kFewestTabs || !base::TimeReader().read_prefix(first) || first.find('\t') != 10) return std::nullopt;
    fields = kCloudFrontFields;
  }
  Result<base::TimeReader> reader = base::TimeReader::create(options.time_format, std::optional(base::Zone()));
  if (!reader) return std::nullopt;  // learn() tried the options before
  const auto probe = make_column_format(fields, {});
  return Draft{
      std::string(probe->name()), "fields date and time", *reader,
      [fields = std::string(fields)](LineTime time, bool, bool) { return make_column_format(fields, std::move(time)); },
      "UTC"};
}

std::optional<Draft> json_draft(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader) {
  const std::span tried(lines.data(), std::min(lines.size(), kMostTried));
  const JsonShape shape = shape_of(tried, options.time_field, {reader, {}});
  if (shape.name == "unknown") return std::nullopt;
  Draft draft{std::string(shape.name), time_place(shape), reader,
              [shape](LineTime time, bool needs_zone, bool needs_year) {
                return make_json_format(shape, std::move(time), needs_zone, needs_year);
              },
              options.zone ? options.zone->name() : ""};
  draft.has_most_lines = shape.has_most_lines;
  if (shape.is_utc) {
    if (Result<base::TimeReader> utc = base::TimeReader::create(options.time_format, std::optional(base::Zone()))) {
      draft.reader = *utc;
      draft.zone = "UTC";
    }
  }
  return draft;
}

std::optional<Draft> pair_draft(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader) {
  const std::span tried(lines.data(), std::min(lines.size(), kMostTried));
  const PairShape shape = pair_shape_of(tried, {reader, {}});
  if (shape.syntax == PairSyntax::none) return std::nullopt;
  return Draft{std::string(name_of(shape.syntax)),
               shape.time_key.empty() ? "start of the line" : "key " + shape.time_key, reader,
               [shape](LineTime time, bool needs_zone, bool needs_year) {
                 return make_pair_format(shape, std::move(time), needs_zone, needs_year);
               },
               options.zone ? options.zone->name() : ""};
}

// A better name for lines that begin with a time of this form.
std::string_view name_of_text(std::string_view name, std::string_view pattern) noexcept {
  if (name != "text") return name;
  if (pattern.starts_with("%b %e %H")) return "syslog RFC 3164";
  if (pattern.substr(1).starts_with("%m%d %H")) return "klog";
  if (pattern == "TAI64N") return "multilog";
  return name;
}

// The row of text_rows() that fits most of the lines.
struct BestRow {
  const TextRow* row = nullptr;
  std::size_t lines = 0;   // that it fits
  std::string first_time;  // as written
};
BestRow best_row(std::span<const std::string_view> lines, const LineTime& time, bool is_strict) {
  BestRow best;
  base::Arena arena;
  for (const TextRow& row : text_rows()) {
    std::size_t count = 0;
    std::string time_text;
    for (const std::string_view line : lines) {
      arena.reset();
      LineFacts facts;
      if (!fits(row, line, time, is_strict, arena, facts)) continue;
      if (count++ == 0) time_text = std::string(facts.time_text);
    }
    // A form without times is nothing to be sure of; most lines must have it.
    if (row.place.empty() && 2 * count < lines.size()) continue;
    // Lines that were cut fit only the rows of any text that begins with a time. They must not hide what the others
    // are.
    const bool is_any_text = row.name == "text";
    const bool was_any_text = best.row == nullptr || best.row->name == "text";
    if (is_any_text && !was_any_text ? count <= 2 * best.lines : count <= best.lines) continue;
    best = {&row, count, time_text};
  }
  return best;
}

std::optional<Draft> text_draft(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader) {
  const std::span tried(lines.data(), std::min(lines.size(), kMostTried));
  BestRow best = best_row(tried, {reader, {}}, true);
  // Clients may have names without a dot.
  if (best.row == nullptr) best = best_row(tried, {reader, {}}, false);
  if (best.row == nullptr) return std::nullopt;
  const auto prefix = reader.read_prefix(best.first_time);
  const std::string pattern = prefix ? reader.pattern_of(prefix->form, best.first_time) : "";
  const std::string_view name = name_of_text(best.row->name, pattern);
  return Draft{std::string(name),
               std::string(best.row->place),
               reader,
               [row = best.row, name](LineTime line_time, bool needs_zone, bool needs_year) {
                 return make_text_format(*row, name, std::move(line_time), needs_zone, needs_year);
               },
               options.zone ? options.zone->name() : "",
               best.row->place.empty() ? best.lines : 0};
}

}  // namespace

Result<Learnt> learn(std::string_view first_bytes, const LearnOptions& options) {
  if (!codec::is_json_pointer(options.time_field)) {
    return Error{"cannot read '" + options.time_field +
                     "' as a JSON pointer (RFC 6901); begin it with '/', such as /request/time",
                 "time_field"};
  }
  Result<base::TimeReader> reader = base::TimeReader::create(options.time_format, options.zone);
  if (!reader) return reader.error();
  Lines lines = lines_of(first_bytes);
  std::optional<Draft> draft = column_draft(lines, options);
  if (draft) std::erase_if(lines, is_comment);
  if (draft) return settle(std::move(*draft), lines, options);
  std::optional<Draft> records = json_draft(lines, options, *reader);
  if (records && records->has_most_lines) return settle(std::move(*records), lines, options);
  draft = pair_draft(lines, options, *reader);
  if (!draft) draft = text_draft(lines, options, *reader);
  if (draft && !records) return settle(std::move(*draft), lines, options);
  if (records) {
    // Records among other lines, such as stack traces: the format that understands more.
    Learnt by_record = settle(std::move(*records), lines, options);
    if (!draft) return by_record;
    Learnt by_text = settle(std::move(*draft), lines, options);
    return by_record.understood >= by_text.understood ? by_record : by_text;
  }
  Learnt learnt;
  learnt.format = std::make_shared<PlainFormat>();
  learnt.format_name = "unknown";
  learnt.looked_at = lines.size();
  return learnt;
}

}  // namespace assay::log
