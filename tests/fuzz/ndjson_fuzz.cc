// Any bytes as one NDJSON record: the fields that the fast readers find are those that the exact reader finds. And as
// records in turn, one a line: what is known of the records before does not change what is found.
#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "fuzz.h"
#include "stream/extractor.h"
#include "stream/record_layout.h"

namespace {

using namespace assay;

void compare_pointers(std::string_view record, codec::FastObjectReader& reader) {
  static constexpr std::string_view kPointers[] = {"/token", "/time", "/a/b", "/list/0", "/a~1b", "/m~0n", "/"};
  base::Arena arena;
  codec::FastObjectReader::Field fields[std::size(kPointers)];
  if (reader.read_fields(record, kPointers, arena, fields) != codec::FastObjectReader::Outcome::object) return;
  const codec::JsonNode* exact = codec::parse_json(record, codec::JsonDialect::rfc8259, arena);
  fuzz::require(exact != nullptr && exact->is(codec::JsonType::object), "the exact reader accepts the record");
  for (std::size_t i = 0; i < std::size(kPointers); ++i) {
    const codec::JsonNode* value = codec::resolve_json_pointer(*exact, kPointers[i]);
    fuzz::require(fields[i].found == (value != nullptr), "both readers find the field or neither");
    if (value == nullptr) continue;
    if (fields[i].value.kind == codec::FastMember::Kind::string) {
      fuzz::require(value->is(codec::JsonType::string) && value->text == fields[i].value.text, "the same string");
    }
    std::string line;
    codec::append_json_line(line, *value);
    fuzz::require(codec::parse_json(line, codec::JsonDialect::rfc8259, arena) != nullptr, "a carried value is JSON");
  }
}

void compare_names(std::string_view record, codec::FastObjectReader& reader) {
  static constexpr std::string_view kNames[] = {"token", "time", "a", "list", ""};
  base::Arena arena;
  codec::FastObjectReader::Field fields[std::size(kNames)];
  if (reader.read_plain(record, kNames, arena, fields) != codec::FastObjectReader::Outcome::object) return;
  const codec::JsonNode* exact = codec::parse_json(record, codec::JsonDialect::rfc8259, arena);
  fuzz::require(exact != nullptr && exact->is(codec::JsonType::object), "the exact reader accepts the plain record");
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const codec::JsonNode* value = exact->find(kNames[i]);
    fuzz::require(fields[i].found == (value != nullptr), "both readers find the member or neither");
    if (value == nullptr) continue;
    std::string line;
    codec::append_json_line(line, *value);
    fuzz::require(codec::FastObjectReader::written(fields[i]) == line,
                  "a carried value is what the exact reader writes");
  }
}

stream::Extractor::Options extractor_options() {
  return {.format = InputFormat::ndjson,
          .token_field = "/token",
          .time_field = "/time",
          .carry = {"/a", "/list"},
          .at_record = true,
          .line_limit = 1 << 20};
}

// Lines of either path are equal: by `extractor`, which knows the lines before, and by only the exact reader.
void compare_extractors(stream::Extractor& extractor, const std::string& line) {
  using stream::Extracted;
  base::Arena arena;
  stream::Extractor exact(extractor_options());
  const fuzz::Padded fast(line, codec::kJsonPadding);
  // A tab keeps the plain reader out and means nothing to JSON.
  const fuzz::Padded slow("\t" + line, codec::kJsonPadding);
  const Extracted a = extractor.extract({fast.view(), false}, arena);
  const Extracted b = exact.extract({slow.view(), false}, arena);
  fuzz::require(a.has_token == b.has_token && a.token == b.token && a.refused == b.refused, "the same token");
  fuzz::require(a.has_time == b.has_time && a.time == b.time, "the same time");
  fuzz::require(std::equal(a.carried.begin(), a.carried.end(), b.carried.begin(), b.carried.end()), "the same fields");
}

// A layout finds in each record what the plain reader finds.
void compare_layout(stream::RecordLayout& layout, const std::vector<std::string_view>& names, const std::string& line,
                    codec::FastObjectReader& reader) {
  base::Arena arena;
  const fuzz::Padded record(line, codec::kJsonPadding);
  std::vector<codec::FastObjectReader::Field> known(names.size()), plain(names.size());
  const bool is_object = layout.read(record.view(), arena, known);
  fuzz::require(
      is_object == (reader.read_plain(record.view(), names, arena, plain) == codec::FastObjectReader::Outcome::object),
      "both decide the record or neither");
  if (!is_object) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    fuzz::require(known[i].found == plain[i].found, "both find the member or neither");
    if (!known[i].found) continue;
    fuzz::require(known[i].value.kind == plain[i].value.kind, "the same kind");
    fuzz::require(known[i].value.text == plain[i].value.text, "the same text");
  }
}

// Reads the lines in turn. A layout reads each a second time, by the layout of the first.
void compare_in_turn(std::string_view text, codec::FastObjectReader& reader) {
  static const std::vector<std::string_view> kNames = {"token", "time", "a", "list", ""};
  constexpr int kMost = 8;
  stream::RecordLayout layout(kNames);
  stream::Extractor extractor(extractor_options());
  for (int i = 0; i < kMost && !text.empty(); ++i) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    compare_layout(layout, kNames, line, reader);
    compare_layout(layout, kNames, line, reader);
    compare_extractors(extractor, line);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::FastObjectReader reader;
  const fuzz::Padded record(fuzz::text_of(data, size), codec::kJsonPadding);
  compare_pointers(record.view(), reader);
  compare_names(record.view(), reader);
  static stream::Extractor extractor(extractor_options());
  compare_extractors(extractor, std::string(record.view()));
  compare_in_turn(record.view(), reader);
  return 0;
}
