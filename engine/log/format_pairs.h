// Formats of keys and values: logfmt (key=value key="value"), CEF (its extension, behind seven bars) and LEEF.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "log/format.h"
#include "log/line_time.h"

namespace assay::log {

enum class PairSyntax : std::uint8_t { none, logfmt, cef, leef };

struct PairShape {
  PairSyntax syntax = PairSyntax::none;
  std::string time_key;  // empty: the line begins with its time, or has none
};

// What most of the lines are. Times are what `times` reads.
PairShape pair_shape_of(std::span<const std::string_view> lines, const LineTime& times);

std::string_view name_of(PairSyntax syntax) noexcept;

std::shared_ptr<const FileFormat> make_pair_format(PairShape shape, LineTime time, bool needs_zone, bool needs_year);

}  // namespace assay::log
