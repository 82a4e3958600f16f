// The stages that a token passes, for measurements of where time goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay {

enum class Stage : std::uint8_t {
  read,       // reads bytes and cuts them into records
  split,      // finds token and fields in a record and the segments in a token, and looks the header up
  decode,     // decodes payload and signature from base64url
  hash,       // hashes signing inputs in lanes; OpenSSL's backend hashes within `signature`
  signature,  // verifies signatures
  claims,     // reads the claims and applies the policy
  output,     // writes verdicts
};
inline constexpr std::size_t kStageCount = 7;

constexpr std::string_view to_string(Stage stage) noexcept {
  constexpr std::string_view kNames[kStageCount] = {"read", "split", "decode", "hash", "signature", "claims", "output"};
  return kNames[static_cast<std::size_t>(stage)];
}

// Seconds, summed over all threads, indexed by Stage.
using StageSeconds = std::array<double, kStageCount>;

}  // namespace assay
