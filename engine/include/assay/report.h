// Summaries of runs (StreamOptions::summary): added up, and drawn for people.
//
// Pure functions over texts, without I/O; thread safe. Errors name the document and the mend.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay {

// The JSON of a summary, with the name by which a person knows it: its file. Both outlive the call.
struct SummaryDocument {
  std::string_view name;
  std::string_view json;
};

// One summary of all: what one run over everything would have counted, in any order of the documents. One document
// given twice counts twice. There is at least one.
Result<std::string> merge_summaries(std::span<const SummaryDocument> documents);

// One self-contained HTML page, without script and with nothing to fetch. With `baseline`, which may be null, it also
// says what is new since that summary.
Result<std::string> report_html(const SummaryDocument& summary, const SummaryDocument* baseline = nullptr);
// The same in Markdown.
Result<std::string> report_markdown(const SummaryDocument& summary, const SummaryDocument* baseline = nullptr);

}  // namespace assay
