#include "jwk/jwk_number.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/base64url.h"
#include "jwk/big_endian.h"

namespace assay::jwk {
namespace {

// What a text is beside the base64url that it should be.
struct Dress {
  std::string plain;  // the same in base64url
  bool standard = false;
  bool padded = false;
  bool blanks = false;
  bool unknown = false;  // a character that neither alphabet has
};

Dress dress_of(std::string_view text) {
  Dress dress;
  for (const char c : text) {
    if (c == '=') {
      dress.padded = true;
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      dress.blanks = true;
    } else if (dress.padded) {
      dress.unknown = true;  // padding stands at the end
    } else {
      const bool is_standard = c == '+' || c == '/';
      dress.standard = dress.standard || is_standard;
      dress.plain.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
    }
  }
  dress.unknown = dress.unknown || !codec::is_base64url_alphabet(dress.plain);
  return dress;
}

// "is a, is b and has c".
std::string listed(const std::vector<std::string>& faults) {
  std::string text;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (i > 0) text += i + 1 == faults.size() ? " and " : ", ";
    text += faults[i];
  }
  return text;
}

bool has_leading_zero(std::string_view bytes) noexcept { return bytes.size() > 1 && bytes.front() == 0; }

// Explains a text that is not strict base64url, and reads it all the same if its value is not in doubt.
std::string explain(const std::string& name, std::string_view text, JwkForm form, std::string& to) {
  const Dress dress = dress_of(text);
  if (dress.unknown) return name + " holds a character that base64url does not have (RFC 7515 §2)";
  std::optional<std::string> bytes = codec::base64url_decode(dress.plain);
  if (!bytes) {
    return dress.plain.size() % 4 == 1 ? name + " has a length that no base64url text has; was it cut?"
                                       : name + " ends in bits that must be zero; was it cut or changed?";
  }
  std::vector<std::string> faults;
  if (dress.standard) faults.emplace_back("is standard base64, not base64url");
  if (dress.padded) faults.emplace_back("is padded with =");
  if (dress.blanks) faults.emplace_back("holds white space");
  if (form == JwkForm::integer && has_leading_zero(*bytes)) faults.emplace_back("has a leading zero byte");
  to = std::move(*bytes);
  return name + " " + listed(faults) +
         " (RFC 7515 §2); the number itself is sound: write it in base64url without padding in a copy of the set";
}

}  // namespace

std::string read_octets(std::string_view name, const codec::JsonNode* node, JwkForm form, std::string& to) {
  std::string member(name);
  if (node == nullptr) return member + " is missing";
  if (!node->is(codec::JsonType::string)) return member + " is not a string";
  if (node->text.empty()) return member + " is empty";
  std::optional<std::string> bytes = codec::base64url_decode(node->text);
  if (!bytes) return explain(member, node->text, form, to);
  to = std::move(*bytes);
  if (form != JwkForm::integer || !has_leading_zero(to)) return {};
  to = std::string(without_leading_zeros(to));
  if (to.empty()) to.assign(1, '\0');
  return member + " has a leading zero byte (RFC 7518 §6.3.1.1); the number itself is sound";
}

std::string hex_fault(std::string_view name, const codec::JsonNode* node, std::size_t digits) {
  if (node == nullptr || !node->is(codec::JsonType::string)) return {};
  std::string_view text = node->text;
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  if (text.size() < digits || !std::all_of(text.begin(), text.end(), is_hex)) return {};
  return std::string(name) + " is hexadecimal, not base64url (RFC 7518 §2): write the bytes of the number in base64url";
}

std::string width_fault(std::string_view name, std::string_view bytes, std::size_t width) {
  if (bytes.size() == width) return {};
  std::string why = std::string(name) + " has " + std::to_string(bytes.size()) +
                    (bytes.size() == 1 ? " byte" : " bytes") + " and needs " + std::to_string(width) +
                    " (RFC 7518 §6.2.1.2)";
  // One number in 256 begins with a zero byte, and one in 65,536 with two.
  if (bytes.size() < width && width - bytes.size() <= 2) {
    why += ": its leading zero byte was left out; the number itself is sound";
  } else if (bytes.size() > width && without_leading_zeros(bytes).size() <= width) {
    why += ": it has a leading zero byte too many; the number itself is sound";
  }
  return why;
}

}  // namespace assay::jwk
