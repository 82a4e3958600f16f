#include "jose/shape_fault.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "codec/base64url.h"
#include "codec/json.h"
#include "jose/ascii.h"
#include "jose/dress.h"
#include "jose/mask.h"

namespace assay::jose {
namespace {

// Leading zeros of r and s, or of an RSA signature, that a faulty signer drops: more are as good as impossible.
constexpr std::size_t kMostDroppedZeros = 3;
// Bytes of whole signatures: HS256, HS384, HS512 and ES256 and Ed25519, ES384, Ed448, RSA of 1024 bits, ES512.
constexpr std::size_t kWholeLengths[] = {32, 48, 64, 96, 114, 128, 132};
constexpr std::size_t kLongestScheme = 20;

// What programs write instead of a token that they do not have.
constexpr std::string_view kAbsent[] = {"-",       "--",       "---", "null",     "undefined",    "none",  "nil",
                                        "nan",     "n/a",      "na",  "void",     "false",        "empty", "absent",
                                        "missing", "no token", "\\N", "no-token", "object Object"};

// Credentials that hold dots and are no JSON Web Tokens, by their beginnings.
struct Kind {
  std::string_view prefix, name;
};
constexpr Kind kKinds[] = {{"v1.local.", "PASETO"},  {"v1.public.", "PASETO"}, {"v2.local.", "PASETO"},
                           {"v2.public.", "PASETO"}, {"v3.local.", "PASETO"},  {"v3.public.", "PASETO"},
                           {"v4.local.", "PASETO"},  {"v4.public.", "PASETO"}, {"ya29.", "Google access token"},
                           {"ory_at_", "Ory token"}, {"ory_rt_", "Ory token"}, {"hvs.", "Vault token"},
                           {"hvb.", "Vault token"},  {"SG.", "SendGrid key"},  {"Fe26.2*", "Iron token"}};

enum class Place { header, payload, signature };
std::string name_of(Place place) {
  return place == Place::header ? "header" : place == Place::payload ? "payload" : "signature";
}

bool is_json_object(std::string_view padded_text, Profile profile, codec::FastObjectReader& reader,
                    base::Arena& arena) {
  std::span<const codec::FastMember> members;
  if (reader.read(padded_text, arena, members) == codec::FastObjectReader::Outcome::object) return true;
  const auto dialect = profile == Profile::strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  const codec::JsonNode* root = codec::parse_json(padded_text, dialect, arena);
  return root != nullptr && root->is(codec::JsonType::object);
}

std::string count_of(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

// The name of the first character of a segment that is not base64url, from position 1 on.
std::string name_of_foreign(std::string_view segment, std::size_t at, Place place) {
  const auto c = static_cast<unsigned char>(segment[at]);
  const std::string where = " in the " + name_of(place);
  if (c == '+' || c == '/') return "standard base64 (+ or /)" + where + ", not base64url (RFC 4648 §5)";
  if (c == '\r' || c == '\n') return "a line break" + where;
  if (c == ' ' || c == '\t') return "white space" + where;
  const std::string what = c < 0x20 || c == 0x7F ? "a control character"
                           : c >= 0x80           ? "a character beyond ASCII"
                                                 : "a character that is not base64url";
  return what + where + ", character " + std::to_string(at + 1);
}

// Returns why a segment is not strict base64url; empty if it is.
std::string fault_of(std::string_view segment, Place place, bool accept_padding) {
  if (accept_padding) segment = codec::without_padding(segment);
  const std::size_t last = segment.find_last_not_of('=');
  const std::string_view unpadded = segment.substr(0, last == segment.npos ? 0 : last + 1);
  const bool in_alphabet = codec::is_base64url_alphabet(unpadded);
  if (!in_alphabet) {
    if (is_mask(segment)) return "the " + name_of(place) + " was masked";
    std::size_t at = 0;
    while (is_base64url(unpadded[at])) ++at;
    return name_of_foreign(unpadded, at, place);
  }
  if (unpadded.size() != segment.size()) {
    return codec::without_padding(segment) == unpadded ? "'=' padding, as AWS ALB writes it (RFC 7515 §2 omits it)"
                                                       : "'=' padding of a wrong length in the " + name_of(place);
  }
  if (segment.size() % 4 == 1) {
    return "the " + name_of(place) + " has " + count_of(segment.size(), "character") +
           ", a length that base64url never has; cut?";
  }
  if (codec::base64url_decode(segment.substr(segment.size() / 4 * 4))) return {};
  return "the last character of the " + name_of(place) + " has bits that belong to no byte (RFC 4648 §3.5); cut?";
}

// Describes a text that is no whole token, segment by segment.
class Description {
 public:
  Description(std::string_view text, const Compact& compact, const Header* header, const FailedToken& failed,
              codec::FastObjectReader& reader, base::Arena& arena)
      : text_(text), compact_(compact), header_(header), failed_(failed), reader_(reader), arena_(arena) {}

  std::string line() {
    for (const auto describe : {&Description::neighbours, &Description::mask, &Description::segments}) {
      if (std::string found = (this->*describe)(); !found.empty()) return found;
    }
    return unsigned_token();
  }

 private:
  // A whole token with more text before or after it.
  std::string neighbours() const {
    const auto in_token = [](char c) { return c == '.' || is_base64url(c); };
    // Padding and the standard alphabet are faults of the token itself.
    const auto end = std::find_if_not(text_.begin(), text_.end(),
                                      [&](char c) { return in_token(c) || c == '=' || c == '+' || c == '/'; }) -
                     text_.begin();
    const std::string_view front = text_.substr(0, static_cast<std::size_t>(end));
    if (front.size() < text_.size() && is_whole_token(front)) {
      return "a whole token, and more text from character " + std::to_string(front.size() + 1) + " on";
    }
    const auto behind = std::find_if_not(text_.rbegin(), text_.rend(), in_token) - text_.rbegin();
    const std::string_view back = text_.substr(text_.size() - static_cast<std::size_t>(behind));
    if (back.size() == text_.size() || !is_whole_token(back)) return {};
    const std::string_view before = text_.substr(0, text_.size() - back.size());
    const bool scheme = before.size() <= kLongestScheme && before.find(' ') == before.size() - 1;
    return scheme ? "begins with an unknown scheme; the token after it is whole"
                  : count_of(before.size(), "byte") + " of text before a whole token";
  }

  // Describes a mask within the header or the payload. A mask in the signature is reported only if nothing else is
  // wrong.
  std::string mask() const {
    const std::size_t at = compact_.shape == Shape::masked ? text_.npos : find_mask(text_);
    if (at == text_.npos) return {};
    const auto dots = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '.');
    if (dots >= 2) return {};
    const bool from_its_begin = at == 0 || text_[at - 1] == '.';
    return (from_its_begin ? "the " : "masked within the ") + name_of(dots == 0 ? Place::header : Place::payload) +
           (from_its_begin ? " was masked" : "");
  }

  std::string segments() const {
    const auto count = static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '.')) + 1;
    if (count == 1) return one_segment();
    if (std::string found = fault_of(compact_.header, Place::header, failed_.policy.accept_padding); !found.empty()) {
      return found;
    }
    if (count > 3 && compact_.shape != Shape::masked) return many_segments(count);
    if (compact_.shape == Shape::two_segments) return {};
    const bool encoded = header_ == nullptr || header_->payload_is_encoded;
    if (std::string found =
            encoded ? fault_of(compact_.payload, Place::payload, failed_.policy.accept_padding) : std::string();
        !found.empty()) {
      return found;
    }
    if (compact_.shape != Shape::signed_token) return {};
    return fault_of(compact_.signature, Place::signature, failed_.policy.accept_padding);
  }

