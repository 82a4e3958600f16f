#include "jose/header.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"

namespace assay::jose {
namespace {

using codec::JsonMember;
using codec::JsonNode;
using codec::JsonType;

constexpr std::size_t kMaxIntegerDigits = 4300;

// What a registered parameter must hold (RFC 7515 §4.1). joserfc checks the same, also for parameters it never uses.
enum class Form { string, url, object, string_list };
struct Parameter {
  std::string_view name;
  Form form;
  const char* fault;
};
constexpr Parameter kParameters[] = {
    {"jku", Form::url, "jku is not an http or https URL"},
    {"jwk", Form::object, "jwk is not an object"},
    {"kid", Form::string, "kid is not a string"},
    {"x5u", Form::url, "x5u is not an http or https URL"},
    {"x5c", Form::string_list, "x5c is not a list of strings"},
    {"x5t", Form::string, "x5t is not a string"},
    {"x5t#S256", Form::string, "x5t#S256 is not a string"},
    {"typ", Form::string, "typ is not a string"},
    {"cty", Form::string, "cty is not a string"},
};

// joserfc's JWS registry: the names that fastmcp takes in crit.
constexpr std::string_view kJoserfcNames[] = {"alg", "jku",      "jwk", "kid", "x5u",  "x5c",
                                              "x5t", "x5t#S256", "typ", "cty", "crit", "b64"};

bool is_string_list(const JsonNode& node) noexcept {
  return node.is(JsonType::array) &&
         std::all_of(node.items.begin(), node.items.end(), [](const JsonNode& n) { return n.is(JsonType::string); });
}

bool has_form(const JsonNode& node, Form form) noexcept {
  switch (form) {
    case Form::string:
      return node.is(JsonType::string);
    case Form::url:
      return node.is(JsonType::string) && (node.text.starts_with("http://") || node.text.starts_with("https://"));
    case Form::object:
      return node.is(JsonType::object);
    case Form::string_list:
      return is_string_list(node);
  }
  return false;
}

bool holds(std::span<const JsonNode> names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [&](const JsonNode& n) { return n.is(JsonType::string) && n.text == name; });
}

bool has_repeated_name(std::span<const JsonMember> members) {
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const JsonMember& member : members) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Digits cost quadratic time where a number is converted; CPython and so fastmcp's dialect has the same limit.
bool has_endless_integer(const JsonNode& node) noexcept {
  if (node.is(JsonType::integer)) return node.text.size() > kMaxIntegerDigits + (node.text.front() == '-' ? 1 : 0);
  return std::any_of(node.items.begin(), node.items.end(), has_endless_integer) ||
         std::any_of(node.members.begin(), node.members.end(),
                     [](const JsonMember& m) { return has_endless_integer(m.value); });
}

const char* malformed_because(const JsonNode& header, Profile profile) {
  // RFC 7515 §4: names must be unique; a reader rejects, or takes the last as Python does.
  if (profile == Profile::strict && has_repeated_name(header.members)) return "a header parameter occurs twice";
  if (has_endless_integer(header)) return "an integer has too many digits";
  if (header.find("alg") == nullptr) return "no alg parameter";
  for (const Parameter& parameter : kParameters) {
    const JsonNode* value = header.find(parameter.name);
    if (value != nullptr && !has_form(*value, parameter.form)) return parameter.fault;
  }
  return nullptr;
}

// RFC 7515 §4.1.11 and RFC 7797 §6. assay understands one extension, b64, and of that only true: RFC 7797 §7 forbids
// b64=false in a JWT.
const char* strict_crit_fault(const JsonNode& header) {
  const JsonNode* crit = header.find("crit");
  const JsonNode* b64 = header.find("b64");
  if (crit != nullptr) {
    if (!is_string_list(*crit) || crit->items.empty()) return "crit is not a list of names with one at least";
    for (std::size_t i = 0; i < crit->items.size(); ++i) {
      const std::string_view name = crit->items[i].text;
      // A name of the RFCs' own header parameters must not stand in crit, and no other extension is understood.
      if (name != "b64") return "crit names a parameter that is not an extension understood here";
      if (i > 0) return "crit names a parameter twice";
      if (b64 == nullptr) return "crit names a parameter that the header lacks";
    }
  }
  if (b64 != nullptr) {
    if (!b64->is(JsonType::boolean)) return "b64 is neither true nor false";
    if (crit == nullptr) return "b64 without crit";
    if (!b64->truth) return "b64 is false, which a JWT must not use";
  }
  return nullptr;
}

// FastMCP's check of crit, then joserfc's of b64.
const char* fastmcp_crit_fault(const JsonNode& header) {
  const JsonNode* crit = header.find("crit");
  const JsonNode* b64 = header.find("b64");
  if (crit != nullptr) {
    if (!is_string_list(*crit)) return "crit is not a list of names";
    for (const JsonNode& name : crit->items) {
      if (header.find(name.text) == nullptr) return "crit names a parameter that the header lacks";
      if (std::find(std::begin(kJoserfcNames), std::end(kJoserfcNames), name.text) == std::end(kJoserfcNames)) {
        return "crit names a parameter that is not understood here";
      }
    }
  }
  if (b64 != nullptr) {
    if (!b64->is(JsonType::boolean)) return "b64 is neither true nor false";
    if (!b64->truth && (crit == nullptr || !holds(crit->items, "b64"))) return "b64 is false without crit";
  }
  return nullptr;
}

Header with_fault(Header header, Reason reason, std::string detail) {
  header.fault = reason;
  header.detail = std::move(detail);
  return header;
}

std::optional<std::string> string_of(const JsonNode& header, std::string_view name) {
  const JsonNode* value = header.find(name);
  if (value == nullptr || !value->is(JsonType::string)) return {};
  return std::string(value->text);
}

}  // namespace

