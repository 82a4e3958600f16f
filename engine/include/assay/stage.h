// The stages of a token's way, for whoever measures where time goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay {

enum class Stage : std::uint8_t {
  read,       // bytes from the file or pipe, cut into records
  split,      // token and fields of a record, segments, what is known of the header
  decode,     // base64url of payload and signature
  hash,       // of the signing inputs, where lanes do it; OpenSSL's backend hashes within `signature`
  signature,  // everything else that judges it
  claims,     // their JSON and the policy
  output,     // verdicts as text, written
};
inline constexpr std::size_t kStageCount = 7;

constexpr std::string_view to_string(Stage stage) noexcept {
  constexpr std::string_view kNames[kStageCount] = {"read", "split", "decode", "hash", "signature", "claims", "output"};
  return kNames[static_cast<std::size_t>(stage)];
}

// Seconds, summed over all threads, indexed by Stage.
using StageSeconds = std::array<double, kStageCount>;

}  // namespace assay
