// The codec: base64url by each kernel, JSON by the fast and by the exact reader.
//
// One item is one text, so items/s of codec/*/350 are the tokens/s that this stage could reach by itself.
#include <benchmark/benchmark.h>

#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/flat_object.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "corpus.h"

namespace assay::bench {
namespace {

constexpr std::size_t kSizes[] = {64, 256, 350, 1024, 16384};
constexpr std::size_t kClaimsSizes[] = {260, 350, 1024, 16384};

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

// Bytes whose encoding has every character of the alphabet.
std::string sample_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 167 + i / 256);
  return bytes;
}

// Size is the number of decoded bytes.
void decode(benchmark::State& state, codec::Base64Kernel kernel, std::size_t size) {
  const std::string bytes = sample_bytes(size);
  const std::string text = codec::base64url_encode(bytes);
  std::string to(size + codec::kBase64Slack, '\0');
  std::string spoiled = text;
  spoiled[spoiled.size() / 2] = '+';  // base64's alphabet, not base64url's
  if (!kernel.decode(text.data(), text.size(), to.data()) || std::memcmp(to.data(), bytes.data(), size) != 0 ||
      kernel.decode(spoiled.data(), spoiled.size(), to.data())) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernel.decode(text.data(), text.size(), to.data()));
    benchmark::ClobberMemory();
  }
  count(state, text.size());
}

void encode(benchmark::State& state, std::size_t size) {
  const std::string bytes = sample_bytes(size);
  std::string to(codec::base64url_encoded_size(size), '\0');
  codec::base64url_encode(bytes, to.data());
  if (codec::base64url_decode(to) != bytes) return state.SkipWithError("wrong answer");
  for (auto _ : state) {
    codec::base64url_encode(bytes, to.data());
    benchmark::ClobberMemory();
  }
  count(state, size);
}

constexpr std::string_view kSubject = "user-";

void read_fast(benchmark::State& state, std::size_t size) {
  const std::string claims = claims_json(size, 1);
  const std::string padded = claims + std::string(codec::kJsonPadding, '\0');
  const std::string_view text(padded.data(), claims.size());
  codec::FastObjectReader reader;
  base::Arena arena;
  std::span<const codec::FastMember> members;
  if (reader.read(text, arena, members) != codec::FastObjectReader::Outcome::object || members.size() != 9 ||
      members[0].name != "sub" || !members[0].text.starts_with(kSubject) ||
      members[3].text != std::to_string(kIssuedAt + 3600)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(reader.read(text, arena, members));
    benchmark::DoNotOptimize(members.data());
  }
  count(state, size);
}

void read_exact(benchmark::State& state, codec::JsonDialect dialect, std::size_t size) {
  const std::string claims = claims_json(size, 1);
  base::Arena arena;
  const codec::JsonNode* root = codec::parse_json(claims, dialect, arena);
  if (root == nullptr || root->members.size() != 9 || root->find("sub") == nullptr ||
      !root->find("sub")->text.starts_with(kSubject)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(codec::parse_json(claims, dialect, arena));
  }
  count(state, size);
}

// The work of `--input ndjson` for a line: finding the token and the time of a record.
void read_record(benchmark::State& state, std::size_t token_size) {
  const std::string token(token_size, 'x');
  const std::string record = R"({"time":1790000060,"method":"GET","path":"/v1/items","token":")" + token +
                             R"(","status":200,"client":"203.0.113.7"})";
  const std::string padded = record + std::string(codec::kJsonPadding, '\0');
  const std::string_view text(padded.data(), record.size());
  const std::string_view pointers[] = {"/token", "/time"};
  codec::FastObjectReader::Field fields[2];
  codec::FastObjectReader reader;
  base::Arena arena;
  if (reader.read_fields(text, pointers, arena, fields) != codec::FastObjectReader::Outcome::object ||
      fields[0].value.text != token || fields[1].value.text != std::to_string(kJudgedAt.seconds)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(reader.read_fields(text, pointers, arena, fields));
    benchmark::ClobberMemory();
  }
  count(state, record.size());
}

// The same with plain names instead of pointers, without simdjson.
void read_plain_record(benchmark::State& state, std::size_t token_size) {
  const std::string token(token_size, 'x');
  const std::string record = R"({"time":1790000060,"method":"GET","path":"/v1/items","token":")" + token +
                             R"(","status":200,"client":"203.0.113.7"})";
  const std::string padded = record + std::string(codec::kJsonPadding, '\0');
  const std::string_view text(padded.data(), record.size());
  const std::string_view names[] = {"token", "time"};
  codec::FastObjectReader::Field fields[2];
  codec::FastObjectReader reader;
  base::Arena arena;
  if (reader.read_plain(text, names, arena, fields) != codec::FastObjectReader::Outcome::object ||
      fields[0].value.text != token || fields[1].value.text != std::to_string(kJudgedAt.seconds)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(reader.read_plain(text, names, arena, fields));
    benchmark::ClobberMemory();
  }
  count(state, record.size());
}

const bool registered = [] {
  codec::Base64Kernel kernels[3];
  const int kernel_count = codec::base64url_kernels(kernels);
  for (int k = 0; k < kernel_count; ++k) {
    for (const std::size_t size : kSizes) {
      const std::string name = "codec/base64url_decode/" + std::string(kernels[k].name) + "/" + std::to_string(size);
      benchmark::RegisterBenchmark(name.c_str(), decode, kernels[k], size);
    }
  }
  for (const std::size_t size : kSizes)
    benchmark::RegisterBenchmark(("codec/base64url_encode/scalar/" + std::to_string(size)).c_str(), encode, size);
  const std::string simdjson(codec::simdjson_kernel()), flat(codec::flat_kernel().name);
  for (const std::size_t size : kClaimsSizes) {
    const std::string bytes = std::to_string(size);
    benchmark::RegisterBenchmark(("codec/json_fast/" + flat + "/" + bytes).c_str(), read_fast, size);
    benchmark::RegisterBenchmark(("codec/json_exact/rfc8259/" + bytes).c_str(), read_exact, codec::JsonDialect::rfc8259,
                                 size);
    benchmark::RegisterBenchmark(("codec/json_exact/python/" + bytes).c_str(), read_exact, codec::JsonDialect::python,
                                 size);
  }
  for (const std::size_t size : {std::size_t{600}, std::size_t{1000}}) {
    benchmark::RegisterBenchmark(("codec/json_plain/" + flat + "/" + std::to_string(size)).c_str(), read_plain_record,
                                 size);
    benchmark::RegisterBenchmark(("codec/json_fields/" + simdjson + "/" + std::to_string(size)).c_str(), read_record,
                                 size);
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
