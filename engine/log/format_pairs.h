// Formats of keys and values: logfmt (key=value key="value"), CEF (its extension, behind seven bars) and LEEF.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "log/format.h"
#include "log/line_time.h"

namespace assay::log {

enum class PairSyntax : std::uint8_t { none, logfmt, cef, leef };

// What the value of a key says of a request.
enum class PairRole : std::uint8_t { client, method, url, status };
inline constexpr std::size_t kPairRoles = 4;

struct PairShape {
  PairSyntax syntax = PairSyntax::none;
  // For each role the key that has it on most of the first lines; empty: none. Another key, which a text that was not
  // quoted may have brought along, says nothing.
  std::array<std::string_view, kPairRoles> keys = {};
  std::string time_key;  // empty: the line begins with its time, or has none
};

// What most of the lines are. Times are what `times` reads.
PairShape pair_shape_of(std::span<const std::string_view> lines, const LineTime& times);

std::string_view name_of(PairSyntax syntax) noexcept;

std::shared_ptr<const FileFormat> make_pair_format(PairShape shape, LineTime time, bool needs_zone, bool needs_year);

}  // namespace assay::log
