// Fields of a JSON line that are copied into the verdicts on its tokens.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"

namespace assay::audit {

// The latest line that was parsed, so that a line of many tokens is parsed once. Not thread safe.
struct ParsedLine {
  std::string_view line;
  const codec::JsonNode* root = nullptr;  // null: it is no JSON
  base::Arena arena;
};

// Returns the value at each pointer as JSON text on one line, "null" if the line has none or is no JSON, with tokens in
// it replaced by their "ath". `own`: the token of the verdict. Views into the arena or of static texts.
std::span<const std::string_view> carried_fields(std::string_view line, std::string_view own,
                                                 const std::vector<std::string>& pointers, ParsedLine& latest,
                                                 base::Arena& arena);

}  // namespace assay::audit
