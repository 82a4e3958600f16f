#include "bench/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "assay/algorithm.h"
#include "base/arena.h"
#include "bench/advice.h"
#include "bench/minted.h"
#include "bench/token_corpus.h"
#include "codec/json.h"

namespace assay::bench {
namespace {

using codec::JsonNode;
using codec::JsonType;

constexpr int kFormat = 1;

// Writes objects and lists, with the commas between members and items.
class JsonWriter {
 public:
  JsonWriter& name(std::string_view text) {
    separate();
    codec::append_json_string(text_, text);
    text_ += ':';
    first_ = true;
    return *this;
  }
  void value(std::string_view text) {
    separate();
    codec::append_json_string(text_, text);
  }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(double number) {
    separate();
    char text[40];
    // The shortest text that is read back as the same number.
    text_.append(text, std::to_chars(text, text + sizeof text, std::isfinite(number) ? number : 0.0).ptr);
  }
  template <class T>
  requires std::is_integral_v<T>
  void value(T number) {
    separate();
    if constexpr (std::is_same_v<T, bool>) {
      text_ += number ? "true" : "false";
    } else {
      text_ += std::to_string(number);
    }
  }
  template <class T>
  void value(const std::vector<T>& list) {
    open('[');
    for (const T& item : list) value(item);
    close(']');
  }
  template <class T>
  void value(const std::optional<T>& maybe) {
    if (maybe) return value(*maybe);
    separate();
    text_ += "null";
  }
  template <class T>
  JsonWriter& member(std::string_view called, const T& its) {
    name(called);
    value(its);
    return *this;
  }
  void open(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    first_ = false;
  }
  void line() { text_ += '\n'; }
  std::string& text() { return text_; }

