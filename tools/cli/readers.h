// Typed readers: how one value of a flag is read, and written back as a user would type it.
//
// A reader refuses a value with an Error that says what is wrong and what to use instead. The error does not name the
// flag; the parser puts the flag's name before it. Readers are plain values without state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::cli {

template <class T>
struct Reader {
  std::function<Result<T>(const std::string& text)> read;
  // Shows a default in --help. Empty: there is no text for this value.
  std::function<std::string(const T& value)> write;
  std::vector<std::string> choices = {};  // all values, if there are only a few
};

// A value in quotation marks, as errors show it. Long values are shortened.
std::string in_quotes(std::string_view value);
// Every algorithm, and the same as "RS256, RS384, ...".
std::vector<std::string> names_of_algorithms();
std::string algorithm_names();

bool is_url(std::string_view value);
// A URL without user, password, query and fragment, any of which may be a credential.
std::string without_credentials(const std::string& url);

// Any text, exactly as given.
Reader<std::string> text();
// Any text but the empty one. `what` names the value in the error: "the path".
Reader<std::string> some_text(const char* what);
inline Reader<std::string> path() { return some_text("the path"); }
// Bytes: a whole number, plain or with K, M, G, KiB, MiB or GiB, up to 1024GiB.
Reader<std::size_t> size();
// A number from 0 to 1.
Reader<double> share();
// A decimal number of `unit` from `least` to `most`.
Reader<double> decimal(double least, double most, const char* unit);
Reader<Algorithm> algorithm();
// Any number of 64 bits.
Reader<std::uint64_t> seed();
// Names separated by white space or commas, or a JSON list of names. May be empty.
Reader<std::vector<std::string>> scopes();
// NAME=JSON: a claim, with its value as JSON text.
Reader<std::pair<std::string, std::string>> claim();
// NAME=VALUE: a claim that must hold this value.
Reader<RequiredClaim> required_claim();
// A file of keys. `urls`: a key set may also be a URL.
Reader<KeySource> key_source(KeySource::Kind kind, bool urls = false);

// Reads Unix time by magnitude, RFC 3339, a form of common logs, or "now" (no value). `forms` lists for the error what
// the flag takes.
Result<std::optional<Instant>> read_time(const std::string& text, const std::string& forms);

Result<long long> read_whole_number(const std::string& text, long long least, long long most, const char* unit);

// A whole number of `unit` from `least` to `most`.
template <class T>
Reader<T> whole_number(long long least, long long most, const char* unit) {
  return {.read = [=](const std::string& text) -> Result<T> {
            const Result<long long> number = read_whole_number(text, least, most, unit);
            if (!number) return number.error();
            return static_cast<T>(*number);
          },
          .write = [](const T& number) { return std::to_string(number); }};
}

// Joins names with `separator` between them.
std::string joined(const std::vector<std::string>& names, std::string_view separator);

// "; did you mean RS256? Use one of RS256, ES256", or only "; use one of ..." if no name is near.
std::string use_one_of(std::string_view text, const std::vector<std::string>& names, std::string_view separator);

// One of a few names, each of which stands for a value. A value without a name is written as nothing.
template <class T>
Reader<T> one_of(std::vector<std::pair<std::string, T>> names) {
  std::vector<std::string> choices;
  for (const auto& [name, value] : names) choices.push_back(name);
  return {.read = [names, choices](const std::string& text) -> Result<T> {
            for (const auto& [name, value] : names) {
              if (name == text) return value;
            }
            return Error{"cannot use " + in_quotes(text) + use_one_of(text, choices, "|")};
          },
          .write = [names](const T& wanted) -> std::string {
            for (const auto& [name, value] : names) {
              if (value == wanted) return name;
            }
            return "";
          },
          .choices = choices};
}

// The parts of "a,b,c". An empty part is an error.
Result<std::vector<std::string>> split_list(const std::string& list);

// Values separated by commas, in the order given; a repeated one counts once.
template <class T>
Reader<std::vector<T>> list_of(Reader<T> one) {
  return {.read = [one](const std::string& text) -> Result<std::vector<T>> {
            const Result<std::vector<std::string>> parts = split_list(text);
            if (!parts) return parts.error();
            std::vector<T> values;
            for (const std::string& part : *parts) {
              Result<T> value = one.read(part);
              if (!value) return value.error();
              if (std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(std::move(*value));
            }
            return values;
          },
          .write =
              [one](const std::vector<T>& values) {
                std::vector<std::string> parts;
                for (const T& value : values) parts.push_back(one.write(value));
                return joined(parts, ",");
              }};
}

}  // namespace assay::cli
