#include "memo/token_memo.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <random>
#include <utility>

#include "digest/constant_time.h"

namespace assay::memo {
namespace {

__extension__ typedef unsigned __int128 UInt128;

constexpr std::size_t kUnit = 32;     // entries begin at its multiples
constexpr std::size_t kPadding = 64;  // readable behind every entry, for those who copy its texts in blocks
constexpr std::size_t kLine = 64;
constexpr std::size_t kMostMac = 86;    // characters of an HMAC-SHA-512
constexpr std::size_t kFirstSets = 64;  // a page
constexpr std::size_t kMostSets = std::size_t{1} << 20;
constexpr std::size_t kMostTexts = 12 << 10;  // of a verdict: sixteen bits count the bytes of an entry
// Tokens between the fetch of an entry and its comparison.
constexpr std::size_t kAhead = 12;

constexpr unsigned kUseShift = 30;
constexpr std::uint32_t kOneUse = 1u << kUseShift;
constexpr std::uint32_t kMostUses = 3;
constexpr std::uint32_t kPlaceMask = (1u << kUseShift) - 1;

std::uint32_t uses_of(std::uint32_t reference) noexcept { return reference >> kUseShift; }

// A part of an entry: bytes from its beginning, and size.
struct Piece {
  std::uint16_t begin = 0, size = 0;
};

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

// Followed by the scopes, which are an array of pieces, by the token and by the texts of the verdict.
struct TokenMemo::Entry {
  jose::Interval accepted;
  std::uint32_t tag;
  std::uint16_t units;  // of memory
  std::uint16_t scopes;
  Piece token, alg, kid, client_id, issuer, subject, expires_at, claims;
  bool has_alg, has_kid, has_client_id, has_subject;

  const char* base() const noexcept { return reinterpret_cast<const char*>(this); }
  Piece* scope() noexcept { return reinterpret_cast<Piece*>(this + 1); }
  const Piece* scope() const noexcept { return reinterpret_cast<const Piece*>(this + 1); }
  std::string_view text(Piece piece) const noexcept { return {base() + piece.begin, piece.size}; }
  bool is(std::string_view other) const noexcept {
    if (token.size != other.size()) return false;
    const std::size_t end = std::min(other.size(), kMostMac);
    const std::size_t front = other.size() - end;
    const char* mine = base() + token.begin;
    return std::memcmp(mine, other.data(), front) == 0 &&
           digest::equal_in_constant_time(mine + front, other.data() + front, end);
  }
};

namespace {

// Lays the texts of a verdict behind a token, each once: those that lie within the claims, as they do unless they were
// unescaped, are there already.
class TextWriter {
 public:
  // `end`: bytes of `entry` that are in use.
  TextWriter(char* entry, std::size_t end, std::string_view claims) noexcept : entry_(entry), end_(end) {
    claims_ = append(claims);
    source_ = claims;
  }

  Piece claims() const noexcept { return claims_; }
  Piece put(std::string_view text) noexcept {
    const auto first = reinterpret_cast<std::uintptr_t>(source_.data());
    const auto here = reinterpret_cast<std::uintptr_t>(text.data());
    if (here < first || here + text.size() > first + source_.size()) return append(text);
    return {static_cast<std::uint16_t>(claims_.begin + (here - first)), static_cast<std::uint16_t>(text.size())};
  }
  std::size_t end() const noexcept { return end_; }

 private:
  Piece append(std::string_view text) noexcept {
    const Piece piece{static_cast<std::uint16_t>(end_), static_cast<std::uint16_t>(text.size())};
    if (!text.empty()) std::memcpy(entry_ + end_, text.data(), text.size());
    end_ += text.size();
    return piece;
  }

