#include "log/line_builder.h"

#include <algorithm>
#include <array>
#include <memory>

namespace assay::log {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"')) text.remove_suffix(1);
  return text;
}

// Letters, digits and the signs of addresses.
constexpr std::array<bool, 256> kIsOfAddress = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 128; ++c) {
    const char letter = static_cast<char>(c);
    table[static_cast<std::size_t>(c)] = is_letter(letter) || is_digit(letter) || letter == '.' || letter == ':' ||
                                         letter == '-' || letter == '_' || letter == '%';
  }
  return table;
}();

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool is_of_address(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
}

// Four numbers up to 255: 192.0.2.7
bool is_ipv4(std::string_view text) noexcept {
  int parts = 0;
  while (!text.empty()) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9')
      value = 10 * value + static_cast<unsigned>(text[digits++] - '0');
    if (digits == 0 || digits > 3 || value > 255) return false;
    text.remove_prefix(digits);
    ++parts;
    if (text.empty()) break;
    if (text.front() != '.' || text.size() == 1) return false;
    text.remove_prefix(1);
  }
  return parts == 4;
}

// Eight groups of up to four hexadecimal digits, or fewer and one "::" in their place; with dots only as
// "::ffff:192.0.2.7". A text without digits is more likely a name, such as dead::beef.
bool is_ipv6(std::string_view text) noexcept {
  constexpr std::string_view kMapped = "::ffff:";
  if (text.starts_with(kMapped) && is_ipv4(text.substr(kMapped.size()))) return true;
  int groups = 0, gaps = 0;
  std::size_t digits = 0;
  bool has_number = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') return false;
    if (text[i] != ':') {
      has_number = has_number || (text[i] >= '0' && text[i] <= '9');
      groups += digits == 0;
      if (++digits > 4) return false;
      continue;
    }
    const bool doubled = i + 1 < text.size() && text[i + 1] == ':';
    gaps += doubled;
    i += doubled;
    if (!doubled && (digits == 0 || i + 1 == text.size())) return false;
    digits = 0;
  }
  return has_number && (gaps == 0 ? groups == 8 : gaps == 1 && groups < 8);
}

// The address that a text names outside of URLs, if it names only one; else empty. Whoever sends a URL chooses what it
// holds.
std::string_view only_address(std::string_view text) noexcept {
  constexpr std::size_t kLeast = 3, kMost = 45;
  std::string_view only;
  bool is_in_url = false;
  for (std::size_t end = 0; end < text.size(); ++end) {
    if (!is_of_address(text[end])) {
      is_in_url = text[end] != ' ' && (is_in_url || std::string_view("/?&%").find(text[end]) != std::string_view::npos);
      continue;
    }
    const std::size_t begin = end;
    while (end < text.size() && is_of_address(text[end])) ++end;
    std::string_view word = text.substr(begin, end - begin);
    const bool is_word =
        (begin == 0 || !is_alphanumeric(text[begin - 1])) && (end == text.size() || !is_alphanumeric(text[end]));
    while (word.ends_with('.') || (word.ends_with(':') && !word.ends_with("::")))
      word.remove_suffix(1);  // of a sentence
    --end;
    if (!is_word || is_in_url || word.size() < kLeast || word.size() > kMost) continue;
    std::string_view address = word;
    if (const std::size_t port = word.find(':'); port == word.rfind(':')) address = word.substr(0, port);
    if (!is_ipv4(address) && !is_ipv6(word)) continue;
    if (!is_ipv4(address)) address = word;
    if (!only.empty() && only != address) return {};
    only = address;
  }
  return only;
}

// Without port and brackets; empty if it cannot be an address or the name of a host.
std::string_view address_of(std::string_view text) noexcept {
  constexpr std::size_t kMost = 255;
  text = trim(text);
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    text = text.substr(1, end - 1);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  const bool holds = text.size() <= kMost && std::all_of(text.begin(), text.end(), [](char c) {
                       return kIsOfAddress[static_cast<unsigned char>(c)];
                     });
  return holds && text != "-" ? text : std::string_view();
}

// What begins a question mark, be it coded or not, and what begins a fragment.
constexpr std::array<bool, 256> kMayEndPath = [] {
  std::array<bool, 256> may{};
  for (const char c : {'?', '%', '\\', '#'}) may[static_cast<unsigned char>(c)] = true;
  return may;
}();

// The size of the question mark, coded or not, with which a text begins; 0 if it begins with none.
std::size_t mark_size(std::string_view text) noexcept {
  constexpr std::string_view kCoded[] = {"%3f", "%3F", "%253f", "%253F", "\\u003f", "\\u003F", "\\x3f", "\\x3F"};
  if (text.front() == '?') return 1;
  for (const std::string_view coded : kCoded) {
    if (text.starts_with(coded)) return coded.size();
  }
  return 0;
}

