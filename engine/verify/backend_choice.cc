#include "verify/backend_choice.h"

#include <cstdlib>
#include <string>

#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "lanes/lanes_backend.h"
#include "signature/openssl_backend.h"

namespace assay::verify {
namespace {

Result<std::shared_ptr<const signature::Backend>> make_lanes(const signature::BackendOptions& options) {
  if (options.isa.empty()) return lanes::make_lanes_backend(kernel::best_kernels(), options);
  const kernel::Kernels* kernels = kernel::kernels_for(options.isa.c_str());
  if (kernels == nullptr) {
    std::string names;
    for (const char* name : kernel::isa_names()) {
      if (kernel::kernels_for(name) != nullptr) names += (names.empty() ? "" : " or ") + std::string(name);
    }
    return Error{"the instruction set \"" + options.isa + "\" is not here; this CPU has " + names};
  }
  return lanes::make_lanes_backend(*kernels, options);
}

}  // namespace

Result<std::shared_ptr<const signature::Backend>> make_backend(const signature::BackendOptions& options) {
  if (!(options.cross_check >= 0 && options.cross_check <= 1))
    return Error{"the share of signatures is a number from 0 to 1", "cross_check"};
  std::string name = options.name;
  bool from_environment = false;
  if (name == "auto") {
    const char* forced = std::getenv("ASSAY_BACKEND");
    from_environment = forced != nullptr && *forced != '\0';
    if (from_environment) name = forced;
  }
  // The environment is no option of the library, so the message names the variable itself.
  const auto error = [&](const std::string& message) {
    return from_environment ? Error{"ASSAY_BACKEND: " + message} : Error{message, "backend"};
  };
  if (name == "openssl") {
    if (options.cross_check == 0) return signature::make_openssl_backend();
    return error("\"openssl\" has nothing to cross-check; give lanes, or no share");
  }
  if (name == "auto" || name == "lanes") return make_lanes(options);
  return error("\"" + name + "\" is no backend of this build; give auto, openssl or lanes");
}

}  // namespace assay::verify
