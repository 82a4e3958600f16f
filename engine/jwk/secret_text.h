// The secret of HS256, HS384 and HS512 as a file holds it: one rule for the verifier and for the minter.
#pragma once

#include <string_view>

namespace assay::jwk {

// The part of a file's bytes that is the secret. One final newline ("\n" or "\r\n") of a text file, which an editor
// adds, does not count; text is UTF-8 whose only control characters are tab, CR and LF. All other bytes count.
std::string_view secret_of_file(std::string_view bytes) noexcept;

}  // namespace assay::jwk
