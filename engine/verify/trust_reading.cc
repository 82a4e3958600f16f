// TrustFile::read of assay/trust.h.
#include <atomic>
#include <cstddef>
#include <string>

#include "assay/trust.h"
#include "keys/key_file.h"

namespace assay {

Result<TrustFile> TrustFile::read(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  Result<std::string> text = keys::read_key_file(path, path, std::atomic<bool>(false), kMostBytes);
  if (!text) return Error{text.error().message, "trust"};
  const std::size_t slash = path.rfind('/');
  return parse(*text, path, slash == std::string::npos ? "" : path.substr(0, slash + 1));
}

}  // namespace assay
