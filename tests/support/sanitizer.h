// What a test has to know of the sanitizer or the emulator that it runs under.
#pragma once

#include <cstdlib>

namespace assay {

// False if a child of fork() cannot start a thread: ThreadSanitizer ends it, and so does qemu 7.2.
inline bool follows_forks() noexcept {
#if defined(__SANITIZE_THREAD__)
  return false;
#else
  return std::getenv("ASSAY_EMULATED") == nullptr;
#endif
}

}  // namespace assay