  char* entry_;
  std::size_t end_;
  Piece claims_;
  std::string_view source_;
};

// Bytes that the texts take at most; nothing where they are too many to keep.
std::size_t room_for_texts(const jose::TokenVerdict& verdict) noexcept {
  std::size_t bytes = verdict.alg.size() + verdict.kid.size() + verdict.client_id.size() + verdict.issuer.size() +
                      verdict.subject.size() + verdict.expires_at.size() + verdict.claims.size() +
                      verdict.scopes.size() * sizeof(Piece);
  for (const std::string_view scope : verdict.scopes) bytes += scope.size();
  return bytes <= kMostTexts ? bytes : 0;
}

}  // namespace

TokenMemo::TokenMemo(std::shared_ptr<MemoShare> share, Options options)
    : share_(std::move(share)),
      options_(options),
      key_(random_key()),
      chunk_bytes_(share_->chunk_bytes()),
      counts_(share_->counters()) {}

TokenMemo::~TokenMemo() {
  counts_->entries.set(0);
  share_->give_back(taken_);
}

TokenMemo::Key TokenMemo::random_key() {
  std::random_device random;
  Key key{};
  for (std::uint64_t* word : {&key.a, &key.b, &key.c, &key.d, &key.e}) *word = std::uint64_t{random()} << 32 | random();
  return key;
}

std::uint32_t TokenMemo::tag_of(std::string_view token) const noexcept {
  const char* end = token.data() + token.size();
  const std::uint64_t ends = mix(word_at(end - 32) ^ key_.a, word_at(end - 24) ^ key_.b) ^
                             mix(word_at(end - 16) ^ key_.c, word_at(end - 8) ^ key_.d);
  return static_cast<std::uint32_t>(mix(ends ^ token.size(), key_.e));
}

TokenMemo::Entry* TokenMemo::entry(std::uint32_t reference) const noexcept {
  const std::size_t place = (reference & kPlaceMask) - 1;
  const std::size_t units = chunk_bytes_ / kUnit;  // a power of two
  const auto shift = static_cast<unsigned>(std::countr_zero(units));
  char* chunk = static_cast<char*>(chunks_[place >> shift].memory.data());
  return reinterpret_cast<Entry*>(chunk + (place & (units - 1)) * kUnit);
}

bool TokenMemo::begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot,
                            std::span<const jose::TokenInput> inputs) noexcept {
  if (snapshot != snapshot_) {
    clear();
    snapshot_ = snapshot;
  } else if (wants_room_) {
    make_room();
  }
  if (!admission_.begin_batch() && !options_.always) return false;
  finds_.assign(inputs.size(), Find());
  std::size_t lookups = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Find& find = finds_[i];
    const std::string_view token = inputs[i].token;
    if (token.size() < kLeastTokenBytes || token.size() > kMostTokenBytes) continue;
    find.looked_for = true;
    find.tag = tag_of(token);
    ++lookups;
    if (entries_ != 0) __builtin_prefetch(&set_of(find.tag));
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < inputs.size() + kAhead; ++i) {
    if (i < inputs.size() && finds_[i].looked_for && entries_ != 0) fetch(finds_[i], inputs[i].token.size());
    if (i < kAhead) continue;
    Find& find = finds_[i - kAhead];
    if (find.ways != 0 && look_up(find, inputs[i - kAhead].token)) {
      ++hits;
    } else if (find.looked_for) {
      admission_.fetch(find.tag);
    }
  }
  counts_->lookups.add(lookups);
  counts_->hits.add(hits);
  admission_.count(lookups, hits);
  return true;
}

void TokenMemo::fetch(Find& find, std::size_t token_bytes) const noexcept {
  const Set& set = set_of(find.tag);
  unsigned ways = 0;
  for (unsigned way = 0; way < kWays; ++way) ways |= static_cast<unsigned>(set.tags[way] == find.tag) << way;
  if (ways == 0) return;
  find.ways = static_cast<std::uint8_t>(ways);
  const std::uint32_t reference = set.references[static_cast<unsigned>(std::countr_zero(ways))];
  if (reference == 0) return;
  // The claims, which follow the token, are as likely to be wanted.
  const char* line = entry(reference)->base();
  const char* end = line + sizeof(Entry) + token_bytes + token_bytes / 2 + 2 * kLine;
  for (; line < end; line += kLine) __builtin_prefetch(line);
}

bool TokenMemo::look_up(Find& find, std::string_view token) noexcept {
  Set& set = set_of(find.tag);
  for (unsigned ways = find.ways; ways != 0; ways &= ways - 1) {
    std::uint32_t& reference = set.references[static_cast<unsigned>(std::countr_zero(ways))];
    if (reference == 0 || !entry(reference)->is(token)) continue;
    find.entry = entry(reference);
    if (uses_of(reference) < kMostUses) reference += kOneUse;
    return true;
  }
  return false;
}

