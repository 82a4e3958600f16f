// What to write instead: the name that was probably meant, and words as a shell takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::base {

// Returns the name that `word` is most likely a slip for: one that begins with it ("--aud"), holds it as a part
// ("--key" in "--public-key"), or lies a few slips away (Damerau and Levenshtein: a character too many, too few, wrong,
// or two swapped; one slip for each three characters). Dashes in front and case do not count. Nothing if no name is
// near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names);

// Returns a word as a shell takes it: as it is if it is plain, else in single quotation marks.
std::string shell_word(std::string_view word);

}  // namespace assay::base
