#include "stream/verdict_file.h"

namespace assay::stream {

Result<VerdictFile::Outcome> VerdictFile::write(std::string_view bytes) {
  if (encoder_ == nullptr) return file_.write(bytes);
  encoder_->encode(bytes, encoded_);
  return write_encoded();
}

Result<VerdictFile::Outcome> VerdictFile::finish() {
  if (encoder_ == nullptr) return Outcome::written;
  encoder_->finish(encoded_);
  return write_encoded();
}

Result<VerdictFile::Outcome> VerdictFile::write_encoded() {
  if (encoded_.empty()) return Outcome::written;
  Result<Outcome> wrote = file_.write(encoded_);
  encoded_.clear();
  return wrote;
}

}  // namespace assay::stream
