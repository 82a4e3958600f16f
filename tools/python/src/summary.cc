#include "summary.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrow.h"
#include "columns/column_tally.h"
#include "convert.h"
#include "stream/run_statistics.h"
#include "tally/summary.h"
#include "verifier.h"

namespace assay::python {
namespace {

// Not thread safe. The verifier outlives it: Python keeps it.
class ColumnSummary {
 public:
  explicit ColumnSummary(const Verifier& verifier)
      : verifier_(verifier), statistics_(verifier.engine().engine(), nullptr) {}

  void add(nb::handle tokens, nb::handle at) {
    each_chunk(tokens, at, [&](const ArrowSchema& type, const ArrowArray& chunk, const ColumnOptions& options) {
      return columns::count_column(verifier_.engine(), type, chunk, options, counts_);
    });
    verifier_.deliver_notes();
  }

  std::string json(const std::string& command, const std::vector<std::string>& inputs) const {
    tally::Summary summary;
    summary.tally = counts_.tally;
    summary.bytes = counts_.bytes;
    summary.keys = statistics_.keys();
    const StreamResult result = statistics_.result({}, {});
    summary.published_private_keys = result.published_private_keys;
    StreamOptions options;
    options.inputs = inputs;
    summary.runs.push_back(statistics_.manifest(command, options, 1, result));
    tally::tidy(summary);
    return tally::summary_json(summary);
  }

 private:
  const Verifier& verifier_;
  stream::RunStatistics statistics_;
  columns::ColumnCounts counts_;
};

// The runs of parts that were judged side by side, as one. They have one configuration, so the first speaks for all.
tally::RunRow one_run(std::vector<tally::RunRow> runs) {
  tally::RunRow whole = std::move(runs.front());
  for (auto run = runs.begin() + 1; run != runs.end(); ++run) {
    whole.started = std::min(whole.started, run->started);
    whole.ended = std::max(whole.ended, run->ended);
    whole.is_complete = whole.is_complete && run->is_complete;
    for (auto& [name, number] : whole.numbers) {
      const auto same = std::find_if(run->numbers.begin(), run->numbers.end(),
                                     [&](const auto& other) { return other.first == name; });
      if (same != run->numbers.end()) number += same->second;
    }
  }
  whole.seconds = static_cast<double>(whole.ended.seconds - whole.started.seconds) +
                  (static_cast<double>(whole.ended.nanoseconds) - static_cast<double>(whole.started.nanoseconds)) / 1e9;
  return whole;
}

std::string merge_summaries(const std::vector<std::string>& documents, bool as_one_run) {
  std::optional<tally::Summary> whole;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    Result<tally::Summary> part = tally::read_summary(documents[i], "summaries[" + std::to_string(i) + "]");
    if (!part) throw nb::value_error(part.error().message.c_str());
    if (whole) {
      tally::merge(*whole, *part);
    } else {
      whole = std::move(*part);
    }
  }
  if (!whole) throw nb::value_error("summaries: there is none");
  if (as_one_run && !whole->runs.empty()) whole->runs = {one_run(std::move(whole->runs))};
  tally::tidy(*whole);
  return tally::summary_json(*whole);
}

}  // namespace

void bind_summary(nb::module_& module) {
  nb::class_<ColumnSummary>(module, "ColumnSummary", "Counts the verdicts on columns.")
      .def(nb::init<const Verifier&>(), nb::arg("verifier"), nb::keep_alive<1, 2>())
      .def("add", &ColumnSummary::add, nb::arg("column"), nb::arg("at") = nb::none(),
           nb::sig("def add(self, column: ArrowColumn, at: Moment | ArrowColumn = None) -> None"),
           "Judges each row as verify_arrow does, and counts the verdict.")
      .def("json", &ColumnSummary::json, nb::arg("command"), nb::arg("inputs"),
           nb::sig("def json(self, command: str, inputs: collections.abc.Sequence[str]) -> str"),
           "The document that `assay verify --summary` writes.");
  module.def("merge_summaries", merge_summaries, nb::arg("summaries"), nb::arg("as_one_run") = false,
             nb::sig("def merge_summaries(summaries: collections.abc.Sequence[str], as_one_run: bool = False) -> str"),
             "Adds summaries up, as `assay report -o NAME.json` does. as_one_run: they are parts of one run.");
}

}  // namespace assay::python
