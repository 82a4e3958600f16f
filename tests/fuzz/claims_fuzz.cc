// Any bytes as claims: what the fast reader accepts the exact one accepts with equal members, and the line that goes
// into a verdict is valid JSON again.
#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "fuzz.h"
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
      return value.is(codec::JsonType::integer) &&
             (std::to_string(fast.integer) == value.text || (fast.integer == 0 && value.text == "-0"));
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

void compare_readers(std::string_view text, codec::FastObjectReader& reader) {
  base::Arena arena;
  std::span<const codec::FastMember> members;
  if (reader.read(text, arena, members) != codec::FastObjectReader::Outcome::object) return;
  const codec::JsonNode* exact = codec::parse_json(text, codec::JsonDialect::rfc8259, arena);
  fuzz::require(exact != nullptr, "what the fast reader accepts the exact reader accepts");
  fuzz::require(exact->is(codec::JsonType::object) && exact->members.size() == members.size(), "equal members");
  for (std::size_t i = 0; i < members.size(); ++i) {
    fuzz::require(equal(members[i], exact->members[i]), "the readers agree on every member");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::FastObjectReader reader;
  const fuzz::Padded payload(fuzz::text_of(data, size), codec::kJsonPadding);
  compare_readers(payload.view(), reader);
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
