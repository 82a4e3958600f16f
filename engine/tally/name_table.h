// Texts that are kept once, each with a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::tally {

// Texts together at most 4 GiB. Not thread safe.
class NameTable {
 public:
  // The number of the text, which is kept if it is new; 0 is the empty text.
  std::uint32_t number_of(std::string_view text);
  std::string_view text_of(std::uint32_t number) const noexcept {
    return number == 0 ? std::string_view() : std::string_view(texts_).substr(at_of(number - 1), size_of(number - 1));
  }
  // Numbers are from 1 to size().
  std::size_t size() const noexcept { return ends_.size(); }
  void clear() noexcept;

 private:
  std::size_t at_of(std::size_t index) const noexcept { return index == 0 ? 0 : ends_[index - 1]; }
  std::size_t size_of(std::size_t index) const noexcept { return ends_[index] - at_of(index); }
  struct Slot {
    std::uint32_t number = 0;  // 0: empty
    std::uint32_t tag = 0;     // of the text's hash
  };
  Slot& slot_of(std::string_view text, std::size_t hash) noexcept;
  void grow();

  std::string texts_;                // one after the other
  std::vector<std::uint32_t> ends_;  // where each ends
  std::vector<Slot> slots_;          // open addressing; a power of two
};

}  // namespace assay::tally