// The parts of a URL.
struct Url {
  std::string_view path, query, fragment;
};
Url take_apart(std::string_view text) noexcept {
  Url url;
  // What follows the first question mark may hold secrets, so no part of it is path. A fragment may hold one, too.
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!kMayEndPath[static_cast<unsigned char>(text[end])]) continue;
    if (text[end] == '#') {
      url.fragment = text.substr(end + 1);
      break;
    }
    if (const std::size_t mark = mark_size(text.substr(end)); mark != 0) {
      const std::string_view behind = text.substr(end + mark);
      const std::size_t hash = std::min(behind.find('#'), behind.size());
      url.query = behind.substr(0, hash);
      if (hash != behind.size()) url.fragment = behind.substr(hash + 1);
      break;
    }
  }
  text = text.substr(0, end);
  if (!text.starts_with('/')) {
    const std::size_t scheme = text.find("://");
    if (scheme != std::string_view::npos && scheme < text.find('/')) {
      const std::size_t slash = text.find('/', scheme + 3);
      text = slash == std::string_view::npos ? std::string_view() : text.substr(slash);
    }
  }
  if (text.starts_with('/') || text.starts_with("\\/") || text == "*") url.path = text;
  return url;
}

struct SenseName {
  std::string_view name;  // lower case, only letters and digits
  FieldSense sense;
};
constexpr SenseName kSenses[] = {
    {"query", FieldSense::query},
    {"querystring", FieldSense::query},
    {"requestquery", FieldSense::query},
    {"csuriquery", FieldSense::query},
    {"uriquery", FieldSense::query},
    {"args", FieldSense::query},
    {"queryparams", FieldSense::query},
    {"fragment", FieldSense::fragment},
    {"body", FieldSense::body},
    {"requestbody", FieldSense::body},
    {"responsebody", FieldSense::body},
    {"requestobject", FieldSense::body},
    {"responseobject", FieldSense::body},
    {"requestparameters", FieldSense::body},
    {"responseelements", FieldSense::body},
    {"postdata", FieldSense::body},
    {"url", FieldSense::url},
    {"uri", FieldSense::url},
    {"path", FieldSense::url},
    {"requesturi", FieldSense::url},
    {"requesturl", FieldSense::url},
    {"requestpath", FieldSense::url},
    {"csuri", FieldSense::url},
    {"csuristem", FieldSense::url},
    {"originalurl", FieldSense::url},
    {"originaluri", FieldSense::url},
    {"originalpath", FieldSense::url},
    {"xenvoyoriginalpath", FieldSense::url},
    {"originalrequesturiwithargs", FieldSense::url},
    {"clientrequesturi", FieldSense::url},
    {"clientrequestpath", FieldSense::url},
    {"request", FieldSense::request},
    {"requestline", FieldSense::request},
};

}  // namespace

bool is_address(std::string_view text) noexcept { return is_ipv4(text) || is_ipv6(text); }

FieldSense sense_of(std::string_view name) noexcept {
  constexpr std::size_t kMost = 48;
  if (name.size() > kMost || name.size() < 3) return FieldSense::none;
  std::array<char, kMost> letters;
  std::size_t count = 0;
  for (const char c : name) {
    if (is_letter(c) || is_digit(c)) letters[count++] = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  const std::string_view plain(letters.data(), count);
  if (plain.ends_with("authorization")) return FieldSense::authorization;
  if (plain.ends_with("cookie") || plain.ends_with("cookies") || plain.starts_with("cookie")) return FieldSense::cookie;
  if (plain.ends_with("referer") || plain.ends_with("referrer")) return FieldSense::referrer;
  for (const SenseName& known : kSenses) {
    if (known.name == plain) return known.sense;
  }
  return FieldSense::none;
}

std::uint16_t status_of(std::string_view text) noexcept {
  text = trim(text);
  if (text.size() != 3 || !std::all_of(text.begin(), text.end(), is_digit) || text[0] == '0') return 0;
  return static_cast<std::uint16_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
}

void LineBuilder::message(std::string_view text) {
  region(text, Where::text);
  if (facts.client.empty()) facts.client = only_address(text);
}

void LineBuilder::client(std::string_view text) {
  if (!facts.client.empty()) return;
  const std::size_t comma = text.rfind(',');
  facts.client = address_of(comma == std::string_view::npos ? text : text.substr(comma + 1));
}

void LineBuilder::method(std::string_view text) {
  constexpr std::size_t kMost = 24;
  const bool holds = !text.empty() && text.size() <= kMost &&
                     std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '-' || c == '_'; });
  if (facts.method.empty() && holds && text != "-") facts.method = text;
}

void LineBuilder::status(std::string_view text) noexcept {
  if (facts.status == 0) facts.status = status_of(text);
}

