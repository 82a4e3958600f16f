#include "bench/minted.h"

#include <charconv>

namespace assay::bench {

std::optional<Minted> minted_from_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  const std::optional<Algorithm> algorithm = algorithm_from_string(name.substr(0, colon));
  if (!algorithm) return std::nullopt;
  Minted minted{*algorithm};
  if (colon == std::string_view::npos) return minted;
  const std::string_view bits = name.substr(colon + 1);
  const char* const end = bits.data() + bits.size();
  const bool whole = !bits.empty() && std::from_chars(bits.data(), end, minted.rsa_bits).ptr == end;
  const bool known = minted.rsa_bits == 2048 || minted.rsa_bits == 3072 || minted.rsa_bits == 4096;
  if (!whole || !known || info(*algorithm).key_type != KeyType::RSA) return std::nullopt;
  return minted;
}

std::string name_of(const Minted& minted) {
  std::string name(to_string(minted.algorithm));
  if (minted.rsa_bits != kUsualRsaBits) name += ":" + std::to_string(minted.rsa_bits);
  return name;
}

std::vector<std::string> all_algorithms() {
  std::vector<std::string> names;
  for (int i = 0; i < kAlgorithmCount; ++i) names.emplace_back(to_string(static_cast<Algorithm>(i)));
  return names;
}

}  // namespace assay::bench
