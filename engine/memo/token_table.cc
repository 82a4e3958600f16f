#include "memo/token_table.h"

#include <cstring>
#include <utility>

namespace assay::memo {
namespace {

constexpr std::size_t kFirstSets = 64;  // a page
constexpr std::size_t kMostSets = std::size_t{1} << 20;

}  // namespace

bool TokenTable::make_room() noexcept {
  if (entries_ >= kWays / 2 * set_count()) grow();
  return static_cast<bool>(pages_);
}

// Makes twice as many sets: the next bit of a tag says in which of the two new sets an entry lies. Returns false when
// no memory is left.
bool TokenTable::grow() noexcept {
  const std::size_t count = set_count();
  const std::size_t wanted = count == 0 ? kFirstSets : 2 * count;
  if (wanted > kMostSets || !memory_.take(wanted * sizeof(Set))) return false;
  base::PageMemory grown(wanted * sizeof(Set));
  if (!grown) {
    memory_.give_back(wanted * sizeof(Set));
    return false;
  }
  auto* to = static_cast<Set*>(grown.data());
  for (std::size_t i = 0; i < count; ++i) {
    const Set& set = sets()[i];
    for (unsigned way = 0; way < kWays; ++way) {
      if (!set.references[way]) continue;
      Set& moved = to[set.tags[way] & (wanted - 1)];
      moved.tags[way] = set.tags[way];
      moved.references[way] = set.references[way];
    }
  }
  memory_.give_back(count * sizeof(Set));
  pages_ = std::move(grown);
  set_mask_ = static_cast<std::uint32_t>(wanted - 1);
  return true;
}

Reference* TokenTable::find(std::uint32_t tag, std::uint32_t place) const noexcept {
  for (Reference& reference : set_of(tag).references) {
    if (reference && reference.place() == place) return &reference;
  }
  return nullptr;
}

void TokenTable::add(std::uint32_t tag, Reference reference) noexcept {
  Set& set = set_of(tag);
  unsigned least = 0;
  for (unsigned way = 0; way < kWays && set.references[least]; ++way) {
    if (!set.references[way] || set.references[way].uses() < set.references[least].uses()) least = way;
  }
  if (!set.references[least]) {
    ++entries_;
  } else if (set.references[least].uses() > 0) {
    for (Reference& other : set.references) other.forget_use();
  }
  set.tags[least] = tag;
  set.references[least] = reference;
}

void TokenTable::remove(Reference& reference) noexcept {
  reference = Reference();
  --entries_;
}

void TokenTable::clear() noexcept {
  if (entries_ != 0) std::memset(pages_.data(), 0, set_count() * sizeof(Set));
  entries_ = 0;
}

}  // namespace assay::memo
