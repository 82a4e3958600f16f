#include "log/token_scanner.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "jose/ascii.h"
#include "log/token_scanner_word.h"

namespace assay::log {
namespace {

// Characters of signatures: HS256 to HS512; RSA of 2048, 3072, 4096 and 8192 bits; ES256 and Ed25519, ES384, ES512;
// Ed448. A mask does not follow one of these: the signature is whole.
constexpr std::size_t kSignatures[] = {43, 64, 86, 342, 512, 683, 1366, 128, 176, 152};

bool is_signature_size(std::size_t characters) noexcept {
  return std::find(std::begin(kSignatures), std::end(kSignatures), characters) != std::end(kSignatures);
}

// A run of characters of base64url, as it is written.
struct Part {
  std::size_t begin = 0, end = 0;
  std::size_t characters = 0;
  std::uint8_t codings = 0;
};

// A part of the scan of one text.
class Scan {
 public:
  Scan(const codec::TokenMarksKernel& kernel, KnownHeaders& known, std::string_view text, ScanState& state,
       std::vector<FoundToken>& found, ScanCounts& counts) noexcept
      : kernel_(kernel), known_(known), text_(text), state_(state), found_(found), counts_(counts) {}

  // Returns false at the end of the text.
  bool run(std::size_t most) {
    const std::size_t before = found_.size();
    while (found_.size() - before < most) {
      const codec::TokenMarks marks = kernel_.find(text_.data(), text_.size(), state_.from);
      if (marks.bits == 0) return false;
      for (std::uint64_t bits = marks.bits; bits != 0; bits &= bits - 1) {
        const std::size_t at = marks.begin + static_cast<std::size_t>(__builtin_ctzll(bits));
        if (at >= state_.resume) look_at_mark(at);
      }
      state_.from = std::max(marks.begin + 64, state_.resume);
    }
    return true;
  }

 private:
  void look_at_mark(std::size_t at) {
    switch (codec::token_mark_at(text_, at)) {
      case codec::TokenMark::header:
        take_token(at, false);
        return;
      case codec::TokenMark::coded_header:
        if (const CodedChar first = coded_char_before(text_, state_.resume, at + 1); first.plain == 'e') {
          take_token(at + 1 - first.size, false);
        }
        return;
      case codec::TokenMark::word:
        take_word(at);
        return;
      case codec::TokenMark::none:
        return;
    }
  }

  // ---- tokens

  // The bytes of a token as far as they are known.
  struct Extent {
    std::size_t begin = 0, end = 0;
    std::uint8_t codings = 0;  // of its own characters
  };

  Part part_at(std::size_t begin) const noexcept {
    Part part{begin, begin, 0, 0};
    while (true) {
      const std::size_t run = kernel_.run(text_.data() + part.end, text_.size() - part.end);
      part.end += run;
      part.characters += run;
      if (part.end == text_.size() || !begins_coded_char(text_[part.end])) return part;
      const CodedChar next = coded_char_at(text_, part.end);
      if (next.size == 0 || !jose::is_base64url(next.plain)) return part;
      part.end += next.size;
      ++part.characters;
      part.codings |= next.codings;
    }
  }

  // The size of the character at `at` if it is `wanted`, coded or not, else 0.
  std::size_t size_of(char wanted, std::size_t at, std::uint8_t& codings) const noexcept {
    const CodedChar next = char_at(text_, at);
    if (next.size == 0 || next.plain != wanted) return 0;
    codings |= next.codings;
    return next.size;
  }

  // Returns the end of the padding behind a part: as many '=' as RFC 4648 §4 asks for, or else none.
  std::size_t padded_end(const Part& part, std::uint8_t& codings) const noexcept {
    const std::size_t wanted = (4 - part.characters % 4) % 4;
    if (wanted == 0 || wanted == 3) return part.end;
    std::size_t end = part.end;
    std::uint8_t of_padding = 0;
    for (std::size_t i = 0; i < wanted; ++i) {
      const std::size_t size = size_of('=', end, of_padding);
      if (size == 0) return part.end;
      end += size;
    }
    std::uint8_t of_more = 0;
    if (size_of('=', end, of_more) != 0) return part.end;
    codings |= of_padding;
    return end;
  }

  // Moves the end behind a part, its padding, and the dot that has to follow. Returns false, and moves nothing, if none
  // follows.
  bool take_dot(const Part& part, Extent& token) const noexcept {
    std::uint8_t codings = token.codings;
    const std::size_t end = padded_end(part, codings);
    const std::size_t dot = size_of('.', end, codings);
    if (dot == 0) return false;
    token.end = end + dot;
    token.codings = codings;
    return true;
  }

