// Finds the tokens in any text: log lines, URLs, cookies, JSON, HTML, sentences.
//
// It decides by form only. A token begins with base64url of a JSON object that has a member "alg", at any of the legal
// first characters (not only "eyJ") and after any character. A dot and a payload follow. The signature may be whole,
// masked, cut, empty or missing. A JWE has five parts. Characters may be coded for URLs, JSON or HTML. jose/ decides
// later what is wrong with a token, so a cut one is reported here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/token_marks.h"
#include "log/where.h"

namespace assay::log {

// The codings in which loggers and clients write characters.
enum class Coding : std::uint8_t { percent, percent_twice, json_escape, hex_escape, html_entity, plus };

inline constexpr Coding kCodings[] = {Coding::percent,    Coding::percent_twice, Coding::json_escape,
                                      Coding::hex_escape, Coding::html_entity,   Coding::plus};

// The name as users see it.
inline std::string_view to_string(Coding coding) noexcept {
  switch (coding) {
    case Coding::percent:
      return "percent";
    case Coding::percent_twice:
      return "percent_twice";
    case Coding::json_escape:
      return "json";
    case Coding::hex_escape:
      return "hex";
    case Coding::html_entity:
      return "html";
    case Coding::plus:
      return "plus";
  }
  return "";
}

// The bit of a coding in FoundToken::decoded.
constexpr std::uint8_t bit_of(Coding coding) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(coding));
}

// A token, or the mask that stands in its place.
struct FoundToken {
  std::size_t begin = 0, size = 0;  // bytes of the text as it is written
  // The token with its codings undone: a view into the text, or into the arena if it holds coded characters. A mask of
  // its signature is part of it.
  std::string_view token;
  std::uint8_t decoded = 0;  // bits of Coding: within the token, and of the characters right before and behind it
  // Somebody masked the whole token, as in "Bearer ***" and "authorization":"[REDACTED]". `token` is the mask.
  bool masked = false;
  Where where = Where::text;  // by what stands before it on its line
};

// Credentials that are no tokens. They make no FoundToken.
struct ScanCounts {
  std::uint64_t other_credentials = 0;  // Basic, and Bearer with opaque text
};

// A first part is at most so many characters long. A longer one is taken for other text.
inline constexpr std::size_t kMostHeaderCharacters = 8192;

// Not thread safe: one for each thread. Remembers the latest header, which changes the speed and never a result.
class TokenScanner {
 public:
  explicit TokenScanner(const codec::TokenMarksKernel& kernel = codec::token_marks_kernel()) : kernel_(kernel) {}

  // Appends what is found in `text`, which is one line or many, in the order of the text. Nothing overlaps, and nothing
  // crosses a line feed, so the lines of a block give the same as the block. Time is linear in the text, whatever it
  // holds, and memory beside `found` is bounded by the coded tokens. Throws std::bad_alloc only.
  void scan(std::string_view text, std::vector<FoundToken>& found, base::Arena& arena, ScanCounts& counts);

 private:
  codec::TokenMarksKernel kernel_;
  std::string known_header_;  // the latest first part that was a header, without codings
  bool known_is_encrypted_ = false;
};

}  // namespace assay::log
