#include "log/learn.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"
#include "log/format_columns.h"
#include "log/format_json.h"
#include "log/format_layers.h"
#include "log/format_pairs.h"
#include "log/format_text.h"
#include "log/joining.h"
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
  bool tells_request = false;  // as Learnt
  std::size_t fitting = 0;     // as Learnt, of formats that need no time
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

// Makes the format from its draft, and says what it is. `used`, if it is not null, is set to how times are read.
Learnt settle(Draft draft, const Lines& lines, const LearnOptions& options, LineTime* used = nullptr) {
  Learnt learnt;
  learnt.format_name = draft.name;
  learnt.looked_at = lines.size();
  learnt.tells_request = draft.tells_request;
  Sample sample = sample_of(*draft.make(LineTime{draft.reader, {}}, false, false), lines);
  const std::optional<base::TimeForm> form = form_of(sample.times, draft.reader);
  const bool lacks_year = sample.without_year > sample.with_time + sample.without_zone;
  if (lacks_year) set_year(learnt, draft, sample, options);
  const LineTime time{draft.reader, form};
  if (used != nullptr) *used = time;
  const auto format = draft.make(time, false, false);
  sample = sample_of(*format, lines);
  learnt.needs_zone = sample.without_zone > sample.with_time;
  const bool needs_year = lacks_year && learnt.year_source == YearSource::none;
  learnt.format = learnt.needs_zone || needs_year ? draft.make(time, learnt.needs_zone, needs_year) : format;
  learnt.understood = std::max(draft.understood, sample.times.size());
  learnt.fitting = std::max(draft.fitting, learnt.understood);
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
  std::string_view fields, date;
  std::string_view first;  // line that is no comment
  for (const std::string_view line : lines) {
    if (fields.empty()) fields = fields_of(line);
    if (date.empty()) date = date_of(line);
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
  const auto probe = make_column_format(fields, date, {});
  return Draft{std::string(probe->name()), "fields date and time", *reader,
               [fields = std::string(fields), date = std::string(date)](LineTime time, bool, bool) {
                 return make_column_format(fields, date, std::move(time));
               },
               "UTC"};
}

// What the lines of a carrier carry, as far as it is known.
struct Carried {
  Inner inner;
  Learnt learnt;
};
Learnt learn_lines(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader, int depth);

// Learns the format of the texts that lines carry. `is_any`: they are of many programs, so few need to be of a known
// format. Nothing if it would say no more of the lines than their carrier does.
std::optional<Carried> carried_format(Lines texts, bool is_any, bool has_time, const LearnOptions& options, int depth) {
  constexpr int kMostCarriers = 3;
  constexpr std::size_t kMostTexts = 30, kLeastShare = 20;
  if (depth >= kMostCarriers || texts.empty()) return std::nullopt;
  if (texts.size() > kMostTexts) {
    for (std::size_t i = 0; i < kMostTexts; ++i) texts[i] = texts[i * texts.size() / kMostTexts];
    texts.resize(kMostTexts);
  }
  LearnOptions inner_options = options;
  inner_options.time_field.clear();
  if (has_time) inner_options.time_format.clear();
  Result<base::TimeReader> reader = base::TimeReader::create(inner_options.time_format, options.zone);
  if (!reader) return std::nullopt;  // learn() tried the options before
  Learnt learnt = learn_lines(texts, inner_options, *reader, depth + 1);
  const bool says_more = learnt.tells_request || (!has_time && !learnt.time_place.empty());
  if (!says_more || (is_any ? kLeastShare : 2) * learnt.fitting < texts.size()) return std::nullopt;
  Inner inner{learnt.format, !learnt.time_place.empty(), {}, !has_time};
  return Carried{std::move(inner), std::move(learnt)};
}

// The lines that a runtime did not split, and the texts of those that it did, as joined.
struct WholeLines {
  Lines whole, joined;
};
WholeLines join(Joining joining, std::span<const std::string_view> lines, base::Arena& arena) {
  WholeLines found;
  Joiner joiner(joining);
  for (const std::string_view line : lines) {
    const Joiner::Outcome outcome = joiner.feed(line, 0, 0);
    if (outcome == Joiner::Outcome::whole) found.whole.push_back(line);
    if (outcome == Joiner::Outcome::joined) found.joined.push_back(arena.copy(joiner.joined().text));
  }
  return found;
}

std::optional<Draft> json_draft(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader,
                                int depth) {
  const std::span tried(lines.data(), std::min(lines.size(), kMostTried));
  const JsonShape shape = shape_of(tried, options.time_field, {reader, {}});
  if (shape.name == "unknown") return std::nullopt;
  base::Arena arena;
  const std::string place = time_place(shape);
  const WholeLines found = join(shape.joining, tried, arena);
  Lines texts = carried_texts(shape, found.whole, arena);
  texts.insert(texts.end(), found.joined.begin(), found.joined.end());
  std::optional<Carried> carried = carried_format(texts, shape.is_carrier, !place.empty(), options, depth);
  std::string name(shape.name);
  if (carried) name = carried->learnt.format_name + " in " + name;
  const Inner inner = carried ? carried->inner : Inner{};
  Draft draft{name, place, reader,
              [shape, inner, name](LineTime time, bool needs_zone, bool needs_year) {
                return make_json_format(shape, std::move(time), needs_zone, needs_year, inner, name);
              },
              options.zone ? options.zone->name() : ""};
  draft.has_most_lines = shape.has_most_lines;
  draft.tells_request = carried || tells_request(shape);
  draft.fitting = shape.has_most_lines ? lines.size() : 0;
  if (place.empty() && carried) draft.place = carried->learnt.time_place + ", in what the record carries";
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
               shape.time_key.empty() ? "start of the line" : "key " + shape.time_key,
               reader,
               [shape](LineTime time, bool needs_zone, bool needs_year) {
                 return make_pair_format(shape, std::move(time), needs_zone, needs_year);
               },
               options.zone ? options.zone->name() : "",
               0,
               true,
               true,
               lines.size()};
}

