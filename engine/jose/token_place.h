// Finds where a pointer leads in a JSON record, also through strings that themselves hold JSON. Finds the tokens of a
// record that has none in the right place. Pure functions; results are views into the record, the pointer and the
// arena.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "codec/json.h"

namespace assay::jose {

// What a pointer leads to.
struct Place {
  enum class Outcome {
    found,
    absent,
    text,  // the pointer goes on behind a string that holds no JSON
    cut,   // the same, and the string begins like JSON but does not end: Docker splits records of 16 KiB
  };
  Outcome outcome = Outcome::absent;
  const codec::JsonNode* node = nullptr;  // if found
  std::string_view string;                // text and cut: the pointer of that string
};

// Resolves a valid RFC 6901 pointer. Behind a string it goes on into the JSON that the string holds.
Place resolve(const codec::JsonNode& root, std::string_view pointer, base::Arena& arena);

// Where the first token of a record stands.
struct TokenPlace {
  enum class Kind {
    whole,         // it is the string at `pointer`, perhaps behind a scheme
    in_text,       // it is a part of that string
    item_of_list,  // it is in an object in the list at `pointer`, which seems to hold records: {"Records":[{...},...]}
  };
  Kind kind = Kind::whole;
  std::string pointer;  // empty: it cannot be shown, because a name in it might hold what must not be shown
};
std::optional<TokenPlace> find_token_place(const codec::JsonNode& root, base::Arena& arena);

}  // namespace assay::jose
