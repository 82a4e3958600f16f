// The OpenSSL backend: the definition of a valid signature.
#pragma once

#include <memory>

#include "signature/backend.h"

namespace assay::signature {

std::shared_ptr<const Backend> make_openssl_backend();

}  // namespace assay::signature