  std::string one_segment() const {
    if (!begins_object(text_)) return "no dots, so not a JWT";
    if (!codec::is_base64url_alphabet(text_)) return fault_of(text_, Place::header, failed_.policy.accept_padding);
    const auto bytes = codec::base64url_decode(text_);
    return bytes && bytes->ends_with('}') ? "ends after the header, cut?" : "ends within the header, cut?";
  }

  std::string many_segments(std::size_t count) const {
    const std::string found = std::to_string(count) + " segments; a JWT has three";
    if (header_ != nullptr && header_->has_enc) return found + ", and a JWE, as the header's enc says, five";
    return count == 5 ? found + ", and a JWE's header has enc" : found;
  }

  // Describes a token without a signature, or one whose three segments are sound by themselves.
  std::string unsigned_token() {
    if (compact_.payload.empty() && compact_.shape == Shape::two_segments) return "ends after the header, cut?";
    const bool whole = compact_.payload_bytes.data() != nullptr &&
                       is_json_object(compact_.payload_bytes, failed_.policy.profile, reader_, arena_);
    if (!whole && !begins_object(compact_.header)) return "two segments, and the first is not the header of a JWT";
    if (!whole && begins_object(compact_.payload)) return "ends within the payload, cut?";
    if (!whole) return "the signature is missing, and the payload is no JSON object";
    if (header_ == nullptr) return "the signature is missing or masked";
    if (header_->fault == Reason::malformed_header) return "the signature is missing, and " + header_->detail;
    return "the signature is missing, and the header names no algorithm that assay verifies";
  }

