// What an audit knows up to a place in its logs, beside verdicts and counts; a checkpoint keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log_batch.h"

namespace assay::audit {

struct AuditState {
  std::uint64_t lines = 0, other_credentials = 0, repeated_hours = 0;
  std::vector<std::uint64_t> tokens;  // found, by input
  std::vector<bool> was_read;         // by input
  // Of the input at the place.
  std::string directive;
  std::optional<KnownMoment> known;
};

std::string to_json(const AuditState& state);
// Nothing if this is no such state.
std::optional<AuditState> audit_state_from_json(std::string_view json);

}  // namespace assay::audit
