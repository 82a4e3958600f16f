// explain_logs of assay/audit.h.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/audit.h"
#include "audit/first_block.h"
#include "audit/hit_reader.h"
#include "audit/line_order.h"
#include "audit/log_batch.h"
#include "audit/survey.h"
#include "audit/token_search.h"
#include "input/list.h"

namespace assay {
namespace {

using input::ListedInput;

// "query 12, authorization 3": where the tokens of the first block stand.
std::string places_of(input::Block block, const audit::Survey& survey, const audit::FileSurvey& file) {
  audit::LogBatch batch;
  batch.block = std::move(block);
  batch.block.file = 0;
  std::vector<audit::FileSurvey> files = {file};
  const std::vector<std::string> names = {""};
  audit::LineArranger arranger(survey, files, names, false);
  if (!arranger.arrange(batch)) return {};
  std::array<std::uint64_t, log::kPlaces> counts{};
  audit::TokenSearch search;
  audit::Hits hits;
  audit::HitReader reader;
  search.begin(batch);
  reader.begin(batch);
  while (search.next(hits, audit::kMostKeptHits)) {
    reader.begin_portion(hits);
    for (std::size_t i = 0; i < hits.tokens.size(); ++i) ++counts[static_cast<std::size_t>(reader.read(i).where)];
    reader.end_portion();
  }
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(to_string(static_cast<log::Where>(i))) + " " +
            std::to_string(counts[i]);
  }
  return text;
}

Result<LogExplanation> explain(const ListedInput& input, const audit::Survey& survey) {
  LogExplanation explanation;
  explanation.input = input.path;
  if (input.state != ListedInput::State::ready) {
    explanation.fault = input.message;
    return explanation;
  }
  Result<input::Block> block = audit::first_block(input.path);
  if (!block) return block.error();
  const std::optional<Instant> modified = input.is_regular ? std::optional(input.modified) : std::nullopt;
  const Result<audit::FileSurvey> file = survey.learn(input.path, block->text, modified);
  if (!file) return file.error();
  const log::Learnt& learnt = file->learnt;
  if (input.compression != nullptr) explanation.compression = input.compression->name;
  explanation.format = learnt.format_name;
  explanation.time_place = learnt.time_place;
  explanation.time_form = learnt.time_example;
  explanation.time_read = learnt.time_read;
  explanation.zone = learnt.zone;
  if (learnt.year_source != log::YearSource::none)
    explanation.year = "from the " + std::string(to_string(learnt.year_source));
  explanation.lines = learnt.looked_at;
  explanation.understood = learnt.understood;
  explanation.fault = block->fault;
  explanation.need = audit::Survey::need_of(*file);
  explanation.tokens = places_of(std::move(*block), survey, *file);
  return explanation;
}

}  // namespace

Result<std::vector<LogExplanation>> explain_logs(const std::vector<std::string>& inputs, const LogOptions& logs) {
  const Result<audit::Survey> survey = audit::Survey::create(logs);
  if (!survey) return survey.error();
  const Result<std::vector<ListedInput>> listed = input::list_inputs(inputs);
  if (!listed) return listed.error();
  std::vector<LogExplanation> explanations;
  for (const ListedInput& input : *listed) {
    Result<LogExplanation> explanation = explain(input, *survey);
    if (!explanation) return explanation.error();
    explanations.push_back(std::move(*explanation));
  }
  return explanations;
}

}  // namespace assay
