// Finds the tokens in any text: log lines, URLs, cookies, JSON, HTML, sentences.
//
// It decides by form only. A token begins with base64url of a JSON object that has a member "alg", at any of the legal
// first characters (not only "eyJ") and after any character. A dot and a payload follow. The signature may be whole,
// masked, cut, empty or missing. A JWE has five parts. Characters may be coded for URLs, JSON or HTML. jose/ decides
// later what is wrong with a token, so a cut one is reported here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/token_marks.h"
#include "log/coded_token.h"
#include "log/token_scanner_header.h"

namespace assay::log {

// A token, or the mask that stands in its place.
struct FoundToken {
  std::size_t begin = 0, size = 0;  // bytes of the text as it is written; a mask of the signature is part of the token
  std::uint8_t decoded = 0;  // bits of Coding: within the token, and of the characters right before and behind it
  bool is_coded = false;     // the token itself holds coded characters
  // Somebody masked the whole token, as in "Bearer ***" and "authorization":"[REDACTED]".
  bool masked = false;
};

// Returns the token with its codings undone: a view into the text, or into the arena if it is_coded.
std::string_view token_of(std::string_view text, const FoundToken& found, base::Arena& arena);

// Credentials that are no tokens. They make no FoundToken.
struct ScanCounts {
  std::uint64_t other_credentials = 0;  // Basic, and Bearer with opaque text
};

// The latest first parts that were headers and had no coded characters.
struct KnownHeaders {
  struct Header {
    std::string text;  // empty: none yet
    bool is_encrypted = false;
  };
  std::array<Header, 4> headers;
  std::size_t next = 0;  // the one that a new header replaces
};

// Where a scan of a text is. A new one begins at the beginning of a text.
struct ScanState {
  std::size_t from = 0;         // marks are looked for from here on
  std::size_t resume = 0;       // marks before it are done with
  std::size_t token_end = 0;    // of the latest token
  std::size_t run_end = 0;      // of the run of base64url in which the latest header was looked for
  std::size_t opaque_end = 0;   // of the latest text that was looked at as another credential
  bool opaque_counted = false;  // whether it is one
};

// Not thread safe: one for each thread. Remembers the latest headers, which changes the speed and never a result.
class TokenScanner {
 public:
  explicit TokenScanner(const codec::TokenMarksKernel& kernel = codec::token_marks_kernel()) : kernel_(kernel) {}

  // Appends what is found in `text`, which is one line or many, in the order of the text. Nothing overlaps, and nothing
  // crosses a line feed, so the lines of a block give the same as the block. Counts are added to `counts`. Time is
  // linear in the text, whatever it holds, and nothing but `found` grows. Throws std::bad_alloc only.
  void scan(std::string_view text, std::vector<FoundToken>& found, ScanCounts& counts);

  // The same in parts, so that memory is bounded: goes on where `state` is until at least `most` tokens, and at most
  // kMostBeyond more, were appended. Returns false once the end of the text is reached. The parts of a text make what
  // scan() makes of it, if they are given the same `counts`.
  static constexpr std::size_t kMostBeyond = 64;
  bool scan_part(std::string_view text, ScanState& state, std::size_t most, std::vector<FoundToken>& found,
                 ScanCounts& counts);

 private:
  codec::TokenMarksKernel kernel_;
  KnownHeaders known_;
};

}  // namespace assay::log
