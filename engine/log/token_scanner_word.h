// The words beside credentials: "Authorization", "access_token", "Bearer", "Basic". What follows one may be a token, a
// mask in a token's place, or another credential.
//
// Pure functions, thread safe. Each looks at a bounded number of bytes and never beyond the line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::log {

enum class WordKind : std::uint8_t {
  none,          // no such word, or no value follows it
  token_scheme,  // Bearer, DPoP, JWT
  other_scheme,  // Basic
  name,          // of a parameter, a header or a member that holds tokens
};

// A word and the value behind it.
struct CredentialWord {
  WordKind kind = WordKind::none;
  std::size_t value = 0;  // where the value begins
  // Of names only: ':' or '=' behind the name, and the quote before the value, both coded or not; 0: none.
  char sign = 0, quote = 0;
};

// Returns the word of which text[mark, mark + 3) is a part. It begins at `from` or later. A scheme that follows a name
// is part of what stands between the name and its value, and the kind is then that of the scheme.
CredentialWord credential_word(std::string_view text, std::size_t from, std::size_t mark) noexcept;

// A mask as it is written. `codings`: those of its brackets, as in "%5BREDACTED%5D".
struct Mask {
  std::size_t size = 0;  // 0: there is none
  std::uint8_t codings = 0;
};

// Returns the value at word.value if it is a mask in a token's place.
Mask masked_value(std::string_view text, const CredentialWord& word) noexcept;

struct OtherCredential {
  std::size_t size = 0;  // of the characters of credentials that were looked at
  bool counts = false;
};

// Says whether the value behind a scheme is a credential: base64 with a ':' for Basic, opaque text for the others.
OtherCredential other_credential(std::string_view text, const CredentialWord& word) noexcept;

// Returns the mask that begins at `at`: symbols, dots, or words in brackets. `part` is base64url that stands right
// before it; the mask then has to be one that hides the rest of a part.
Mask mask_at(std::string_view text, std::string_view part, std::size_t at) noexcept;

}  // namespace assay::log
