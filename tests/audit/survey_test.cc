#include "audit/survey.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::audit {
namespace {

constexpr const char* kLocal = "2026-11-28 12:00:00,123 [main] WARN c.e.Auth - rejected\n";

Survey survey_of(LogOptions options) {
  Result<Survey> survey = Survey::create(options);
  EXPECT_TRUE(survey) << survey.error().message;
  return std::move(*survey);
}

FileSurvey learnt(const Survey& survey, const std::string& file, std::string_view text = kLocal) {
  Result<FileSurvey> file_survey = survey.learn(file, text, std::nullopt);
  EXPECT_TRUE(file_survey) << file_survey.error().message;
  return std::move(*file_survey);
}

TEST(Survey, SaysWhichFileNeedsAZone) {
  const Survey survey = survey_of({});
  const auto need = Survey::need_of(learnt(survey, "logs/app.log"));
  ASSERT_TRUE(need);
  EXPECT_EQ(need->field, "time_zones");
  EXPECT_NE(need->message.find("2026-11-28 12:00:00,123"), std::string::npos);
}

TEST(Survey, TakesTheLastRuleThatMatchesAndElseTheGeneralOne) {
  LogOptions options;
  options.time_zones = {{"", "UTC"}, {"app*", "+01:00"}, {"*/old/*", "+02:00"}};
  const Survey survey = survey_of(options);
  EXPECT_EQ(learnt(survey, "logs/app.log").learnt.time_read, "2026-11-28T11:00:00.123Z");
  EXPECT_EQ(learnt(survey, "logs/old/app.log").learnt.time_read, "2026-11-28T10:00:00.123Z");
  EXPECT_EQ(learnt(survey, "logs/other.log").learnt.time_read, "2026-11-28T12:00:00.123Z");
  EXPECT_FALSE(Survey::need_of(learnt(survey, "logs/other.log")));
}

TEST(Survey, RefusesRulesAndFieldsThatFitNoFile) {
  LogOptions zone, field;
  zone.time_zones = {{"", "Europe/Berln"}};
  field.time_field = "time";
  for (const auto& [options, name] : {std::pair(zone, "time_zones"), std::pair(field, "time_field")}) {
    const Result<Survey> survey = Survey::create(options);
    ASSERT_FALSE(survey);
    EXPECT_EQ(survey.error().field, name);
  }
}

TEST(Survey, KnowsFormatsWithDirectives) {
  const Survey survey = survey_of({});
  const FileSurvey w3c = learnt(
      survey, "u_ex.log", "#Fields: date time cs-method cs-uri-stem cs-uri-query\n2026-11-28 12:00:00 GET /a -\n");
  EXPECT_TRUE(w3c.has_directives);
  EXPECT_TRUE(w3c.has_times());
  EXPECT_FALSE(learnt(survey, "app.log").has_directives);
  EXPECT_FALSE(learnt(survey, "empty", "").has_times());
}

}  // namespace
}  // namespace assay::audit
