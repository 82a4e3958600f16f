// Finding token, time and carried fields in a record, for plain lines and for NDJSON. Size is the size of the token.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "corpus.h"
#include "stream/batch.h"
#include "stream/extractor.h"

namespace assay::bench {
namespace {

void extract(benchmark::State& state, const stream::Extractor::Options& options, const std::string& text,
             std::string_view token) {
  input::Buffer buffer;
  buffer.assign(text);
  stream::Extractor extractor(options);
  base::Arena arena;
  const input::Record record{buffer.view(), false};
  const stream::Extracted extracted = extractor.extract(record, arena);
  if (extracted.refused || extracted.token != token || extracted.carried.size() != options.carry.size() ||
      (options.at_record && extracted.time != kJudgedAt)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(extractor.extract(record, arena));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

// A record of an access log that holds the token and the time.
std::string record_of(std::string_view token, std::string_view time) {
  return R"({"time":)" + std::string(time) + R"(,"method":"GET","path":"/v1/items","token":")" + std::string(token) +
         R"(","status":200,"client":"203.0.113.7"})";
}

const bool registered = [] {
  for (const std::size_t size : {std::size_t{600}, std::size_t{1000}}) {
    const std::string token(size, 'x'), end = "/" + std::to_string(size);
    const auto add = [&](const std::string& name, const stream::Extractor::Options& options, const std::string& text) {
      benchmark::RegisterBenchmark(("stream/extract/" + name + end).c_str(),
                                   [=](benchmark::State& state) { extract(state, options, text, token); });
    };
    const auto ndjson = [](const char* token_field, bool at_record, const std::vector<std::string>& carry) {
      return stream::Extractor::Options{.format = InputFormat::ndjson,
                                        .token_field = token_field,
                                        .time_field = "/time",
                                        .carry = carry,
                                        .at_record = at_record};
    };
    const std::string seconds = std::to_string(kJudgedAt.seconds);
    add("lines", {}, token);
    add("ndjson_short", ndjson("/token", true, {}), R"({"time":)" + seconds + R"(,"token":")" + token + "\"}");
    add("ndjson", ndjson("/token", false, {}), record_of(token, seconds));
    add("ndjson_time", ndjson("/token", true, {}), record_of(token, seconds));
    add("ndjson_time_fraction", ndjson("/token", true, {}), record_of(token, seconds + ".0"));
    add("ndjson_time_rfc3339", ndjson("/token", true, {}), record_of(token, '"' + to_rfc3339(kJudgedAt) + '"'));
    add("ndjson_carry", ndjson("/token", true, {"/client", "/status"}), record_of(token, seconds));
    const std::string escaped =
        R"({"agent":"a \"b\" c","name":"Zoë","city":"Київ",)" + record_of(token, seconds).substr(1);
    add("ndjson_time_escapes", ndjson("/token", true, {}), escaped);
    // The slow case: a pointer into a nested object, which only simdjson resolves.
    add("ndjson_nested", ndjson("/http/token", false, {}), R"({"http":)" + record_of(token, seconds) + "}");
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
