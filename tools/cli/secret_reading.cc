#include "secret_reading.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/unpacked.h"
#include "assay/algorithm.h"
#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "console.h"
#include "digest/hmac.h"
#include "jwk/secret_coding.h"
#include "jwk/secret_text.h"
#include "mint/key_files.h"

namespace assay::cli {

namespace {

constexpr std::size_t kMostBytes = 65'536;
constexpr std::size_t kMostLines = 100;
constexpr std::string_view kSpace = " \t\r\n\v\f";

// What a signature was made of.
struct Signed {
  Hash hash;
  std::string_view input;
  std::string mac;

  bool by(std::string_view secret) const { return digest::HmacKey(secret).matches(hash, input, mac); }
};

std::optional<Signed> signed_parts(std::string_view token) {
  const std::size_t dot = token.find('.'), last = token.rfind('.');
  if (dot == last) return std::nullopt;
  const auto header = codec::base64url_decode(token.substr(0, dot));
  auto mac = codec::base64url_decode(token.substr(last + 1));
  if (!header || !mac) return std::nullopt;
  base::Arena arena;
  const codec::JsonNode* root = codec::parse_json(*header, codec::JsonDialect::python, arena);
  const codec::JsonNode* alg = root == nullptr ? nullptr : root->find("alg");
  if (alg == nullptr || !alg->is(codec::JsonType::string)) return std::nullopt;
  const auto algorithm = algorithm_from_string(alg->text);
  if (!algorithm || info(*algorithm).scheme != Scheme::hmac) return std::nullopt;
  return Signed{info(*algorithm).hash, token.substr(0, last), std::move(*mac)};
}

// A command of a pipeline.
struct Filter {
  std::string command;
  bool takes_file;  // as an argument; else only on standard input
};

// A step away from the file as it is: bytes, how a person would make them, and what they are.
struct Reading {
  std::string bytes;  // what the filters write
  std::vector<Filter> filters = {};
  std::string value_of = {};  // the name before the value; empty: the file
  std::string without = {};   // " without quotation marks"
  std::string coded = {};     // "base64": what the bytes were decoded from
  std::string encoded = {};   // "the base64 text": what the file was encoded to
  std::string flag = {};      // a flag that does the same; empty: none does

  Reading then(std::string now, std::vector<Filter> more) const {
    Reading next = *this;
    next.bytes = std::move(now);
    next.filters.insert(next.filters.end(), more.begin(), more.end());
    return next;
  }
};

std::string squeezed(std::string_view text) {
  std::string rest;
  for (const char c : text)
    if (kSpace.find(c) == std::string_view::npos) rest += c;
  return rest;
}

// "export NAME=value" and "NAME: value". Nothing if the line is neither.
struct Assignment {
  std::string_view name, value;
  std::string_view head;  // what stands before the value, without the space after a colon
};
std::optional<Assignment> assignment(std::string_view line) {
  constexpr std::string_view kExport = "export ";
  const std::size_t begin = line.starts_with(kExport) ? kExport.size() : 0;
  std::size_t end = begin;
  const auto in_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  };
  while (end < line.size() && in_name(line[end])) ++end;
  const bool named = end > begin && end < line.size() && (line[end] == '=' || line[end] == ':');
  if (!named || trimmed(line.substr(end + 1)).empty()) return std::nullopt;
  const std::size_t value = line[end] == ':' ? std::min(line.find_first_not_of(' ', end + 1), line.size()) : end + 1;
  return Assignment{line.substr(begin, end - begin), line.substr(value), line.substr(0, end + 1)};
}

// Adds the reading without quotation marks around it, if it has some.
void add_unquoted(const Reading& from, std::vector<Reading>& to) {
  const std::string_view text = trimmed(from.bytes);
  if (text.size() < 3 || text.front() != text.back() || (text.front() != '"' && text.front() != '\'')) return;
  const char quote = text.front();
  const std::string_view inner = text.substr(1, text.size() - 2);
  const std::string mark = quote == '"' ? "'\"'" : "\"'\"";
  Filter filter{"tr -d " + mark, false};
  if (inner.find(quote) != std::string_view::npos) filter = {R"(sed 's/^.//; s/.[[:space:]]*$//')", true};
  Reading reading = from.then(std::string(inner) + "\n", {std::move(filter)});
  reading.without += " without quotation marks";
  to.push_back(std::move(reading));
}

// Adds the value of each line NAME=value, with and without its quotation marks.
void add_values(const Reading& from, std::vector<Reading>& to) {
  std::string_view rest = from.bytes;
  const bool one_line = trimmed(rest).find('\n') == std::string_view::npos;
  for (std::size_t i = 0; i < kMostLines && !rest.empty(); ++i) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto found = assignment(line);
    if (!found) continue;
    Reading reading = from;
    if (!one_line) reading.filters.push_back({"grep '^" + std::string(found->head) + "'", true});
    reading.filters.push_back({found->head.ends_with('=') ? "cut -d= -f2-" : "sed 's/^[^:]*: *//'", true});
    reading.bytes = std::string(found->value) + "\n";
    reading.value_of = found->name;
    to.push_back(reading);
    add_unquoted(reading, to);
  }
}

