// A value or an error: what a set-up step returns.
//
// Errors are for people: one line that names the file, the field and the mend. Bad tokens are never errors; they are
// verdicts (see verdict.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace assay {

// A value for an option: {"policy.profile", "fastmcp"}.
struct Setting {
  std::string field;  // its path in the library, as in Error::field
  std::string value;
};

struct Error {
  std::string message;  // what is wrong, and the mend; does not repeat the field
  // The option at fault by its path in the library, such as "policy.audiences" (JwtVerifierOptions) or "token_field"
  // (StreamOptions); empty: no single option is. A program shows its own name of the option before the message.
  std::string field = {};
  // The same input would be accepted with these options, for example to audit a server that accepted it. Empty: there
  // are none. A program adds them to the message under its own names.
  std::vector<Setting> way_out = {};
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  explicit operator bool() const noexcept { return state_.index() == 0; }
  // Only for a result that holds a value.
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  // Only for a result that holds an error.
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design
  explicit operator bool() const noexcept { return !error_.has_value(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace assay
