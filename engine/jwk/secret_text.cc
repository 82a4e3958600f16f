#include "jwk/secret_text.h"

#include <algorithm>

#include "codec/utf.h"

namespace assay::jwk {
namespace {

bool is_text(std::string_view bytes) noexcept {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n';
  };
  return codec::utf8_prefix(bytes, false) == bytes.size() && std::none_of(bytes.begin(), bytes.end(), is_control);
}

}  // namespace

std::string_view secret_of_file(std::string_view bytes) noexcept {
  if (!bytes.ends_with('\n') || !is_text(bytes)) return bytes;
  bytes.remove_suffix(1);
  if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  return bytes;
}

}  // namespace assay::jwk