bool TokenMemo::recall(const Entry& found, Instant at, jose::TokenVerdict& verdict, base::Arena& arena) {
  if (!found.accepted.contains(at)) return false;
  verdict.signature = SignatureState::valid;
  verdict.has_alg = found.has_alg;
  verdict.has_kid = found.has_kid;
  verdict.has_client_id = found.has_client_id;
  verdict.has_subject = found.has_subject;
  verdict.alg = found.text(found.alg);
  verdict.kid = found.text(found.kid);
  verdict.client_id = found.text(found.client_id);
  verdict.issuer = found.text(found.issuer);
  verdict.subject = found.text(found.subject);
  verdict.expires_at = found.text(found.expires_at);
  verdict.claims = found.text(found.claims);
  const std::span<std::string_view> scopes = arena.array<std::string_view>(found.scopes);
  for (std::size_t i = 0; i < scopes.size(); ++i) scopes[i] = found.text(found.scope()[i]);
  verdict.scopes = scopes;
  return true;
}

void TokenMemo::remember(std::size_t i, std::string_view token, const jose::TokenVerdict& verdict,
                         const jose::Interval& accepted) noexcept {
  const Find& find = finds_[i];
  std::size_t texts = 0;
  if (verdict.reasons.empty() && accepted.from < accepted.until) texts = room_for_texts(verdict);
  const auto adds_nothing_to = [&](const Entry& known) { return texts == 0 || known.claims.begin != 0; };
  if (find.entry != nullptr && adds_nothing_to(*find.entry)) return;
  if (entries_ >= kWays / 2 * set_count() && !grow_table() && set_count() == 0) return;
  std::uint32_t* slot = slot_of(find.tag, token);
  if (slot != nullptr && adds_nothing_to(*entry(*slot))) return;  // seen before in this batch

  const std::size_t most = sizeof(Entry) + token.size() + texts;
  std::uint32_t reference = 0;
  char* memory = allocate(most, reference);
  if (memory == nullptr) return;
  auto* made = new (memory) Entry();
  made->tag = find.tag;
  made->scopes = texts == 0 ? 0 : static_cast<std::uint16_t>(verdict.scopes.size());
  made->token = {static_cast<std::uint16_t>(sizeof(Entry) + made->scopes * sizeof(Piece)),
                 static_cast<std::uint16_t>(token.size())};
  std::memcpy(memory + made->token.begin, token.data(), token.size());
  std::size_t end = made->token.begin + token.size();
  if (texts != 0) {
    TextWriter to(memory, end, verdict.claims);
    made->accepted = accepted;
    made->has_alg = verdict.has_alg;
    made->has_kid = verdict.has_kid;
    made->has_client_id = verdict.has_client_id;
    made->has_subject = verdict.has_subject;
    made->claims = to.claims();
    made->alg = to.put(verdict.alg);
    made->kid = to.put(verdict.kid);
    made->client_id = to.put(verdict.client_id);
    made->issuer = to.put(verdict.issuer);
    made->subject = to.put(verdict.subject);
    made->expires_at = to.put(verdict.expires_at);
    for (std::size_t s = 0; s < verdict.scopes.size(); ++s) new (&made->scope()[s]) Piece(to.put(verdict.scopes[s]));
    end = to.end();
  }
  const std::size_t units = (end + kUnit - 1) / kUnit;
  made->units = static_cast<std::uint16_t>(units);
  chunks_[current_].used += units * kUnit;
  if (slot != nullptr) {
    *slot = reference;
  } else {
    place(find.tag, reference);
  }
}

bool TokenMemo::is_wanted(const Find& find) noexcept {
  // One that is known may be known by its signature alone.
  if (options_.always || find.entry != nullptr) return true;
  if (!admission_.is_open()) {
    if (!share_->take(MemoAdmission::kBytes)) return false;
    taken_ += MemoAdmission::kBytes;
    if (!admission_.open()) return false;
  }
  return admission_.admits(find.tag, crowded_);
}

std::uint32_t* TokenMemo::slot_of(std::uint32_t tag, std::string_view token) const noexcept {
  Set& set = set_of(tag);
  for (unsigned way = 0; way < kWays; ++way) {
    std::uint32_t& reference = set.references[way];
    if (set.tags[way] == tag && reference != 0 && entry(reference)->is(token)) return &reference;
  }
  return nullptr;
}

// Into a free way, else that of the token that was found least often; a set that is full ages.
void TokenMemo::place(std::uint32_t tag, std::uint32_t reference) noexcept {
  Set& set = set_of(tag);
  unsigned least = 0;
  for (unsigned way = 0; way < kWays && set.references[least] != 0; ++way) {
    if (set.references[way] == 0 || uses_of(set.references[way]) < uses_of(set.references[least])) least = way;
  }
  if (set.references[least] == 0) {
    counts_->entries.set(++entries_);
  } else if (uses_of(set.references[least]) > 0) {
    for (std::uint32_t& other : set.references) other -= kOneUse;
  }
  set.tags[least] = tag;
  set.references[least] = reference;
}

