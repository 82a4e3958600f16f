#include "verify/header_memo.h"

#include <utility>

namespace assay::verify {
namespace {

constexpr std::size_t kMaxPlans = 4096;
constexpr std::size_t kMaxRememberedBytes = 2048;

HeaderPlan make_plan(std::string_view segment, const Snapshot& snapshot, const Policy& policy) {
  HeaderPlan plan;
  std::optional<jose::Header> header = jose::read_header(segment, policy.profile);
  if (!header) return plan;
  plan.decodable = true;
  plan.header = std::move(*header);
  if (plan.header.fault) {
    plan.fault = plan.header.fault;
    return plan;
  }
  // RFC 8725 §3.1: only algorithms that the operator or the keys allow, whatever the token says.
  if (!plan.header.algorithm) {
    plan.fault = Reason::algorithm_not_allowed;
    plan.detail = plan.header.alg ? "alg names no algorithm that assay verifies" : "alg is not a string";
    return plan;
  }
  if (!snapshot.allowed.contains(*plan.header.algorithm)) {
    plan.fault = Reason::algorithm_not_allowed;
    plan.detail =
        policy.algorithms.empty() ? "no configured key permits this algorithm" : "not one of the --algorithm values";
    return plan;
  }
  std::optional<std::string_view> kid;
  if (plan.header.kid && !plan.header.lookup_without_kid) kid = *plan.header.kid;
  KeyChoice choice = snapshot.ring->choose(kid, *plan.header.algorithm);
  plan.candidates = std::move(choice.candidates);
  plan.fault = choice.fault;
  plan.detail = choice.detail;
  plan.wants_refetch = choice.unknown_kid;
  return plan;
}

}  // namespace

void HeaderMemo::begin_batch(const std::shared_ptr<const Snapshot>& snapshot) {
  unremembered_.clear();
  if (snapshot == snapshot_ && plans_.size() <= kMaxPlans) return;
  plans_.clear();
  last_ = nullptr;
  snapshot_ = snapshot;
}

const HeaderPlan& HeaderMemo::look_up(std::string_view segment, const Policy& policy) {
  if (last_ != nullptr && segment == last_segment_) return *last_;
  const bool keep = segment.size() <= kMaxRememberedBytes;
  const auto found = keep ? plans_.find(segment) : plans_.end();
  if (found != plans_.end()) {
    last_segment_ = found->first;
    last_ = &found->second;
    return found->second;
  }
  HeaderPlan& plan = keep ? plans_[std::string(segment)] : unremembered_.emplace_back();
  plan = make_plan(segment, *snapshot_, policy);
  if (plan.header.fault) plan.detail = plan.header.detail;  // views the string where it now lives
  return plan;
}

}  // namespace assay::verify
