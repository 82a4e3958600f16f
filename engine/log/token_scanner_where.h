// Where a token stands, told by what stands before it on its line.
//
// A pure function, thread safe. It looks at a bounded number of bytes.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "log/where.h"

namespace assay::log {

// So many bytes before a token are looked at, and none on an earlier line.
inline constexpr std::size_t kMostLookedBack = 512;

// The token that was found before this one.
struct TokenBefore {
  std::size_t end = 0;  // of its bytes; 0: there is none
  Where where = Where::text;
};

// Says where the token at [begin, end) of the text stands. What stands before the earlier token does not count, so a
// further parameter of the same URL ("&name=") stands where that token stands.
Where where_of(std::string_view text, std::size_t begin, std::size_t end, const TokenBefore& before) noexcept;

// Says where the tokens of a line stand, in their order. Looks at the text before a token only if its place, or that of
// a later token, asks for it. Each token is looked at once, whatever is asked. Not thread safe.
class LinePlaces {
 public:
  // Forgets the tokens: the next one is the first of its line.
  void begin_line() noexcept {
    before_ = {};
    pending_.clear();
  }
  // A token whose place is known otherwise.
  void pass(std::size_t begin, std::size_t end) { pending_.push_back({begin, end}); }
  // Returns the place of the next token. `text` and its positions are those of the tokens passed before.
  Where place(std::string_view text, std::size_t begin, std::size_t end) noexcept;
  // Looks at the tokens that were passed, so that they take no memory.
  void settle(std::string_view text) noexcept;

 private:
  struct Pending {
    std::size_t begin = 0, end = 0;
  };
  TokenBefore before_;            // the latest token that was looked at
  std::vector<Pending> pending_;  // the tokens behind it
};

}  // namespace assay::log
