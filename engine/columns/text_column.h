// Texts of an Arrow array, row by row, where they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/arrow.h"
#include "assay/result.h"

namespace assay::columns {

// Says whether a bit of a bitmap in the order of Arrow (least significant first) is set.
inline bool bit_at(const void* bitmap, std::int64_t at) noexcept {
  return (static_cast<const std::uint8_t*>(bitmap)[at >> 3] >> (at & 7)) & 1;
}

// The type in words, for an error: "int64", "struct", else the format itself.
std::string type_name(const ArrowSchema& type);

// A view of an array, which must outlive it. Thread safe.
class TextColumn {
 public:
  // The error says which types can be read. An array without rows needs no buffers.
  static Result<TextColumn> open(const ArrowSchema& type, const ArrowArray& array);

  std::int64_t rows() const noexcept { return rows_; }
  // Nothing for a null.
  std::optional<std::string_view> at(std::int64_t row) const noexcept;

 private:
  enum class Layout : std::uint8_t { null, offsets32, offsets64, views };

  TextColumn() = default;
  static std::optional<Layout> layout_of(std::string_view format) noexcept;
  std::optional<std::string_view> value(std::int64_t row) const noexcept;
  std::string_view view_at(std::int64_t at) const noexcept;

  Layout layout_ = Layout::null;
  std::int64_t rows_ = 0;
  // The values: their own array, or the dictionary's.
  std::int64_t offset_ = 0;
  const void* validity_ = nullptr;  // null: all are valid
  const void* places_ = nullptr;    // offsets or views
  const void* const* data_ = nullptr;
  // The indices of a dictionary array; format 0: there is none.
  char index_format_ = 0;
  std::int64_t index_offset_ = 0;
  const void* index_validity_ = nullptr;
  const void* indices_ = nullptr;
};

}  // namespace assay::columns
