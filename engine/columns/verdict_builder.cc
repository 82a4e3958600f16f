#include "columns/verdict_builder.h"

#include <algorithm>
#include <charconv>
#include <new>
#include <stdexcept>
#include <system_error>

#include "codec/utf.h"

namespace assay::columns {
namespace {

constexpr const char* kTooLong = "the text of a column does not fit in one Arrow array";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

void append_bytes(Buffer<char>& to, std::string_view text) { to.insert(to.end(), text.begin(), text.end()); }

// Appends text with U+FFFD for each byte or surrogate that is no UTF-8.
void append_utf8(Buffer<char>& to, std::string_view text) {
  for (;;) {
    const std::size_t good = codec::utf8_prefix(text, false);
    append_bytes(to, text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) return;
    append_bytes(to, kReplacement);
    text.remove_prefix(std::max<std::size_t>(1, codec::read_wtf8(text, 0).length));
  }
}

// Appends the offsets of another column, whose texts or items follow those that are here.
void append_offsets(Buffer<std::int32_t>& to, const Buffer<std::int32_t>& other) {
  const std::int32_t begin = to.back();
  for (std::size_t i = 1; i < other.size(); ++i) to.push_back(begin + other[i]);
}

// Microseconds of a decimal number of seconds, held to the years 1 to 9999: readers of columns know no others.
std::int64_t to_microseconds(std::string_view seconds) noexcept {
  constexpr std::int64_t kMicro = 1'000'000, kFirst = -62'135'596'800, kLast = 253'402'300'799;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), whole);
  if (error == std::errc::result_out_of_range) whole = seconds.front() == '-' ? kFirst : kLast;
  return std::clamp(whole, kFirst, kLast) * kMicro;
}

// Room for so many rows, but not for their texts.
void reserve_rows(Bitmap& bits, std::size_t rows) { bits.bytes.reserve(rows / 8 + 1); }
void reserve_rows(Texts& texts, std::size_t rows) {
  texts.offsets.reserve(rows + 1);
  reserve_rows(texts.validity, rows);
}
void reserve_rows(TextLists& lists, std::size_t rows) {
  lists.offsets.reserve(rows + 1);
  reserve_rows(lists.validity, rows);
}
void reserve_rows(Moments& moments, std::size_t rows) {
  moments.microseconds.reserve(rows);
  reserve_rows(moments.validity, rows);
}

// Bytes of text for which room is made beforehand: somewhat more than those at which verify_column ends a part.
constexpr std::size_t kMostReserved = std::size_t{1100} << 20;

// Room for `times` as much text as there is, and an eighth more. What is not used is not touched, and costs no memory.
std::size_t more_of(std::size_t size, std::size_t times) { return size * times + size * times / 8; }
void reserve_text(Texts& texts, std::size_t times) {
  texts.data.reserve(std::min(kMostReserved, more_of(texts.data.size(), times)));
}
void reserve_text(TextLists& lists, std::size_t times) {
  reserve_rows(lists.items, more_of(lists.items.offsets.size(), times));
  reserve_text(lists.items, times);
}
void reserve_text(const Bitmap&, std::size_t) {}
void reserve_text(const Moments&, std::size_t) {}

std::size_t text_bytes(const Texts& texts) noexcept { return texts.data.size(); }
std::size_t text_bytes(const TextLists& lists) noexcept { return lists.items.data.size(); }
std::size_t text_bytes(const Bitmap&) noexcept { return 0; }
std::size_t text_bytes(const Moments&) noexcept { return 0; }

}  // namespace

void Bitmap::append(bool bit) {
  if ((size & 7) == 0) bytes.push_back(0);
  if (bit) {
    bytes.back() = static_cast<std::uint8_t>(bytes.back() | 1u << (size & 7));
  } else {
    ++unset;
  }
  ++size;
}

void Bitmap::append(const Bitmap& other) {
  if ((size & 7) == 0) {
    bytes.insert(bytes.end(), other.bytes.begin(), other.bytes.end());
    size += other.size;
    unset += other.unset;
    return;
  }
  for (std::int64_t i = 0; i < other.size; ++i)
    append((other.bytes[static_cast<std::size_t>(i >> 3)] >> (i & 7) & 1) != 0);
}

void Texts::append(std::string_view text) {
  append_utf8(data, text);
  end_text();
}

void Texts::append_ascii(std::string_view text) {
  append_bytes(data, text);
  end_text();
}

void Texts::end_text() {
  if (data.size() > kMostText) throw std::length_error(kTooLong);
  offsets.push_back(static_cast<std::int32_t>(data.size()));
  validity.append(true);
}

void Texts::append_null() {
  offsets.push_back(offsets.back());
  validity.append(false);
}

void Texts::append(const Texts& other) {
  if (data.size() + other.data.size() > kMostText) {
    throw std::length_error(kTooLong);
  }
  validity.append(other.validity);
  append_offsets(offsets, other.offsets);
  data.insert(data.end(), other.data.begin(), other.data.end());
}

