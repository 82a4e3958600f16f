#include "tally/values.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/keyed_hash.h"

namespace assay::tally {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// Returns the first kMostBytes of a longer value, but not a part of a character, and an ellipsis.
std::string shortened(std::string_view value) {
  std::size_t size = Values::kMostBytes;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size)).append(kEllipsis);
}

// Whoever chooses the values knows hash_of, but not this, so he cannot make them meet in a table.
std::uint64_t secret_multiplier() noexcept {
  static const std::uint64_t kSecret = base::KeyedHash()("tally") | 1;
  return kSecret;
}

CountSketch::Counts counts_of(const Cell& cell) noexcept { return {cell.accepted, cell.rejected, cell.served}; }

}  // namespace

Values::Values(const Values& other)
    : bound_(other.bound_),
      names_(other.names_),
      entries_(other.entries_),
      slots_(other.slots_),
      latest_(other.latest_),
      other_(other.other_),
      absent_(other.absent_),
      beyond_(other.beyond_ ? std::make_unique<Beyond>(*other.beyond_) : nullptr) {}

Values& Values::operator=(const Values& other) {
  if (this != &other) *this = Values(other);
  return *this;
}

// The slot that holds the value, or the empty one where it belongs. There is an empty slot.
std::size_t Values::slot_of(std::uint64_t hash, std::string_view value) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (hash * secret_multiplier()) >> (64 - std::countr_zero(slots_.size()));
  for (;; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) return slot;
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && name_of(entry) == value) return slot;
  }
}

void Values::grow(std::size_t slots) {
  slots_.assign(slots, 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    slots_[slot_of(entries_[i].hash, name_of(entries_[i]))] = static_cast<std::uint32_t>(i + 1);
  }
}

std::size_t Values::entry_of(std::uint64_t hash, std::string_view value) {
  if (4 * (entries_.size() + 1) > 3 * slots_.size()) grow(std::max<std::size_t>(16, 2 * slots_.size()));
  const std::size_t slot = slot_of(hash, value);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  entries_.push_back({hash, static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(value.size()), {}});
  names_ += value;
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  return entries_.size() - 1;
}

void Values::count(std::string_view value, const Cell& cell) {
  if (value.size() > kMostBytes) {
    const std::string cut = shortened(value);
    return count(hash_of(cut), cut, cell);
  }
  if (is_latest(value) && is_exact()) return entries_[latest_].cell.add(cell);
  count(hash_of(value), value, cell);
}

void Values::count(std::uint64_t hash, std::string_view value, const Cell& cell) {
  if (!is_exact()) return count_beyond(hash, value, cell);
  latest_ = entry_of(hash, value);
  entries_[latest_].cell.add(cell);
  if (entries_.size() > bound_) go_beyond();
}

// There are too many values: from now on they are kept in sketches.
void Values::go_beyond() {
  beyond_ = std::make_unique<Beyond>();
  for (const Entry& entry : entries_) {
    beyond_->counts.add(entry.hash, counts_of(entry.cell));
    beyond_->distinct.add(entry.hash);
    beyond_->total.add(entry.cell);
  }
  keep_heavy();
}

bool Values::is_heavy(const CountSketch::Counts& counts, std::uint64_t share) const noexcept {
  return (counts.accepted + counts.rejected) * share >= beyond_->total.records();
}

void Values::count_beyond(std::uint64_t hash, std::string_view value, const Cell& cell) {
  beyond_->total.add(cell);
  beyond_->distinct.add(hash);
  if (!is_heavy(beyond_->counts.add(hash, counts_of(cell)), kLeastShare)) return;
  entry_of(hash, value);
  if (entries_.size() > kMostKept) keep_heavy();
}

// Forgets the names of values with too few records.
void Values::keep_heavy() {
  std::vector<Entry> entries;
  std::string names;
  for (const Entry& entry : entries_) {
    if (!is_heavy(beyond_->counts.estimate(entry.hash), kLeastShare)) continue;
    entries.push_back({entry.hash, static_cast<std::uint32_t>(names.size()), entry.name_size, {}});
    names += name_of(entry);
  }
  entries_ = std::move(entries);
  names_ = std::move(names);
  latest_ = 0;
  grow(std::bit_ceil(std::max<std::size_t>(16, 2 * entries_.size())));
}

void Values::add(const Values& parts) {
  other_.add(parts.other_);
  absent_.add(parts.absent_);
  if (parts.is_exact()) {
    for (const Entry& entry : parts.entries_) count(entry.hash, parts.name_of(entry), entry.cell);
    return;
  }
  if (is_exact()) go_beyond();
  beyond_->counts.add(parts.beyond_->counts);
  beyond_->distinct.add(parts.beyond_->distinct);
  beyond_->total.add(parts.beyond_->total);
  for (const Entry& entry : parts.entries_) entry_of(entry.hash, parts.name_of(entry));
  keep_heavy();
}

void Values::clear() noexcept {
  names_.clear();
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  latest_ = 0;
  other_ = absent_ = {};
  beyond_.reset();
}

Breakdown Values::breakdown() const {
  Breakdown breakdown{
      .rows = {}, .is_exact = is_exact(), .distinct = entries_.size(), .other = other_, .absent = absent_};
  for (const Entry& entry : entries_) {
    if (is_exact()) {
      breakdown.rows.push_back({std::string(name_of(entry)), entry.cell});
      continue;
    }
    const CountSketch::Counts counts = beyond_->counts.estimate(entry.hash);
    if (!is_heavy(counts, kLeastShare / 2)) continue;
    breakdown.rows.push_back({std::string(name_of(entry)), {counts.accepted, counts.rejected, counts.served, {}}});
  }
  std::sort(breakdown.rows.begin(), breakdown.rows.end(), [](const Row& a, const Row& b) {
    const std::uint64_t left = a.cell.records(), right = b.cell.records();
    return left != right ? left > right : a.name < b.name;
  });
  if (is_exact()) return breakdown;
  breakdown.distinct = beyond_->distinct.estimate();
  Cell rest = beyond_->total;
  const auto take = [](std::uint64_t& from, std::uint64_t count) { from -= std::min(from, count); };
  for (const Row& row : breakdown.rows) {
    take(rest.accepted, row.cell.accepted);
    take(rest.rejected, row.cell.rejected);
    take(rest.served, row.cell.served);
  }
  breakdown.other.add(rest);
  return breakdown;
}

Values::Parts Values::parts() const {
  Parts parts{.rows = {}, .other = other_, .absent = absent_, .beyond = nullptr};
  for (const Entry& entry : entries_) parts.rows.push_back({std::string(name_of(entry)), entry.cell});
  std::sort(parts.rows.begin(), parts.rows.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
  if (!is_exact()) parts.beyond = std::make_unique<Beyond>(*beyond_);
  return parts;
}

void Values::restore(Parts parts) {
  clear();
  other_ = parts.other;
  absent_ = parts.absent;
  beyond_ = std::move(parts.beyond);
  for (const Row& row : parts.rows) {
    const std::size_t entry = entry_of(hash_of(row.name), row.name);
    if (is_exact()) entries_[entry].cell.add(row.cell);
  }
  if (is_exact() && entries_.size() > bound_) go_beyond();
}

}  // namespace assay::tally
