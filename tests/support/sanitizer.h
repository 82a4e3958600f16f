// What a test has to know of the sanitizer that it runs under.
#pragma once

namespace assay {

// ThreadSanitizer ends a child of fork() that starts a thread.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kFollowsForks = false;
#else
inline constexpr bool kFollowsForks = true;
#endif

}  // namespace assay
