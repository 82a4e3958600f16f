#include "tally/token_uses.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/keyed_hash.h"
#include "tally/sketch.h"

namespace assay::tally {
namespace {

constexpr std::int64_t kPerSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / kPerSecond - 1;

std::uint32_t saturated(std::uint64_t number) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

void add_to(std::uint32_t& sum, std::uint32_t more) noexcept { sum = saturated(std::uint64_t{sum} + more); }

}  // namespace

Nanoseconds nanoseconds_of(Instant at) noexcept {
  const std::int64_t seconds = std::clamp(at.seconds, -kMostSeconds, kMostSeconds);
  return seconds * kPerSecond + at.nanoseconds;
}

Instant instant_of(Nanoseconds at) noexcept {
  const std::int64_t rest = at % kPerSecond;
  const std::int64_t below = rest < 0 ? 1 : 0;
  return {at / kPerSecond - below, static_cast<std::uint32_t>(rest + below * kPerSecond)};
}

void Uses::add(const Uses& other) noexcept {
  add_to(uses, other.uses);
  add_to(rejected, other.rejected);
  add_to(served, other.served);
  first = std::min(first, other.first);
  last = std::max(last, other.last);
}

std::uint64_t TokenUses::leading(const TokenKey& key) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | key[i];
  return number;
}

// A key is a hash that nobody can choose freely, and its last bytes are not those that level_ looks at.
std::size_t TokenUses::slot_of(const TokenKey& key) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = 0;
  for (std::size_t i = 24; i < 32; ++i) slot = slot << 8 | key[i];
  for (slot &= mask; slots_[slot] != 0 && entries_[slots_[slot] - 1].key != key;) slot = (slot + 1) & mask;
  return slot;
}

std::uint32_t TokenUses::find(const TokenKey& key) const noexcept { return slots_.empty() ? 0 : slots_[slot_of(key)]; }

void TokenUses::fill_slots(std::size_t slots) {
  slots_.assign(slots, 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    slots_[slot_of(entries_[i].key)] = static_cast<std::uint32_t>(i + 1);
  }
}

TokenUses::Entry& TokenUses::entry_of(const TokenFacts& facts) {
  if (4 * (entries_.size() + 1) > 3 * slots_.size()) fill_slots(std::max<std::size_t>(16, 2 * slots_.size()));
  const std::size_t slot = slot_of(facts.key);
  if (slots_[slot] == 0) {
    Entry& made = entries_.emplace_back();
    made.key = facts.key;
    made.member = facts.member;
    slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  }
  Entry& entry = entries_[slots_[slot] - 1];
  entry.several_members |= entry.member != facts.member;
  // The smallest number of a part of the tokens is the smallest of all in the end.
  entry.member = std::min(entry.member, facts.member);
  // Of several names the first by its bytes is kept, so that nothing depends on the order of uses.
  const auto keep = [this](std::uint32_t& number, std::string_view text) {
    if (!text.empty() && (number == 0 || text < name(number))) number = names_.number_of(text);
  };
  keep(entry.kid, facts.kid);
  keep(entry.issuer, facts.issuer);
  keep(entry.label, facts.label);
  return entry;
}

// Keeps the addresses with the smallest hashes, so that nothing depends on the order of uses.
void TokenUses::shorten(List& list) {
  std::sort(list.clients.begin(), list.clients.end(), [this](const NumberedUses& a, const NumberedUses& b) {
    return hash_of(name(a.client)) < hash_of(name(b.client));
  });
  list.clients.resize(kMostClients);
  list.is_cut = true;
}

TokenUses::List& TokenUses::list_of(Entry& entry) {
  if (entry.list == 0) {
    lists_.emplace_back();
    if (entry.all.uses != 0) lists_.back().clients.push_back({entry.client, entry.all});
    entry.list = static_cast<std::uint32_t>(lists_.size());
  }
  return lists_[entry.list - 1];
}

// Before the uses are added to entry.all.
void TokenUses::add_client(Entry& entry, std::string_view address, const Uses& uses) {
  const std::uint32_t client = names_.number_of(address);
  if (entry.list == 0 && (entry.all.uses == 0 || entry.client == client)) {
    entry.client = client;
    return;
  }
  List& list = list_of(entry);
  const auto same = std::find_if(list.clients.begin(), list.clients.end(),
                                 [client](const NumberedUses& known) { return known.client == client; });
  if (same != list.clients.end()) return same->uses.add(uses);
  list.clients.push_back({client, uses});
  if (list.clients.size() > kMostClients) shorten(list);
}

void TokenUses::count(const TokenFacts& facts, std::string_view client, const Uses& uses) {
  if (!keeps(facts.key)) return;
  Entry& entry = entry_of(facts);
  add_client(entry, client, uses);
  entry.all.add(uses);
  make_room();
}

void TokenUses::add(const Token& token) {
  if (!keeps(token.facts.key)) return;
  Entry& entry = entry_of(token.facts);
  entry.several_members |= token.several_members;
  if (token.clients.size() > 1 || token.has_more_clients) {
    List& list = list_of(entry);
    list.is_cut |= token.has_more_clients;
  }
  for (const Token::Client& client : token.clients) add_client(entry, client.address, client.uses);
  entry.all.add(token.all);
  make_room();
}

void TokenUses::make_room() {
  while (entries_.size() > bound_) raise_level(level_ + 1);
}

void TokenUses::raise_level(int level) {
  if (level <= level_) return;
  TokenUses kept(bound_);
  kept.level_ = level;
  // The names of tokens that are left out go, too.
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (kept.keeps(entries_[i].key)) kept.add(token(i));
  }
  *this = std::move(kept);
}

void TokenUses::add(const TokenUses& parts) {
  raise_level(parts.level_);
  for (std::uint32_t i = 0; i < parts.entries_.size(); ++i) {
    if (keeps(parts.entries_[i].key)) add(parts.token(i));
  }
}

void TokenUses::clear() noexcept {
  level_ = 0;
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  lists_.clear();
  names_.clear();
}

Nanoseconds TokenUses::first_seen(const TokenKey& key) const noexcept {
  const std::uint32_t found = find(key);
  return found == 0 ? kNever : entries_[found - 1].all.first;
}

std::vector<std::uint32_t> TokenUses::by_key() const {
  std::vector<std::uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [this](std::uint32_t a, std::uint32_t b) { return entries_[a].key < entries_[b].key; });
  return order;
}

TokenUses::Token TokenUses::token(std::uint32_t index) const {
  const Entry& entry = entries_[index];
  Token token{.facts = {entry.key, entry.member, name(entry.kid), name(entry.issuer), name(entry.label)},
              .several_members = entry.several_members,
              .has_more_clients = false,
              .all = entry.all,
              .clients = {}};
  if (entry.list == 0) {
    token.clients.push_back({name(entry.client), entry.all});
    return token;
  }
  const List& list = lists_[entry.list - 1];
  token.has_more_clients = list.is_cut;
  for (const NumberedUses& uses : list.clients) token.clients.push_back({name(uses.client), uses.uses});
  std::sort(token.clients.begin(), token.clients.end(), [](const Token::Client& a, const Token::Client& b) {
    return a.uses.first != b.uses.first ? a.uses.first < b.uses.first : a.address < b.address;
  });
  return token;
}

}  // namespace assay::tally
