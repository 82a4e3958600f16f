// Where verdicts go: a file, a pipe or standard output, compressed if its name asks for it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "archive/compression.h"
#include "archive/encoder.h"
#include "assay/result.h"
#include "base/output_file.h"

namespace assay::stream {

// An output file with an encoder before it. One thread at a time.
class VerdictFile {
 public:
  // `compression`: null for none. Throws only std::bad_alloc.
  VerdictFile(base::OutputFile file, const archive::Compression* compression = nullptr)
      : file_(std::move(file)), encoder_(compression == nullptr ? nullptr : compression->make_encoder()) {}

  using Outcome = base::OutputFile::Outcome;
  // As base::OutputFile::write. A compressed file gets the bytes when the encoder has enough of them.
  Result<Outcome> write(std::string_view bytes);
  // Writes what the encoder has left. Call it once, behind the last byte.
  Result<Outcome> finish();
  bool appears_at_commit() const noexcept { return file_.appears_at_commit(); }
  Result<void> commit() { return file_.commit(); }
  // As base::OutputFile::sync; of a file that is not compressed.
  Result<void> sync() { return file_.sync(); }

 private:
  Result<Outcome> write_encoded();

  base::OutputFile file_;
  std::unique_ptr<archive::Encoder> encoder_;  // null: not compressed
  std::string encoded_;
};

}  // namespace assay::stream
