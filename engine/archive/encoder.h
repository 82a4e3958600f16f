// Bytes in, an archive out. No I/O.
#pragma once

#include <string>
#include <string_view>

namespace assay::archive {

// Writes one archive. The same bytes in the same calls give the same archive: it holds no time and no name. Throws only
// std::bad_alloc. Not thread safe.
class Encoder {
 public:
  Encoder() = default;
  virtual ~Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // Appends to `archive` what can be written of the archive so far.
  virtual void encode(std::string_view bytes, std::string& archive) = 0;
  // Appends the rest. Call it once, at the end.
  virtual void finish(std::string& archive) = 0;
};

}  // namespace assay::archive
