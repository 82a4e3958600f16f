// Columns of tokens in, columns of verdicts out, by the Arrow C data interface: for Python, data frames and databases.
//
//   auto judged = assay::verify_column(verifier, type, tokens, {.at = assay::Instant::now()});
//   if (!judged) return complain(judged.error().message);
//   for (const auto& part : *judged) export_array(part, &array);
//
// The structures and their rules are those of https://arrow.apache.org/docs/format/CDataInterface.html (and
// CStreamInterface.html), which asks everyone to copy them. Tokens are not copied.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/verifier.h"

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE

}  // extern "C"

namespace assay {

// The columns of a verdict, in their order: X(name, format in the Arrow C data interface). Only `valid`, `reasons` and
// `signature` are never null.
//
// `reasons` is empty for an accepted token. client_id, issuer, subject and jti are null before the signature is valid;
// scopes, expires_at and claims (JSON text) are null unless the token was accepted. expires_at is held to the
// years 1 to 9999.
#define ASSAY_VERDICT_COLUMNS(X) \
  X(valid, "b")                  \
  X(reason, "u")                 \
  X(reasons, "+l")               \
  X(signature, "u")              \
  X(alg, "u")                    \
  X(kid, "u")                    \
  X(client_id, "u")              \
  X(subject, "u")                \
  X(issuer, "u")                 \
  X(jti, "u")                    \
  X(scopes, "+l")                \
  X(expires_at, "tsu:UTC")       \
  X(claims, "u")                 \
  X(detail, "u")

enum class VerdictColumn : std::uint8_t {
#define ASSAY_VERDICT_COLUMN(name, format) name,
  ASSAY_VERDICT_COLUMNS(ASSAY_VERDICT_COLUMN)
#undef ASSAY_VERDICT_COLUMN
};

#define ASSAY_COUNT_COLUMN(name, format) +1
inline constexpr std::size_t kVerdictColumnCount = 0 ASSAY_VERDICT_COLUMNS(ASSAY_COUNT_COLUMN);
#undef ASSAY_COUNT_COLUMN

// The columns of a verdict that are wanted, in the order in which they are wanted. The others are not filled and take
// neither time nor memory. A plain value.
class VerdictFields {
 public:
  VerdictFields() noexcept;  // all
  // The error is about `fields`: a name is unknown (it lists those that are known) or comes twice, or there is none.
  static Result<VerdictFields> of(std::span<const std::string_view> names);

  bool has(VerdictColumn column) const noexcept { return (set_ >> static_cast<int>(column) & 1) != 0; }
  std::span<const VerdictColumn> columns() const noexcept { return {order_.data(), count_}; }

 private:
  std::array<VerdictColumn, kVerdictColumnCount> order_{};
  std::uint8_t count_ = 0;
  std::uint32_t set_ = 0;  // a bit for each column
};
std::string_view to_string(VerdictColumn column) noexcept;

// Verdicts on rows that follow one another: a struct array with columns of those above. Immutable, thread safe.
class VerdictColumns {
 public:
  virtual ~VerdictColumns() = default;
  VerdictColumns(const VerdictColumns&) = delete;
  VerdictColumns& operator=(const VerdictColumns&) = delete;

  virtual std::int64_t rows() const noexcept = 0;

 protected:
  VerdictColumns() = default;
};
using VerdictPart = std::shared_ptr<const VerdictColumns>;

// Fills in what the consumer releases. The memory of `part` lives as long as the array, and is not copied.
void export_array(const VerdictPart& part, ArrowArray* to);
void export_schema(ArrowSchema* to, const VerdictFields& fields = {});
// A stream of all parts in their order. All have the same columns; `fields` counts only if there are no parts.
void export_stream(std::vector<VerdictPart> parts, ArrowArrayStream* to, const VerdictFields& fields = {});
// Puts parts together that have the same columns; `fields` counts only if there are none. The error says that the text
// of one column does not fit in one array (2 GiB).
Result<VerdictPart> join(std::span<const VerdictPart> parts, const VerdictFields& fields = {});

struct ColumnOptions {
  Instant at;  // of judgement for all rows, unless `times` has one for each
  // For each row; nothing: the row has no time, and is missing_time. As long as the column, or empty.
  std::span<const std::optional<Instant>> times = {};
  int threads = 1;  // 0: all cores
  VerdictFields fields = {};
};

// Judges each row of a column, nulls included, as `assay verify` judges the token field of a JSON record: "Bearer" and
// the like are taken off, a null or an empty text is missing_token. The column is of utf8, large_utf8, string_view,
// binary, large_binary, binary_view, a dictionary of these, or null; it may be sliced. It is only read.
//
// The parts together have a row for each row of the column. There are several if there are several threads, or if one
// array cannot hold the text. The error says what type the column has instead.
Result<std::vector<VerdictPart>> verify_column(const JwtVerifier& verifier, const ArrowSchema& type,
                                               const ArrowArray& tokens, const ColumnOptions& options);

// Reads moments, one for each row: a timestamp of any unit with a time zone, an integer (Unix time by magnitude: s, ms,
// µs or ns), or text in RFC 3339 or as such a number. A null, an infinite timestamp and a text that is none are
// nothing. The error, about `at`, says that the column holds no times, or timestamps without a time zone.
Result<std::vector<std::optional<Instant>>> read_times(const ArrowSchema& type, const ArrowArray& times);

}  // namespace assay
