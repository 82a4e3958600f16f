// SHA-256 of a text, also of one that comes in parts, and how it is written.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "digest/digest.h"

namespace assay::digest {

// The bytes of a SHA-256.
using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view message) noexcept;
// Two lower-case digits a byte.
std::string hexadecimal(const Sha256& bytes);

// Not thread safe; allocates nothing.
class RunningSha256 {
 public:
  static constexpr std::size_t kBlock = block_bytes(Hash::SHA256);

  RunningSha256() noexcept;
  // `blocks` has a size that is a multiple of kBlock.
  void take(std::string_view blocks) noexcept;
  // `rest`: what follows the blocks that were taken.
  Sha256 end(std::string_view rest) noexcept;

 private:
  HashState state_;
};

}  // namespace assay::digest
