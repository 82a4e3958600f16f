// Verdicts as columns, in the memory layout of Arrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "assay/arrow.h"
#include "base/page_memory.h"
#include "jose/token_verdict.h"

namespace assay::columns {

// The most bytes of text that one array may hold: its offsets are 32-bit.
inline constexpr std::size_t kMostText = 0x7FFF'FFFF;

template <class T>
using Buffer = std::vector<T, base::PageAllocator<T>>;

// A bitmap in the order of Arrow.
struct Bitmap {
  Buffer<std::uint8_t> bytes;
  std::int64_t size = 0, unset = 0;

  void append(bool bit);
  void append(const Bitmap& other);
};

// Texts, some of them null. All are UTF-8: what is not, such as a lone surrogate, becomes U+FFFD.
struct Texts {
  Bitmap validity;
  Buffer<std::int32_t> offsets = {0};
  Buffer<char> data;

  // Throw std::length_error beyond kMostText.
  void append(std::string_view text);
  void append_ascii(std::string_view text);  // of which it is known that it is ASCII
  void append_null();
  void append(const Texts& other);

 private:
  void end_text();
};

// Lists of texts, some of them null.
struct TextLists {
  Bitmap validity;
  Buffer<std::int32_t> offsets = {0};
  Texts items;

  void end_list(bool is_null = false);
  void append(const TextLists& other);
};

struct Moments {
  Bitmap validity;
  Buffer<std::int64_t> microseconds;

  void append(std::optional<std::int64_t> value);
  void append(const Moments& other);
};

// One member for each row of ASSAY_VERDICT_COLUMNS; those that are not among the fields stay empty. Filled by one
// thread, then shared.
class VerdictBuilder final : public VerdictColumns {
 public:
  explicit VerdictBuilder(const VerdictFields& wanted = {}) : fields(wanted) {}

  void append(const jose::TokenVerdict& verdict);
  void append(const VerdictBuilder& other);  // with the same fields
  void reserve(std::size_t rows);
  // Reserves text for `times` as much as there is, and an eighth more, so that long columns do not grow by copying.
  void expect(std::size_t times);

  std::int64_t rows() const noexcept override { return count; }
  // Bytes of the longest column.
  std::size_t most_text() const noexcept;

  VerdictFields fields;
  std::int64_t count = 0;
  Bitmap valid;
  Texts reason;
  TextLists reasons;
  Texts signature, alg, kid, client_id, subject, issuer, jti;
  TextLists scopes;
  Moments expires_at;
  Texts claims, detail;

 private:
  void append_reason(ReasonSet all);
  void append_reasons(ReasonSet all);
  void append_scopes(bool is_valid, std::span<const std::string_view> granted);
};

}  // namespace assay::columns
