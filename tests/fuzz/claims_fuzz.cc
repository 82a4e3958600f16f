// Any bytes as claims: what the fast reader accepts the exact one accepts with equal members, and the line that goes
// into a verdict is valid JSON again.
#include <vector>

#include "base/arena.h"
#include "codec/flat_object.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "fuzz.h"
#include "jose/access.h"
#include "jose/claims.h"

namespace {

using namespace assay;

bool equal(const codec::FastMember& fast, const codec::JsonMember& exact) {
  if (fast.name != exact.name) return false;
  const codec::JsonNode& value = exact.value;
  switch (fast.kind) {
    case codec::FastMember::Kind::null:
      return value.is(codec::JsonType::null);
    case codec::FastMember::Kind::boolean:
      return value.is(codec::JsonType::boolean) && value.truth == fast.truth;
    case codec::FastMember::Kind::integer:
      return value.is(codec::JsonType::integer) && fast.text == (value.text == "-0" ? "0" : value.text);
    case codec::FastMember::Kind::real:
      return value.is(codec::JsonType::real) && fast.text == value.text;
    case codec::FastMember::Kind::string:
      return value.is(codec::JsonType::string) && value.text == fast.text;
    case codec::FastMember::Kind::string_array: {
      if (!value.is(codec::JsonType::array) || value.items.size() != fast.items.size()) return false;
      for (std::size_t i = 0; i < fast.items.size(); ++i) {
        if (!value.items[i].is(codec::JsonType::string) || value.items[i].text != fast.items[i]) return false;
      }
      return true;
    }
    case codec::FastMember::Kind::other:
      return true;
  }
  return false;
}

void require_equal(std::span<const codec::FastMember> members, std::string_view text, codec::JsonDialect dialect) {
  base::Arena arena;
  const codec::JsonNode* exact = codec::parse_json(text, dialect, arena);
  fuzz::require(exact != nullptr, "what a fast reader accepts the exact reader accepts");
  fuzz::require(exact->is(codec::JsonType::object) && exact->members.size() == members.size(), "equal members");
  for (std::size_t i = 0; i < members.size(); ++i) {
    fuzz::require(equal(members[i], exact->members[i]), "the readers agree on every member");
  }
}

void compare_readers(std::string_view text, codec::FastObjectReader& reader) {
  base::Arena arena;
  std::span<const codec::FastMember> members;
  if (reader.read(text, arena, members) != codec::FastObjectReader::Outcome::object) return;
  require_equal(members, text, codec::JsonDialect::rfc8259);
}

// The flat reader with each kernel: all decide the same texts, with the members that the exact reader finds.
void compare_kernels(std::string_view text) {
  static const std::vector<codec::FlatKernel> kernels = [] {
    codec::FlatKernel found[3];
    const int count = codec::flat_kernels(found);
    return std::vector<codec::FlatKernel>(found, found + count);
  }();
  static std::vector<codec::FlatObjectReader> readers(kernels.begin(), kernels.end());
  base::Arena arena;
  std::vector<codec::FastMember> members;
  const auto keep = [&](const codec::FastMember& member) { members.push_back(member); };
  const bool decided_any = readers[0].read_any(text, arena, keep);
  for (codec::FlatObjectReader& reader : readers) {
    members.clear();
    fuzz::require(reader.read_any(text, arena, keep) == decided_any, "the kernels decide the same texts of any kind");
    if (!decided_any) continue;
    require_equal(members, text, codec::JsonDialect::rfc8259);
    require_equal(members, text, codec::JsonDialect::python);
  }
  const bool decided = readers[0].read(text, arena, keep);
  for (std::size_t k = 0; k < readers.size(); ++k) {
    members.clear();
    fuzz::require(readers[k].read(text, arena, keep) == decided, "the kernels decide the same texts");
    if (!decided) continue;
    require_equal(members, text, codec::JsonDialect::rfc8259);
    require_equal(members, text, codec::JsonDialect::python);
    for (const codec::FastMember& member : members) {
      const codec::JsonNode* value =
          codec::parse_json(codec::FlatObjectReader::written(member), codec::JsonDialect::rfc8259, arena);
      fuzz::require(value != nullptr, "a value as written is JSON");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::FastObjectReader reader;
  const fuzz::Padded payload(fuzz::text_of(data, size), codec::kJsonPadding);
  compare_readers(payload.view(), reader);
  compare_kernels(payload.view());
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    base::Arena arena;
    jose::ClaimsFault fault;
    const jose::Claims* claims = jose::read_claims(payload.view(), profile, reader, arena, fault);
    if (claims == nullptr) {
      fuzz::require(fault.message != nullptr, "a fault has a message");
      continue;
    }
    fuzz::require(claims->json.find('\n') == std::string_view::npos, "claims are one line");
    const codec::JsonNode* again = codec::parse_json(claims->json, codec::JsonDialect::rfc8259, arena);
    fuzz::require(again != nullptr && again->is(codec::JsonType::object), "claims are a JSON object again");
    fuzz::require(!jose::client_id_of(*claims, arena).empty(), "a client id is never empty");
  }
  return 0;
}
