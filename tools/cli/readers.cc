#include "readers.h"

#include <charconv>
#include <cstdio>

#include "base/arena.h"
#include "base/record_time.h"
#include "base/suggest.h"
#include "codec/json.h"
#include "jose/ascii.h"
#include "jose/policy.h"
#include "jose/token_material.h"

namespace assay::cli {

namespace {

// Schemes are equal in either case (RFC 3986 §3.1).
bool has_scheme(std::string_view value, std::string_view scheme) {
  return jose::equal_but_for_case(value.substr(0, scheme.size()), scheme);
}

// The whole text as a number, or nothing.
template <class T>
std::optional<T> number_of(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string short_decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

struct Unit {
  std::string_view name;
  int bits;
};
// Sizes are written with the first three.
constexpr Unit kUnits[] = {{"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"G", 30}, {"M", 20}, {"K", 10}};

std::string write_size(std::size_t bytes) {
  for (const auto& [name, bits] : kUnits) {
    const std::size_t whole = bytes >> bits;
    if (whole > 0 && whole << bits == bytes) return std::to_string(whole) + std::string(name);
  }
  return std::to_string(bytes);
}

Result<std::size_t> read_size(const std::string& text) {
  std::string_view digits = text;
  int shift = 0;
  for (const auto& [name, bits] : kUnits) {
    if (!digits.ends_with(name)) continue;
    digits.remove_suffix(name.size());
    shift = bits;
    break;
  }
  constexpr unsigned long long kMost = 1ull << 40;
  const auto number = number_of<unsigned long long>(digits);
  if (!number || *number > kMost >> shift) {
    return Error{"cannot read " + in_quotes(text) +
                 " as a size; use bytes, or a whole number with K, M, G, KiB, MiB or GiB, from 0 to 1024GiB"};
  }
  return static_cast<std::size_t>(*number << shift);
}

Result<double> read_decimal(const std::string& text, double least, double most, const std::string& unit) {
  const auto number = number_of<double>(text);
  if (number && *number >= least && *number <= most) return *number;  // false for NaN
  return Error{"cannot read " + in_quotes(text) + " as " + unit + "; use a number from " + short_decimal(least) +
               " to " + short_decimal(most) + ", such as " + short_decimal(least)};
}

}  // namespace

std::string in_quotes(std::string_view value) {
  constexpr std::size_t kShown = 80;
  const std::string without_tokens = jose::without_token_material(value);
  if (without_tokens != value) value = without_tokens;
  return value.size() > kShown ? "'" + std::string(value.substr(0, kShown)) + "...'" : "'" + std::string(value) + "'";
}

std::string joined(const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    if (&name != &names.front()) text += separator;
    text += name;
  }
  return text;
}

std::string use_one_of(std::string_view text, const std::vector<std::string>& names, std::string_view separator) {
  const auto meant = base::nearest(text, names);
  return (meant ? "; did you mean " + *meant + "? Use one of " : "; use one of ") + joined(names, separator);
}

std::vector<std::string> names_of_algorithms() {
  std::vector<std::string> names;
  for (int i = 0; i < kAlgorithmCount; ++i) names.emplace_back(to_string(static_cast<Algorithm>(i)));
  return names;
}

std::string algorithm_names() { return joined(names_of_algorithms(), ", "); }

bool is_url(std::string_view value) { return has_scheme(value, "https://") || has_scheme(value, "http://"); }

std::string without_credentials(const std::string& url) {
  const std::size_t authority = url.find("://") + 3;
  const std::size_t path = std::min(url.find_first_of("/?#", authority), url.size());
  const std::size_t at = url.rfind('@', path);
  const std::size_t host = at == std::string::npos || at < authority ? authority : at + 1;
  const std::size_t query = std::min(url.find_first_of("?#", host), url.size());
  return url.substr(0, authority) + url.substr(host, query - host);
}

Reader<std::string> text() {
  return {.read = [](const std::string& text) -> Result<std::string> { return text; },
          .write = [](const std::string& text) { return text; }};
}

Reader<std::string> some_text(const char* what) {
  return {.read = [what](const std::string& text) -> Result<std::string> {
            if (text.empty()) return Error{std::string(what) + " is empty; give one, or leave the option out"};
            return text;
          },
          .write = [](const std::string& text) { return text; }};
}

Reader<std::size_t> size() { return {.read = read_size, .write = write_size}; }

Reader<double> share() {
  return {.read = [](const std::string& text) { return read_decimal(text, 0, 1, "a share"); }, .write = short_decimal};
}

Reader<double> decimal(double least, double most, const char* unit) {
  return {
      .read =
          [=](const std::string& text) { return read_decimal(text, least, most, std::string("a number of ") + unit); },
      .write = short_decimal};
}

Reader<Algorithm> algorithm() {
  return {.read = [](const std::string& text) -> Result<Algorithm> {
            if (const auto known = algorithm_from_string(text)) return *known;
            std::vector<std::string> names;
            for (int i = 0; i < kAlgorithmCount; ++i) names.emplace_back(to_string(static_cast<Algorithm>(i)));
            return Error{"no algorithm is called " + in_quotes(text) + use_one_of(text, names, ", ")};
          },
          .write = [](Algorithm algorithm) { return std::string(to_string(algorithm)); }};
}

Reader<std::uint64_t> seed() {
  return {.read = [](const std::string& text) -> Result<std::uint64_t> {
            if (const auto number = number_of<std::uint64_t>(text)) return *number;
            return Error{"cannot read " + in_quotes(text) +
                         " as a seed; use a whole number from 0 to 18446744073709551615"};
          },
          .write = [](std::uint64_t number) { return std::to_string(number); }};
}

Reader<std::vector<std::string>> scopes() {
  return {.read = [](const std::string& text) -> Result<std::vector<std::string>> {
            std::vector<std::string> scopes = jose::parse_scopes(text);
            // The policy says what an empty scope means: nothing for FastMCP, a mistake otherwise.
            if (scopes.empty()) scopes.emplace_back();
            return scopes;
          },
          .write = [](const std::vector<std::string>& scopes) { return joined(scopes, " "); }};
}

Reader<RequiredClaim> required_claim() {
  return {.read = [](const std::string& text) -> Result<RequiredClaim> {
            const std::size_t equals = text.find('=');
            if (equals == std::string::npos || equals == 0) {
              return Error{"cannot read " + in_quotes(text) + " as a claim and its value; write NAME=VALUE"};
            }
            return RequiredClaim{text.substr(0, equals), text.substr(equals + 1)};
          },
          .write = [](const RequiredClaim& claim) { return claim.name + "=" + claim.value; }};
}

Reader<std::pair<std::string, std::string>> claim() {
  return {.read = [](const std::string& text) -> Result<std::pair<std::string, std::string>> {
            const std::size_t equals = text.find('=');
            if (equals == std::string::npos || equals == 0) {
              return Error{"cannot read " + in_quotes(text) + " as a claim; write NAME=JSON"};
            }
            const std::string name = text.substr(0, equals);
            const std::string json = text.substr(equals + 1);
            base::Arena arena;
            codec::JsonError error;
            if (codec::parse_json(json, codec::JsonDialect::rfc8259, arena, &error) == nullptr) {
              return Error{"the value in " + in_quotes(text) + " is not JSON (" + error.message +
                           "); a string needs its quotes: '" + name + "=\"...\"'"};
            }
            return std::pair{name, json};
          },
          .write = [](const auto& claim) { return claim.first + "=" + claim.second; }};
}

Reader<KeySource> key_source(KeySource::Kind kind, bool urls) {
  return {.read = [kind, urls](const std::string& text) -> Result<KeySource> {
            Result<std::string> place = path().read(text);
            if (!place) return place.error();
            if (kind != KeySource::Kind::jwks_file || !is_url(text)) return KeySource{kind, text, ""};
            const std::string shown = without_credentials(text);
            if (!urls) return Error{shown + " is a URL; fetch it into a file first, and name the file"};
            return KeySource{KeySource::Kind::jwks_url, text, shown};
          },
          .write = [](const KeySource& source) { return source.name.empty() ? source.value : source.name; }};
}

Result<std::optional<Instant>> read_time(const std::string& text, const std::string& forms) {
  if (text == "now") return std::optional<Instant>();
  const base::TimeReading reading = base::TimeReader().read(text);
  if (reading.at) return reading.at;
  std::string why = "cannot read " + in_quotes(text) + " as a time";
  if (reading.fault == base::TimeFault::no_zone) why += ", as it has no time zone";
  if (reading.fault == base::TimeFault::no_year) why += ", as it has no year";
  if (reading.fault == base::TimeFault::impossible) why += ", as no calendar or clock shows it";
  return Error{why + "; use " + forms + ", such as 2026-11-23T09:51:01Z"};
}

Result<long long> read_whole_number(const std::string& text, long long least, long long most, const char* unit) {
  const auto number = number_of<long long>(text);
  if (number && *number >= least && *number <= most) return *number;
  return Error{"cannot read " + in_quotes(text) + " as a number of " + unit + "; use a whole number from " +
               std::to_string(least) + " to " + std::to_string(most)};
}

Result<std::vector<std::string>> split_list(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end == begin) return Error{in_quotes(list) + " has an empty place; separate names by single commas"};
    parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace assay::cli
