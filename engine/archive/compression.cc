#include "archive/compression.h"

#include "archive/gzip.h"
#include "archive/zstd.h"

namespace assay::archive {
namespace {

constexpr Compression kCompressions[] = {
    {"gzip", ".gz", begins_gzip, make_gzip_decoder, make_gzip_encoder},
    {"zstd", ".zst", begins_zstd, make_zstd_decoder, make_zstd_encoder},
};

}  // namespace

std::span<const Compression> compressions() noexcept { return kCompressions; }

Recognised recognise(std::string_view first_bytes) noexcept {
  Recognised found;
  for (const Compression& compression : kCompressions) {
    const Begins begins = compression.begins(first_bytes);
    if (begins == Begins::yes) return {begins, &compression};
    if (begins == Begins::perhaps) found.begins = begins;
  }
  return found;
}

const Compression* compression_of_name(std::string_view file_name) noexcept {
  for (const Compression& compression : kCompressions) {
    if (file_name.ends_with(compression.suffix)) return &compression;
  }
  return nullptr;
}

std::string_view without_suffix(std::string_view file_name) noexcept {
  const Compression* compression = compression_of_name(file_name);
  if (compression != nullptr) file_name.remove_suffix(compression->suffix.size());
  return file_name;
}

}  // namespace assay::archive
