#include "mint/token_text.h"

#include <algorithm>
#include <limits>

#include "codec/utf.h"

namespace assay::mint {
namespace {

__extension__ typedef __int128 Int128;

std::string decimal(Int128 number) {
  // Sums of two 64-bit numbers: two parts of at most 19 digits.
  constexpr std::int64_t kPart = 1'000'000'000'000'000'000;
  const Int128 size = number < 0 ? -number : number;
  const auto high = static_cast<std::int64_t>(size / kPart);
  std::string low = std::to_string(static_cast<std::int64_t>(size % kPart));
  if (high != 0) low = std::to_string(high) + std::string(18 - low.size(), '0') + low;
  return number < 0 ? "-" + low : low;
}

void append_unit(std::string& to, std::uint32_t unit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  to += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) to += kHex[(unit >> shift) & 15];
}

// The two-letter escapes of RFC 8259 §7; 0 for a character that has none.
char short_escape(std::uint32_t code) noexcept {
  switch (code) {
    case '"':
    case '\\':
      return static_cast<char>(code);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

// Reads the code point at `at` and moves past it. A byte that begins no UTF-8 (RFC 3629 §3) gives U+FFFD.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const codec::CodePoint read = codec::read_wtf8(text, at);
  if (read.length == 0 || codec::is_surrogate(read.code)) {
    ++at;
    return 0xFFFD;
  }
  at += read.length;
  return read.code;
}

// As json.dumps(ensure_ascii=False): only quotes, backslashes and C0 are escaped.
std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::uint32_t code = next_code_point(text, at);
    if (const char letter = short_escape(code); letter != 0) {
      out += '\\';
      out += letter;
    } else if (code < 0x20) {
      append_unit(out, code);
    } else if (code == 0xFFFD) {
      out += "\xEF\xBF\xBD";
    } else {
      out.append(text, begin, at - begin);
    }
  }
  return out += '"';
}

}  // namespace

void Members::set(std::string_view name, std::string json) {
  for (auto& [known, value] : members_) {
    if (known == name) {
      value = std::move(json);
      return;
    }
  }
  members_.emplace_back(name, std::move(json));
}

void Members::set_string(std::string_view name, std::string_view value) { set(name, json_string(value)); }

void Members::set_integer(std::string_view name, std::int64_t value) { set(name, std::to_string(value)); }

void Members::remove(std::string_view name) {
  std::erase_if(members_, [&](const auto& member) { return member.first == name; });
}

const std::string* Members::find(std::string_view name) const {
  const auto at = std::find_if(members_.begin(), members_.end(), [&](const auto& m) { return m.first == name; });
  return at == members_.end() ? nullptr : &at->second;
}

std::string Members::to_json() const {
  std::string out = "{";
  for (const auto& [name, value] : members_) {
    if (out.size() > 1) out += ',';
    out += json_string(name);
    out += ':';
    out += value;
  }
  return out += '}';
}

std::int64_t issued_at(const TokenRequest& request) { return request.issued_at.value_or(Instant::now()).seconds; }

std::int64_t later(std::int64_t at, std::int64_t seconds) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(at, seconds, &sum)) return sum;
  return seconds < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

Members standard_claims(const TokenRequest& request, std::int64_t issued_at_seconds) {
  Members claims;
  claims.set_string("sub", request.subject);
  claims.set_string("iss", request.issuer);
  claims.set_integer("iat", issued_at_seconds);
  // Python's integers have no end, so exp is not held to 64 bits.
  claims.set("exp", decimal(static_cast<Int128>(issued_at_seconds) + request.expires_in_seconds));
  if (request.audiences.size() == 1 && !request.audience_is_list) {
    // Python takes "" for no audience.
    if (!request.audiences.front().empty()) claims.set_string("aud", request.audiences.front());
  } else if (!request.audiences.empty()) {
    std::string list = "[";
    for (const std::string& audience : request.audiences) {
      if (list.size() > 1) list += ',';
      list += json_string(audience);
    }
    claims.set("aud", list + "]");
  }
  if (!request.scopes.empty()) {
    std::string joined;
    for (const std::string& scope : request.scopes) {
      if (!joined.empty()) joined += ' ';
      joined += scope;
    }
    claims.set_string("scope", joined);
  }
  return claims;
}

void add_additional_claims(const TokenRequest& request, Members& claims) {
  for (const auto& [name, json] : request.additional_claims) claims.set(name, compact_json(json));
}

Members standard_header(const TokenRequest& request, Algorithm algorithm) {
  Members header;
  header.set_string("typ", "JWT");
  header.set_string("alg", to_string(algorithm));
  if (request.kid && !request.kid->empty()) header.set("kid", ascii_json_string(*request.kid));
  return header;
}

std::string ascii_json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t code = next_code_point(text, at);
    if (const char letter = short_escape(code); letter != 0) {
      out += '\\';
      out += letter;
    } else if (code >= 0x20 && code < 0x7F) {
      out += static_cast<char>(code);
    } else if (code < 0x10000) {
      append_unit(out, code);
    } else {
      append_unit(out, 0xD800 + ((code - 0x10000) >> 10));
      append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  return out += '"';
}

std::string compact_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    if (c == '"') in_string = !in_string;
    out += c;
    if (in_string && c == '\\' && i + 1 < json.size()) out += json[++i];
  }
  return out;
}

}  // namespace assay::mint
