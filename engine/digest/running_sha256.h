// SHA-256 of a text that comes in parts.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "digest/digest.h"

namespace assay::digest {

// Not thread safe; allocates nothing.
class RunningSha256 {
 public:
  static constexpr std::size_t kBlock = block_bytes(Hash::SHA256);

  RunningSha256() noexcept;
  // `blocks` has a size that is a multiple of kBlock.
  void take(std::string_view blocks) noexcept;
  // `rest`: what follows the blocks that were taken.
  std::array<unsigned char, 32> end(std::string_view rest) noexcept;

 private:
  HashState state_;
};

}  // namespace assay::digest