// A better name for lines that begin with a time of this form.
std::string_view name_of_text(std::string_view name, std::string_view pattern) noexcept {
  // "2026-11-28 12:00:00 main auth: text" is any program's.
  if (name == "syslog" && !pattern.starts_with("%b %e") && !pattern.starts_with("%Y-%m-%dT")) return "text";
  if (name != "text" && name != "syslog") return name;
  if (pattern.starts_with("%b %e %H")) return "syslog RFC 3164";
  if (pattern.substr(1).starts_with("%m%d %H") || pattern.substr(1).starts_with("%Y%m%d %H")) return "klog";
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
    if (row.carrying == Carrying::always) continue;
    std::size_t count = 0;
    std::string time_text;
    for (const std::string_view line : lines) {
      arena.reset();
      const std::optional<TextFit> found = fit(row, line, time, is_strict, arena);
      if (found && count++ == 0) time_text = std::string(found->facts.time_text);
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

// Adds the programs whose lines are of the format.
void add_programs(Inner& inner, std::span<const std::pair<std::string_view, std::string_view>> lines_by_program) {
  base::Arena scratch;
  for (const auto& [program, line] : lines_by_program) {
    if (std::find(inner.programs.begin(), inner.programs.end(), program) != inner.programs.end()) continue;
    scratch.reset();
    if (!inner.has_times || has_time(inner.format->read(line, scratch))) inner.programs.emplace_back(program);
  }
}

// What lines of this row carry. Nothing if too few lines are of it.
std::optional<Carried> carried_by(const TextRow& row, std::span<const std::string_view> lines, std::size_t least,
                                  const LearnOptions& options, const base::TimeReader& reader, int depth) {
  if (!has_inner(row)) return std::nullopt;
  base::Arena arena, scratch;
  const WholeLines found = join(row.joining, lines, arena);
  Lines texts = found.joined;
  std::vector<std::pair<std::string_view, std::string_view>> by_program;
  std::size_t count = texts.size();
  for (const std::string_view line : found.whole) {
    scratch.reset();
    const std::optional<TextFit> one = fit(row, line, {reader, {}}, true, scratch);
    if (!one) continue;
    ++count;
    if (one->inner.empty()) continue;
    texts.push_back(one->inner);
    if (!one->program.empty()) by_program.emplace_back(one->program, one->inner);
  }
  if (count < std::max<std::size_t>(least, 1)) return std::nullopt;
  std::optional<Carried> carried =
      carried_format(std::move(texts), row.carrying == Carrying::any, !row.place.empty(), options, depth);
  if (carried) add_programs(carried->inner, by_program);
  return carried;
}

// Which row a file of text has, and what its lines carry.
struct ChosenRow {
  BestRow best;
  std::optional<Carried> carried;
};
ChosenRow choose_row(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader, int depth) {
  const std::span tried(lines.data(), std::min(lines.size(), kMostTried));
  const std::size_t half = (tried.size() + 1) / 2;
  ChosenRow chosen{best_row(tried, {reader, {}}, true), std::nullopt};
  const bool is_sure = chosen.best.row != nullptr && chosen.best.lines >= half;
  for (const TextRow& row : text_rows()) {
    const bool is_chosen = chosen.best.row == &row;
    // A carrier that has no time of its own, or words between a time and what it carries.
    const bool may_be =
        row.carrying == Carrying::always &&
        (row.place.empty()
             ? !is_sure
             : depth == 0 && is_sure && (chosen.best.row->name == "text" || chosen.best.row->name == "syslog"));
    if (!is_chosen && !may_be) continue;
    chosen.carried = carried_by(row, tried, is_chosen ? 0 : half, options, reader, depth);
    if (!chosen.carried) continue;
    if (!is_chosen) chosen.best.row = &row;
    return chosen;
  }
  // Clients may have names without a dot.
  if (chosen.best.row == nullptr && depth == 0) chosen.best = best_row(tried, {reader, {}}, false);
  return chosen;
}

std::string name_of(const ChosenRow& chosen, const base::TimeReader& reader) {
  const auto prefix = reader.read_prefix(chosen.best.first_time);
  const std::string pattern = prefix ? reader.pattern_of(prefix->form, chosen.best.first_time) : "";
  const std::string name(name_of_text(chosen.best.row->name, pattern));
  return chosen.carried ? chosen.carried->learnt.format_name + " in " + name : name;
}

// The lines of a carrier that has no time, or a poorer one than what it carries: syslog names neither year nor zone.
Learnt with_time_of(Carried carried, const TextRow& row, const LineTime& outer, std::string name, std::size_t lines) {
  Learnt learnt = std::move(carried.learnt);
  carried.inner.gives_time = true;
  learnt.format =
      make_text_format(row, {name, outer, learnt.needs_zone, learnt.format->needs_year(), std::move(carried.inner)});
  learnt.format_name = std::move(name);
  learnt.looked_at = lines;
  learnt.time_place += ", in what the line carries";
  return learnt;
}

std::optional<Learnt> learn_text(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader,
                                 int depth) {
  ChosenRow chosen = choose_row(lines, options, reader, depth);
  if (chosen.best.row == nullptr) return std::nullopt;
  const TextRow& row = *chosen.best.row;
  const std::string name = name_of(chosen, reader);
  if (row.place.empty() && chosen.carried)
    return with_time_of(std::move(*chosen.carried), row, {reader, {}}, name, lines.size());
  Draft draft{name,
              std::string(row.place),
              reader,
              [&row, name, inner = chosen.carried ? chosen.carried->inner : Inner{}](LineTime time, bool needs_zone,
                                                                                     bool needs_year) {
                return make_text_format(row, {name, std::move(time), needs_zone, needs_year, inner});
              },
              options.zone ? options.zone->name() : "",
              row.place.empty() ? chosen.best.lines : 0};
  draft.tells_request =
      chosen.carried || is_of_requests(row) || row.name == "nginx error" || row.name == "Apache error";
  LineTime time;
  Learnt learnt = settle(std::move(draft), lines, options, &time);
  const bool is_poorer = chosen.carried && learnt.zone != "in the line" &&
                         chosen.carried->learnt.zone == "in the line" &&
                         2 * chosen.carried->learnt.understood >= chosen.carried->learnt.looked_at;
  return is_poorer ? with_time_of(std::move(*chosen.carried), row, time, name, lines.size()) : learnt;
}

Learnt learn_nothing(const Lines& lines) {
  Learnt learnt;
  learnt.format = std::make_shared<PlainFormat>();
  learnt.format_name = "unknown";
  learnt.looked_at = lines.size();
  return learnt;
}

// Learns the format of most of the lines.
Learnt learn_most(Lines lines, const LearnOptions& options, const base::TimeReader& reader, int depth) {
  std::optional<Draft> draft = depth == 0 ? column_draft(lines, options) : std::nullopt;
  if (draft) {
    std::erase_if(lines, is_comment);
    return settle(std::move(*draft), lines, options);
  }
  std::optional<Draft> records = json_draft(lines, options, reader, depth);
  if (records && records->has_most_lines) return settle(std::move(*records), lines, options);
  draft = pair_draft(lines, options, reader);
  std::optional<Learnt> by_text =
      draft ? settle(std::move(*draft), lines, options) : learn_text(lines, options, reader, depth);
  if (!records) return by_text ? std::move(*by_text) : learn_nothing(lines);
  // Records among other lines, such as stack traces: the format that understands more.
  Learnt by_record = settle(std::move(*records), lines, options);
  return !by_text || by_record.understood >= by_text->understood ? by_record : *by_text;
}

// The names that most JSON logs use for their own fields, at the top of a record: a client can put none there.
JsonShape common_shape() {
  JsonShape shape;
  shape.name = "JSON";
  const auto add = [&](JsonRole role, std::initializer_list<const char*> names) {
    for (const char* name : names) shape.places.push_back({role, "/" + std::string(name)});
  };
  add(JsonRole::time, {"time", "ts", "timestamp", "@timestamp", "@t", "time_iso8601", "time_local", "start_time",
                       "eventTime", "datetime", "asctime", "date", "t", "msec"});
  add(JsonRole::client, {"client_ip", "clientIp", "remote_ip", "remote_addr", "remoteAddress", "ip"});
  add(JsonRole::method, {"method", "request_method"});
  add(JsonRole::url, {"uri", "url", "path", "request_uri"});
  add(JsonRole::request, {"request"});
  add(JsonRole::status, {"status", "status_code", "statusCode", "response_code"});
  return shape;
}

// Every format whose lines can hardly be anything else: access logs, syslog, a few others, and JSON objects by the
// names of their fields. A line that only begins with a time is none, since such a line may be text of a client.
class AnyKnownFormat final : public FileFormat {
 public:
  explicit AnyKnownFormat(const LineTime& time)
      : time_(time), json_(make_json_format(common_shape(), time, false, false)) {}

  std::string_view name() const noexcept override { return "any known"; }
  LineFacts read(std::string_view line, base::Arena& arena) const override {
    if (line.starts_with('{')) return json_->read(line, arena);
    for (const TextRow& row : text_rows()) {
      if (!is_distinct(row)) continue;
      if (const std::optional<TextFit> found = fit(row, line, time_, true, arena)) return found->facts;
    }
    return {};
  }

 private:
  LineTime time_;
  std::shared_ptr<const FileFormat> json_;
};

// Adds the formats of the lines in which the first one finds no time.
void add_others(Learnt& learnt, const Lines& lines, const LearnOptions& options, const base::TimeReader& reader,
                int depth) {
  constexpr std::size_t kMostFormats = 4, kLeastShare = 10;
  const bool is_told = !options.time_field.empty() || !options.time_format.empty();
  const bool has_directives = learnt.format->after_directive("#Fields: date time") != nullptr;
  if (learnt.time_place.empty() || is_told || has_directives) return;
  std::vector<std::shared_ptr<const FileFormat>> formats = {learnt.format};
  Lines rest = lines;
  while (formats.size() < kMostFormats) {
    base::Arena arena;
    std::erase_if(rest, [&](std::string_view line) {
      arena.reset();
      return !may_be_record(line) || !facts_of(*formats.back(), line, arena).time_text.empty();
    });
    if (rest.size() < 2) break;
    const Learnt other = learn_most(rest, options, reader, depth);
    if (other.time_place.empty() || 2 * other.understood < rest.size()) break;
    // A few lines that only begin with a time may be texts of clients.
    if (!other.tells_request && kLeastShare * rest.size() < lines.size()) break;
    // Many lines without a zone are worth a question; the tokens of a few have no time, and say why.
    if (other.needs_zone && !learnt.needs_zone && kLeastShare * rest.size() >= lines.size()) {
      learnt.needs_zone = true;
      learnt.time_example = other.time_example;
    }
    formats.push_back(other.format);
    learnt.understood += other.understood;
    learnt.fitting += other.fitting;
    if (other.format_name != learnt.format_name) learnt.format_name += " and " + other.format_name;
    if (learnt.time_place.find(other.time_place) == std::string::npos) learnt.time_place += ", or " + other.time_place;
  }
  if (depth == 0) formats.push_back(std::make_shared<AnyKnownFormat>(LineTime{reader, {}}));
  if (formats.size() > 1) learnt.format = make_mixed_format(std::move(formats), learnt.format_name);
}

Learnt learn_plain(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader, int depth) {
  Learnt learnt = learn_most(lines, options, reader, depth);
  add_others(learnt, lines, options, reader, depth);
  return learnt;
}

Learnt learn_lines(const Lines& lines, const LearnOptions& options, const base::TimeReader& reader, int depth) {
  if (std::none_of(lines.begin(), lines.end(), has_colours)) return learn_plain(lines, options, reader, depth);
  base::Arena arena;
  Lines plain;
  for (const std::string_view line : lines) plain.push_back(without_colours(line, arena));
  Learnt learnt = learn_plain(plain, options, reader, depth);
  learnt.format = make_coloured_format(std::move(learnt.format));
  return learnt;
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
  return learn_lines(lines_of(first_bytes), options, *reader, 0);
}

}  // namespace assay::log
