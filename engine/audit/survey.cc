#include "audit/survey.h"

#include <fnmatch.h>

#include <algorithm>

namespace assay::audit {

Result<Survey> Survey::create(const LogOptions& logs) {
  Survey survey;
  for (const ZoneRule& rule : logs.time_zones) {
    Result<base::Zone> zone = base::Zone::find(rule.zone);
    if (!zone) return Error{zone.error().message, "time_zones"};
    survey.rules_.push_back({rule.glob, rule.zone, std::move(*zone)});
  }
  survey.time_field_ = logs.time_field;
  survey.time_format_ = logs.time_format;
  survey.year_ = logs.year;
  // Refuses options that fit no file.
  log::LearnOptions options;
  options.time_field = logs.time_field;
  options.time_format = logs.time_format;
  const Result<log::Learnt> learnt = log::learn({}, options);
  if (!learnt) return learnt.error();
  return survey;
}

const Survey::Rule* Survey::rule_for(const std::string& file) const {
  const std::string name = file.substr(file.rfind('/') + 1);
  const Rule* general = nullptr;
  const Rule* matching = nullptr;
  for (const Rule& rule : rules_) {
    if (rule.glob.empty()) {
      general = &rule;
    } else if (fnmatch(rule.glob.c_str(), file.c_str(), 0) == 0 || fnmatch(rule.glob.c_str(), name.c_str(), 0) == 0) {
      matching = &rule;
    }
  }
  return matching != nullptr ? matching : general;
}

Result<FileSurvey> Survey::learn(const std::string& file, std::string_view first_bytes,
                                 std::optional<Instant> modified) const {
  log::LearnOptions options;
  options.time_field = time_field_;
  options.time_format = time_format_;
  options.year = year_;
  options.modified = modified;
  options.file_name = file.substr(file.rfind('/') + 1);
  if (const Rule* rule = rule_for(file)) options.zone = rule->zone;
  Result<log::Learnt> learnt = log::learn(first_bytes, options);
  if (!learnt) return learnt.error();
  FileSurvey survey{.learnt = std::move(*learnt)};
  survey.has_directives = survey.learnt.format->after_directive("#Fields: date time") != nullptr;
  return survey;
}

std::optional<Error> Survey::need_of(const FileSurvey& survey) {
  const std::string example = survey.learnt.time_example.empty() ? "" : " (" + survey.learnt.time_example + ")";
  if (survey.learnt.needs_zone)
    return Error{"its times name no zone" + example + "; name it, such as Europe/Berlin or +01:00", "time_zones"};
  if (survey.learnt.format->needs_year())
    return Error{"its times name no year" + example + "; give the year of its first line", "year"};
  return std::nullopt;
}

}  // namespace assay::audit
