// The backends that the tests of signatures run through, and the question that they all answer alike.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "signature/backend.h"
#include "support/signing.h"
#include "verify/backend_choice.h"

namespace assay::backends {

struct BackendUnderTest {
  const char* label;  // of the tests
  const char* name;
  const char* isa;  // empty: OpenSSL's own choice
};

inline constexpr BackendUnderTest kEveryBackend[] = {{"openssl", "openssl", ""},
                                                     {"lanes_portable", "lanes", "portable"},
                                                     {"lanes_fma", "lanes", "fma"},
                                                     {"lanes_avx512f", "lanes", "avx512f"},
                                                     {"lanes_ifma", "lanes", "ifma"}};
inline constexpr BackendUnderTest kLanes[] = {{"portable", "lanes", "portable"},
                                              {"fma", "lanes", "fma"},
                                              {"avx512f", "lanes", "avx512f"},
                                              {"ifma", "lanes", "ifma"}};

// How gtest prints it.
inline void PrintTo(const BackendUnderTest& which, std::ostream* out) { *out << which.label; }

// False: this CPU lacks the instructions.
bool available(const BackendUnderTest& which);

// The backend, with a table for every key at once and the lanes for groups of every size, so that no verdict of a
// kernel is left to OpenSSL without need. `window` 0: the backend's choice. Throws what make_backend says.
std::shared_ptr<const signature::Backend> make(const BackendUnderTest& which, int window = 0);

// OpenSSL's verdict on every case.
std::vector<bool> openssl_verdicts(const test::CaseSet& set);

// Numbers of jobs in a call: all that one group of eight lanes may hold, and one more than one and two groups.
inline constexpr std::size_t kFills[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 17};

// Fails where the backend's verdict on a case is not OpenSSL's: every case in every place of calls of each fill, beside
// the cases that follow it, and all cases in one call, begun at each of the first eight.
void expect_openssl_verdicts_everywhere(const signature::Backend& backend, const test::CaseSet& set,
                                        std::span<const std::size_t> fills = kFills);

// Skips the test with a message where the CPU lacks the instructions.
#define ASSAY_SKIP_WITHOUT(which) \
  if (!available(which)) GTEST_SKIP() << "this CPU or this build has no kernels for " << (which).isa

}  // namespace assay::backends
