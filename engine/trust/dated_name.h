// The names of dated snapshots of key sets: NAME-2026-11-24.json, NAME-2026-11-24T120000Z.json, and the same with
// .jwks.json.
//
// Pure functions, thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"

namespace assay::trust {

struct DatedName {
  std::string series;  // NAME
  Instant at;          // a date without a time is its midnight, in UTC
};

// Nothing: the file's name, without its folder, is not that of a snapshot.
std::optional<DatedName> parse_dated_name(std::string_view file);

}  // namespace assay::trust