// Room for an entry, at the end of what is used of the current chunk. Null: there is none.
char* TokenMemo::allocate(std::size_t bytes, std::uint32_t& reference) noexcept {
  const std::size_t usable = chunk_bytes_ - kPadding;
  if (chunks_.empty() || chunks_[current_].used + bytes > usable) {
    if (crowded_ || !open_chunk()) {
      crowded_ = wants_room_ = true;
      return nullptr;
    }
  }
  const Chunk& chunk = chunks_[current_];
  reference = static_cast<std::uint32_t>((current_ * chunk_bytes_ + chunk.used) / kUnit + 1);
  return static_cast<char*>(chunk.memory.data()) + chunk.used;
}

// Makes an empty chunk the current one: the next, which clear() left, or a new one.
bool TokenMemo::open_chunk() noexcept {
  if (current_ + 1 < chunks_.size()) {
    ++current_;
    return true;
  }
  if ((chunks_.size() + 1) * (chunk_bytes_ / kUnit) >= kPlaceMask || chunk_bytes_ == 0) return false;
  if (!share_->take(chunk_bytes_)) return false;
  base::PageMemory memory(chunk_bytes_);
  if (!memory) {
    share_->give_back(chunk_bytes_);
    return false;
  }
  taken_ += chunk_bytes_;
  chunks_.push_back({std::move(memory), 0});
  current_ = chunks_.size() - 1;
  return true;
}

// In the oldest chunk those tokens that were found since the last time move together, up to half of it; the others go.
void TokenMemo::make_room() noexcept {
  wants_room_ = false;
  if (chunks_.empty()) {
    crowded_ = false;  // another memo may have given back what this one wants
    return;
  }
  current_ = (current_ + 1) % chunks_.size();
  Chunk& chunk = chunks_[current_];
  char* memory = static_cast<char*>(chunk.memory.data());
  const std::size_t first = current_ * chunk_bytes_ / kUnit + 1;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < chunk.used;) {
    const Entry& old = *reinterpret_cast<const Entry*>(memory + at);
    const std::size_t bytes = old.units * kUnit;
    if (std::uint32_t* slot = slot_at(old.tag, static_cast<std::uint32_t>(first + at / kUnit))) {
      if (uses_of(*slot) > 0 && kept + bytes <= chunk_bytes_ / 2) {
        *slot = (uses_of(*slot) - 1) << kUseShift | static_cast<std::uint32_t>(first + kept / kUnit);
        std::memmove(memory + kept, memory + at, bytes);
        kept += bytes;
      } else {
        *slot = 0;
        --entries_;
      }
    }
    at += bytes;
  }
  chunk.used = kept;
  counts_->entries.set(entries_);
}

std::uint32_t* TokenMemo::slot_at(std::uint32_t tag, std::uint32_t place) const noexcept {
  for (std::uint32_t& reference : set_of(tag).references) {
    if ((reference & kPlaceMask) == place) return &reference;
  }
  return nullptr;
}

// Twice as many sets: the next bit of its tag says in which of the two a token lies now. False: no memory is left.
bool TokenMemo::grow_table() noexcept {
  const std::size_t count = set_count();
  const std::size_t wanted = count == 0 ? kFirstSets : 2 * count;
  if (wanted > kMostSets || !share_->take(wanted * sizeof(Set))) return false;
  base::PageMemory grown(wanted * sizeof(Set));
  if (!grown) {
    share_->give_back(wanted * sizeof(Set));
    return false;
  }
  auto* to = static_cast<Set*>(grown.data());
  for (std::size_t i = 0; i < count; ++i) {
    const Set& set = sets()[i];
    for (unsigned way = 0; way < kWays; ++way) {
      if (set.references[way] == 0) continue;
      Set& moved = to[set.tags[way] & (wanted - 1)];
      moved.tags[way] = set.tags[way];
      moved.references[way] = set.references[way];
    }
  }
  share_->give_back(count * sizeof(Set));
  taken_ += (wanted - count) * sizeof(Set);
  sets_memory_ = std::move(grown);
  set_mask_ = static_cast<std::uint32_t>(wanted - 1);
  return true;
}

void TokenMemo::clear() noexcept {
  if (entries_ != 0) std::memset(sets_memory_.data(), 0, set_count() * sizeof(Set));
  for (Chunk& chunk : chunks_) chunk.used = 0;
  entries_ = 0;
  current_ = 0;
  wants_room_ = crowded_ = false;
  counts_->entries.set(0);
}

}  // namespace assay::memo
