// Finds out if an answer of OpenSSL only means that memory was refused.
//
// OpenSSL answers "invalid" or "cannot be read" if an allocation inside fails. Its queue of errors does not always say
// so, in some places only from version 3.2 on. malloc always says so, by errno (POSIX).
#pragma once

namespace assay::digest {

// Call this before the call of OpenSSL whose answer matters, in the same thread.
void expect_openssl_memory() noexcept;
// Returns true if an allocation has failed since expect_openssl_memory(). Empties OpenSSL's queue of errors.
bool openssl_was_refused_memory() noexcept;
// Throws std::bad_alloc in that case. Empties OpenSSL's queue of errors.
void check_openssl_memory();

}  // namespace assay::digest