std::optional<Header> read_header(std::string_view segment, Profile profile) {
  const std::size_t limit = profile == Profile::strict ? kStrictMaxHeader : kFastmcpMaxHeader;
  if (segment.size() > limit) {
    if (segment.size() % 4 == 1 || !codec::is_base64url_alphabet(segment)) return {};
    return with_fault({}, Reason::malformed_header,
                      "the header is longer than " + std::to_string(limit) + " characters");
  }
  const std::optional<std::string> text = codec::base64url_decode(segment);
  if (!text) return {};

  base::Arena arena;
  codec::JsonError error;
  const auto dialect = profile == Profile::strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  const JsonNode* root = codec::parse_json(*text, dialect, arena, &error);
  if (root == nullptr) {
    return with_fault({}, Reason::malformed_header, std::string("the header is not valid JSON: ") + error.message);
  }
  if (!root->is(JsonType::object)) return with_fault({}, Reason::malformed_header, "the header is not a JSON object");

  Header header;
  header.alg = string_of(*root, "alg");
  if (header.alg) header.algorithm = algorithm_from_string(*header.alg);
  header.kid = string_of(*root, "kid");
  header.typ = string_of(*root, "typ");
  header.has_enc = root->find("enc") != nullptr;
  header.has_nonce = root->find("nonce") != nullptr;
  header.x5t = string_of(*root, "x5t").value_or("");
  header.x5t_s256 = string_of(*root, "x5t#S256").value_or("");
  // FastMCP asks `if kid`; a falsy kid of another type fails joserfc's check below.
  header.lookup_without_kid = is_fastmcp(profile) && (!header.kid || header.kid->empty());

  if (const char* fault = malformed_because(*root, profile)) {
    return with_fault(std::move(header), Reason::malformed_header, fault);
  }
  const char* fault = profile == Profile::strict ? strict_crit_fault(*root) : fastmcp_crit_fault(*root);
  if (fault != nullptr) return with_fault(std::move(header), Reason::critical_header, fault);
  if (const JsonNode* b64 = root->find("b64")) header.payload_is_encoded = b64->truth;
  return header;
}

}  // namespace assay::jose
