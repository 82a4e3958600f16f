#include "audit.h"

#include <atomic>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "assay/audit.h"
#include "convert.h"
#include "verifier.h"

namespace assay::python {
namespace {

constexpr std::pair<std::string_view, Only> kOnly[] = {
    {"all", Only::all}, {"accepted", Only::accepted}, {"rejected", Only::rejected}};

Only only_of(const std::string& name) {
  for (const auto& [row, only] : kOnly) {
    if (row == name) return only;
  }
  raise_setup_error({"'" + name + "' is none of all, accepted, rejected", "only"});
}

// Ends an audit early, from another thread.
struct Stop {
  std::atomic<int> signal = 0;
};

nb::dict described(const AuditResult& result) {
  nb::dict fields;
  fields["records"] = result.run.records;
  fields["accepted"] = result.run.accepted;
  fields["rejected"] = result.run.rejected;
  fields["by_reason"] = nb::cast(result.run.by_reason);
  fields["files"] = result.files;
  fields["lines"] = result.lines;
  fields["other_credentials"] = result.other_credentials;
  fields["without_tokens"] = nb::cast(result.without_tokens);
  fields["without_times"] = nb::cast(result.without_times);
  fields["repeated"] = nb::cast(result.repeated);
  std::vector<std::pair<std::string, std::string>> faults;
  for (const InputFault& fault : result.run.faults) faults.emplace_back(fault.input, fault.message);
  fields["faults"] = nb::cast(faults);
  return fields;
}

// Runs to the end, or until `stop`, and writes the findings to `output` as NDJSON. Returns the counts.
nb::dict run_audit(const Verifier& verifier, const std::vector<std::string>& paths, const std::string& output,
                   const nb::dict& given, const Stop& stop) {
  StreamOptions options;
  LogOptions logs;
  options.inputs = paths;
  options.output = output;
  options.stop = &stop.signal;
  options.only = only_of(argument<std::string>(given["only"], "only"));
  options.fingerprint = argument<bool>(given["fingerprint"], "fingerprint");
  options.threads = argument<int>(given["threads"], "threads");
  options.summary = argument<std::string>(given["summary"], "summary");
  options.report = argument<std::string>(given["report"], "report");
  if (!given["at"].is_none()) options.at = to_instant(given["at"]);
  if (!given["year"].is_none()) logs.year = argument<int>(given["year"], "year");
  logs.time_field = argument<std::string>(given["time_field"], "time_field");
  logs.time_format = argument<std::string>(given["time_format"], "time_format");
  for (const nb::handle pair : given["time_zones"]) {
    logs.time_zones.push_back(
        {argument<std::string>(pair[0], "time_zone"), argument<std::string>(pair[1], "time_zone")});
  }
  std::optional<Error> error;
  AuditResult result;
  {
    const nb::gil_scoped_release released;
    Result<AuditResult> done = audit_logs(verifier.engine(), options, logs);
    if (done) {
      result = std::move(*done);
    } else {
      error = done.error();
    }
  }
  verifier.deliver_notes();
  if (error) raise_setup_error(*error);
  return described(result);
}

}  // namespace

void bind_audit(nb::module_& module) {
  nb::class_<Stop>(module, "Stop").def(nb::init<>()).def("set", [](Stop& stop) { stop.signal = SIGINT; });
  module.def("run_audit", run_audit);
}

}  // namespace assay::python
