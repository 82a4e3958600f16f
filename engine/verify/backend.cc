#include "verify/backend.h"

#include <cstdlib>
#include <string>

#include "verify/backend_openssl.h"

namespace assay::verify {

Result<std::shared_ptr<const Backend>> make_backend(const BackendOptions& options) {
  if (options.name == "auto") {
    const char* forced = std::getenv("ASSAY_BACKEND");
    if (forced == nullptr || *forced == '\0') return make_openssl_backend();
    if (std::string_view(forced) == "openssl" || std::string_view(forced) == "auto") return make_openssl_backend();
    return Error{"ASSAY_BACKEND: \"" + std::string(forced) +
                 "\" is no backend of this build; unset it, or set it to openssl"};
  }
  if (options.name == "openssl") return make_openssl_backend();
  return Error{"--backend: \"" + options.name + "\" is no backend of this build; give auto or openssl"};
}

}  // namespace assay::verify