  // Moves the end behind a mask, and what it leaves of the part's end. `part` ends where the mask begins.
  bool take_mask(const Part& part, Extent& token) const noexcept {
    constexpr std::size_t kLooked = 64;
    const std::size_t from = std::max(part.begin, part.end - std::min(part.end, kLooked));
    const Mask mask = mask_at(text_, text_.substr(from, part.end - from), part.end);
    if (mask.size == 0) return false;
    const Part rest = part_at(part.end + mask.size);
    token.end = rest.end;
    token.codings |= static_cast<std::uint8_t>(mask.codings | rest.codings);
    return true;
  }

  // The known header that stands at `begin` with a dot behind it; null if there is none.
  const KnownHeaders::Header* known_header_at(std::size_t begin) const noexcept {
    const std::string_view rest = text_.substr(begin);
    const auto stands_there = [rest](const KnownHeaders::Header& known) {
      return !known.text.empty() && rest.starts_with(known.text) && rest.substr(known.text.size()).starts_with('.');
    };
    const auto* const found = std::find_if(known_.headers.begin(), known_.headers.end(), stands_there);
    return found == known_.headers.end() ? nullptr : found;
  }

  void remember(std::string_view header, bool is_encrypted) {
    KnownHeaders::Header& oldest = known_.headers[known_.next];
    oldest.text.assign(header);
    oldest.is_encrypted = is_encrypted;
    known_.next = (known_.next + 1) % known_.headers.size();
  }

  // Reads the header at `begin`. Moves the end behind it and its dot if it has one. A cut header ends with its part.
  // A whole header without a dot is a cut token where a credential has to stand, and other text elsewhere.
  HeaderLook take_header(std::size_t begin, bool is_credential, Extent& token) {
    token = {begin, begin, 0};
    if (const auto* const known = known_header_at(begin)) {
      token.end = begin + known->text.size() + 1;
      return {HeaderForm::whole, known->is_encrypted};
    }
    // Many headers may begin in one run of base64url, but only one can end there.
    if (begin >= state_.run_end) state_.run_end = part_at(begin).end;
    HeaderLook look = look_at_header(text_.substr(begin, state_.run_end - begin));
    if (look.form == HeaderForm::other) return look;
    const Part part = part_at(begin);
    if (part.end != state_.run_end) return {};  // it begins inside a coded character
    const bool has_dot = take_dot(part, token);
    if (look.form == HeaderForm::whole && !has_dot) {
      if (!is_credential) return {};
      look.form = HeaderForm::cut;
    }
    if (look.form == HeaderForm::cut) {
      token = {begin, part.end, part.codings};
      take_mask(part, token);
      return look;
    }
    token.codings |= part.codings;
    if (token.codings == 0) remember(text_.substr(begin, part.end - begin), look.is_encrypted);
    return look;
  }

  // Moves the end behind the parts that follow the header's dot. Returns false if there is no payload.
  bool take_parts(bool is_encrypted, bool is_credential, Extent& token) const noexcept {
    const Part payload = part_at(token.end);
    Extent to{token.begin, payload.end, static_cast<std::uint8_t>(token.codings | payload.codings)};
    // A JWE has an empty second part if its key is agreed on directly (RFC 7516 §5.1).
    if (payload.characters == 0 && !is_encrypted && !take_mask(payload, to)) {
      // Where a credential stands, this is a token that was cut; elsewhere it may be a header that somebody writes
      // about.
      token = to;
      return is_credential;
    }
    const bool is_elided = text_.substr(to.end).starts_with("...");
    const Part second{payload.begin, to.end, payload.characters, payload.codings};
    if (is_elided || !take_dot(second, to)) {
      if (to.end == payload.end) take_mask(payload, to);
      token = to;
      return payload.characters != 0 || to.end != payload.end;
    }
    const Part third = without_next_token(part_at(to.end));
    if (is_encrypted) return take_encrypted_parts(third, payload.characters != 0, to, token);
    to.end = third.end;
    to.codings |= third.codings;
    if (is_signature_size(third.characters) || !take_mask(third, to)) {
      std::uint8_t codings = to.codings;
      to.end = padded_end(third, codings);
      to.codings = codings;
    }
    token = to;
    return true;
  }

  // Cuts a third part to the signature if another token is joined to it: "TOKEN_TOKEN" or "TOKEN-TOKEN", whose two
  // middle parts are one run of base64url. It is cut only if an ordinary signature ends there, a whole header follows,
  // and a payload and a dot follow that. No sound token can be cut, since a third part that is itself as long as a
  // signature stays whole. Nor does a cut hide anything: both pieces are reported, and each has to pass by itself.
  Part without_next_token(const Part& third) const noexcept {
    constexpr std::size_t kMostBetween = 2;
    std::uint8_t codings = third.codings;
    if (is_signature_size(third.characters) || codings != 0 || size_of('.', third.end, codings) != 1) return third;
    const std::string_view run = text_.substr(third.begin, third.end - third.begin);
    for (const std::size_t size : kSignatures) {
      for (std::size_t begin = size; begin < run.size() && begin <= size + kMostBetween; ++begin) {
        if (begin > size && run[begin - 1] != '-' && run[begin - 1] != '_') break;
        if (!is_token_at(third.begin + begin, third.end)) continue;
        return {third.begin, third.begin + size, size, 0};
      }
    }
    return third;
  }