// The file as it is, and what remains of it without what people leave around a secret.
std::vector<Reading> peeled(const std::string& file) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  std::vector<Reading> readings = {{.bytes = file}};
  if (file.starts_with(kMark)) {
    readings.push_back(readings.front().then(file.substr(kMark.size()), {{"tail -c +4", true}}));
    readings.back().without = " without its byte order mark";
  }
  const Reading text = readings.back();
  add_unquoted(text, readings);
  add_values(text, readings);
  for (std::size_t i = 0, count = readings.size(); i < count; ++i) {
    const std::string rest = squeezed(readings[i].bytes);
    if (rest.empty() || rest == jwk::secret_of_file(readings[i].bytes)) continue;
    readings.push_back(readings[i].then(rest, {{"tr -d '[:space:]'", false}}));
    readings.back().without += " without white space";
  }
  return readings;
}

// Adds what the reading decodes to, as base64 and as hex.
void add_decoded(const Reading& from, std::vector<Reading>& to) {
  const bool whole = from.filters.empty();
  const auto add = [&](SecretEncoding encoding, const std::string& name, std::vector<Filter> filters) {
    auto bytes = jwk::decode_secret(from.bytes, encoding);
    if (!bytes || bytes->empty()) return;
    Reading reading = from.then(std::move(*bytes), std::move(filters));
    reading.coded = from.coded.empty() ? name : from.coded + " of " + name;
    reading.flag = whole ? "--secret-encoding " + name : "";
    to.push_back(std::move(reading));
  };
  const std::string_view text = trimmed(from.bytes);
  std::vector<Filter> filters;
  if (text.find_first_of("-_") != std::string_view::npos) filters.push_back({"tr -- '-_' '+/'", false});
  const std::size_t missing = (4 - squeezed(text).size() % 4) % 4;
  if (missing != 0 || from.bytes.find_first_of(" \t\r\v\f") != std::string_view::npos)
    filters.push_back({"tr -d '[:space:]'", false});
  if (missing != 0) filters.push_back({"sed 's/$/" + std::string(missing, '=') + "/'", true});
  filters.push_back({"base64 -d", true});
  add(SecretEncoding::base64, "base64", filters);
  filters = {{"basenc --base16 -d", true}};
  if (text.find_first_of("abcdef") != std::string_view::npos) filters.insert(filters.begin(), {"tr a-f A-F", false});
  if (from.bytes.find_first_of(" \t\r\v\f") != std::string_view::npos)
    filters.insert(filters.begin(), {"tr -d '[:space:]'", false});
  add(SecretEncoding::hex, "hex", filters);
}

