#include "tally/name_table.h"

#include <algorithm>

#include "base/keyed_hash.h"

namespace assay::tally {

std::size_t NameTable::slot_of(std::string_view text) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = base::KeyedHash()(text) & mask;
  while (slots_[slot] != 0 && text_of(slots_[slot]) != text) slot = (slot + 1) & mask;
  return slot;
}

void NameTable::grow() {
  slots_.assign(std::max<std::size_t>(16, 2 * slots_.size()), 0);
  for (std::uint32_t number = 1; number <= ends_.size(); ++number) slots_[slot_of(text_of(number))] = number;
}

std::uint32_t NameTable::number_of(std::string_view text) {
  if (text.empty()) return 0;
  if (4 * (ends_.size() + 1) > 3 * slots_.size()) grow();
  const std::size_t slot = slot_of(text);
  if (slots_[slot] == 0) {
    texts_ += text;
    ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
    slots_[slot] = static_cast<std::uint32_t>(ends_.size());
  }
  return slots_[slot];
}

std::uint32_t NameTable::find(std::string_view text) const noexcept {
  return text.empty() || slots_.empty() ? 0 : slots_[slot_of(text)];
}

void NameTable::clear() noexcept {
  texts_.clear();
  ends_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
}

}  // namespace assay::tally
