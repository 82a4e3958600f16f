#include "jose/dress.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>

#include "codec/base64url.h"
#include "codec/utf.h"
#include "jose/ascii.h"
#include "jose/compact.h"
#include "jose/mask.h"

namespace assay::jose {
namespace {

// More layers than anybody puts around a token.
constexpr std::size_t kMostLayers = 8;
constexpr int kMostDecodings = 2;
constexpr std::size_t kLongestName = 40;
// Characters of a signature by HS256; all others are longer.
constexpr std::size_t kShortestSignature = 43;

// Schemes of other credentials: IANA's registry (RFC 9110 §16.4.1), and those of large services.
constexpr std::string_view kForeignSchemes[] = {"Basic",
                                                "Negotiate",
                                                "NTLM",
                                                "Kerberos",
                                                "Digest",
                                                "AWS4-HMAC-SHA256",
                                                "AWS4-ECDSA-P256-SHA256",
                                                "AWS",
                                                "ApiKey",
                                                "Api-Key",
                                                "Key",
                                                "Token",
                                                "OAuth",
                                                "Hawk",
                                                "HOBA",
                                                "HMAC",
                                                "MAC",
                                                "Mutual",
                                                "SCRAM-SHA-1",
                                                "SCRAM-SHA-256",
                                                "Signature",
                                                "vapid",
                                                "WebPush",
                                                "PoP",
                                                "GNAP",
                                                "PrivateToken",
                                                "Concealed",
                                                "SharedAccessSignature",
                                                "SharedKey",
                                                "SharedKeyLite",
                                                "GoogleLogin",
                                                "EG1-HMAC-SHA256",
                                                "Splunk",
                                                "SSWS",
                                                "GenieKey",
                                                "Session",
                                                "Bot"};

// An explanation shows these names. It calls any other name "a name".
constexpr std::string_view kNames[] = {"Authorization",
                                       "Proxy-Authorization",
                                       "X-Authorization",
                                       "X-Access-Token",
                                       "X-Auth-Token",
                                       "X-Forwarded-Access-Token",
                                       "X-Amzn-Oidc-Data",
                                       "X-Amzn-Oidc-Accesstoken",
                                       "Cf-Access-Jwt-Assertion",
                                       "X-Goog-Iap-Jwt-Assertion",
                                       "Cookie",
                                       "access_token",
                                       "id_token",
                                       "token",
                                       "jwt"};

struct Quotes {
  std::string_view open, close, name;
};
constexpr std::string_view kInBrackets = "brackets";
// The longer before the shorter.
constexpr Quotes kQuotes[] = {{"\\\"", "\\\"", "escaped quotes"},
                              {"\"", "\"", "quotes"},
                              {"'", "'", "quotes"},
                              {"`", "`", "backquotes"},
                              {"\xE2\x80\x9C", "\xE2\x80\x9D", "quotes"},
                              {"\xE2\x80\x98", "\xE2\x80\x99", "quotes"},
                              {"\xC2\xAB", "\xC2\xBB", "quotes"},
                              {"[", "]", kInBrackets},
                              {"<", ">", kInBrackets},
                              {"(", ")", kInBrackets},
                              {"{", "}", kInBrackets}};

struct End {
  std::string_view text, name;
};
constexpr End kEnds[] = {{",", "a comma"}, {";", "a semicolon"},  {":", "a colon"},      {"\\r\\n", "\\r\\n"},
                         {"\\n", "\\n"},   {"\\", "a backslash"}, {"&", "an ampersand"}, {"|", "a vertical bar"}};

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// White space, controls and the characters of no width that editors and web pages leave.
bool is_invisible(char32_t code) noexcept {
  return code <= 0x20 || code == 0x7F || code == 0x85 || code == 0xA0 || code == 0xAD || code == 0x1680 ||
         code == 0x180E || (code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F) ||
         (code >= 0x205F && code <= 0x206F) || code == 0x3000 || code == 0xFEFF || code == 0xFFFD;
}

std::string name_of(char32_t code) {
  if (code <= 0x20 && is_space(static_cast<char>(code))) return "white space";
  char digits[8];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, static_cast<std::uint32_t>(code), 16);
  std::string hex(digits, end);
  for (char& c : hex) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return "an invisible character (U+" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex + ")";
}

bool begins_invisible(std::string_view text) noexcept {
  const codec::CodePoint first = codec::read_wtf8(text, 0);
  return first.length > 0 && is_invisible(first.code);
}

// The last character, if it is invisible.
codec::CodePoint invisible_at_end(std::string_view text) noexcept {
  for (std::size_t bytes = 1; bytes <= 3 && bytes <= text.size(); ++bytes) {
    const codec::CodePoint found = codec::read_wtf8(text, text.size() - bytes);
    if (found.length == bytes) return is_invisible(found.code) ? found : codec::CodePoint{};
  }
  return {};
}

bool is_percent_code(std::string_view text) noexcept {
  return text.size() >= 3 && text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

// A text while what stands around it is taken off.
class Undressing {
 public:
  Undressing(std::string_view text, base::Arena& arena) : arena_(arena), core_(text) {}

  // Takes off one layer. Returns false if there is none.
  bool step() {
    return take_invisible() || take_scheme() || take_foreign_scheme() || take_percent_code() || take_name() ||
           take_quotes() || take_end();
  }

  std::string_view core() const noexcept { return core_; }
  Undressed result() const { return {core_, arena_.copy(around_), foreign_scheme_}; }

 private:
  void tell(std::string_view what) {
    if (!around_.empty()) around_ += ", ";
    around_ += what;
  }

  void trim() noexcept {
    while (!core_.empty() && is_space(core_.front())) core_.remove_prefix(1);
    while (!core_.empty() && is_space(core_.back())) core_.remove_suffix(1);
  }

  bool take_invisible() {
    if (core_.empty()) return false;
    if (begins_invisible(core_)) {
      const codec::CodePoint first = codec::read_wtf8(core_, 0);
      tell(name_of(first.code) + " before it");
      core_.remove_prefix(first.length);
      trim();
      return true;
    }
    const codec::CodePoint last = invisible_at_end(core_);
    if (last.length == 0) return false;
    tell(name_of(last.code) + " after it");
    core_.remove_suffix(last.length);
    trim();
    return true;
  }

  // A scheme for tokens, whatever parts it from the token.
  bool take_scheme() {
    for (const std::string_view scheme : kTokenSchemes) {
      if (!equal_but_for_case(core_.substr(0, scheme.size()), scheme)) continue;
      std::string_view rest = core_.substr(scheme.size());
      const char next = rest.empty() ? ' ' : rest.front();
      const bool joined = begins_object(rest);
      const bool parted = is_space(next) || std::string_view(":=+,").find(next) != std::string_view::npos;
      const bool invisible = !rest.empty() && begins_invisible(rest);
      if (!joined && !parted && !invisible) continue;
      tell_scheme(scheme, joined        ? " without a space"
                          : next == ':' ? " and a colon"
                          : next == '+' ? " and a plus sign"
                                        : "");
      if (parted && !rest.empty()) rest.remove_prefix(1);
      core_ = rest;
      trim();
      return true;
    }
    return false;
  }

  void tell_scheme(std::string_view scheme, std::string_view how) {
    if (scheme == last_scheme_) {
      around_.resize(before_scheme_);
      tell(std::string(scheme) + " twice");
      return;
    }
    last_scheme_ = scheme;
    before_scheme_ = around_.size();
    tell("begins with the scheme " + std::string(scheme) + std::string(how));
  }

  // Such a scheme ends the search: what follows is no token, unless it looks like one.
  bool take_foreign_scheme() {
    if (!foreign_scheme_.empty()) return false;
    for (const std::string_view scheme : kForeignSchemes) {
      if (!equal_but_for_case(core_.substr(0, scheme.size()), scheme)) continue;
      std::string_view rest = core_.substr(scheme.size());
      if (!rest.empty() && !is_space(rest.front())) continue;
      foreign_scheme_ = scheme;
      tell("begins with the scheme " + std::string(scheme));
      core_ = rest;
      trim();
      return true;
    }
    return false;
  }

  bool take_percent_code() {
    if (decoded_ == kMostDecodings || core_.find('%') == core_.npos) return false;
    ++decoded_;
    char* const to = arena_.allocate(core_.size());
    std::size_t size = 0;
    bool found = false;
    for (std::size_t i = 0; i < core_.size(); ++i) {
      const bool code = is_percent_code(core_.substr(i));
      found |= code;
      to[size++] = code ? static_cast<char>(hex_value(core_[i + 1]) * 16 + hex_value(core_[i + 2])) : core_[i];
      if (code) i += 2;
    }
    if (!found) return false;
    core_ = {to, size};
    tell(decoded_ == 1 ? "percent-encoded" : "percent-encoded again");
    return true;
  }

  // "Authorization: ", "access_token=", "\"token\": ".
  bool take_name() {
    if (begins_object(core_) || core_.empty() || !is_letter(core_.front())) return false;
    std::size_t end = 0;
    while (end < core_.size() && end <= kLongestName &&
           (is_letter(core_[end]) || is_digit(core_[end]) || core_[end] == '-' || core_[end] == '_')) {
      ++end;
    }
    const std::string_view name = core_.substr(0, end);
    if (end < core_.size() && core_[end] == '"') ++end;
    while (end < core_.size() && core_[end] == ' ') ++end;
    if (end >= core_.size() || (core_[end] != ':' && core_[end] != '=')) return false;
    if (core_.find_first_not_of('=', end) == core_.npos) return false;  // padding at the end of base64
    const auto known = std::find_if(std::begin(kNames), std::end(kNames),
                                    [name](std::string_view one) { return equal_but_for_case(one, name); });
    tell("begins with " + (known == std::end(kNames) ? "a name" : std::string(*known)) +
         (core_[end] == ':' ? " and a colon" : " and an equals sign"));
    core_.remove_prefix(end + 1);
    trim();
    return true;
  }

  bool take_quotes() {
    // b'...' is how Python prints bytes.
    if (core_.size() >= 3 && core_.front() == 'b' && (core_[1] == '\'' || core_[1] == '"') &&
        core_.back() == core_[1]) {
      tell("in b'', as Python prints bytes");
      core_ = core_.substr(2, core_.size() - 3);
      return true;
    }
    for (const Quotes& quotes : kQuotes) {
      const bool open = core_.starts_with(quotes.open);
      const bool close = core_.size() >= quotes.open.size() + quotes.close.size() && core_.ends_with(quotes.close);
      if (!open && !core_.ends_with(quotes.close)) continue;
      if (quotes.name == kInBrackets && !(open && close)) continue;  // a mask may begin or end a token
      tell(std::string(open && close ? "in " : open ? "begins with " : "ends in ") + std::string(quotes.name));
      if (open) core_.remove_prefix(quotes.open.size());
      if (close || !open) core_.remove_suffix(quotes.close.size());
      return true;
    }
    return false;
  }

  bool take_end() {
    for (const End& end : kEnds) {
      if (core_.size() > end.text.size() && core_.ends_with(end.text)) {
        tell("ends in " + std::string(end.name));
        core_.remove_suffix(end.text.size());
        return true;
      }
    }
    // A full stop behind a whole token. Others part segments.
    if (!core_.ends_with('.') || !is_whole_token(core_.substr(0, core_.size() - 1))) return false;
    tell("ends in a full stop");
    core_.remove_suffix(1);
    return true;
  }

  base::Arena& arena_;
  std::string_view core_, last_scheme_, foreign_scheme_;
  std::string around_;
  std::size_t before_scheme_ = 0;  // the length of around_ without its last scheme
  int decoded_ = 0;
};

}  // namespace

bool begins_object(std::string_view segment) noexcept {
  // A brace and a quote, a space, a line feed, a tab, a carriage return; and the empty object.
  for (const std::string_view begin : {"eyJ", "eyA", "ewo", "ewk", "ew0"}) {
    if (segment.starts_with(begin)) return true;
  }
  return segment == "ey" || segment == "e30";
}

bool is_whole_token(std::string_view text) noexcept {
  const std::size_t first = text.find('.');
  if (first == text.npos || !begins_object(text.substr(0, first))) return false;
  const std::size_t second = text.find('.', first + 1);
  if (second == text.npos) return false;
  if (text.size() - second - 1 < kShortestSignature) return false;
  for (const std::string_view segment :
       {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)}) {
    if (segment.empty() || segment.size() % 4 == 1 || !codec::is_base64url_alphabet(segment)) return false;
  }
  return true;
}

Undressed undress(std::string_view text, base::Arena& arena) {
  Undressing undressing(text, arena);
  for (std::size_t layers = 0; layers < kMostLayers; ++layers) {
    const std::string_view core = undressing.core();
    if (core.empty() || is_masked_token(core) || is_whole_token(core) || !undressing.step()) break;
  }
  return undressing.result();
}

}  // namespace assay::jose
