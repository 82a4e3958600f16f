// What tells whether a file still holds what was read of it, without reading all of it again.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace assay::input {

// Hashes samples of a file as it is stored: its first 64 KiB, 4 KiB at every MiB, and the last 64 KiB before the place
// that was reached; 0.4 % of a large file. Whoever changes a byte between the samples is not noticed here: compare
// ListedInput::changed as well, which no program can set back. Keeps the file open. Not thread safe.
class ContentSamples {
 public:
  explicit ContentSamples(const std::string& path);
  ~ContentSamples();
  ContentSamples(const ContentSamples&) = delete;
  ContentSamples& operator=(const ContentSamples&) = delete;

  // Returns SHA-256 over the samples of the first `reached` bytes, hexadecimal. The same file and place give the same
  // text, whatever was asked before. `reached` does not become less. A file that cannot be read has a text of its own.
  std::string digest(std::uint64_t reached);

 private:
  // Returns how many bytes of the sample there were.
  std::size_t read(std::uint64_t at, std::size_t size);
  void take(std::uint64_t at, std::size_t size);

  int fd_;
  std::uint64_t next_ = 0;                 // sample to take
  std::array<unsigned char, 32> chain_{};  // over those that were taken
  std::string buffer_;                     // room for the chain, and a sample behind it
};

}  // namespace assay::input