std::string hex_of(std::string_view bytes, const char* digits) {
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

// Adds the texts that a signer may have used for the bytes of the file.
void add_encoded(const Reading& from, std::vector<Reading>& to) {
  const auto add = [&](std::string text, std::vector<Filter> filters, const char* name) {
    to.push_back(from.then(std::move(text), std::move(filters)));
    to.back().encoded = name;
  };
  const std::string url = codec::base64url_encode(from.bytes);
  const std::string padding((4 - url.size() % 4) % 4, '=');
  std::string plain = url;
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  const Filter base64{"base64 -w0", true}, base64url{"basenc --base64url -w0", true}, unpadded{"tr -d =", false};
  add(plain + padding, {base64}, "the base64 text");
  add(plain, {base64, unpadded}, "the base64 text, unpadded,");
  add(url + padding, {base64url}, "the base64url text, padded,");
  add(url, {base64url, unpadded}, "the base64url text");
  const Filter lower_hex{"od -An -v -tx1", true}, upper_hex{"basenc --base16 -w0", true}, joined{"tr -d ' \\n'", false};
  add(hex_of(from.bytes, "0123456789abcdef"), {lower_hex, joined}, "the hex text");
  add(hex_of(from.bytes, "0123456789ABCDEF"), {upper_hex}, "the hex text, in capitals,");
}

// Every reading of the file's bytes, the likelier first.
std::vector<Reading> all_readings(const std::string& file) {
  std::vector<Reading> readings = peeled(file);
  // Decoded twice at most: consoles of clusters show base64 of what was base64 before.
  for (std::size_t i = 0, end = readings.size(), round = 0; round < 2; ++round) {
    for (; i < end; ++i) add_decoded(Reading(readings[i]), readings);
    end = readings.size();
  }
  Reading whole{.bytes = file};
  add_encoded(whole, readings);
  const std::string_view secret = jwk::secret_of_file(file);
  if (secret.size() == file.size()) return readings;
  const Filter cut{"head -c -" + std::to_string(file.size() - secret.size()), true};
  add_encoded(whole.then(std::string(secret), {cut}), readings);
  return readings;
}

// "base64 -d b64.txt > secret.bin". `ending` is added to what the filters write; printf's escapes.
std::string command_for(const Reading& reading, const std::string& path, const std::string& ending) {
  std::string line;
  for (const Filter& filter : reading.filters) {
    line +=
        line.empty() ? filter.command + (filter.takes_file ? " " : " < ") + shell_word(path) : " | " + filter.command;
  }
  if (line.empty()) line = "cat " + shell_word(path);
  if (!ending.empty()) line = "{ " + line + "; printf '" + ending + "'; }";
  const std::string name = reading.coded.empty() ? "secret.txt" : "secret.bin";
  // A shell empties the file that it writes before the first command reads it.
  return line + " > " + (path.ends_with(name) ? "new-" + name : name);
}

// "the file is base64 of the secret".
std::string statement(const Reading& reading, const std::string& ending) {
  const std::string thing =
      (reading.value_of.empty() ? "the file" : "the value of " + reading.value_of) + reading.without;
  std::string text;
  if (!reading.encoded.empty()) {
    text = "the secret is " + reading.encoded + " of the file";
  } else if (!reading.coded.empty()) {
    text = thing + " is " + reading.coded + " of the secret";
  } else {
    text = "the secret is " + thing;
  }
  if (!ending.empty()) text += ", and a line break at the end is part of the secret";
  return text;
}

// What to do so that the file gives `secret`, the bytes that signed.
std::string advice(const Reading& reading, std::string_view secret, const std::string& path, const std::string& ending,
                   Hash hash) {
  if (reading.filters.empty() && ending.empty()) return "the file is the secret itself; leave out --secret-encoding";
  std::string text = statement(reading, ending) + "; run " + command_for(reading, path, ending);
  // The flag keeps all decoded bytes, also a final line break, which would be dropped from a text file.
  if (!reading.flag.empty() && secret == reading.bytes) text += ", or give " + reading.flag;
  const auto needed = static_cast<std::size_t>(digest_bytes(hash));
  if (secret.size() < needed) {
    text += "; it has " + std::to_string(secret.size()) + " bytes, and profile strict asks for " +
            std::to_string(needed) + " (RFC 7518 §3.2)";
  }
  return text;
}

// A pipe is not read a second time: it may have no writer any more, and then nothing ends the wait.
bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

}  // namespace

std::optional<std::string> other_reading(std::string_view token, const KeySource& source) {
  const auto parts = signed_parts(token);
  if (!parts || source.kind != KeySource::Kind::secret_file || !is_file(source.value)) return std::nullopt;
  Result<std::string> file = mint::read_key_file(source.value);
  if (file) file = archive::unpacked(*std::move(file), kMostBytes);
  if (!file || file->empty() || file->size() > kMostBytes) return std::nullopt;
  // The final line break of a text file is dropped. So a secret that ends in a line break needs a second one.
  constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {"", ""}, {"\n", "\\n"}, {"\n\n", "\\n\\n"}, {"\r\n\n", "\\r\\n\\n"}};
  for (const Reading& reading : all_readings(*file)) {
    std::string last;
    for (const auto& [ending, shown] : kEndings) {
      const std::string bytes = reading.bytes + std::string(ending);
      const std::string secret(jwk::secret_of_file(bytes));
      const bool known =
          ending.empty() ? reading.filters.empty() && source.encoding == SecretEncoding::raw : secret == last;
      last = secret;
      if (!known && parts->by(secret)) return advice(reading, secret, source.value, std::string(shown), parts->hash);
    }
  }
  return std::nullopt;
}

}  // namespace assay::cli