void TextLists::end_list(bool is_null) {
  offsets.push_back(static_cast<std::int32_t>(items.validity.size));
  validity.append(!is_null);
}

void TextLists::append(const TextLists& other) {
  validity.append(other.validity);
  append_offsets(offsets, other.offsets);
  items.append(other.items);
}

void Moments::append(std::optional<std::int64_t> value) {
  microseconds.push_back(value.value_or(0));
  validity.append(value.has_value());
}

void Moments::append(const Moments& other) {
  microseconds.insert(microseconds.end(), other.microseconds.begin(), other.microseconds.end());
  validity.append(other.validity);
}

void VerdictBuilder::append(const jose::TokenVerdict& verdict) {
  const bool is_valid = verdict.reasons.empty();
  // Nothing of the claims is shown before the signature is valid.
  const bool shown = is_valid || verdict.signature == SignatureState::valid;
  const auto text = [this](VerdictColumn which, Texts& column, bool is_there, std::string_view value) {
    if (!fields.has(which)) return;
    if (is_there) {
      column.append(value);
    } else {
      column.append_null();
    }
  };
  ++count;
  if (fields.has(VerdictColumn::valid)) valid.append(is_valid);
  if (fields.has(VerdictColumn::reason)) append_reason(verdict.reasons);
  if (fields.has(VerdictColumn::reasons)) append_reasons(verdict.reasons);
  if (fields.has(VerdictColumn::signature)) signature.append_ascii(to_string(verdict.signature));
  text(VerdictColumn::alg, alg, verdict.has_alg, verdict.alg);
  text(VerdictColumn::kid, kid, verdict.has_kid, verdict.kid);
  text(VerdictColumn::client_id, client_id, shown && verdict.has_client_id, verdict.client_id);
  text(VerdictColumn::subject, subject, shown && verdict.has_subject, verdict.subject);
  text(VerdictColumn::issuer, issuer, shown && verdict.has_issuer, verdict.issuer);
  text(VerdictColumn::jti, jti, shown && verdict.has_jti, verdict.jti);
  if (fields.has(VerdictColumn::scopes)) append_scopes(is_valid, verdict.scopes);
  if (fields.has(VerdictColumn::expires_at)) {
    const bool expires = is_valid && !verdict.expires_at.empty();
    expires_at.append(expires ? std::optional(to_microseconds(verdict.expires_at)) : std::nullopt);
  }
  text(VerdictColumn::claims, claims, is_valid, verdict.claims);
  text(VerdictColumn::detail, detail, !is_valid, verdict.detail);
}

void VerdictBuilder::append_reason(ReasonSet all) {
  if (all.empty()) {
    reason.append_null();
  } else {
    reason.append_ascii(to_string(all.first()));
  }
}

void VerdictBuilder::append_reasons(ReasonSet all) {
  for (int i = 0; i < kReasonCount && !all.empty(); ++i) {
    if (all.contains(static_cast<Reason>(i))) reasons.items.append_ascii(to_string(static_cast<Reason>(i)));
  }
  reasons.end_list();
}

void VerdictBuilder::append_scopes(bool is_valid, std::span<const std::string_view> granted) {
  if (is_valid) {
    for (const std::string_view scope : granted) scopes.items.append(scope);
  }
  scopes.end_list(!is_valid);
}

void VerdictBuilder::append(const VerdictBuilder& other) {
  count += other.count;
#define ASSAY_APPEND_COLUMN(name, format) \
  if (fields.has(VerdictColumn::name)) name.append(other.name);
  ASSAY_VERDICT_COLUMNS(ASSAY_APPEND_COLUMN)
#undef ASSAY_APPEND_COLUMN
}

void VerdictBuilder::reserve(std::size_t rows) {
#define ASSAY_RESERVE_COLUMN(name, format) \
  if (fields.has(VerdictColumn::name)) reserve_rows(name, rows);
  ASSAY_VERDICT_COLUMNS(ASSAY_RESERVE_COLUMN)
#undef ASSAY_RESERVE_COLUMN
}

void VerdictBuilder::expect(std::size_t times) try {
#define ASSAY_EXPECT_COLUMN(name, format) \
  if (fields.has(VerdictColumn::name)) reserve_text(name, times);
  ASSAY_VERDICT_COLUMNS(ASSAY_EXPECT_COLUMN)
#undef ASSAY_EXPECT_COLUMN
} catch (const std::bad_alloc&) {  // the columns grow as they must
}

std::size_t VerdictBuilder::most_text() const noexcept {
  std::size_t most = 0;
#define ASSAY_MEASURE_COLUMN(name, format) most = std::max(most, text_bytes(name));
  ASSAY_VERDICT_COLUMNS(ASSAY_MEASURE_COLUMN)
#undef ASSAY_MEASURE_COLUMN
  return most;
}

}  // namespace assay::columns
