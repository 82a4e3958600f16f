#include "tally/name_table.h"

#include <algorithm>
#include <utility>

#include "base/keyed_hash.h"

namespace assay::tally {

NameTable::Slot& NameTable::slot_of(std::string_view text, std::size_t hash) noexcept {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & mask;
  while (slots_[at].number != 0 && (slots_[at].tag != tag || text_of(slots_[at].number) != text)) at = (at + 1) & mask;
  return slots_[at];
}

void NameTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(16, 2 * slots_.size())));
  for (const Slot& slot : old) {
    if (slot.number == 0) continue;
    const std::string_view text = text_of(slot.number);
    slot_of(text, base::KeyedHash()(text)) = slot;
  }
}

std::uint32_t NameTable::number_of(std::string_view text) {
  if (text.empty()) return 0;
  if (2 * (ends_.size() + 1) > slots_.size()) grow();
  const std::size_t hash = base::KeyedHash()(text);
  Slot& slot = slot_of(text, hash);
  if (slot.number == 0) {
    texts_ += text;
    ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
    slot = {static_cast<std::uint32_t>(ends_.size()), static_cast<std::uint32_t>(hash >> 32)};
  }
  return slot.number;
}

void NameTable::clear() noexcept {
  texts_.clear();
  ends_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot());
}

}  // namespace assay::tally
