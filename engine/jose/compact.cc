#include "jose/compact.h"

#include <algorithm>

#include "codec/base64url.h"
#include "codec/json_fast.h"
#include "jose/ascii.h"
#include "jose/mask.h"

namespace assay::jose {
namespace {

// The shape of a token with this third segment, which is not empty and may hold dots.
Shape shape_with(std::string_view signature) noexcept {
  // Before dots are counted: a mask may hold dots itself, as in "header.payload.abc...".
  if (is_mask(signature)) return Shape::masked;
  switch (std::count(signature.begin(), signature.end(), '.')) {
    case 0:
      return Shape::signed_token;
    case 2:
      return Shape::five_segments;
    default:
      return Shape::malformed;
  }
}

// Decodes the segment that `text` begins with into the arena, with room for a reader that looks past its end. Returns
// the number of its characters. Returns 0, with null data as `bytes`, if the segment is not strict base64url.
inline std::size_t decode_front(std::string_view text, base::Arena& arena, std::string_view& bytes) {
  constexpr std::size_t kSlack = std::max(codec::kBase64Slack, codec::kJsonPadding);
  const std::size_t room = codec::base64url_decoded_size(text.size()) + kSlack;
  char* to = arena.allocate(room);
  const std::size_t length = codec::base64url_decode_segment(text, to);
  if (length == codec::kNotStrict) {
    arena.shrink_last(room, 0);
    bytes = {};
    return 0;
  }
  const std::size_t size = codec::base64url_decoded_size(length);
  arena.shrink_last(room, size + kSlack);
  bytes = {to, size};
  return length;
}

// Returns the length of the payload that `rest` begins with, up to a dot or the end. Leaves `bytes` null if it is not
// strict base64url.
std::size_t decode_payload(std::string_view rest, base::Arena& arena, std::string_view& bytes) {
  const std::size_t characters = decode_front(rest, arena, bytes);
  if (characters == rest.size() || rest[characters] == '.') return characters;
  bytes = {};
  return std::min(rest.find('.', characters), rest.size());
}

// The same for a payload that is not encoded (RFC 7797).
std::size_t copy_payload(std::string_view rest, base::Arena& arena, std::string_view& bytes) {
  const std::size_t size = std::min(rest.find('.'), rest.size());
  char* to = arena.allocate(size + codec::kJsonPadding);
  std::copy_n(rest.begin(), size, to);
  bytes = {to, size};
  return size;
}

std::string_view without_one_scheme(std::string_view text) noexcept {
  for (const std::string_view scheme : kTokenSchemes) {
    if (text.size() > scheme.size() && text[scheme.size()] == ' ' &&
        equal_but_for_case(text.substr(0, scheme.size()), scheme)) {
      return text.substr(scheme.size() + 1);
    }
  }
  return text;
}

}  // namespace

std::string_view first_segment(std::string_view token) noexcept { return token.substr(0, token.find('.')); }

Compact take_apart(std::string_view token, std::size_t header_size, bool payload_is_encoded, base::Arena& arena) {
  Compact compact;
  compact.header = token.substr(0, header_size);
  if (header_size == token.size()) return compact;
  const std::string_view rest = token.substr(header_size + 1);
  const std::size_t payload_size = payload_is_encoded ? decode_payload(rest, arena, compact.payload_bytes)
                                                      : copy_payload(rest, arena, compact.payload_bytes);
  compact.payload = rest.substr(0, payload_size);
  if (payload_size == rest.size()) {
    compact.shape = Shape::two_segments;
    return compact;
  }
  compact.signature = rest.substr(payload_size + 1);
  if (compact.signature.empty()) {
    compact.shape = Shape::empty_signature;
    compact.signature_bytes = compact.signature;
    return compact;
  }
  const bool whole = decode_front(compact.signature, arena, compact.signature_bytes) == compact.signature.size();
  if (!whole) compact.signature_bytes = {};
  compact.shape = whole && !may_be_mask(compact.signature) ? Shape::signed_token : shape_with(compact.signature);
  return compact;
}

Compact take_apart(std::string_view token, base::Arena& arena) {
  return take_apart(token, first_segment(token).size(), true, arena);
}

void decode_padded(Compact& compact, base::Arena& arena) {
  const auto decode = [&arena](std::string_view segment, std::string_view& bytes) {
    const std::string_view text = codec::without_padding(segment);
    if (decode_front(text, arena, bytes) != text.size()) bytes = {};
  };
  if (compact.payload_bytes.data() == nullptr) decode(compact.payload, compact.payload_bytes);
  if (compact.signature_bytes.data() == nullptr) decode(compact.signature, compact.signature_bytes);
}

std::string_view strip_scheme(std::string_view text) noexcept {
  const std::string_view rest = without_one_scheme(text);
  if (rest.size() == text.size()) return text;
  // Text with two schemes stays as it is, so that the explanation of the fault can name them.
  return without_one_scheme(rest).size() == rest.size() ? rest : text;
}

}  // namespace assay::jose