void LineBuilder::request(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return;
  std::string_view target = text.substr(blank + 1);
  // A target with blanks is invalid, but servers log it as it came.
  const std::size_t version = target.rfind(' ');
  if (version != std::string_view::npos && target.substr(version + 1).starts_with("HTTP")) {
    target = target.substr(0, version);
  }
  method(text.substr(0, blank));
  url(target);
}

void LineBuilder::path(std::string_view text) {
  if (facts.path.empty() && text != "-") facts.path = unescape_json(text, arena_);
}

void LineBuilder::url(std::string_view text) {
  const Url parts = take_apart(text);
  path(parts.path);
  region(parts.query, Where::query);
  region(parts.fragment, Where::fragment);
}

void LineBuilder::url_regions(std::string_view text) {
  const Url parts = take_apart(text);
  region(parts.query, Where::query);
  region(parts.fragment, Where::fragment);
}

void LineBuilder::region(std::string_view text, Where where) {
  if (text.empty() || text == "-" || count_ == kMostRegions) return;
  if (count_ == room_) {
    const std::size_t room = std::max<std::size_t>(8, 2 * room_);
    Region* const more = reinterpret_cast<Region*>(arena_.allocate(room * sizeof(Region), alignof(Region)));
    std::uninitialized_copy_n(regions_, count_, more);
    regions_ = more;
    room_ = room;
  }
  const auto begin = static_cast<std::size_t>(text.data() - line_.data());
  std::construct_at(regions_ + count_++, Region{begin, begin + text.size(), where});
}

void LineBuilder::field(FieldSense sense, std::string_view text) {
  switch (sense) {
    case FieldSense::none:
      return;
    case FieldSense::authorization:
      return region(text, Where::authorization);
    case FieldSense::cookie:
      return region(text, Where::cookie);
    case FieldSense::query:
      return region(text, Where::query);
    case FieldSense::fragment:
      return region(text, Where::fragment);
    case FieldSense::referrer:
      return region(text, Where::referrer);
    case FieldSense::body:
      return region(text, Where::body);
    case FieldSense::url:
      return url_regions(text);
    case FieldSense::request: {
      const std::size_t blank = text.find(' ');
      return url_regions(blank == std::string_view::npos ? text : text.substr(blank + 1));
    }
  }
}

LineFacts LineBuilder::finish() {
  facts.regions = {regions_, count_};
  return facts;
}

namespace {

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four hexadecimal digits behind "\u", or -1.
int code_unit(std::string_view digits) noexcept {
  if (digits.size() < 4) return -1;
  int code = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_digit(digits[i]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

char* append_utf8(char* to, std::uint32_t code) noexcept {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *to++ = static_cast<char>(0xC0 | code >> 6);
    *to++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    if (code < 0x10000) {
      *to++ = static_cast<char>(0xE0 | code >> 12);
    } else {
      *to++ = static_cast<char>(0xF0 | code >> 18);
      *to++ = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    }
    *to++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (code & 0x3F));
  }
  return to;
}

}  // namespace

JsonEscape json_escape_at(std::string_view text) noexcept {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  JsonEscape escape;
  escape.bytes[0] = '\\';
  if (text.size() < 2) return escape;
  if (const std::size_t known = kLetters.find(text[1]); known != std::string_view::npos) {
    escape.bytes[0] = kMeanings[known];
    escape.written = 2;
    return escape;
  }
  const int high = text[1] == 'u' ? code_unit(text.substr(2)) : -1;
  if (high < 0) return escape;
  auto code = static_cast<std::uint32_t>(high);
  escape.written = 6;
  const int low = code >> 10 == 0x36 && text.substr(6).starts_with("\\u") ? code_unit(text.substr(8)) : -1;
  if (low >> 10 == 0x37) {
    code = 0x10000 + ((code & 0x3FF) << 10) + (static_cast<std::uint32_t>(low) & 0x3FF);
    escape.written = 12;
  }
  escape.plain = static_cast<std::size_t>(append_utf8(escape.bytes, code) - escape.bytes);
  return escape;
}

std::string_view unescape_json(std::string_view text, base::Arena& arena) {
  std::size_t next = text.find('\\');
  if (next == std::string_view::npos) return text;
  char* const begin = arena.allocate(text.size());  // an escape is never shorter than what it stands for
  char* to = begin;
  for (std::size_t at = 0;;) {
    to =
        std::copy(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(next), to);
    if (next == text.size()) break;
    const JsonEscape escape = json_escape_at(text.substr(next));
    to = std::copy_n(escape.bytes, escape.plain, to);
    at = next + escape.written;
    next = std::min(text.find('\\', at), text.size());
  }
  arena.shrink_last(text.size(), static_cast<std::size_t>(to - begin));
  return {begin, static_cast<std::size_t>(to - begin)};
}

}  // namespace assay::log
