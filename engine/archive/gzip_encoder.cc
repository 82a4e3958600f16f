#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <vector>

#include "archive/gzip.h"

namespace assay::archive {
namespace {

constexpr std::uint32_t kLevel = 2;
constexpr std::size_t kGrowth = 64u << 10;
// ISA-L counts in 32 bits.
constexpr std::size_t kMostAtOnce = 1u << 30;

class GzipEncoder final : public Encoder {
 public:
  GzipEncoder() : work_(ISAL_DEF_LVL2_DEFAULT) {
    isal_deflate_init(&stream_);
    stream_.gzip_flag = IGZIP_GZIP;
    stream_.level = kLevel;
    stream_.level_buf = work_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(work_.size());
  }

  void encode(std::string_view bytes, std::string& archive) override {
    while (!bytes.empty()) {
      const std::size_t size = std::min(bytes.size(), kMostAtOnce);
      // ISA-L does not write through next_in.
      stream_.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<std::uint32_t>(size);
      bytes.remove_prefix(size);
      do deflate(archive);
      while (stream_.avail_out == 0);
    }
  }

  void finish(std::string& archive) override {
    stream_.avail_in = 0;
    stream_.end_of_stream = 1;
    do deflate(archive);
    while (stream_.internal_state.state != ZSTATE_END);
  }

 private:
  void deflate(std::string& archive) {
    const std::size_t size = archive.size();
    archive.resize(size + kGrowth);
    stream_.next_out = reinterpret_cast<unsigned char*>(archive.data() + size);
    stream_.avail_out = kGrowth;
    isal_deflate(&stream_);  // it fails only if the parameters above are wrong
    archive.resize(size + kGrowth - stream_.avail_out);
  }

  std::vector<unsigned char> work_;
  isal_zstream stream_;
};

}  // namespace

std::unique_ptr<Encoder> make_gzip_encoder() { return std::make_unique<GzipEncoder>(); }

}  // namespace assay::archive