  // Whether the run of base64url [begin, end) is a whole header, and a dot, a payload and a dot follow.
  bool is_token_at(std::size_t begin, std::size_t end) const noexcept {
    if (codec::token_mark_at(text_, begin) != codec::TokenMark::header) return false;
    if (look_at_header(text_.substr(begin, end - begin)).form != HeaderForm::whole) return false;
    const Part payload = part_at(end + 1);
    std::uint8_t codings = 0;
    return payload.characters != 0 && size_of('.', payload.end, codings) != 0;
  }

  // The third to the fifth part of a JWE, as far as they are there.
  bool take_encrypted_parts(const Part& third, bool has_key, Extent to, Extent& token) const noexcept {
    Part part = third;
    for (int parts = 3;; ++parts) {
      to.end = part.end;
      to.codings |= part.codings;
      if (parts == 5 || part.characters == 0 || !take_dot(part, to)) break;
      part = part_at(to.end);
    }
    token = to;
    return has_key || third.characters != 0;
  }

  bool take_token(std::size_t begin, bool is_credential) {
    Extent token;
    const HeaderLook look = take_header(begin, is_credential, token);
    if (look.form == HeaderForm::other) return false;
    if (look.form == HeaderForm::whole && !take_parts(look.is_encrypted, is_credential, token)) return false;
    // What was counted as an opaque text is, or holds, a token.
    if (begin < state_.opaque_end && state_.opaque_counted) --counts_.other_credentials;
    state_.opaque_end = 0;
    add(token, false);
    return true;
  }

  void add(const Extent& token, bool masked) {
    found_.push_back({.begin = token.begin,
                      .size = token.end - token.begin,
                      .decoded = static_cast<std::uint8_t>(token.codings | codings_beside(token)),
                      .is_coded = token.codings != 0,
                      .masked = masked});
    state_.token_end = state_.resume = token.end;
  }

  std::uint8_t codings_beside(const Extent& token) const noexcept {
    std::uint8_t codings = coded_char_before(text_, state_.token_end, token.begin).codings;
    codings |= coded_char_at(text_, token.end).codings;
    const bool plus_before = token.begin > state_.token_end && text_[token.begin - 1] == '+';
    if (plus_before || text_.substr(token.end).starts_with('+')) codings |= bit_of(Coding::plus);
    return codings;
  }

  // ---- words

  void take_word(std::size_t mark) {
    const CredentialWord word = credential_word(text_, state_.resume, mark);
    if (word.kind == WordKind::none) return;
    state_.resume = word.value;
    if (codec::token_mark_at(text_, word.value) == codec::TokenMark::header) {
      if (!take_token(word.value, true)) take_masked_middle(word.value);
      return;
    }
    // Within a text that was looked at already.
    if (word.kind != WordKind::name && word.value < state_.opaque_end) return;
    const Mask masked = masked_value(text_, word);
    if (masked.size != 0 && word.kind != WordKind::other_scheme) {
      add({word.value, word.value + masked.size, masked.codings}, true);
      return;
    }
    if (word.kind == WordKind::name) return;
    const OtherCredential other = masked.size != 0 ? OtherCredential{masked.size, true} : other_credential(text_, word);
    state_.opaque_end = word.value + other.size;
    state_.opaque_counted = other.counts;
    if (other.counts) ++counts_.other_credentials;
  }

  // "eyJh...3C4Q": a token of which nothing but both ends is left.
  void take_masked_middle(std::size_t begin) {
    constexpr std::size_t kMostLeft = 64;
    const Part part = part_at(begin);
    Extent token{begin, part.end, part.codings};
    if (part.characters <= kMostLeft && take_mask(part, token)) add(token, true);
  }

  const codec::TokenMarksKernel& kernel_;
  KnownHeaders& known_;
  const std::string_view text_;
  ScanState& state_;
  std::vector<FoundToken>& found_;
  ScanCounts& counts_;
};

}  // namespace

std::string_view token_of(std::string_view text, const FoundToken& found, base::Arena& arena) {
  const std::string_view written = text.substr(found.begin, found.size);
  if (!found.is_coded) return written;
  char* const to = arena.allocate(written.size());
  const std::size_t size = undo_codings(written, true, to);
  arena.shrink_last(written.size(), size);
  return {to, size};
}

void TokenScanner::scan(std::string_view text, std::vector<FoundToken>& found, ScanCounts& counts) {
  ScanState state;
  scan_part(text, state, std::numeric_limits<std::size_t>::max(), found, counts);
}

bool TokenScanner::scan_part(std::string_view text, ScanState& state, std::size_t most, std::vector<FoundToken>& found,
                             ScanCounts& counts) {
  return Scan(kernel_, known_, text, state, found, counts).run(most);
}

}  // namespace assay::log
