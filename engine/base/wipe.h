// Overwrites what must not stay in freed memory.
#pragma once

#include <string>

namespace assay::base {

// Overwrites the whole buffer of the text, also what a longer value has left there, and empties it. The compiler cannot
// leave this out.
inline void wipe(std::string& secret) noexcept {
  secret.resize(secret.capacity());  // allocates nothing
  volatile char* const bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
  secret.clear();
}

}  // namespace assay::base
