// Finding tokens in lines of a log, by each kernel. Size is the number of tokens in a hundred lines. One block is 1
// MiB, which stays in the cache, so bytes/s is the speed of the scan without that of reading.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "codec/base64url.h"
#include "codec/token_marks.h"
#include "log/token_scanner.h"

namespace assay::bench {
namespace {

constexpr std::size_t kBlock = 1 << 20;

// An RS256 token of about 800 characters. Its form is all that counts.
std::string token_of(std::size_t number) {
  const std::string claims = R"({"iss":"https://login.example/","sub":"user-)" + std::to_string(number) +
                             R"(","aud":"api://orders","iat":1796040000,"exp":1796043600,"client_id":"web-shop",)"
                             R"("scope":"orders:read orders:write","jti":"0f3a9c11d2e84b5f8c7d6e5a4b3c2d1e"})";
  std::string signature(256, '\0');
  for (std::size_t i = 0; i < signature.size(); ++i) signature[i] = static_cast<char>((i + number) * 167 + i / 7);
  return codec::base64url_encode(R"({"alg":"RS256","typ":"at+jwt","kid":"login-2026"})") + "." +
         codec::base64url_encode(claims) + "." + codec::base64url_encode(signature);
}

// Lines of nginx with "$http_authorization".
struct Block {
  std::string text;
  std::size_t tokens = 0;
};
Block block_of(std::size_t tokens_in_hundred) {
  Block block;
  for (std::size_t line = 0; block.text.size() < kBlock; ++line) {
    const bool has_token = line * tokens_in_hundred % 100 < tokens_in_hundred;
    block.tokens += has_token ? 1 : 0;
    block.text += "203.0.113." + std::to_string(line % 250) +
                  " - - [28/Nov/2026:12:00:00 +0100] \"GET /api/v1/search?q=socks&page=" + std::to_string(line % 9) +
                  " HTTP/1.1\" 200 5124 \"https://shop.example/app\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
                  "Gecko/20100101 Firefox/128.0\" \"" +
                  (has_token ? "Bearer " + token_of(line) : "-") + "\"\n";
  }
  return block;
}

void scan(benchmark::State& state, const codec::TokenMarksKernel& kernel, std::size_t tokens_in_hundred) {
  const Block block = block_of(tokens_in_hundred);
  log::TokenScanner scanner(kernel);
  std::vector<log::FoundToken> found;
  log::ScanCounts counts;
  scanner.scan(block.text, found, counts);
  if (found.size() != block.tokens) return state.SkipWithError("wrong answer");
  for (auto _ : state) {
    found.clear();
    scanner.scan(block.text, found, counts);
    benchmark::DoNotOptimize(found.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(block.tokens));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(block.text.size()));
}

const bool registered = [] {
  codec::TokenMarksKernel kernels[2];
  const int count = codec::token_marks_kernels(kernels);
  for (int i = 0; i < count; ++i) {
    for (const std::size_t tokens : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
      const std::string name = "log/scan/" + std::string(kernels[i].name) + "/" + std::to_string(tokens);
      benchmark::RegisterBenchmark(
          name.c_str(), [kernel = kernels[i], tokens](benchmark::State& state) { scan(state, kernel, tokens); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
