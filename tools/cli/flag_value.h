// The way from a flag's value to the field that it sets: set(FIELD(verifier, policy.leeway_seconds), reader).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "arguments.h"
#include "assay/result.h"
#include "readers.h"

namespace assay::cli {

// A member of Arguments. `name` is its path in the library's options, as Error::field gives it; empty: only the
// program knows it.
template <class T>
struct Field {
  const char* name;
  T& (*of)(Arguments&);
};

template <class Way>
auto field_at(const char* name, Way way) {
  return Field<std::remove_reference_t<std::invoke_result_t<Way, Arguments&>>>{name, way};
}

// FIELD(verifier, policy.audiences) is the member arguments.verifier.policy.audiences, with the name
// "policy.audiences". PROGRAM_ONLY(quiet) is arguments.quiet, which the library does not know.
#define FIELD(options, path) \
  field_at(                  \
      #path, [](Arguments & all) -> auto& { return all.options.path; })
#define PROGRAM_ONLY(path) \
  field_at(                \
      "", [](Arguments & all) -> auto& { return all.path; })

// What a flag does with the values that it is given.
struct Value {
  enum class Takes { nothing, last, each };

  std::vector<std::string> fields = {};  // names of the fields it sets; empty: the program's own
  std::string default_text = "";         // of the field in a fresh Arguments; empty: there is none to show
  std::vector<std::string> choices = {};
  Takes takes = Takes::last;
  // Puts one value where it belongs ("" for a flag that takes nothing), or says what is wrong with it.
  std::function<Result<void>(Arguments& all, const std::string& text)> read = {};
};

namespace detail {

template <class T>
std::vector<std::string> names_of(Field<T> field) {
  return *field.name == '\0' ? std::vector<std::string>{} : std::vector<std::string>{field.name};
}

// A value whose reader hands what it read to `put`.
template <class T, class F, class Put>
Value value_of(Field<F> field, const Reader<T>& reader, Value::Takes takes, Put put) {
  return {.fields = names_of(field),
          .choices = reader.choices,
          .takes = takes,
          .read = [field, read = reader.read, put](Arguments& all, const std::string& text) -> Result<void> {
            Result<T> value = read(text);
            if (!value) return value.error();
            put(field.of(all), std::move(*value));
            return {};
          }};
}

}  // namespace detail

// The last value given is the field's.
template <class T>
Value set(Field<T> field, const Reader<T>& reader) {
  Value value = detail::value_of(field, reader, Value::Takes::last, [](T& to, T read) { to = std::move(read); });
  Arguments usual;
  value.default_text = reader.write(field.of(usual));
  return value;
}
template <class T>
Value set(Field<std::optional<T>> field, const Reader<T>& reader) {
  return detail::value_of(field, reader, Value::Takes::last,
                          [](std::optional<T>& to, T read) { to = std::move(read); });
}

// Each value given is added to the field.
template <class T>
Value append(Field<std::vector<T>> field, const Reader<T>& reader) {
  return detail::value_of(field, reader, Value::Takes::each,
                          [](std::vector<T>& to, T read) { to.push_back(std::move(read)); });
}
template <class T>
Value append(Field<std::optional<std::vector<T>>> field, const Reader<T>& reader) {
  return detail::value_of(field, reader, Value::Takes::each, [](std::optional<std::vector<T>>& to, T read) {
    if (!to) to.emplace();
    to->push_back(std::move(read));
  });
}
template <class T>
Value append_all(Field<std::vector<T>> field, const Reader<std::vector<T>>& reader) {
  return detail::value_of(field, reader, Value::Takes::each, [](std::vector<T>& to, std::vector<T> read) {
    to.insert(to.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  });
}

// The flag takes no value and gives the field this one.
template <class T>
Value set_to(Field<T> field, T constant) {
  return {.fields = detail::names_of(field),
          .takes = Value::Takes::nothing,
          .read = [field, constant](Arguments& all, const std::string&) -> Result<void> {
            field.of(all) = constant;
            return {};
          }};
}
inline Value turn_on(Field<bool> field) { return set_to(field, true); }

}  // namespace assay::cli