 private:
  void separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  std::string text_;
  bool first_ = true;
};

void write_machine(JsonWriter& to, const Machine& machine) {
  to.name("machine").open('{');
  to.member("cpu", machine.cpu).member("cores", machine.cores).member("features", machine.features);
  to.member("system", machine.system).member("openssl", machine.openssl).member("assay", machine.assay);
  to.member("build", machine.build).member("lanes", machine.lanes);
  to.close('}');
}

void write_settings(JsonWriter& to, const Settings& settings) {
  to.name("settings").open('{');
  to.member("algorithms", settings.algorithms).member("backends", settings.backends);
  to.member("threads", settings.threads).member("keys", settings.keys).member("batches", settings.batches);
  to.member("repeated", settings.repeated).member("seconds", settings.seconds);
  to.member("repetitions", settings.repetitions).member("claims_bytes", settings.claims_bytes);
  to.member("tokens", settings.tokens).member("input", settings.input).member("rate", settings.rate);
  to.close('}');
}

void write_sample(JsonWriter& to, const Sample& sample) {
  to.open('{');
  to.member("tokens", sample.tokens).member("wall_seconds", sample.wall_seconds);
  to.member("cpu_seconds", sample.cpu_seconds)
      .member("other_seconds", sample.other_seconds)
      .member("cycles", sample.cycles);
  to.member("unit_seconds", sample.unit_seconds);
  to.close('}');
}

void write_row(JsonWriter& to, const Row& row) {
  const Case& what = row.what;
  const Figures& figures = row.figures;
  to.open('{');
  to.member("name", describe(what)).member("tokens", what.tokens).member("backend", what.backend);
  to.member("threads", what.threads).member("keys", what.keys).member("batch", what.batch);
  to.member("repeated", what.repeated).member("isa", row.isa).member("corpus", row.corpus);
  to.member("token_bytes", row.token_bytes).member("rejected", row.rejected);
  to.member("by_lanes", row.by_lanes).member("by_openssl", row.by_openssl).member("label", label_of(row));
  to.member("tokens_per_second", figures.per_second.value).member("spread", figures.per_second.spread);
  to.member("cycles_per_token", figures.cycles_per_token);
  to.member("ratio", figures.ratio ? std::optional(figures.ratio->value) : std::nullopt);
  to.member("ratio_spread", figures.ratio ? std::optional(figures.ratio->spread) : std::nullopt);
  if (row.stages) {
    to.name("stage_seconds").open('{');
    for (std::size_t i = 0; i < kStageCount; ++i) to.member(to_string(static_cast<Stage>(i)), (*row.stages)[i]);
    to.close('}');
  }
  to.name("samples").open('[');
  for (const Sample& sample : row.samples) write_sample(to, sample);
  to.close(']');
  to.close('}');
}

// Thrown inside read_report(): what is wrong with the document.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A member of an object by name. Throws Wrong if it is missing or has another type.
const JsonNode& member_of(const JsonNode& object, std::string_view name, JsonType type) {
  const JsonNode* found = object.find(name);
  if (found == nullptr || !found->is(type)) throw Wrong("\"" + std::string(name) + "\" is missing or of another type");
  return *found;
}

std::string string_of(const JsonNode& object, std::string_view name) {
  return std::string(member_of(object, name, JsonType::string).text);
}

bool is_number(const JsonNode& node) { return node.is(JsonType::integer) || node.is(JsonType::real); }

double number_in(const JsonNode& node, std::string_view name) {
  double number = 0;
  const char* const end = node.text.data() + node.text.size();
  if (!is_number(node) || std::from_chars(node.text.data(), end, number).ec != std::errc() || !(number >= 0))
    throw Wrong("\"" + std::string(name) + "\" is not a number from 0");
  return number;
}

double number_of(const JsonNode& object, std::string_view name) {
  const JsonNode* found = object.find(name);
  if (found == nullptr) throw Wrong("\"" + std::string(name) + "\" is missing");
  return number_in(*found, name);
}

std::optional<double> maybe_number_of(const JsonNode& object, std::string_view name) {
  const JsonNode* found = object.find(name);
  if (found == nullptr || found->is(JsonType::null)) return std::nullopt;
  return number_in(*found, name);
}

// A whole number that fits an int: the largest is 2,000,000,000.
template <class T>
T count_in(const JsonNode& node, std::string_view name) {
  const double number = number_in(node, name);
  if (number > 2e9 || number != std::floor(number)) throw Wrong("\"" + std::string(name) + "\" is not a whole number");
  return static_cast<T>(number);
}

template <class T>
T count_of(const JsonNode& object, std::string_view name) {
  const JsonNode* found = object.find(name);
  if (found == nullptr) throw Wrong("\"" + std::string(name) + "\" is missing");
  return count_in<T>(*found, name);
}

bool truth_of(const JsonNode& object, std::string_view name) {
  return member_of(object, name, JsonType::boolean).truth;
}

template <class T>
std::vector<T> counts_of(const JsonNode& object, std::string_view name) {
  std::vector<T> list;
  for (const JsonNode& item : member_of(object, name, JsonType::array).items) list.push_back(count_in<T>(item, name));
  return list;
}

std::vector<std::string> strings_of(const JsonNode& object, std::string_view name) {
  std::vector<std::string> list;
  for (const JsonNode& item : member_of(object, name, JsonType::array).items) {
    if (!item.is(JsonType::string)) throw Wrong("\"" + std::string(name) + "\" holds something that is not a string");
    list.emplace_back(item.text);
  }
  return list;
}

Machine read_machine(const JsonNode& from) {
  return {.cpu = string_of(from, "cpu"),
          .cores = count_of<int>(from, "cores"),
          .features = string_of(from, "features"),
          .system = string_of(from, "system"),
          .openssl = string_of(from, "openssl"),
          .assay = string_of(from, "assay"),
          .build = string_of(from, "build"),
          .lanes = string_of(from, "lanes")};
}

Settings read_settings(const JsonNode& from) {
  Settings settings{.algorithms = strings_of(from, "algorithms"),
                    .backends = strings_of(from, "backends"),
                    .threads = counts_of<int>(from, "threads"),
                    .keys = counts_of<std::size_t>(from, "keys"),
                    .batches = counts_of<std::size_t>(from, "batches"),
                    .repeated = truth_of(from, "repeated"),
                    .seconds = number_of(from, "seconds"),
                    .repetitions = count_of<int>(from, "repetitions"),
                    .claims_bytes = count_of<std::size_t>(from, "claims_bytes"),
                    .tokens = count_of<std::size_t>(from, "tokens"),
                    .input = string_of(from, "input"),
                    .rate = maybe_number_of(from, "rate").value_or(0)};
  // A run may be asked to repeat these settings, so they must make sense.
  const auto refuse_if = [](bool wrong, const char* name) {
    if (wrong) throw Wrong("\"" + std::string(name) + "\" of the settings is out of range");
  };
  const auto has_zero = [](const auto& list) { return std::find(list.begin(), list.end(), 0u) != list.end(); };
  for (const std::string& name : settings.algorithms) refuse_if(!minted_from_name(name), "algorithms");
  for (const std::string& name : settings.backends) refuse_if(name != "openssl" && name != "lanes", "backends");
  refuse_if(settings.algorithms.empty() && settings.input.empty(), "algorithms");
  refuse_if(settings.backends.empty(), "backends");
  refuse_if(settings.threads.empty() || has_zero(settings.threads), "threads");
  refuse_if(settings.keys.empty() || has_zero(settings.keys), "keys");
  refuse_if(has_zero(settings.batches), "batches");
  refuse_if(settings.repetitions == 0, "repetitions");
  refuse_if(!(settings.seconds > 0), "seconds");
  refuse_if(settings.claims_bytes < kLeastClaimsBytes, "claims_bytes");
  return settings;
}

Row read_row(const JsonNode& from) {
  Row row;
  row.what = {.tokens = string_of(from, "tokens"),
              .backend = string_of(from, "backend"),
              .threads = count_of<int>(from, "threads"),
              .keys = count_of<std::size_t>(from, "keys"),
              .batch = count_of<std::size_t>(from, "batch"),
              .repeated = truth_of(from, "repeated")};
  row.isa = string_of(from, "isa");
  row.corpus = count_of<std::size_t>(from, "corpus");
  row.token_bytes = number_of(from, "token_bytes");
  row.rejected = count_of<std::uint64_t>(from, "rejected");
  // Reports of earlier versions do not say what decided.
  row.by_lanes = static_cast<std::uint64_t>(maybe_number_of(from, "by_lanes").value_or(0));
  row.by_openssl = static_cast<std::uint64_t>(maybe_number_of(from, "by_openssl").value_or(0));
  if (const JsonNode* stages = from.find("stage_seconds"); stages != nullptr) {
    row.stages.emplace();
    for (std::size_t i = 0; i < kStageCount; ++i)
      (*row.stages)[i] = number_of(*stages, to_string(static_cast<Stage>(i)));
  }
  for (const JsonNode& item : member_of(from, "samples", JsonType::array).items) {
    row.samples.push_back({.tokens = count_of<std::uint64_t>(item, "tokens"),
                           .wall_seconds = number_of(item, "wall_seconds"),
                           .cpu_seconds = number_of(item, "cpu_seconds"),
                           .other_seconds = number_of(item, "other_seconds"),
                           .cycles = maybe_number_of(item, "cycles"),
                           .unit_seconds = maybe_number_of(item, "unit_seconds")});
  }
  row.figures = figures_of(row.samples, row.what.threads);
  return row;
}

UnitRow read_unit(const JsonNode& from) {
  UnitRow unit{string_of(from, "algorithm"),
               string_of(from, "operation"),
               {},
               maybe_number_of(from, "sign_seconds").value_or(0)};
  for (const JsonNode& item : member_of(from, "seconds", JsonType::array).items)
    unit.seconds.push_back(number_in(item, "seconds"));
  return unit;
}

}  // namespace

std::string report_json(const Report& report) {
  JsonWriter to;
  to.open('{');
  to.member("assay_bench", kFormat).member("started", report.started).member("command", report.command);
  to.line();
  write_machine(to, report.machine);
  to.line();
  write_settings(to, report.settings);
  to.name("units").open('[');
  for (const UnitRow& unit : report.units) {
    to.line();
    to.open('{');
    to.member("algorithm", unit.algorithm).member("operation", unit.operation);
    to.member("operations_per_second", unit.seconds.empty() ? 0 : 1 / middle_of(unit.seconds).value);
    to.member("spread", middle_of(unit.seconds).spread).member("seconds", unit.seconds);
    to.member("sign_seconds", unit.sign_seconds);
    to.close('}');
  }
  to.close(']');
  to.name("rows").open('[');
  for (const Row& row : report.rows) {
    to.line();
    write_row(to, row);
  }
  to.close(']');
  to.line();
  to.name("cores_for_rate").open('[');
  for (const Cores& cores : cores_for_rate(report)) {
    to.open('{');
    to.member("name", describe(cores.row->what)).member("cores", cores.cores);
    to.close('}');
  }
  to.close(']');
  to.member("advice", advice_of(report));
  to.member("notes", report.notes);
  to.close('}');
  to.line();
  return std::move(to.text());
}

Result<Report> read_report(std::string_view json) try {
  base::Arena arena;
  codec::JsonError error;
  const JsonNode* root = codec::parse_json(json, codec::JsonDialect::rfc8259, arena, &error);
  if (root == nullptr)
    return Error{"not JSON: " + std::string(error.message) + " at byte " + std::to_string(error.offset)};
  if (root->find("assay_bench") == nullptr) return Error{"not a report of assay bench --json"};
  if (count_of<int>(*root, "assay_bench") != kFormat)
    return Error{"a report of another version of assay bench; measure it again"};
  Report report;
  report.started = string_of(*root, "started");
  report.command = string_of(*root, "command");
  report.machine = read_machine(member_of(*root, "machine", JsonType::object));
  report.settings = read_settings(member_of(*root, "settings", JsonType::object));
  for (const JsonNode& item : member_of(*root, "units", JsonType::array).items) report.units.push_back(read_unit(item));
  for (const JsonNode& item : member_of(*root, "rows", JsonType::array).items) report.rows.push_back(read_row(item));
  report.notes = strings_of(*root, "notes");
  return report;
} catch (const Wrong& wrong) {
  return Error{wrong.what()};
}

}  // namespace assay::bench
