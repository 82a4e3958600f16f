#include "codec/token_marks.h"

#include <array>

#include "base/cpu.h"

namespace assay::codec {
namespace {

// A kind of marks: every first, second and third byte that it may have, in any combination.
struct Kind {
  std::string_view bytes[3];
};

// base64url of '{' begins with "e" and one of "wxyz"; that of white space, with I (blank), C (tab, line feed) or D
// (carriage return). "{}" has no member "alg", so "e3" begins no header. '5' is the end of
// "%65", "\x65" and "\u0065", which code "e".
constexpr Kind kKinds[8] = {
    {{"e5", "y", "ABCDIJKL"}},       // '{', then a blank or '"'
    {{"e5", "w", "klmnopqr0123"}},   // '{', then a tab, line feed or carriage return
    {{"ICD", "CSi", "AB"}},          // white space, then a blank, then '{' or white space
    {{"ICD", "AQgHXn", "klop01s"}},  // white space, then other white space or '{'
    {{"jzJZ", "waWA", "tT"}},        // "JWT", "authoriZATion"
    {{"oOpP", "koKO", "ePEp"}},      // "tOKEn", "dPOP"
    {{"rR", "eE", "rR"}},            // "beaRER"
    {{"sS", "iI", "cC"}},            // "baSIC"
};

constexpr TokenMarkTables kTables = [] {
  TokenMarkTables tables{};
  for (std::size_t kind = 0; kind < 8; ++kind) {
    for (std::size_t place = 0; place < 3; ++place) {
      for (const char c : kKinds[kind].bytes[place]) {
        const auto byte = static_cast<unsigned char>(c);
        tables.low[place][byte & 0xF] |= static_cast<std::uint8_t>(1U << kind);
        tables.high[place][byte >> 4] |= static_cast<std::uint8_t>(1U << kind);
      }
    }
  }
  return tables;
}();

// The kinds of each byte: what both tables give.
using KindsOfBytes = std::array<std::array<std::uint8_t, 256>, 3>;
constexpr KindsOfBytes kKindsOfBytes = [] {
  KindsOfBytes kinds{};
  for (std::size_t place = 0; place < 3; ++place) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      kinds[place][byte] = kTables.low[place][byte & 0xF] & kTables.high[place][byte >> 4];
    }
  }
  return kinds;
}();

constexpr std::size_t kBlock = 64;

// This kernel is the definition, and the other is tested against it.
TokenMarks find_scalar(const char* text, std::size_t size, std::size_t from) noexcept {
  const auto kinds = [text](std::size_t place, std::size_t at) {
    return kKindsOfBytes[place][static_cast<unsigned char>(text[at])];
  };
  for (std::size_t begin = from; begin + 3 <= size; begin += kBlock) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kBlock && begin + i + 3 <= size; ++i) {
      const std::size_t at = begin + i;
      if ((kinds(0, at) & kinds(1, at + 1) & kinds(2, at + 2)) != 0) bits |= std::uint64_t{1} << i;
    }
    if (bits != 0) return {begin, bits};
  }
  return {size, 0};
}

constexpr std::array<bool, 256> kIsBase64url = [] {
  std::array<bool, 256> is{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    is[static_cast<unsigned char>(c)] = true;
  }
  return is;
}();

std::size_t run_scalar(const char* text, std::size_t size) noexcept {
  std::size_t at = 0;
  while (at < size && kIsBase64url[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

#if defined(__x86_64__)
TokenMarks find_avx2(const char* text, std::size_t size, std::size_t from) noexcept {
  return token_marks_avx2(kTables, text, size, from);
}

std::size_t run_avx2(const char* text, std::size_t size) noexcept {
  const std::size_t blocks = base64url_run_avx2(text, size);
  return blocks + run_scalar(text + blocks, size - blocks);
}
#elif defined(__aarch64__)
TokenMarks find_neon(const char* text, std::size_t size, std::size_t from) noexcept {
  return token_marks_neon(kTables, text, size, from);
}

std::size_t run_neon(const char* text, std::size_t size) noexcept {
  const std::size_t blocks = base64url_run_neon(text, size);
  return blocks + run_scalar(text + blocks, size - blocks);
}
#endif

// The value of a character of base64url (RFC 4648 §5); 64 or more for any other.
constexpr std::uint32_t value_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
  return c == '-' ? 62 : c == '_' ? 63 : 64;
}

constexpr bool is_json_white(std::uint32_t byte) noexcept {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

// Whether three characters begin base64url of a JSON object with a member. They code two bytes and the two highest
// bits of a third.
constexpr bool begins_header(char a, char b, char c) noexcept {
  if (value_of(a) > 63 || value_of(b) > 63 || value_of(c) > 63) return false;
  const std::uint32_t bits = value_of(a) << 12 | value_of(b) << 6 | value_of(c);
  const std::uint32_t first = bits >> 10, second = bits >> 2 & 0xFF, third_high = bits & 3;
  if (first == '{') return second == '"' || is_json_white(second);
  if (!is_json_white(first)) return false;
  constexpr std::uint32_t kHighOfWhiteOrQuote = 0, kHighOfBrace = 1;
  if (second == '{') return third_high == kHighOfWhiteOrQuote;
  return is_json_white(second) && (third_high == kHighOfWhiteOrQuote || third_high == kHighOfBrace);
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_of_word(char a, char b, char c) noexcept {
  for (const std::string_view word : {"zat", "jwt", "oke", "pop", "rer", "sic"}) {
    if (lower(a) == word[0] && lower(b) == word[1] && lower(c) == word[2]) return true;
  }
  return false;
}

}  // namespace

int token_marks_kernels(TokenMarksKernel (&kernels)[2]) noexcept {
  int count = 0;
#if defined(__x86_64__)
  if (base::cpu_features().avx2) kernels[count++] = {"avx2", find_avx2, run_avx2};
#elif defined(__aarch64__)
  if (base::cpu_features().neon) kernels[count++] = {"neon", find_neon, run_neon};
#endif
  kernels[count++] = {"scalar", find_scalar, run_scalar};
  return count;
}

const TokenMarksKernel& token_marks_kernel() noexcept {
  static const TokenMarksKernel best = [] {
    TokenMarksKernel kernels[2];
    token_marks_kernels(kernels);
    return kernels[0];
  }();
  return best;
}

TokenMark token_mark_at(std::string_view text, std::size_t at) noexcept {
  if (at > text.size() || text.size() - at < 3) return TokenMark::none;
  const char a = text[at], b = text[at + 1], c = text[at + 2];
  if (begins_header(a, b, c)) return TokenMark::header;
  if (a == '5' && begins_header('e', b, c)) return TokenMark::coded_header;
  return is_of_word(a, b, c) ? TokenMark::word : TokenMark::none;
}

}  // namespace assay::codec
