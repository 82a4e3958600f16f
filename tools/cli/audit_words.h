// What audit says to a person: what a run showed, and how inputs would be read.
#pragma once

#include <string>
#include <vector>

#include "assay/audit.h"

namespace assay::cli {

// The summary on standard error: what was read, the verdicts, and what helps to read them.
std::string audit_text(const AuditResult& result, const StreamOptions& stream);

// What --explain-input prints.
std::string explanation_text(const std::vector<LogExplanation>& explanations);

}  // namespace assay::cli
