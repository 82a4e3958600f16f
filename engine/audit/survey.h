// What is known of the inputs of an audit before their lines are judged: their formats, zones, and which are the same.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/audit.h"
#include "assay/instant.h"
#include "assay/result.h"
#include "base/zone.h"
#include "log/format.h"
#include "log/learn.h"

namespace assay::audit {

// How one input is read.
struct FileSurvey {
  log::Learnt learnt;           // learnt.format is null until the first block was seen
  bool has_directives = false;  // lines may change the format
  // Whether lines of this input have times, as far as was learnt.
  bool has_times() const noexcept { return !learnt.time_place.empty(); }
};

// Not thread safe.
class Survey {
 public:
  // The error has the field "time_zones", "time_field" or "time_format".
  static Result<Survey> create(const LogOptions& logs);

  // Learns how `file` is read from its first bytes, without compression. `modified`: when it was last written. The
  // error is one of the options.
  Result<FileSurvey> learn(const std::string& file, std::string_view first_bytes,
                           std::optional<Instant> modified) const;

  // The error that names a glob which is for none of the files; nothing if each is for one.
  std::optional<Error> idle_rule(const std::vector<std::string>& files) const;
  // The error that says which option the input needs, without its name; nothing if it needs none.
  static std::optional<Error> need_of(const FileSurvey& survey);

 private:
  struct Rule {
    std::string glob, name;
    base::Zone zone;
  };
  static bool matches(const Rule& rule, const std::string& file);
  const Rule* rule_for(const std::string& file) const;

  std::vector<Rule> rules_;
  std::string time_field_, time_format_;
  std::optional<int> year_;
};

}  // namespace assay::audit
