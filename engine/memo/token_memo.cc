#include "memo/token_memo.h"

#include <bit>
#include <cstring>
#include <random>
#include <utility>

namespace assay::memo {
namespace {

__extension__ typedef unsigned __int128 UInt128;

constexpr std::size_t kLine = 64;
// Tokens between the prefetch of an entry and its comparison.
constexpr std::size_t kAhead = 12;

// Multiplies to 128 bits and adds the halves without carry: wyhash's mix.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const UInt128 product = static_cast<UInt128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

TokenMemo::TokenMemo(std::shared_ptr<MemoShare> share, Options options)
    : share_(std::move(share)),
      options_(options),
      key_(random_key()),
      memory_(*share_),
      table_(memory_),
      chunks_(memory_, share_->chunk_bytes()),
      counts_(share_->counters()) {}

// What ends with the memo is no longer remembered; lookups and hits stay in the sum.
TokenMemo::~TokenMemo() { counts_->entries.set(0); }

TokenMemo::HashKey TokenMemo::random_key() {
  std::random_device random;
  HashKey key{};
  for (std::uint64_t* word : {&key.a, &key.b, &key.c, &key.d, &key.e}) *word = std::uint64_t{random()} << 32 | random();
  return key;
}

// Of the last 32 bytes and the length: the bytes of a signature are as good as random.
std::uint32_t TokenMemo::tag_of(std::string_view token) const noexcept {
  const char* end = token.data() + token.size();
  const std::uint64_t ends = mix(word_at(end - 32) ^ key_.a, word_at(end - 24) ^ key_.b) ^
                             mix(word_at(end - 16) ^ key_.c, word_at(end - 8) ^ key_.d);
  return static_cast<std::uint32_t>(mix(ends ^ token.size(), key_.e));
}

bool TokenMemo::begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot,
                            std::span<const jose::TokenInput> inputs) {
  if (snapshot != snapshot_) {
    forget_all();
    snapshot_ = snapshot;
  } else if (chunks_.wants_room()) {
    reuse_oldest_chunk();
  }
  if (!admission_.begin_batch() && !options_.always) return false;
  lookups_.assign(inputs.size(), Lookup());
  const bool has_entries = table_.entries() != 0;
  std::size_t lookups = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string_view token = inputs[i].token;
    if (token.size() < kLeastTokenBytes || token.size() > kMostTokenBytes) continue;
    Lookup& lookup = lookups_[i];
    lookup.looked_up = true;
    lookup.tag = tag_of(token);
    ++lookups;
    if (has_entries) __builtin_prefetch(&table_.set_of(lookup.tag));
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < inputs.size() + kAhead; ++i) {
    if (i < inputs.size() && has_entries && lookups_[i].looked_up) prefetch_entry(lookups_[i], inputs[i].token.size());
    if (i < kAhead) continue;
    Lookup& lookup = lookups_[i - kAhead];
    if (lookup.ways != 0 && find(lookup, inputs[i - kAhead].token)) {
      ++hits;
    } else if (lookup.looked_up) {
      admission_.prefetch(lookup.tag);
    }
  }
  counts_->lookups.add(lookups);
  counts_->hits.add(hits);
  hits_of_batch_ = hits;
  admission_.count(lookups, hits);
  return true;
}

void TokenMemo::begin_again(const std::shared_ptr<const keys::Snapshot>& snapshot) {
  forget_all();
  snapshot_ = snapshot;
  for (Lookup& lookup : lookups_) lookup.entry = nullptr;
  counts_->hits.set(counts_->hits.get() - std::exchange(hits_of_batch_, 0));
}

// Finds the ways of the set that have the tag, and prefetches the first one's entry.
void TokenMemo::prefetch_entry(Lookup& lookup, std::size_t token_bytes) const noexcept {
  const TokenTable::Set& set = table_.set_of(lookup.tag);
  unsigned ways = 0;
  for (unsigned way = 0; way < TokenTable::kWays; ++way) {
    ways |= static_cast<unsigned>(set.tags[way] == lookup.tag) << way;
  }
  if (ways == 0) return;
  lookup.ways = static_cast<std::uint8_t>(ways);
  const Reference reference = set.references[static_cast<unsigned>(std::countr_zero(ways))];
  if (!reference) return;
  // The claims follow the token and are as likely to be read.
  const char* line = reinterpret_cast<const char*>(&chunks_.at(reference.place()));
  const char* end = line + sizeof(TokenEntry) + token_bytes + token_bytes / 2 + 2 * kLine;
  for (; line < end; line += kLine) __builtin_prefetch(line);
}

