// Tokens remembered by their exact bytes: a log shows the same token again and again.
//
// Remembered are tokens whose signature was found valid under one key snapshot (where lanes are cross-checked: by
// OpenSSL), and of those that the policy accepted
// the whole verdict, with the interval of moments in which it holds: at any other the claims are judged anew. A keyed
// hash of a token's end and length leads to a set of eight; which of them is the token, if any, all its bytes decide.
// Nothing that was found invalid is ever kept, a lookup looks at one set, and memory is bounded, so that whoever sends
// distinct or colliding tokens gains nothing.
//
// One memo a session, and not thread safe; memory and counts are the engine's (memo_share.h). Entries stay where they
// are from one begin_batch() to the next, where the oldest make room for new ones: those that were found since then get
// a second chance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "base/arena.h"
#include "base/page_memory.h"
#include "jose/policy.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"
#include "memo/memo_admission.h"
#include "memo/memo_share.h"

namespace assay::memo {

class TokenMemo {
 public:
  // Longer tokens are not remembered, nor shorter ones, which no signature ends.
  static constexpr std::size_t kMostTokenBytes = 4096;
  static constexpr std::size_t kLeastTokenBytes = 32;

  struct Options {
    bool always = false;  // for tests: look for every token and keep each at once
  };

  TokenMemo(std::shared_ptr<MemoShare> share, Options options);
  ~TokenMemo();
  TokenMemo(const TokenMemo&) = delete;
  TokenMemo& operator=(const TokenMemo&) = delete;

  // Begins a batch: all views that recall() gave end, and where the snapshot is another all tokens are forgotten. Looks
  // for the batch's tokens. False: not this time, since tokens hardly repeat; nothing is to be asked of this batch
  // then.
  bool begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot,
                   std::span<const jose::TokenInput> inputs) noexcept;

  // Whether the i-th token of the batch is remembered: its signature is valid under the batch's snapshot.
  bool knows(std::size_t i) const noexcept { return finds_[i].entry != nullptr; }
  // Fills a new verdict where it is remembered as accepted at `at`. The verdict's views are into the memo and `arena`;
  // they hold until the next batch begins.
  bool recall(std::size_t i, Instant at, jose::TokenVerdict& verdict, base::Arena& arena) const {
    if (i + 4 < finds_.size()) __builtin_prefetch(finds_[i + 4].entry);
    return knows(i) && recall(*finds_[i].entry, at, verdict, arena);
  }

  // Whether the i-th token of the batch, whose signature was found valid under its snapshot, is one to remember. Ask
  // once for each: a token may have to be seen twice.
  bool wants(std::size_t i) noexcept { return finds_[i].looked_for && is_wanted(finds_[i]); }
  // Remembers it, from the next batch on. `accepted`: moments at which exactly this verdict holds, if it accepts.
  void remember(std::size_t i, std::string_view token, const jose::TokenVerdict& verdict,
                const jose::Interval& accepted) noexcept;

 private:
  struct Entry;
  // What the batch's i-th token led to.
  struct Find {
    const Entry* entry = nullptr;
    std::uint32_t tag = 0;
    std::uint8_t ways = 0;  // of its set, whose tags are its own
    bool looked_for = false;
  };
  static constexpr std::size_t kWays = 8;
  // One cache line. A reference: where the entry lies, in units of kUnit, and one more; its upper bits count uses. 0:
  // none.
  struct alignas(64) Set {
    std::array<std::uint32_t, kWays> tags;
    std::array<std::uint32_t, kWays> references;
  };
  struct Chunk {
    base::PageMemory memory;
    std::size_t used = 0;
  };
  struct Key {
    std::uint64_t a, b, c, d, e;
  };

  static Key random_key();
  std::uint32_t tag_of(std::string_view token) const noexcept;
  Set* sets() const noexcept { return static_cast<Set*>(sets_memory_.data()); }
  std::size_t set_count() const noexcept { return sets() == nullptr ? 0 : std::size_t{set_mask_} + 1; }
  Set& set_of(std::uint32_t tag) const noexcept { return sets()[tag & set_mask_]; }
  Entry* entry(std::uint32_t reference) const noexcept;
  std::uint32_t* slot_of(std::uint32_t tag, std::string_view token) const noexcept;  // the token's, or null
  std::uint32_t* slot_at(std::uint32_t tag, std::uint32_t place) const noexcept;     // that of an entry, or null

  void fetch(Find& find, std::size_t token_bytes) const noexcept;
  bool look_up(Find& find, std::string_view token) noexcept;
  static bool recall(const Entry& found, Instant at, jose::TokenVerdict& verdict, base::Arena& arena);
  bool is_wanted(const Find& find) noexcept;
  void place(std::uint32_t tag, std::uint32_t reference) noexcept;
  bool grow_table() noexcept;
  char* allocate(std::size_t bytes, std::uint32_t& reference) noexcept;
  bool open_chunk() noexcept;
  void make_room() noexcept;
  void clear() noexcept;

  const std::shared_ptr<MemoShare> share_;
  const Options options_;
  const Key key_;
  const std::size_t chunk_bytes_;
  std::shared_ptr<const keys::Snapshot> snapshot_;
  MemoAdmission admission_;
  std::vector<Find> finds_;

  base::PageMemory sets_memory_;
  std::uint32_t set_mask_ = 0;
  std::size_t entries_ = 0;
  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;  // the chunk that takes new entries
  bool wants_room_ = false;  // an entry found none
  bool crowded_ = false;     // every chunk that there may be is in use
  std::size_t taken_ = 0;    // bytes of the share
  MemoCounters::Session counts_;
};

}  // namespace assay::memo
