// Headers remembered by their raw bytes: a log of millions of tokens has a handful of headers.
//
// Everything that a header alone decides is decided once: its parse, its faults, the algorithm check and the choice of
// keys. Bound to one key snapshot; a thread each. Bounded: past the limit the memo starts afresh, so that an attacker
// who sends distinct headers gains nothing but the cost of parsing them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "assay/policy.h"
#include "jose/header.h"
#include "keys/key_ring.h"
#include "keys/key_store.h"

namespace assay::memo {

// A header and what follows from it under the snapshot.
struct HeaderPlan {
  bool decodable = false;  // strict base64url; false: the token is malformed, and nothing else here counts
  jose::Header header;
  std::optional<Reason> fault;  // malformed_header to key_mismatch, the earliest
  std::string_view detail;      // of the fault; static text or the header's
  std::vector<const keys::PreparedKey*> candidates;
  bool wants_refetch = false;  // the kid names no key
  // Of the plans of one memo, whatever their snapshot; 0: the plan is not remembered, or has no candidates.
  std::uint64_t id = 0;
};

class HeaderMemo {
 public:
  // Begins a batch: plans of earlier ones may go, those looked up from now on stay until the next batch begins.
  void begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot);
  // The plan for a header segment, base64url as sent, under the snapshot of the batch.
  const HeaderPlan& look_up(std::string_view segment, const Policy& policy);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  std::shared_ptr<const keys::Snapshot> snapshot_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::string, HeaderPlan, Hash, std::equal_to<>> plans_;
  std::deque<HeaderPlan> unremembered_;  // of headers too long to keep, for this batch
  // Where recent headers are found before the map is asked, by a few of their bytes: see slot_of.
  struct Recent {
    std::string_view segment;  // a key of `plans_`
    const HeaderPlan* plan = nullptr;
  };
  static constexpr std::size_t kRecent = 512;
  std::array<Recent, kRecent> recent_{};
};

}  // namespace assay::memo
