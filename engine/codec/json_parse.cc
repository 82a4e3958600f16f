// The exact reader: one recursive descent over the text, a function for each rule of RFC 8259.
#include <array>
#include <vector>

#include "codec/json.h"
#include "codec/json_encoding.h"
#include "codec/utf.h"

namespace assay::codec {
namespace {

// CPython's sys.get_int_max_str_digits(): int() raises ValueError for more digits.
constexpr std::size_t kPythonIntDigits = 4300;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// True for the bytes that stand for more than themselves in a string: the quote, the backslash and control characters
// (RFC 8259 §7).
constexpr std::array<bool, 256> kStopsString = [] {
  std::array<bool, 256> stops{};
  for (std::size_t c = 0; c < 0x20; ++c) stops[c] = true;
  stops['"'] = true;
  stops['\\'] = true;
  return stops;
}();

// Every method that reads leaves `at_` after the text that it read and returns true. Or it sets `message_`, leaves
// `at_` at the byte that is wrong, and returns false. The text is known to be UTF-8 (WTF-8).
class Parser {
 public:
  Parser(std::string_view text, JsonDialect dialect, base::Arena& arena)
      : text_(text), python_(dialect == JsonDialect::python), arena_(arena) {}

  bool document(JsonNode& node) {
    skip_space();
    if (!value(node, 0)) return false;
    skip_space();
    return at_ == text_.size() || fail("expected the end of the text");
  }
  std::size_t at() const noexcept { return at_; }
  const char* message() const noexcept { return message_; }

 private:
  bool fail(const char* message) noexcept {
    message_ = message;
    return false;
  }
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) noexcept {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) noexcept {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() noexcept {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      ++at_;
    }
  }

  // `depth` counts the arrays and objects around this value.
  bool value(JsonNode& node, int depth) {
    const std::size_t begin = at_;
    if (!bare_value(node, depth)) return false;
    node.raw = text_.substr(begin, at_ - begin);
    return true;
  }

  bool bare_value(JsonNode& node, int depth) {
    switch (peek()) {
      case '{':
        return enter(depth) && object(node, depth + 1);
      case '[':
        return enter(depth) && array(node, depth + 1);
      case '"':
        node.type = JsonType::string;
        return string(node.text);
      case 't':
        return word("true", JsonType::boolean, node);
      case 'f':
        return word("false", JsonType::boolean, node);
      case 'n':
        return word("null", JsonType::null, node);
      case 'N':
        if (python_) return constant("NaN", node);
        break;
      case 'I':
        if (python_) return constant("Infinity", node);
        break;
      case '-':
        if (python_ && text_.substr(at_).starts_with("-I")) return constant("-Infinity", node);
        return number(node);
      default:
        if (is_digit(peek())) return number(node);
    }
    return fail("expected a value");
  }

  bool enter(int depth) noexcept {
    if (depth >= (python_ ? kPythonMaxDepth : kJsonMaxDepth)) return fail("nested too deeply");
    ++at_;
    return true;
  }

  bool word(std::string_view word, JsonType type, JsonNode& node) noexcept {
    if (!take_word(word)) return fail("expected a value");
    node.type = type;
    node.truth = word == "true";
    return true;
  }

  bool constant(std::string_view name, JsonNode& node) noexcept {
    const std::size_t begin = at_;
    if (!take_word(name)) return fail("expected a value");
    node.type = JsonType::real;
    node.text = text_.substr(begin, name.size());
    return true;
  }

  // RFC 8259 §4. The members of all open objects share one stack. They are copied into the arena when their object is
  // complete.
  bool object(JsonNode& node, int depth) {
    const std::size_t base = members_.size();
    skip_space();
    if (!take('}')) {
      while (true) {
        JsonMember member;
        if (peek() != '"') return fail("expected a member name");
        if (!string(member.name)) return false;
        skip_space();
        if (!take(':')) return fail("expected ':'");
        skip_space();
        if (!value(member.value, depth)) return false;
        members_.push_back(member);
        skip_space();
        if (take('}')) break;
        if (!take(',')) return fail("expected ',' or '}'");
        skip_space();
      }
    }
    node.type = JsonType::object;
    node.members = keep(members_, base);
    return true;
  }

  // RFC 8259 §5.
  bool array(JsonNode& node, int depth) {
    const std::size_t base = items_.size();
    skip_space();
    if (!take(']')) {
      while (true) {
        JsonNode item;
        if (!value(item, depth)) return false;
        items_.push_back(item);
        skip_space();
        if (take(']')) break;
        if (!take(',')) return fail("expected ',' or ']'");
        skip_space();
      }
    }
    node.type = JsonType::array;
    node.items = keep(items_, base);
    return true;
  }

  template <class T>
  std::span<const T> keep(std::vector<T>& stack, std::size_t base) {
    const std::span<T> kept = arena_.array<T>(stack.size() - base);
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = stack[base + i];
    stack.resize(base);
    return kept;
  }

