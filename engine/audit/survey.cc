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

bool Survey::matches(const Rule& rule, const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  return fnmatch(rule.glob.c_str(), file.c_str(), 0) == 0 || fnmatch(rule.glob.c_str(), name.c_str(), 0) == 0;
}

std::optional<Error> Survey::idle_rule(const std::vector<std::string>& files) const {
  for (const Rule& rule : rules_) {
    const auto is_for = [&](const std::string& file) { return matches(rule, file); };
    if (!rule.glob.empty() && std::none_of(files.begin(), files.end(), is_for))
      return Error{"'" + rule.glob +
                       "' matches none of the files; a pattern is for the path as it was given, or for its last "
                       "part",
                   "time_zones"};
  }
  return std::nullopt;
}

const Survey::Rule* Survey::rule_for(const std::string& file) const {
  const Rule* general = nullptr;
  const Rule* matching = nullptr;
  for (const Rule& rule : rules_) {
    if (rule.glob.empty()) {
      general = &rule;
    } else if (matches(rule, file)) {
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
  if (learnt->understood == 0 && !(time_field_.empty() && time_format_.empty())) {
    // What was told is of other files of this run.
    options.time_field.clear();
    options.time_format.clear();
    Result<log::Learnt> other = log::learn(first_bytes, options);
    if (other && other->understood != 0) learnt = std::move(other);
  }
  FileSurvey survey;
  survey.learnt = std::move(*learnt);
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
