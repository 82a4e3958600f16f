#include "trust/dated_name.h"

namespace assay::trust {
namespace {

// 2026-11-24, or 2026-11-24T120000Z.
constexpr std::size_t kDate = 10, kDateAndTime = 18;

std::optional<Instant> parse_stamp(std::string_view stamp) {
  const std::string date(stamp.substr(0, kDate));
  if (stamp.size() == kDate) return parse_rfc3339(date + "T00:00:00Z");
  if (stamp.size() != kDateAndTime || stamp[kDate] != 'T' || stamp.back() != 'Z') return std::nullopt;
  const std::string time(stamp.substr(kDate + 1, 6));
  return parse_rfc3339(date + "T" + time.substr(0, 2) + ":" + time.substr(2, 2) + ":" + time.substr(4, 2) + "Z");
}

}  // namespace

std::optional<DatedName> parse_dated_name(std::string_view file) {
  constexpr std::string_view kEnding = ".json", kLongEnding = ".jwks.json";
  if (file.ends_with(kLongEnding)) {
    file.remove_suffix(kLongEnding.size());
  } else if (file.ends_with(kEnding)) {
    file.remove_suffix(kEnding.size());
  } else {
    return std::nullopt;
  }
  for (const std::size_t size : {kDate, kDateAndTime}) {
    if (file.size() < size + 2 || file[file.size() - size - 1] != '-') continue;
    const std::optional<Instant> at = parse_stamp(file.substr(file.size() - size));
    if (at) return DatedName{std::string(file.substr(0, file.size() - size - 1)), *at};
  }
  return std::nullopt;
}

}  // namespace assay::trust
