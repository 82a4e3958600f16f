#include "lanes/lanes_backend.h"

#include <utility>

#include "lanes/lanes_session.h"
#include "lanes/lanes_shared.h"

namespace assay::lanes {
namespace {

class LanesBackend final : public signature::Backend {
 public:
  explicit LanesBackend(std::shared_ptr<LanesShared> shared) : shared_(std::move(shared)) {}
  std::string_view name() const noexcept override { return "lanes"; }
  std::string_view isa() const noexcept override { return shared_->kernels.isa(); }
  std::unique_ptr<signature::BackendSession> new_session() const override {
    return std::make_unique<LanesSession>(shared_);
  }
  signature::BackendStatistics statistics() const override { return shared_->statistics(); }
  std::string fault() const override { return shared_->fault(); }

 private:
  const std::shared_ptr<LanesShared> shared_;
};

}  // namespace

std::shared_ptr<const signature::Backend> make_lanes_backend(const kernel::Kernels& kernels,
                                                             const signature::BackendOptions& options) {
  return std::make_shared<LanesBackend>(std::make_shared<LanesShared>(kernels, options));
}

}  // namespace assay::lanes
