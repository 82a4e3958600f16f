#include "tally/token_uses.h"

#include <algorithm>
#include <cstring>
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

void UseList::add(const TokenFacts& facts, std::string_view client, const Uses& uses) {
  const auto size_of = [](std::string_view text) { return static_cast<std::uint32_t>(text.size()); };
  items_.push_back({.key = facts.key,
                    .member = facts.member,
                    .uses = uses,
                    .texts_at = texts_.size(),
                    .kid = size_of(facts.kid),
                    .issuer = size_of(facts.issuer),
                    .label = size_of(facts.label),
                    .client = size_of(client)});
  for (const std::string_view text : {facts.kid, facts.issuer, facts.label, client}) texts_ += text;
}

void UseList::clear() noexcept {
  items_.clear();
  texts_.clear();
}

std::uint64_t TokenUses::leading(const TokenKey& key) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | key[i];
  return number;
}

// A key is a hash that nobody can choose freely, and its last bytes are not those that level_ looks at.
std::size_t TokenUses::first_slot_of(const TokenKey& key) const noexcept {
  std::size_t slot = 0;
  std::memcpy(&slot, key.data() + key.size() - sizeof slot, sizeof slot);
  return slot & (slots_.size() - 1);
}

std::size_t TokenUses::slot_of(const TokenKey& key) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = first_slot_of(key);
  for (; slots_[slot] != 0 && entries_[slots_[slot] - 1].key != key;) slot = (slot + 1) & mask;
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
  keep_name(entry.kid, facts.kid, latest_kid_);
  keep_name(entry.issuer, facts.issuer, latest_issuer_);
  keep_name(entry.label, facts.label, latest_label_);
  return entry;
}

std::uint32_t TokenUses::number_of(std::string_view text, std::uint32_t& latest) {
  if (latest == 0 || name(latest) != text) latest = names_.number_of(text);
  return latest;
}

void TokenUses::keep_name(std::uint32_t& number, std::string_view text, std::uint32_t& latest) {
  if (text.empty()) return;
  const std::uint32_t found = number_of(text, latest);
  // Of several names the first by its bytes is kept, so that nothing depends on the order of uses.
  if (number == 0 || (number != found && text < name(number))) number = found;
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
  const std::uint32_t client = number_of(address, latest_client_);
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

void TokenUses::add(const UseList& list) {
  constexpr std::size_t kAhead = 8;
  for (std::size_t i = 0; i < list.items_.size(); ++i) {
    if (i + kAhead < list.items_.size()) prefetch(list.items_[i + kAhead].key);
    const UseList::Item& item = list.items_[i];
    std::string_view texts = std::string_view(list.texts_).substr(item.texts_at);
    const auto take = [&texts](std::size_t size) {
      const std::string_view text = texts.substr(0, size);
      texts.remove_prefix(size);
      return text;
    };
    TokenFacts facts{.key = item.key, .member = item.member, .kid = {}, .issuer = {}, .label = {}};
    facts.kid = take(item.kid);
    facts.issuer = take(item.issuer);
    facts.label = take(item.label);
    count(facts, take(item.client), item.uses);
  }
}

void TokenUses::prefetch(const TokenKey& key) const noexcept {
  if (!slots_.empty()) __builtin_prefetch(&slots_[first_slot_of(key)]);
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
  latest_kid_ = latest_issuer_ = latest_label_ = latest_client_ = 0;
}

Nanoseconds TokenUses::first_seen(const TokenKey& key) const noexcept {
  const std::uint32_t found = find(key);
  return found == 0 ? kNever : entries_[found - 1].all.first;
}

std::vector<std::uint32_t> TokenUses::by_key() const {
  // The first bytes of two keys are hardly ever equal.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  order.reserve(entries_.size());
  for (std::uint32_t i = 0; i < entries_.size(); ++i) order.emplace_back(leading(entries_[i].key), i);
  std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : entries_[a.second].key < entries_[b.second].key;
  });
  std::vector<std::uint32_t> indices;
  indices.reserve(order.size());
  for (const auto& [bytes, index] : order) indices.push_back(index);
  return indices;
}

// By first use, then by address.
std::vector<TokenUses::NumberedUses> TokenUses::clients_of(const Entry& entry) const {
  if (entry.list == 0) return {{entry.client, entry.all}};
  std::vector<NumberedUses> clients = lists_[entry.list - 1].clients;
  std::sort(clients.begin(), clients.end(), [this](const NumberedUses& a, const NumberedUses& b) {
    return a.uses.first != b.uses.first ? a.uses.first < b.uses.first : name(a.client) < name(b.client);
  });
  return clients;
}

TokenUses::Token TokenUses::token(std::uint32_t index) const {
  const Entry& entry = entries_[index];
  Token token{.facts = {entry.key, entry.member, name(entry.kid), name(entry.issuer), name(entry.label)},
              .several_members = entry.several_members,
              .has_more_clients = entry.list != 0 && lists_[entry.list - 1].is_cut,
              .all = entry.all,
              .clients = {}};
  for (const NumberedUses& uses : clients_of(entry)) token.clients.push_back({name(uses.client), uses.uses});
  return token;
}

}  // namespace assay::tally