  std::string_view text_;
  const Compact& compact_;
  const Header* header_;
  const FailedToken& failed_;
  codec::FastObjectReader& reader_;
  base::Arena& arena_;
};

// Returns the detail of signature_redacted; empty if the signature was not cut off or masked, or if header and payload
// are not whole. "none" is no algorithm that signs.
std::string redacted_signature(const FailedToken& failed, codec::FastObjectReader& reader, base::Arena& arena) {
  const Compact& compact = failed.compact;
  if (failed.header == nullptr || failed.header->fault == Reason::malformed_header || !failed.header->algorithm ||
      compact.payload.empty() || compact.payload_bytes.data() == nullptr) {
    return {};
  }
  const bool cut = is_cut_signature(compact, failed.least_signature);
  if (compact.shape != Shape::two_segments && compact.shape != Shape::empty_signature &&
      compact.shape != Shape::masked && !cut) {
    return {};
  }
  if (!is_json_object(compact.payload_bytes, failed.policy.profile, reader, arena)) return {};
  if (compact.shape == Shape::two_segments) return "two segments: the signature was cut off";
  if (compact.shape == Shape::empty_signature) return "the third segment is empty: the signature was cut off";
  if (compact.shape == Shape::masked) return "the signature was masked";
  const std::string takes = "; " + std::string(to_string(*failed.header->algorithm)) + " takes ";
  const std::string at_least =
      failed.header->algorithm && info(*failed.header->algorithm).key_type == KeyType::RSA ? "at least " : "";
  if (compact.signature_bytes.data() != nullptr) {
    return "the signature was cut off: " + count_of(compact.signature_bytes.size(), "byte") + takes + at_least +
           std::to_string(failed.least_signature);
  }
  return "the signature was cut off: " + count_of(compact.signature.size(), "character") + takes + at_least +
         std::to_string(codec::base64url_encoded_size(failed.least_signature));
}

// Printable ASCII without white space and dots: what an opaque token looks like.
bool is_opaque(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F && c != '.'; });
}

// Returns true for "Scheme value" with a scheme that no list holds, if the value looks like a secret and not like a
// word.
bool is_unknown_scheme(std::string_view text) noexcept {
  const std::size_t space = text.find(' ');
  if (space == text.npos || space > kLongestScheme) return false;
  const std::string_view value = text.substr(space + 1);
  return is_opaque(text.substr(0, space)) && is_opaque(value) && value.size() >= 8 &&
         std::any_of(value.begin(), value.end(), is_digit);
}

// Returns true if a dot parts segments. Three dots in a row are a mask.
bool holds_separator(std::string_view text) noexcept {
  for (std::size_t i = text.find('.'); i < text.size(); i = text.find('.', i)) {
    const std::size_t end = std::min(text.find_first_not_of('.', i), text.size());
    if (end - i < 3) return true;
    i = end;
  }
  return false;
}

