// Remembers valid tokens by their exact bytes: a log shows the same token again and again.
//
// An entry says that the token's signature is valid under one key snapshot. If the backend is cross-checked, OpenSSL
// has confirmed that. The entry of a token that was accepted also holds the verdict, and the interval of moments in
// which it holds; at other moments the claims are checked again. Tokens with an invalid signature are never stored.
//
// A secret hash of the token's end and length selects a set of eight entries, and the token's bytes are compared with
// those. So a lookup costs the same whatever tokens someone sends, and memory is bounded.
//
// Each session has its own memo. The engine owns the limit on memory and sums up the counts (memo_share.h). Entries
// stay in place from one begin_batch() to the next. When memory is used up, begin_batch() reuses the oldest part of it:
// half of that may stay, for entries that were found again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "base/arena.h"
#include "jose/policy.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"
#include "memo/entry_chunks.h"
#include "memo/memo_admission.h"
#include "memo/memo_share.h"
#include "memo/token_entry.h"
#include "memo/token_table.h"

namespace assay::memo {

// Not thread safe.
class TokenMemo {
 public:
  // Tokens of other lengths are not remembered. Shorter ones cannot end in a signature.
  static constexpr std::size_t kLeastTokenBytes = 32;
  static constexpr std::size_t kMostTokenBytes = 4096;

  struct Options {
    bool always = false;  // for tests: looks up every token and stores each at once
  };

  TokenMemo(std::shared_ptr<MemoShare> share, Options options);
  ~TokenMemo();
  TokenMemo(const TokenMemo&) = delete;
  TokenMemo& operator=(const TokenMemo&) = delete;

  // Begins a batch and looks up its tokens. Views that recall() gave end here. Forgets all tokens if the snapshot is
  // another one. Returns false when the batch is left out because tokens hardly repeat; the other functions may not be
  // called for this batch then.
  bool begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot, std::span<const jose::TokenInput> inputs);

  // Begins anew, with newer keys, a batch for which begin_batch() returned true. Nothing is known of its tokens then,
  // so none of them counts as a hit. They are not counted as looked up a second time.
  void begin_again(const std::shared_ptr<const keys::Snapshot>& snapshot);

  // Whether the signature of the batch's i-th token is known to be valid under the batch's snapshot.
  bool knows_signature(std::size_t i) const noexcept { return lookups_[i].entry != nullptr; }
  // The key that verified it: its index in the ring of the snapshot. Only if knows_signature(i).
  std::uint32_t key_of(std::size_t i) const noexcept { return lookups_[i].entry->key; }
  // Fills a new verdict of the batch's i-th token, if it is known and was accepted at this moment. Else returns false.
  // The verdict's views are into the memo and `arena`; they hold until the next batch begins.
  bool recall(std::size_t i, Instant at, jose::TokenVerdict& verdict, base::Arena& arena) const {
    if (i + 4 < lookups_.size()) __builtin_prefetch(lookups_[i + 4].entry);
    return knows_signature(i) && lookups_[i].entry->recall(at, verdict, arena);
  }

  // Whether to call remember() for the batch's i-th token, whose signature is valid under its snapshot. Ask once for
  // each token: one that has to be seen twice is noted as seen.
  bool should_remember(std::size_t i) noexcept;
  // Stores the batch's i-th token. Later batches find it. `key`: that verified it, its index in the ring of the
  // snapshot. `accepted`: the moments at which exactly this verdict holds;
  // empty if the verdict is a rejection, and then only the valid signature is stored.
  void remember(std::size_t i, std::string_view token, std::uint32_t key, const jose::TokenVerdict& verdict,
                const jose::Interval& accepted);

 private:
  // What the lookup of one of the batch's tokens found.
  struct Lookup {
    const TokenEntry* entry = nullptr;  // null: the token is not known
    std::uint32_t tag = 0;
    std::uint8_t ways = 0;   // bit i: way i of its set has its tag
    bool looked_up = false;  // false: the token is too long or too short
  };
  struct HashKey {
    std::uint64_t a, b, c, d, e;
  };

  static HashKey random_key();
  std::uint32_t tag_of(std::string_view token) const noexcept;
  void prefetch_entry(Lookup& lookup, std::size_t token_bytes) const noexcept;
  bool find(Lookup& lookup, std::string_view token) noexcept;
  Reference* reference_to(std::uint32_t tag, std::string_view token) const noexcept;
  void reuse_oldest_chunk() noexcept;
  void forget_all() noexcept;

  const std::shared_ptr<MemoShare> share_;
  const Options options_;
  const HashKey key_;
  std::shared_ptr<const keys::Snapshot> snapshot_;
  std::vector<Lookup> lookups_;
  std::size_t hits_of_batch_ = 0;
  MemoLoan memory_;
  MemoAdmission admission_;
  TokenTable table_;
  EntryChunks chunks_;
  MemoCounters::Session counts_;
};

}  // namespace assay::memo
