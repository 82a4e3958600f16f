#include "log/token_scanner_header.h"

#include "jose/ascii.h"
#include "log/coded_token.h"

namespace assay::log {
namespace {

bool is_json_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads one JSON object, a byte at a time. Each step returns false if no object goes on so.
class ObjectReader {
 public:
  bool push(char c) noexcept {
    if (state_ == State::in_name || state_ == State::in_string) return push_in_string(c);
    if (state_ == State::in_word) {
      if (jose::is_letter(c) || jose::is_digit(c) || c == '+' || c == '-' || c == '.') return true;
      state_ = State::after_value;
    }
    if (is_json_white(c)) return state_ != State::before_object || ++blanks_ <= kMostBlanks;
    return push_between(c);
  }

  HeaderLook look() const noexcept {
    const bool is_whole = state_ == State::done && has_alg_;
    const bool is_cut = state_ != State::done && alg_is_whole_;
    return {is_whole ? HeaderForm::whole : is_cut ? HeaderForm::cut : HeaderForm::other, has_enc_};
  }

 private:
  enum class State : std::uint8_t {
    before_object,
    before_first_name,
    before_name,
    in_name,
    before_colon,
    before_first_value,  // of an array
    before_value,
    in_string,
    in_word,  // a number, true, false, null
    after_value,
    done,
  };

  bool in_array() const noexcept { return (arrays_ >> depth_ & 1) != 0; }

  bool push_between(char c) noexcept {
    switch (state_) {
      case State::before_object:
        return c == '{' && open(false);
      case State::before_first_name:
      case State::before_name:
        if (c == '}' && state_ == State::before_first_name) return close();
        state_ = State::in_name;
        name_size_ = 0;
        return c == '"';
      case State::before_colon:
        state_ = State::before_value;
        return c == ':';
      case State::before_first_value:
      case State::before_value:
        if (c == ']' && state_ == State::before_first_value) return close();
        return begin_value(c);
      case State::after_value:
        if (c == ',') {
          state_ = in_array() ? State::before_value : State::before_name;
          return true;
        }
        return c == (in_array() ? ']' : '}') && close();
      default:
        return false;
    }
  }

  bool begin_value(char c) noexcept {
    if (depth_ == 1 && !in_array()) {
      is_alg_ = name() == "alg";
      has_alg_ = has_alg_ || is_alg_;
      has_enc_ = has_enc_ || name() == "enc";
    }
    if (c == '{' || c == '[') return open(c == '[');
    state_ = c == '"' ? State::in_string : State::in_word;
    return c == '"' || c == '-' || jose::is_digit(c) || jose::is_letter(c);
  }

  bool open(bool array) noexcept {
    if (depth_ == kMostHeaderDepth) return false;
    ++depth_;
    const unsigned bit = 1U << depth_;
    arrays_ = array ? arrays_ | bit : arrays_ & ~bit;
    state_ = array ? State::before_first_value : State::before_first_name;
    return true;
  }

  bool close() noexcept {
    --depth_;
    state_ = depth_ == 0 ? State::done : State::after_value;
    return true;
  }

  bool push_in_string(char c) noexcept {
    if (escape_ == 1) {
      if (c == 'u') {
        escape_ = 5;
        code_ = 0;
        return true;
      }
      escape_ = 0;
      add_to_name('\0');  // "alg" and "enc" hold none of these characters
      return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    }
    if (escape_ > 1) {
      const int digit = jose::hex_value(c);
      code_ = code_ * 16 + digit;
      if (--escape_ == 1) {
        escape_ = 0;
        add_to_name(code_ < 0x80 ? static_cast<char>(code_) : '\0');
      }
      return digit >= 0;
    }
    if (c == '\\') {
      escape_ = 1;
    } else if (c == '"') {
      if (state_ == State::in_string && depth_ == 1 && !in_array() && is_alg_) alg_is_whole_ = true;
      state_ = state_ == State::in_name ? State::before_colon : State::after_value;
    } else {
      add_to_name(c);
    }
    return static_cast<unsigned char>(c) >= 0x20;
  }

  void add_to_name(char c) noexcept {
    if (state_ == State::in_name && name_size_ < kLongName) name_[name_size_++] = c;
  }
  // The name of the member, of which only the beginning is kept if it is longer than those that count.
  std::string_view name() const noexcept { return {name_, name_size_}; }

  static constexpr std::size_t kLongName = 4;
  // White space before the object. In text that is all white space in base64url, every fourth character may begin a
  // header, and none may cost more than this.
  static constexpr int kMostBlanks = 64;

  State state_ = State::before_object;
  int depth_ = 0, blanks_ = 0;
  unsigned arrays_ = 0;  // bit d: the value at depth d is an array
  int escape_ = 0;       // 0 outside an escape, 1 after a backslash, more: 1 and the digits to come
  int code_ = 0;
  char name_[kLongName] = {};
  std::size_t name_size_ = 0;
  bool is_alg_ = false, has_alg_ = false, alg_is_whole_ = false, has_enc_ = false;
};

// RFC 4648 §5; the character is in the alphabet.
unsigned value_of(char c) noexcept {
  if (c >= 'a') return static_cast<unsigned>(c - 'a') + 26;
  if (c == '_') return 63;
  if (c >= 'A') return static_cast<unsigned>(c - 'A');
  if (c == '-') return 62;
  return static_cast<unsigned>(c - '0') + 52;
}

}  // namespace

HeaderLook look_at_header(std::string_view part) noexcept {
  ObjectReader object;
  unsigned bits = 0;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < part.size(); ++characters) {
    if (characters == kMostHeaderCharacters) return {};
    const CodedChar next = char_at(part, at);
    at += next.size;
    bits = bits << 6 | value_of(next.plain);
    // Four characters are three bytes: the second to the fourth complete one each.
    const unsigned left = 6 - 2 * (characters % 4);
    if (left != 6 && !object.push(static_cast<char>(bits >> left & 0xFF))) return {};
  }
  const HeaderLook look = object.look();
  // No bytes have base64url of this length, but a cut one has.
  if (look.form == HeaderForm::whole && characters % 4 == 1) return {};
  return look;
}

}  // namespace assay::log
