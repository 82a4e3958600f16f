// What a minted corpus is named by: an algorithm, and for RSA perhaps the size of its keys: "ES256", "RS256:3072".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"

namespace assay::bench {

inline constexpr int kUsualRsaBits = 2048;

// A plain value.
struct Minted {
  Algorithm algorithm = Algorithm::RS256;
  int rsa_bits = kUsualRsaBits;  // of RS* and PS*: 2048, 3072 or 4096
  friend bool operator==(const Minted&, const Minted&) = default;
};

// Nothing if `name` is none.
std::optional<Minted> minted_from_name(std::string_view name);
// The other way: the size is left out where it is the usual one.
std::string name_of(const Minted& minted);
// Every name that minted_from_name knows with the usual size.
std::vector<std::string> all_algorithms();

}  // namespace assay::bench
