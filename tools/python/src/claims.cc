#include "claims.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "convert.h"

namespace assay::python {
namespace {

constexpr int kMostDepth = 32;
constexpr std::size_t kMostDigits = 40;

// Names of claims as str. They are the same in most tokens, so those used last are kept.
class Names {
 public:
  nb::object get(std::string_view name) {
    if (name.size() > kLongest) return to_str(name);
    Entry& entry = entries_[hash(name) % entries_.size()];
    if (entry.text != name || !entry.name.is_valid()) {
      std::string text(name);  // before the entry changes: this may throw
      entry.name = to_str(name);
      entry.text = std::move(text);
    }
    return entry.name;
  }

 private:
  static constexpr std::size_t kLongest = 32;
  struct Entry {
    std::string text;
    nb::object name;
  };
  static std::uint32_t hash(std::string_view name) noexcept {
    std::uint32_t sum = 2166136261u;  // FNV-1a
    for (const char letter : name) sum = (sum ^ static_cast<unsigned char>(letter)) * 16777619u;
    return sum;
  }
  std::array<Entry, 256> entries_;
};

// Never destroyed: when the process ends there is no Python any more that could release a str. Guarded by the GIL.
Names& names() {
  static Names& kept = *new Names;
  return kept;
}

// One pass over a text that is known to be valid. An invalid object says that a real parser is needed.
class Reader {
 public:
  explicit Reader(std::string_view json) : at_(json.data()), end_(json.data() + json.size()) {}

  nb::object object(int depth) {
    nb::object made = nb::steal(PyDict_New());
    if (!made.is_valid() || depth > kMostDepth) return {};
    ++at_;
    for (char next = skip(); next != '}'; next = skip()) {
      if (next == ',') {
        ++at_;
        skip();
      }
      std::string_view name;
      if (!text(name)) return {};
      skip();
      ++at_;  // the colon
      const nb::object item = value(depth);
      if (!item.is_valid()) return {};
      if (PyDict_SetItem(made.ptr(), names().get(name).ptr(), item.ptr()) != 0) throw nb::python_error();
    }
    ++at_;
    return made;
  }

 private:
  // The next character that is no space; 0 at the end, where no valid text is.
  char skip() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }

  nb::object value(int depth) {
    switch (skip()) {
      case '"': {
        std::string_view found;
        return text(found) ? to_str(found) : nb::object();
      }
      case '{':
        return object(depth + 1);
      case '[':
        return list(depth + 1);
      case 't':
        return word("true") ? nb::borrow(Py_True) : nb::object();
      case 'f':
        return word("false") ? nb::borrow(Py_False) : nb::object();
      case 'n':
        return {};
      default:
        return number();
    }
  }

  bool word(std::string_view expected) noexcept {
    if (!std::string_view(at_, end_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  nb::object list(int depth) {
    nb::object made = nb::steal(PyList_New(0));
    if (!made.is_valid() || depth > kMostDepth) return {};
    ++at_;
    for (char next = skip(); next != ']'; next = skip()) {
      if (next == ',') ++at_;
      const nb::object item = value(depth);
      if (!item.is_valid()) return {};
      if (PyList_Append(made.ptr(), item.ptr()) != 0) throw nb::python_error();
    }
    ++at_;
    return made;
  }

  // A string without escapes. False: it has some, or there is no string.
  bool text(std::string_view& found) noexcept {
    if (at_ == end_ || *at_ != '"') return false;
    const char* const begin = at_ + 1;
    const auto* const quote = static_cast<const char*>(std::memchr(begin, '"', static_cast<std::size_t>(end_ - begin)));
    if (quote == nullptr) return false;
    found = {begin, static_cast<std::size_t>(quote - begin)};
    at_ = quote + 1;
    return found.find('\\') == std::string_view::npos;
  }

  nb::object number() {
    const char* const begin = at_;
    bool is_real = false;
    for (; at_ != end_ && std::string_view(",]} \t").find(*at_) == std::string_view::npos; ++at_) {
      is_real |= *at_ == '.' || *at_ == 'e' || *at_ == 'E';
    }
    if (begin == at_ || static_cast<std::size_t>(at_ - begin) > kMostDigits) return {};
    if (is_real) {
      const std::string digits(begin, at_);
      const double real = PyOS_string_to_double(digits.c_str(), nullptr, nullptr);
      if (real == -1.0 && PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        return {};
      }
      return nb::steal(PyFloat_FromDouble(real));
    }
    long long integer = 0;
    const auto [stopped, error] = std::from_chars(begin, at_, integer);
    if (error != std::errc() || stopped != at_) return {};
    return nb::steal(PyLong_FromLongLong(integer));
  }

  const char* at_;
  const char* end_;
};

}  // namespace

nb::object to_dict(std::string_view json) {
  if (json.empty() || json.front() != '{') return nb::none();
  const nb::object made = Reader(json).object(0);
  return made.is_valid() ? made : nb::none();
}

}  // namespace assay::python
