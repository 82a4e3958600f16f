#include "audit/audit_state.h"

#include <charconv>
#include <cstddef>

#include "base/arena.h"
#include "codec/json.h"

namespace assay::audit {
namespace {

using codec::JsonNode;
using codec::JsonType;

// What does not fit gives false.
template <class T>
bool read_number(const JsonNode* value, T& to) noexcept {
  if (value == nullptr) return false;
  const char* const end = value->text.data() + value->text.size();
  return !value->text.empty() && std::from_chars(value->text.data(), end, to).ptr == end;
}

bool read_text(const JsonNode* value, std::string& to) {
  if (value == nullptr || !value->is(JsonType::string)) return false;
  to = value->text;
  return true;
}

bool read_inputs(const JsonNode* inputs, AuditState& to) {
  if (inputs == nullptr || !inputs->is(JsonType::array)) return false;
  for (const JsonNode& input : inputs->items) {
    if (!input.is(JsonType::array) || input.items.size() != 2) return false;
    if (!read_number(input.items.data(), to.tokens.emplace_back())) return false;
    to.was_read.push_back(input.items[1].truth);
  }
  return true;
}

bool read_known(const JsonNode* known, AuditState& to) {
  if (known == nullptr) return false;
  if (known->is(JsonType::null)) return true;
  KnownMoment& moment = to.known.emplace();
  const JsonNode* repeated = known->find("repeated");
  if (repeated == nullptr || !read_text(known->find("unreadable"), moment.unreadable)) return false;
  moment.repeated = repeated->truth;
  if (known->find("seconds") == nullptr) return true;
  moment.at.emplace();
  return read_number(known->find("seconds"), moment.at->seconds) &&
         read_number(known->find("nanoseconds"), moment.at->nanoseconds);
}

}  // namespace

std::string to_json(const AuditState& state) {
  std::string to = "{\"lines\":" + std::to_string(state.lines) +
                   ",\"other_credentials\":" + std::to_string(state.other_credentials) +
                   ",\"repeated_hours\":" + std::to_string(state.repeated_hours) + ",\"inputs\":[";
  for (std::size_t i = 0; i < state.tokens.size(); ++i) {
    to += (i == 0 ? "[" : ",[") + std::to_string(state.tokens[i]) + (state.was_read[i] ? ",true]" : ",false]");
  }
  to += "],\"directive\":";
  codec::append_json_string(to, state.directive);
  to += ",\"known\":";
  if (!state.known) return to + "null}";
  to += state.known->repeated ? "{\"repeated\":true,\"unreadable\":" : "{\"repeated\":false,\"unreadable\":";
  codec::append_json_string(to, state.known->unreadable);
  if (state.known->at) {
    to += ",\"seconds\":" + std::to_string(state.known->at->seconds) +
          ",\"nanoseconds\":" + std::to_string(state.known->at->nanoseconds);
  }
  return to + "}}";
}

std::optional<AuditState> audit_state_from_json(std::string_view json) {
  base::Arena arena;
  const JsonNode* saved = codec::parse_json(json, codec::JsonDialect::rfc8259, arena);
  AuditState state;
  if (saved == nullptr || !read_number(saved->find("lines"), state.lines) ||
      !read_number(saved->find("other_credentials"), state.other_credentials) ||
      !read_number(saved->find("repeated_hours"), state.repeated_hours) || !read_inputs(saved->find("inputs"), state) ||
      !read_text(saved->find("directive"), state.directive) || !read_known(saved->find("known"), state)) {
    return std::nullopt;
  }
  return state;
}

}  // namespace assay::audit
