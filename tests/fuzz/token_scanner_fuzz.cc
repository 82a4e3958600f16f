// Any text scanned for tokens: what is found lies in the text, in order, and holds only what tokens hold. The kernels
// agree, and a block gives what its lines give.
#include "log/token_scanner.h"

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "jose/ascii.h"

namespace {

using namespace assay;

struct Scanned {
  base::Arena arena;
  std::vector<log::FoundToken> found;
  log::ScanCounts counts;
};

void scan(log::TokenScanner& scanner, std::string_view text, Scanned& to) {
  scanner.scan(text, to.found, to.arena, to.counts);
}

// Whether `token` is letters of tokens up to the mask with which it may end.
bool holds_only_token(std::string_view token) {
  std::size_t at = 0;
  while (at < token.size() && (jose::is_base64url(token[at]) || token[at] == '.' || token[at] == '=')) ++at;
  if (at == token.size()) return true;
  constexpr std::string_view kMaskBegins = "*#$~?[<({\xE2&%";
  return kMaskBegins.find(token[at]) != std::string_view::npos;
}

void check(std::string_view text, const std::vector<log::FoundToken>& found) {
  std::size_t end = 0;
  for (const log::FoundToken& one : found) {
    fuzz::require(one.begin >= end && one.size > 0, "tokens are in order and do not overlap");
    end = one.begin + one.size;
    fuzz::require(end <= text.size(), "a token lies in the text");
    fuzz::require(text.substr(one.begin, one.size).find('\n') == text.npos, "no token crosses a line feed");
    fuzz::require(one.token.size() <= one.size && !one.token.empty(), "codings make a token longer");
    fuzz::require(one.masked || holds_only_token(one.token), "a token holds only characters of tokens");
  }
}

void require_same(const std::vector<log::FoundToken>& a, const std::vector<log::FoundToken>& b, const char* property) {
  fuzz::require(a.size() == b.size(), property);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i].begin == b[i].begin && a[i].size == b[i].size && a[i].token == b[i].token &&
                      a[i].decoded == b[i].decoded && a[i].masked == b[i].masked && a[i].where == b[i].where;
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
    for (std::size_t i = before; i < by_line.found.size(); ++i) by_line.found[i].begin += begin;
    begin = end + 1;
  }
  require_same(whole.found, by_line.found, "a block gives what its lines give");
  fuzz::require(whole.counts.other_credentials == by_line.counts.other_credentials, "so do the counts");
  return 0;
}
