// Tells a refusal of memory from an answer of OpenSSL.
//
// OpenSSL answers "invalid" or "cannot be read" when an allocation inside fails. Its queue of errors says so only in
// some places, and in others from version 3.2 on; malloc says so always, by errno (POSIX).
#pragma once

namespace assay::digest {

// Call this before the call of OpenSSL whose answer matters, in the same thread.
void expect_openssl_memory() noexcept;
// Whether an allocation has failed since. Empties OpenSSL's queue of errors.
bool openssl_was_refused_memory() noexcept;
// Throws std::bad_alloc in that case. Empties OpenSSL's queue of errors.
void check_openssl_memory();

}  // namespace assay::digest
