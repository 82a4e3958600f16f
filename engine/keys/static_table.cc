#include "keys/static_table.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/arena.h"
#include "codec/json.h"
#include "jose/access.h"
#include "jose/claims.h"
#include "jwk/foreign_text.h"

namespace assay::keys {
namespace {

using codec::JsonNode;
using codec::JsonType;

// Whether Python reads a number as a whole one. Its floats have the precision of a double.
bool is_whole_in_python(const JsonNode& json) {
  if (json.is(JsonType::integer)) return true;
  const double value = std::strtod(std::string(json.text).c_str(), nullptr);
  return std::floor(value) == value;
}

// Reads expires_at, which is a number. Returns false if it cannot be truncated to an integer.
bool read_expiry(const JsonNode& json, StaticEntry& entry, base::Arena& arena) {
  jose::Claims claims;
  claims.exp.type = json.is(JsonType::integer) ? jose::ClaimType::integer : jose::ClaimType::real;
  claims.exp.text = json.text;
  entry.expires_at = jose::expires_at_of(claims, Profile::strict, arena);
  entry.expiry = jose::parse_numeric_date(json.text);
  return !entry.expires_at.empty();
}

// Reads one entry. Returns what is wrong with which field, or an empty string.
std::string read_entry(const JsonNode& json, Profile profile, StaticEntry& entry, base::Arena& arena) {
  if (!json.is(JsonType::object)) return "not a JSON object; give {\"client_id\": \"...\", \"scopes\": [...]}";
  const JsonNode* client_id = json.find("client_id");
  if (client_id == nullptr) return "client_id is missing";
  if (!client_id->is(JsonType::string)) return "client_id is not a string";
  entry.client_id = client_id->text;

  if (const JsonNode* scopes = json.find("scopes")) {
    if (!scopes->is(JsonType::array)) return "scopes is not a list of strings";
    for (const JsonNode& scope : scopes->items) {
      if (!scope.is(JsonType::string)) return "scopes is not a list of strings";
      entry.scopes.emplace_back(scope.text);
    }
  }
  if (const JsonNode* expires = json.find("expires_at"); expires != nullptr && !expires->is(JsonType::null)) {
    if (!expires->is(JsonType::integer) && !expires->is(JsonType::real))
      return "expires_at is not a number of Unix seconds";
    if (!read_expiry(*expires, entry, arena)) return "expires_at is too large for a number of Unix seconds";
    entry.has_broken_expiry = is_fastmcp(profile) && !is_whole_in_python(*expires);
  }
  if (const JsonNode* subject = json.find("sub"); subject != nullptr && !subject->is(JsonType::null)) {
    if (!subject->is(JsonType::string)) return "sub is not a string";
    entry.subject = std::string(subject->text);
  }
  codec::append_json_line(entry.claims, json);
  return {};
}

}  // namespace

Result<std::shared_ptr<const StaticTable>> StaticTable::parse(std::string_view json, std::string_view name,
                                                              Profile profile) {
  const std::string file(name);
  if (std::string foreign = jwk::foreign_text(json, "JSON"); !foreign.empty()) return Error{file + ": " + foreign};
  base::Arena arena;
  codec::JsonError error;
  const JsonNode* root = codec::parse_json(jwk::without_bom(json), codec::JsonDialect::rfc8259, arena, &error);
  const char* const mend = "; give {\"<token>\": {\"client_id\": \"...\", \"scopes\": [...]}, ...}";
  if (root == nullptr)
    return Error{file + ": not JSON: " + error.message + " at byte " + std::to_string(error.offset) + mend};
  if (!root->is(JsonType::object)) return Error{file + ": not a JSON object" + mend};

  const auto table = std::make_shared<StaticTable>();
  for (std::size_t i = 0; i < root->members.size(); ++i) {
    // Entries are named by position: their names are live secrets.
    const std::string where = file + ": entry " + std::to_string(i + 1) + ": ";
    const codec::JsonMember& member = root->members[i];
    if (member.name.empty()) return Error{where + "the token is empty"};
    StaticEntry entry;
    if (std::string why = read_entry(member.value, profile, entry, arena); !why.empty()) return Error{where + why};
    if (!table->entries_.emplace(std::string(member.name), std::move(entry)).second)
      return Error{where + "the same token occurs twice; keep one"};
  }
  return std::shared_ptr<const StaticTable>(table);
}

const StaticEntry* StaticTable::find(std::string_view token) const {
  const auto found = entries_.find(token);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace assay::keys
