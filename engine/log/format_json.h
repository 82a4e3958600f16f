// JSON formats: one record a line. A known format is a row of pointers; of others the pointers are learnt from the
// names of their fields.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "log/format.h"
#include "log/format_layers.h"
#include "log/line_time.h"

namespace assay::log {

// `accepted` is false if the server answered well, but refused the token; its status is then 401. `inner` is the line
// of a program that the record carries.
enum class JsonRole : std::uint8_t { time, date, client, method, url, query, request, status, accepted, inner };

struct JsonPlace {
  JsonRole role = JsonRole::time;
  std::string pointer;  // RFC 6901. If several places of a role have a value, the first one on the line counts
};

struct JsonShape {
  std::string_view name = "unknown";  // a literal; "unknown": the lines are no JSON
  std::vector<JsonPlace> places;
  std::string_view events;      // the member that may hold an array of records; empty: none
  bool has_arrays = false;      // lines may be arrays of records
  bool is_utc = false;          // times without a zone are UTC
  bool has_most_lines = false;  // false: most lines are other text, such as stack traces
  bool is_carrier = false;      // what its place `inner` holds is the line of any program, not a message of its own
  Joining joining = Joining::none;
};

// Finds the shape of a file from its first lines. `time_field` is the pointer of the time if it is told, else empty.
// With it, `times` decides what is a time. Without a place of the role `time`, no field holds one.
JsonShape shape_of(std::span<const std::string_view> lines, std::string_view time_field, const LineTime& times);

// Where the time stands, for people: "/time", "/time, or /ts", "/date and /time"; empty: nowhere.
std::string time_place(const JsonShape& shape);

// The carried texts of the lines, without their escapes; none if the shape has no place for them. Views into the arena
// or the lines.
std::vector<std::string_view> carried_texts(const JsonShape& shape, std::span<const std::string_view> lines,
                                            base::Arena& arena);

// Whether records have a place for anything about a request.
bool tells_request(const JsonShape& shape);

// `name`: of the format for people, if its records carry lines of a known format, else that of the shape.
std::shared_ptr<const FileFormat> make_json_format(JsonShape shape, LineTime time, bool needs_zone, bool needs_year,
                                                   Inner inner = {}, std::string name = {});

}  // namespace assay::log