bool TokenMemo::find(Lookup& lookup, std::string_view token) noexcept {
  TokenTable::Set& set = table_.set_of(lookup.tag);
  for (unsigned ways = lookup.ways; ways != 0; ways &= ways - 1) {
    Reference& reference = set.references[static_cast<unsigned>(std::countr_zero(ways))];
    if (!reference || !chunks_.at(reference.place()).is_of(token)) continue;
    lookup.entry = &chunks_.at(reference.place());
    reference.count_use();
    return true;
  }
  return false;
}

bool TokenMemo::should_remember(std::size_t i) noexcept {
  const Lookup& lookup = lookups_[i];
  if (!lookup.looked_up) return false;
  // A known token may be stored without a verdict, which can be added now.
  if (options_.always || knows_signature(i)) return true;
  if (!admission_.is_open()) {
    if (!memory_.take(MemoAdmission::kBytes)) return false;
    if (!admission_.open()) {
      memory_.give_back(MemoAdmission::kBytes);
      return false;
    }
  }
  return admission_.admits(lookup.tag, chunks_.crowded());
}

void TokenMemo::remember(std::size_t i, std::string_view token, std::uint32_t key, const jose::TokenVerdict& verdict,
                         const jose::Interval& accepted) {
  const Lookup& lookup = lookups_[i];
  const bool storable = verdict.reasons.empty() && accepted.from < accepted.until && TokenEntry::can_hold(verdict);
  const jose::TokenVerdict* stored = storable ? &verdict : nullptr;
  const auto adds_nothing_to = [&](const TokenEntry& known) { return !storable || known.has_verdict(); };
  if (lookup.entry != nullptr && adds_nothing_to(*lookup.entry)) return;
  if (!table_.make_room()) return;
  Reference* known = reference_to(lookup.tag, token);
  // The batch shows the token more than once, and it was stored already.
  if (known != nullptr && adds_nothing_to(chunks_.at(known->place()))) return;

  std::uint32_t place = 0;
  char* memory = chunks_.allocate(TokenEntry::bytes_for(token, stored), place);
  if (memory == nullptr) return;
  chunks_.keep(chunks_.at(place), TokenEntry::write(memory, lookup.tag, token, key, stored, accepted));
  if (known != nullptr) {
    *known = Reference(place, 0);
  } else {
    table_.add(lookup.tag, Reference(place, 0));
    counts_->entries.set(table_.entries());
  }
}

// Unlike find(), this sees entries that were stored since the batch began.
Reference* TokenMemo::reference_to(std::uint32_t tag, std::string_view token) const noexcept {
  TokenTable::Set& set = table_.set_of(tag);
  for (unsigned way = 0; way < TokenTable::kWays; ++way) {
    Reference& reference = set.references[way];
    if (set.tags[way] == tag && reference && chunks_.at(reference.place()).is_of(token)) return &reference;
  }
  return nullptr;
}

// Moves the entries of the oldest chunk that were found since the last time to its beginning, up to half of it, and
// forgets its other entries.
void TokenMemo::reuse_oldest_chunk() noexcept {
  EntryChunks::Chunk* chunk = chunks_.turn();
  if (chunk == nullptr) return;
  char* memory = EntryChunks::data(*chunk);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < chunk->used;) {
    const TokenEntry& old = *reinterpret_cast<const TokenEntry*>(memory + at);
    const std::size_t bytes = old.units * EntryChunks::kUnit;
    if (Reference* reference = table_.find(old.tag, chunks_.place_at(at))) {
      if (reference->uses() > 0 && kept + bytes <= chunks_.chunk_bytes() / 2) {
        *reference = Reference(chunks_.place_at(kept), reference->uses() - 1);
        std::memmove(memory + kept, memory + at, bytes);
        kept += bytes;
      } else {
        table_.remove(*reference);
      }
    }
    at += bytes;
  }
  chunk->used = kept;
  counts_->entries.set(table_.entries());
}

void TokenMemo::forget_all() noexcept {
  table_.clear();
  chunks_.clear();
  counts_->entries.set(0);
}

}  // namespace assay::memo
