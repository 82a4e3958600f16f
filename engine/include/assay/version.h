// What this build is.
#pragma once

#include <string>

namespace assay {

inline constexpr const char* kVersion = "0.1.0";

// Several lines for a person: version, compiler, OpenSSL in use, CPU features found, backend chosen.
std::string build_description();

}  // namespace assay
