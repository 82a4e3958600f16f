#include "columns/text_column.h"

#include <cstring>
#include <utility>

namespace assay::columns {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTypeNames[] = {{"n", "null"},
                                                                        {"b", "bool"},
                                                                        {"c", "int8"},
                                                                        {"C", "uint8"},
                                                                        {"s", "int16"},
                                                                        {"S", "uint16"},
                                                                        {"i", "int32"},
                                                                        {"I", "uint32"},
                                                                        {"l", "int64"},
                                                                        {"L", "uint64"},
                                                                        {"e", "float16"},
                                                                        {"f", "float32"},
                                                                        {"g", "float64"},
                                                                        {"u", "utf8"},
                                                                        {"U", "large_utf8"},
                                                                        {"vu", "string_view"},
                                                                        {"z", "binary"},
                                                                        {"Z", "large_binary"},
                                                                        {"vz", "binary_view"},
                                                                        {"+s", "struct"},
                                                                        {"+l", "list"},
                                                                        {"+L", "large_list"},
                                                                        {"+r", "run-end encoded"}};

// Reads a number at a place that need not be aligned for it.
template <class T>
T number_at(const void* numbers, std::int64_t at) noexcept {
  T number;
  std::memcpy(&number, static_cast<const char*>(numbers) + at * static_cast<std::int64_t>(sizeof number),
              sizeof number);
  return number;
}

bool is_index_format(std::string_view format) noexcept {
  return format.size() == 1 && std::string_view("cCsSiIlL").find(format[0]) != std::string_view::npos;
}

std::int64_t index_at(char format, const void* indices, std::int64_t at) noexcept {
  switch (format) {
    case 'c':
      return number_at<std::int8_t>(indices, at);
    case 'C':
      return number_at<std::uint8_t>(indices, at);
    case 's':
      return number_at<std::int16_t>(indices, at);
    case 'S':
      return number_at<std::uint16_t>(indices, at);
    case 'i':
      return number_at<std::int32_t>(indices, at);
    case 'I':
      return number_at<std::uint32_t>(indices, at);
    default:
      return number_at<std::int64_t>(indices, at);
  }
}

// The validity bitmap; null if all rows are valid.
const void* validity_of(const ArrowArray& array) noexcept {
  return array.n_buffers > 0 && array.null_count != 0 ? array.buffers[0] : nullptr;
}

Error unreadable(const ArrowSchema& type) {
  return {"a column of " + type_name(type) +
              (std::string_view(type.format) == "+s" ? " is a table or a struct; give one column of it"
                                                     : " holds no tokens; give utf8, large_utf8, string_view, binary, "
                                                       "large_binary, binary_view, or a dictionary of one of them"),
          "column"};
}

}  // namespace

std::string type_name(const ArrowSchema& type) {
  const std::string_view format = type.format;
  for (const auto& [code, name] : kTypeNames) {
    if (format == code)
      return (type.dictionary != nullptr ? "dictionary of " + type_name(*type.dictionary) : std::string(name));
  }
  return "type '" + std::string(format) + "'";
}

Result<TextColumn> TextColumn::open(const ArrowSchema& type, const ArrowArray& array) {
  TextColumn column;
  const bool has_dictionary = type.dictionary != nullptr;
  const ArrowSchema& value_type = has_dictionary ? *type.dictionary : type;
  if (has_dictionary && (!is_index_format(type.format) || value_type.dictionary != nullptr)) return unreadable(type);
  const std::optional<Layout> layout = layout_of(value_type.format);
  if (!layout) return unreadable(type);
  // Without rows there may be no buffers.
  if (array.length == 0) return column;
  column.rows_ = array.length;
  if (has_dictionary) {
    if (array.dictionary == nullptr) return unreadable(type);
    column.index_format_ = type.format[0];
    column.index_offset_ = array.offset;
    column.index_validity_ = validity_of(array);
    column.indices_ = array.buffers[1];
  }
  column.layout_ = *layout;
  if (*layout == Layout::null) return column;
  const ArrowArray& values = has_dictionary ? *array.dictionary : array;
  column.offset_ = values.offset;
  column.validity_ = validity_of(values);
  column.places_ = values.buffers[1];
  column.data_ = values.buffers + 2;
  return column;
}

std::optional<TextColumn::Layout> TextColumn::layout_of(std::string_view format) noexcept {
  if (format == "n") return Layout::null;
  if (format == "u" || format == "z") return Layout::offsets32;
  if (format == "U" || format == "Z") return Layout::offsets64;
  if (format == "vu" || format == "vz") return Layout::views;
  return std::nullopt;
}

// https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout: the length, then the text if it
// has at most 12 bytes, else its first four bytes, the number of its buffer and the place in it.
std::string_view TextColumn::view_at(std::int64_t at) const noexcept {
  constexpr std::int32_t kInline = 12;
  const char* const view = static_cast<const char*>(places_) + 16 * at;
  const std::int32_t size = number_at<std::int32_t>(view, 0);
  if (size <= kInline) return {view + 4, static_cast<std::size_t>(size)};
  const char* const buffer = static_cast<const char*>(data_[number_at<std::int32_t>(view, 2)]);
  return {buffer + number_at<std::int32_t>(view, 3), static_cast<std::size_t>(size)};
}

std::optional<std::string_view> TextColumn::value(std::int64_t row) const noexcept {
  const std::int64_t at = offset_ + row;
  if (layout_ == Layout::null) return std::nullopt;
  if (validity_ != nullptr && !bit_at(validity_, at)) return std::nullopt;
  if (layout_ == Layout::views) return view_at(at);
  const bool is_small = layout_ == Layout::offsets32;
  const std::int64_t begin = is_small ? number_at<std::int32_t>(places_, at) : number_at<std::int64_t>(places_, at);
  const std::int64_t end =
      is_small ? number_at<std::int32_t>(places_, at + 1) : number_at<std::int64_t>(places_, at + 1);
  if (begin == end) return std::string_view("");  // there may be no buffer of data at all
  return std::string_view(static_cast<const char*>(data_[0]) + begin, static_cast<std::size_t>(end - begin));
}

std::optional<std::string_view> TextColumn::at(std::int64_t row) const noexcept {
  if (index_format_ == 0) return value(row);
  const std::int64_t at = index_offset_ + row;
  if (index_validity_ != nullptr && !bit_at(index_validity_, at)) return std::nullopt;
  return value(index_at(index_format_, indices_, at));
}

}  // namespace assay::columns
