// One thread's work in the lanes backend: sends each signature of a batch to the lanes or to OpenSSL.
//
// A batch is verified in turns. Each turn sorts the signatures that wait into groups, runs the groups that have tables,
// and gives OpenSSL a few of the rest. If a table has become ready meanwhile, the next turn sorts again, so that a key
// that turns hot leaves OpenSSL within the batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lanes/curve_lanes.h"
#include "lanes/hash_lanes.h"
#include "lanes/header_states.h"
#include "lanes/lane_scheduler.h"
#include "lanes/lanes_shared.h"
#include "lanes/rsa_lanes.h"
#include "lanes/table_epochs.h"
#include "signature/backend.h"

namespace assay::lanes {

class LanesSession final : public signature::BackendSession {
 public:
  explicit LanesSession(std::shared_ptr<LanesShared> shared);

  void verify(std::span<signature::Job> jobs, std::uint64_t ring_generation) override;
  void hash(std::span<const signature::HashedText> texts) override;

 private:
  // What the session knows of a key of the ring.
  struct KeyUse {
    std::shared_ptr<CachedKey> cached;  // null: its uses were never reported
    std::uint32_t pending = 0;          // uses not reported
    LaneKernel kernel = LaneKernel::none;
    bool known = false;
  };
  // A verdict of the lanes, kept for the cross-check.
  struct Decided {
    std::uint32_t job;
    LaneKernel kernel;
  };

  void screen(std::span<signature::Job> jobs);
  LaneKernel use_key(const signature::Job& job, std::uint32_t number, std::size_t jobs);
  void report_uses(std::span<const signature::Job> jobs);
  void sort_waiting(std::span<const signature::Job> jobs);
  void run_lanes(std::span<signature::Job> jobs);
  void hash_inputs(std::span<const signature::Job> jobs);
  void verify_hmac(std::span<signature::Job> jobs, LaneKernel hash);
  void verify_rsa(std::span<signature::Job> jobs, LaneKernel size);
  void verify_curve(std::span<signature::Job> jobs, LaneKernel curve, int window);
  void decided(std::span<const LaneItem> items, LaneKernel kernel, std::size_t exceptional = 0);
  void verify_by_openssl(std::span<signature::Job> jobs, std::span<const std::uint32_t> numbers);
  void cross_check(std::span<signature::Job> jobs);
  DigestSlot* slots_of(std::span<const LaneItem> items) noexcept {
    return slots_.data() + (items.data() - scheduler_.items().data());
  }

  const std::shared_ptr<LanesShared> shared_;
  const std::unique_ptr<signature::BackendSession> openssl_;
  TablePin pin_;
  LanesCounters::Session counts_;
  std::uint64_t generation_ = 0;
  std::vector<KeyUse> keys_;  // by index in the ring
  HeaderStates headers_;

  // The rest is about one batch. A number is the index of a job in it.
  std::vector<std::uint32_t> to_report_;  // a job of each key whose uses are to be reported
  std::vector<std::uint32_t> waiting_;    // for the lanes
  std::vector<std::uint32_t> without_table_;
  std::vector<std::uint32_t> for_openssl_;
  std::vector<LaneKernel> job_kernels_;  // of each job
  std::vector<Decided> decided_;
  LaneScheduler scheduler_;
  HashLanes hashes_;
  RsaLanes rsa_;
  CurveLanes curves_;
  std::vector<DigestSlot> slots_;  // of the scheduler's items, in order
  double check_credit_ = 0.5;      // a verdict is checked when it reaches 1
};

}  // namespace assay::lanes
