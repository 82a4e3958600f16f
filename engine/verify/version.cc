#include "assay/version.h"

#include <openssl/crypto.h>

#include <string>

#include "base/cpu.h"
#include "signature/backend.h"
#include "verify/backend_choice.h"

namespace assay {

namespace {

#if defined(__clang__)
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "g++ " __VERSION__;
#endif

// "lanes (ifma)", "openssl".
std::string described(const signature::Backend& backend) {
  std::string text(backend.name());
  if (!backend.isa().empty()) text += " (" + std::string(backend.isa()) + ")";
  return text;
}

}  // namespace

std::string build_description() {
  const auto backend = verify::make_backend({});
  std::string text = "assay " + std::string(kVersion) + "\n";
  text += "compiler  " + std::string(kCompiler) + "\n";
  // The library that runs, which may be newer than the one that was compiled against.
  text += "openssl   " + std::string(OpenSSL_version(OPENSSL_VERSION)) + "\n";
  text += "cpu       " + base::describe(base::cpu_features()) + "\n";
  text += "backend   " + (backend ? described(**backend) : backend.error().message) + "\n";
  return text;
}

}  // namespace assay
