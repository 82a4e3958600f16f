// Any bytes as one NDJSON record: the fields that the fast reader finds are those that the exact reader finds.
#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static codec::FastObjectReader reader;
  static constexpr std::string_view kPointers[] = {"/token", "/time", "/a/b", "/list/0", "/a~1b", "/m~0n", "/"};
  const fuzz::Padded record(fuzz::text_of(data, size), codec::kJsonPadding);
  base::Arena arena;
  codec::FastObjectReader::Field fields[std::size(kPointers)];
  if (reader.read_fields(record.view(), kPointers, arena, fields) != codec::FastObjectReader::Outcome::object) return 0;
  const codec::JsonNode* exact = codec::parse_json(record.view(), codec::JsonDialect::rfc8259, arena);
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
  return 0;
}