  // RFC 8259 §6.
  bool number(JsonNode& node) noexcept {
    const std::size_t begin = at_;
    take('-');
    const std::size_t first_digit = at_;
    if (!take('0') && !digits()) return fail("expected a digit");
    const std::size_t integer_digits = at_ - first_digit;
    bool real = false;
    if (take('.')) {
      real = true;
      if (!digits()) return fail("expected a digit");
    }
    if (take('e') || take('E')) {
      real = true;
      if (!take('+')) take('-');
      if (!digits()) return fail("expected a digit");
    }
    if (python_ && !real && integer_digits > kPythonIntDigits) return fail("integer of more than 4300 digits");
    node.type = real ? JsonType::real : JsonType::integer;
    node.text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool digits() noexcept {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ != begin;
  }

  // Moves to the next byte in kStopsString. Returns false at the end of the text.
  bool run() noexcept {
    while (at_ < text_.size() && !kStopsString[static_cast<unsigned char>(text_[at_])]) ++at_;
    return at_ < text_.size();
  }

  bool string(std::string_view& out) {
    ++at_;  // the opening quote
    const std::size_t begin = at_;
    if (!run()) return fail("unterminated string");
    if (text_[at_] == '"') {
      out = text_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
    return escaped_string(begin, out);
  }

  // Reads the rest of a string that has an escape. Unescaped text is never longer than the text as written.
  bool escaped_string(std::size_t begin, std::string_view& out) {
    const std::size_t end = string_end();
    if (end == text_.size()) return fail_at_end();
    const std::size_t room = end - begin;
    char* const to = arena_.allocate(room);
    std::size_t written = text_.copy(to, at_ - begin, begin);
    while (text_[at_] != '"') {
      if (text_[at_] != '\\') return fail("control character in a string");
      if (!escape(to, written)) return false;
      const std::size_t plain = at_;
      run();
      written += text_.copy(to + written, at_ - plain, plain);
    }
    ++at_;
    arena_.shrink_last(room, written);
    out = {to, written};
    return true;
  }

  // Returns the position of the closing quote of the string around `at_`, or the end of the text.
  std::size_t string_end() const noexcept {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return end < text_.size() ? end : text_.size();
  }
  bool fail_at_end() noexcept {
    at_ = text_.size();
    return fail("unterminated string");
  }

  // Reads the escape at `at_`, which a closing quote follows somewhere, and appends the character that it stands for.
  bool escape(char* to, std::size_t& written) noexcept {
    ++at_;
    char plain = 0;
    switch (text_[at_]) {
      case '"':
      case '\\':
      case '/':
        plain = text_[at_];
        break;
      case 'b':
        plain = '\b';
        break;
      case 'f':
        plain = '\f';
        break;
      case 'n':
        plain = '\n';
        break;
      case 'r':
        plain = '\r';
        break;
      case 't':
        plain = '\t';
        break;
      case 'u':
        return unicode_escape(to, written);
      default:
        return fail("unknown escape");
    }
    ++at_;
    to[written++] = plain;
    return true;
  }

  bool unicode_escape(char* to, std::size_t& written) noexcept {
    ++at_;
    char32_t code = 0;
    if (!four_hex(at_, code)) return fail("expected four hexadecimal digits");
    at_ += 4;
    // RFC 8259 §7: a character beyond the first plane takes two escapes. A surrogate without its partner is kept.
    char32_t low = 0;
    if (is_high_surrogate(code) && text_.substr(at_).starts_with("\\u") && four_hex(at_ + 2, low) &&
        is_low_surrogate(low)) {
      code = join_surrogates(code, low);
      at_ += 6;
    }
    written += write_wtf8(code, to + written);
    return true;
  }

  bool four_hex(std::size_t from, char32_t& code) const noexcept {
    if (text_.size() - from < 4) return false;
    code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int digit = hex_value(text_[from + i]);
      if (digit < 0) return false;
      code = code << 4 | static_cast<char32_t>(digit);
    }
    return true;
  }

  std::string_view text_;
  bool python_;
  base::Arena& arena_;
  std::size_t at_ = 0;
  const char* message_ = "";
  std::vector<JsonNode> items_;
  std::vector<JsonMember> members_;
};

const JsonNode* give_up(JsonError* error, std::size_t offset, const char* message) noexcept {
  if (error != nullptr) *error = {offset, message};
  return nullptr;
}

}  // namespace

const JsonNode* parse_json(std::string_view text, JsonDialect dialect, base::Arena& arena, JsonError* error) {
  std::size_t prefix = 0;
  if (dialect == JsonDialect::python) {
    const JsonText decoded = decode_as_python(text, arena);
    if (!decoded.valid) return give_up(error, decoded.stop, "not UTF-8, UTF-16 or UTF-32");
    text = decoded.text;
    prefix = decoded.prefix;
  } else {
    // RFC 8259 §8.1.
    const std::size_t stop = utf8_prefix(text, false);
    if (stop != text.size()) return give_up(error, stop, "not UTF-8");
  }
  Parser parser(text, dialect, arena);
  JsonNode& root = arena.array<JsonNode>(1)[0];
  if (!parser.document(root)) return give_up(error, prefix + parser.at(), parser.message());
  return &root;
}

}  // namespace assay::codec
