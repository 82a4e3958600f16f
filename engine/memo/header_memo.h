// Remembers headers by their raw bytes: a log of millions of tokens has a handful of headers.
//
// Everything that depends only on the header is decided once: its parse, its faults, the check of its algorithm and the
// choice of keys. Plans hold under one key snapshot. The memo is emptied when it holds too many for its keys, so
// someone who sends distinct headers causes no more than the cost of parsing them. If several issuers have keys that a
// header may mean, the memo also holds the choice for each issuer that tokens with the header name.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/policy.h"
#include "base/keyed_hash.h"
#include "jose/header.h"
#include "keys/key_ring.h"
#include "keys/key_store.h"

namespace assay::memo {

// The keys to try for a token, and what is wrong if there are none.
struct KeyPlan {
  // malformed_header to key_mismatch, the earliest. If there are candidates as well, they belong to other issuers than
  // the token's, and the fault holds if none of them verifies the token.
  std::optional<Reason> fault;
  std::string_view detail;  // of the fault; static text, `own_detail`, the header's or the ring's
  std::string own_detail;   // empty: the detail stands elsewhere
  std::vector<const keys::PreparedKey*> candidates;  // the keys to try in turn; none if the snapshot has no ring
  bool key_was_skipped = false;                      // the fault is that the key of this kid cannot be used
  // The header names no key that is here, and a URL may have it by now. If there are candidates, they are tried first.
  bool wants_refetch = false;
};

// A header and what follows from it under the snapshot.
struct HeaderPlan {
  bool decodable = false;  // strict base64url; false: the token is malformed, and the rest here says nothing
  jose::Header header;
  // `alg` and `kid` of the header as they are shown: without the token that somebody put there. Empty if there is none.
  // The keys are looked up by the real kid.
  std::string_view shown_alg, shown_kid;
  std::string masked_alg, masked_kid;  // empty: what the header has is shown
  // The issuer that the token names decides which keys come first: `keys` says nothing, and HeaderMemo::keys_for()
  // does.
  bool asks_issuer = false;
  KeyPlan keys;
  // A number among all plans of one memo, also of earlier snapshots; 0: not remembered, or there are no candidates.
  std::uint64_t id = 0;

  // The kid as keys are looked up by it.
  std::optional<std::string_view> kid() const noexcept {
    return header.kid && !header.lookup_without_kid ? std::optional<std::string_view>(*header.kid) : std::nullopt;
  }
  keys::KeyNames names() const noexcept { return {kid(), header.x5t, header.x5t_s256}; }

  std::map<trust::IssuerIndex, KeyPlan> by_issuer;  // of the memo
};

// Not thread safe: each session has its own.
class HeaderMemo {
 public:
  // Begins a batch. Plans that were looked up before may be gone; those looked up from now on stay until the next batch
  // begins.
  void begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot);
  // Returns the plan for a header segment, base64url as sent, under the snapshot of the batch.
  HeaderPlan& look_up(std::string_view segment, const Policy& policy);
  // Returns what look_up() would return for the first segment of `token`, if that is the header that was looked up last
  // and a dot follows; else null. Sets `header_size` to the size of the segment then.
  HeaderPlan* latest(std::string_view token, std::size_t& header_size) const noexcept {
    const std::string_view segment = latest_.segment;
    if (latest_.plan == nullptr || token.size() <= segment.size() || token[segment.size()] != '.') return nullptr;
    if (!token.starts_with(segment)) return nullptr;
    header_size = segment.size();
    return latest_.plan;
  }
  // Returns the keys for a token with this header, which look_up() returned in this batch, and whose iss, not yet
  // verified, is that of `issuer`. The header has no fault of its own.
  const KeyPlan& keys_for(HeaderPlan& plan, trust::IssuerIndex issuer);

 private:
  std::shared_ptr<const keys::Snapshot> snapshot_;
  std::uint64_t last_id_ = 0;
  std::size_t plans_by_issuer_ = 0;
  std::size_t segment_bytes_ = 0;  // of the keys of `plans_`
  base::KeyedMap<std::string, HeaderPlan> plans_;
  std::deque<HeaderPlan> unremembered_;  // of headers that are too long to remember; until the next batch
  // A small table in front of the map, indexed by a hash of a few bytes of the header: see slot_of.
  struct Recent {
    std::string_view segment;  // a key of `plans_`
    HeaderPlan* plan = nullptr;
  };
  static constexpr std::size_t kRecent = 512;
  std::array<Recent, kRecent> recent_{};
  Recent latest_;  // of those that were remembered; no plan: there is none
};

}  // namespace assay::memo
