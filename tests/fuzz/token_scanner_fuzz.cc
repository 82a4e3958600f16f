// Any text scanned for tokens: what is found lies in the text, in order, and holds only what tokens hold. The kernels
// agree, a block gives what its lines give, and so do its parts.
#include "log/token_scanner.h"

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "jose/ascii.h"
#include "log/token_scanner_where.h"

namespace {

using namespace assay;

struct One {
  log::FoundToken found;
  std::string_view token;
  log::Where where = log::Where::text;
};

struct Scanned {
  base::Arena arena;
  std::vector<One> found;
  log::ScanCounts counts;
};

void scan(log::TokenScanner& scanner, std::string_view text, Scanned& to, std::size_t most = ~std::size_t{0}) {
  std::vector<log::FoundToken> found;
  log::ScanState state;
  while (scanner.scan_part(text, state, most, found, to.counts)) {
  }
  log::TokenBefore before;
  for (const log::FoundToken& one : found) {
    const std::size_t end = one.begin + one.size;
    before = {end, log::where_of(text, one.begin, end, before)};
    to.found.push_back({one, log::token_of(text, one, to.arena), before.where});
  }
}

// Whether `token` is letters of tokens up to the mask with which it may end.
bool holds_only_token(std::string_view token) {
  std::size_t at = 0;
  while (at < token.size() && (jose::is_base64url(token[at]) || token[at] == '.' || token[at] == '=')) ++at;
  if (at == token.size()) return true;
  constexpr std::string_view kMaskBegins = "*#$~?[<({\xE2&%";
  return kMaskBegins.find(token[at]) != std::string_view::npos;
}

void check(std::string_view text, const std::vector<One>& found) {
  std::size_t end = 0;
  for (const auto& [one, token, where] : found) {
    fuzz::require(one.begin >= end && one.size > 0, "tokens are in order and do not overlap");
    end = one.begin + one.size;
    fuzz::require(end <= text.size(), "a token lies in the text");
    fuzz::require(text.substr(one.begin, one.size).find('\n') == text.npos, "no token crosses a line feed");
    fuzz::require(token.size() <= one.size && !token.empty(), "codings make a token longer");
    fuzz::require(one.masked || holds_only_token(token), "a token holds only characters of tokens");
  }
}

void require_same(const std::vector<One>& a, const std::vector<One>& b, const char* property) {
  fuzz::require(a.size() == b.size(), property);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const log::FoundToken &one = a[i].found, &other = b[i].found;
    const bool same = one.begin == other.begin && one.size == other.size && one.decoded == other.decoded &&
                      one.is_coded == other.is_coded && one.masked == other.masked && a[i].token == b[i].token &&
                      a[i].where == b[i].where;
    fuzz::require(same, property);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy, so that the sanitizer sees every byte that is read behind the text.
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  codec::TokenMarksKernel kernels[2];
  const int count = codec::token_marks_kernels(kernels);
  log::TokenScanner first(kernels[0]);
  Scanned whole;
  scan(first, text, whole);
  check(text, whole.found);
  Scanned again;
  scan(first, text, again);
  require_same(whole.found, again.found, "known headers change nothing");
  Scanned in_parts;
  scan(first, text, in_parts, 1);
  require_same(whole.found, in_parts.found, "parts make the whole");
  fuzz::require(whole.counts.other_credentials == in_parts.counts.other_credentials, "so do the counts of parts");
  for (int i = 1; i < count; ++i) {
    log::TokenScanner other(kernels[i]);
    Scanned by_other;
    scan(other, text, by_other);
    require_same(whole.found, by_other.found, "the kernels agree");
  }
  Scanned by_line;
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t end = std::min(text.find('\n', begin), size);
    const std::size_t before = by_line.found.size();
    scan(first, text.substr(begin, end - begin), by_line);
    for (std::size_t i = before; i < by_line.found.size(); ++i) by_line.found[i].found.begin += begin;
    begin = end + 1;
  }
  require_same(whole.found, by_line.found, "a block gives what its lines give");
  fuzz::require(whole.counts.other_credentials == by_line.counts.other_credentials, "so do the counts");
  return 0;
}