std::optional<ShapeFault> placeholder_fault(const Undressed& undressed, base::Arena& arena) {
  if (undressed.core.empty()) {
    const std::string around(undressed.around.empty() ? std::string_view("empty") : undressed.around);
    return ShapeFault{Reason::missing_token, arena.copy(around + ", and nothing else")};
  }
  for (const std::string_view word : kAbsent) {
    if (equal_but_for_case(undressed.core, word)) {
      return ShapeFault{Reason::missing_token,
                        arena.copy("'" + std::string(word) + "' stands where a token should be")};
    }
  }
  if (is_masked_token(undressed.core)) return ShapeFault{Reason::token_redacted, "the whole token was masked"};
  return std::nullopt;
}

// Another kind of credential. `undressed` is no token by its looks, and no placeholder.
std::optional<ShapeFault> credential_fault(const Undressed& undressed, base::Arena& arena) {
  const std::string_view core = undressed.core;
  if (!undressed.foreign_scheme.empty()) {
    return ShapeFault{Reason::other_credential, arena.copy("another scheme: " + std::string(undressed.foreign_scheme))};
  }
  for (const Kind& kind : kKinds) {
    if (core.starts_with(kind.prefix)) {
      return ShapeFault{Reason::other_credential,
                        arena.copy("another kind: " + std::string(kind.name) + ", not a JWT")};
    }
  }
  if (holds_separator(core) || begins_object(core)) return std::nullopt;
  if (find_mask(core) != core.npos) return ShapeFault{Reason::token_redacted, "masked but for a few characters"};
  if (is_opaque(core)) return ShapeFault{Reason::other_credential, "opaque: no dots, not a JWT"};
  if (!is_unknown_scheme(core)) return std::nullopt;
  return ShapeFault{Reason::other_credential, "an unknown scheme and an opaque value, not a JWT"};
}

std::string describe(const Undressed& undressed, const FailedToken& failed, codec::FastObjectReader& reader,
                     base::Arena& arena) {
  if (undressed.around.empty()) {
    return Description(failed.token, failed.compact, failed.header, failed, reader, arena).line();
  }
  const std::string around(undressed.around);
  if (is_whole_token(undressed.core)) return around + "; the token within is whole";
  const Compact compact = take_apart(undressed.core, arena);
  return around + "; " + Description(undressed.core, compact, nullptr, failed, reader, arena).line();
}

}  // namespace

ShapeFault explain_shape(const FailedToken& failed, codec::FastObjectReader& reader, base::Arena& arena) {
  if (failed.compact.shape == Shape::five_segments && failed.header != nullptr && failed.header->has_enc) {
    return {Reason::encrypted_token, "five segments: JWE"};
  }
  if (const std::string detail = redacted_signature(failed, reader, arena); !detail.empty()) {
    return {Reason::signature_redacted, arena.copy(detail)};
  }
  if (failed.token.starts_with("{\"")) {
    return {Reason::malformed_token, "JSON, not the token that stands in one of its fields"};
  }
  const Undressed undressed = undress(failed.token, arena);
  if (!begins_object(failed.token) && !is_whole_token(undressed.core)) {
    if (const auto fault = placeholder_fault(undressed, arena)) return *fault;
    if (const auto fault = credential_fault(undressed, arena)) return *fault;
  }
  return {Reason::malformed_token, arena.copy(describe(undressed, failed, reader, arena))};
}

std::optional<ShapeFault> explain_placeholder(std::string_view text, base::Arena& arena) {
  return placeholder_fault(undress(text, arena), arena);
}

bool is_cut_signature(const Compact& compact, std::size_t least_signature) noexcept {
  if (compact.shape != Shape::signed_token) return false;
  if (compact.signature_bytes.data() != nullptr) {
    const std::size_t size = compact.signature_bytes.size();
    // A signature with the length of another algorithm counts as whole, whatever the header says.
    const bool whole = std::find(std::begin(kWholeLengths), std::end(kWholeLengths), size) != std::end(kWholeLengths);
    return size + kMostDroppedZeros < least_signature && !whole;
  }
  return compact.signature.size() < codec::base64url_encoded_size(least_signature) &&
         codec::is_base64url_alphabet(compact.signature);
}

}  // namespace assay::jose
