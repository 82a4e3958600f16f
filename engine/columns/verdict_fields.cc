// The choice of a verdict's columns.
#include <algorithm>
#include <string>

#include "assay/arrow.h"

namespace assay {
namespace {

constexpr std::string_view kNames[] = {
#define ASSAY_COLUMN_NAME(name, format) #name,
    ASSAY_VERDICT_COLUMNS(ASSAY_COLUMN_NAME)
#undef ASSAY_COLUMN_NAME
};

Error wrong(std::string message) { return {std::move(message), "fields"}; }

std::string known() {
  std::string names;
  for (const std::string_view name : kNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

}  // namespace

std::string_view to_string(VerdictColumn column) noexcept { return kNames[static_cast<std::size_t>(column)]; }

VerdictFields::VerdictFields() noexcept : count_(kVerdictColumnCount), set_((1u << kVerdictColumnCount) - 1) {
  for (std::size_t i = 0; i < kVerdictColumnCount; ++i) order_[i] = static_cast<VerdictColumn>(i);
}

Result<VerdictFields> VerdictFields::of(std::span<const std::string_view> names) {
  if (names.empty()) return wrong("is empty; name a column, or leave it out for all");
  VerdictFields fields;
  fields.count_ = 0;
  fields.set_ = 0;
  for (const std::string_view name : names) {
    const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
    if (found == std::end(kNames)) return wrong("a verdict has no column '" + std::string(name) + "', only " + known());
    const auto column = static_cast<VerdictColumn>(found - std::begin(kNames));
    if (fields.has(column)) return wrong("names the column '" + std::string(name) + "' twice");
    fields.order_[fields.count_++] = column;
    fields.set_ |= 1u << static_cast<int>(column);
  }
  return fields;
}

}  // namespace assay
