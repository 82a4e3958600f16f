#include "digest/openssl_memory.h"

#include <openssl/err.h>

#include <cerrno>
#include <new>

namespace assay::digest {

void expect_openssl_memory() noexcept { errno = 0; }

bool openssl_was_refused_memory() noexcept {
  bool refused = errno == ENOMEM;
  while (const unsigned long error = ERR_get_error())
    refused = refused || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
  return refused;
}

void check_openssl_memory() {
  if (openssl_was_refused_memory()) throw std::bad_alloc();
}

}  // namespace assay::digest
