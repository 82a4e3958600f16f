#include "columns/verdict_builder.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "codec/utf.h"

namespace assay::columns {
namespace {

constexpr std::size_t kMostReserved = std::size_t{256} << 20;  // bytes of text of a column
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";      // U+FFFD

void append_bytes(std::vector<char>& to, std::string_view text) { to.insert(to.end(), text.begin(), text.end()); }

// Appends text with U+FFFD for each byte or surrogate that is no UTF-8.
void append_utf8(std::vector<char>& to, std::string_view text) {
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
void append_offsets(std::vector<std::int32_t>& to, const std::vector<std::int32_t>& other) {
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
  if (data.size() > kMostText) throw std::length_error("the text of a column does not fit in one Arrow array");
  offsets.push_back(static_cast<std::int32_t>(data.size()));
  validity.append(true);
}

void Texts::append_null() {
  offsets.push_back(offsets.back());
  validity.append(false);
}

void Texts::append(const Texts& other) {
  if (data.size() + other.data.size() > kMostText) {
    throw std::length_error("the text of a column does not fit in one Arrow array");
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
  const auto text = [](Texts& column, bool is_there, std::string_view value) {
    if (is_there) {
      column.append(value);
    } else {
      column.append_null();
    }
  };
  valid.append(is_valid);
  text(reason, !is_valid, is_valid ? std::string_view() : to_string(verdict.reasons.first()));
  for (int i = 0; i < kReasonCount && !is_valid; ++i) {
    if (verdict.reasons.contains(static_cast<Reason>(i))) reasons.items.append(to_string(static_cast<Reason>(i)));
  }
  reasons.end_list();
  text(signature, true, to_string(verdict.signature));
  text(alg, verdict.has_alg, verdict.alg);
  text(kid, verdict.has_kid, verdict.kid);
  text(client_id, shown && verdict.has_client_id, verdict.client_id);
  text(subject, shown && verdict.has_subject, verdict.subject);
  text(issuer, shown && verdict.has_issuer, verdict.issuer);
  text(jti, shown && verdict.has_jti, verdict.jti);
  if (is_valid) {
    for (const std::string_view scope : verdict.scopes) scopes.items.append(scope);
  }
  scopes.end_list(!is_valid);
  const bool expires = is_valid && !verdict.expires_at.empty();
  expires_at.append(expires ? std::optional(to_microseconds(verdict.expires_at)) : std::nullopt);
  text(claims, is_valid, verdict.claims);
  text(detail, !is_valid, verdict.detail);
}

void VerdictBuilder::append(const VerdictBuilder& other) {
#define ASSAY_APPEND_COLUMN(name, format) name.append(other.name);
  ASSAY_VERDICT_COLUMNS(ASSAY_APPEND_COLUMN)
#undef ASSAY_APPEND_COLUMN
}

void VerdictBuilder::reserve(std::size_t rows) {
  for (Texts* column : {&reason, &signature, &alg, &kid, &client_id, &subject, &issuer, &jti, &claims, &detail}) {
    column->offsets.reserve(rows + 1);
  }
  for (TextLists* column : {&reasons, &scopes}) column->offsets.reserve(rows + 1);
  expires_at.microseconds.reserve(rows);
}

void VerdictBuilder::expect(std::size_t times) {
  const auto with_reserve = [times](std::size_t size) { return size * times + size * times / 8; };
  for (Texts* column : {&reason, &signature, &alg, &kid, &client_id, &subject, &issuer, &jti, &claims, &detail,
                        &reasons.items, &scopes.items}) {
    column->data.reserve(std::min(kMostReserved, with_reserve(column->data.size())));
  }
  for (TextLists* column : {&reasons, &scopes})
    column->items.offsets.reserve(with_reserve(column->items.offsets.size()));
}

std::size_t VerdictBuilder::most_text() const noexcept {
  std::size_t most = std::max(reasons.items.data.size(), scopes.items.data.size());
  for (const Texts* column : {&reason, &signature, &alg, &kid, &client_id, &subject, &issuer, &jti, &claims, &detail}) {
    most = std::max(most, column->data.size());
  }
  return most;
}

}  // namespace assay::columns
