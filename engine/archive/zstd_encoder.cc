#include <zstd.h>

#include <new>

#include "archive/zstd.h"

namespace assay::archive {
namespace {

constexpr int kLevel = 3;
constexpr std::size_t kGrowth = 64u << 10;

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  void encode(std::string_view bytes, std::string& archive) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos != in.size) compress(in, ZSTD_e_continue, archive);
  }

  void finish(std::string& archive) override {
    ZSTD_inBuffer in{nullptr, 0, 0};
    while (compress(in, ZSTD_e_end, archive) != 0) {
    }
  }

 private:
  // Returns how many bytes zstd still holds back, at least.
  std::size_t compress(ZSTD_inBuffer& in, ZSTD_EndDirective directive, std::string& archive) {
    const std::size_t size = archive.size();
    archive.resize(size + kGrowth);
    ZSTD_outBuffer out{archive.data() + size, kGrowth, 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
    archive.resize(size + out.pos);
    // With the parameters above it fails only for want of memory.
    if (ZSTD_isError(left)) throw std::bad_alloc();
    return left;
  }

  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

std::unique_ptr<Encoder> make_zstd_encoder() { return std::make_unique<ZstdEncoder>(); }

}  // namespace assay::archive
