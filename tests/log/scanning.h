// What the tests of the scanner share.
#pragma once

#include <gtest/gtest.h>

#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/base64url.h"
#include "log/token_scanner.h"
#include "log/token_scanner_where.h"

namespace assay::log {

// A token as it was found, without views.
struct Seen {
  std::size_t begin = 0, size = 0;
  std::string token;
  std::uint8_t decoded = 0;
  bool masked = false;
  Where where = Where::text;

  bool operator==(const Seen&) const = default;
};

inline void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.begin << '+' << seen.size << ' ' << seen.token << " decoded " << static_cast<int>(seen.decoded) << ' '
       << to_string(seen.where) << (seen.masked ? " masked" : "");
}

inline std::vector<Seen> scan_with(TokenScanner& scanner, std::string_view text, ScanCounts& counts,
                                   std::size_t most = std::numeric_limits<std::size_t>::max()) {
  base::Arena arena;
  std::vector<FoundToken> found;
  ScanState state;
  while (scanner.scan_part(text, state, most, found, counts)) {
  }
  std::vector<Seen> seen;
  TokenBefore before;
  for (const FoundToken& one : found) {
    before = {one.begin + one.size, where_of(text, one.begin, one.begin + one.size, before)};
    seen.push_back(
        {one.begin, one.size, std::string(token_of(text, one, arena)), one.decoded, one.masked, before.where});
  }
  return seen;
}

// Scans with every kernel, with a new scanner, with one that knows the headers, and in parts, and expects the same each
// time.
inline std::vector<Seen> scan(std::string_view text, ScanCounts* counts = nullptr) {
  codec::TokenMarksKernel kernels[2];
  const int count = codec::token_marks_kernels(kernels);
  std::vector<Seen> first;
  for (int i = 0; i < count; ++i) {
    TokenScanner scanner(kernels[i]);
    constexpr std::size_t kMost[] = {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max(),
                                     1, 2};
    for (std::size_t round = 0; round < std::size(kMost); ++round) {
      ScanCounts counted;
      std::vector<Seen> seen = scan_with(scanner, text, counted, kMost[round]);
      if (i == 0 && round == 0) {
        first = seen;
        if (counts != nullptr) *counts = counted;
        continue;
      }
      EXPECT_EQ(seen, first) << kernels[i].name << ", round " << round << ": " << text;
      if (counts == nullptr) continue;
      EXPECT_EQ(counts->other_credentials, counted.other_credentials) << text;
    }
  }
  return first;
}

inline std::string header(std::string_view json) { return codec::base64url_encode(json); }

// HS256 over claims that need '-' and '_'.
inline const std::string kHeader = header(R"({"alg":"HS256","typ":"JWT"})");
inline const std::string kPayload = header("{\"sub\":\"a\xC3\xBF\xC3\xBE?>~~\",\"exp\":1796040000}");
inline constexpr std::string_view kSignature = "Dn8-4QJxZk_T0m2yRvbW1hEwLp7sUcAfG9iOKt5Nz3e";
inline const std::string kToken = kHeader + "." + kPayload + "." + std::string(kSignature);

}  // namespace assay::log
