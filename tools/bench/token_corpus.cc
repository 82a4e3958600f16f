#include "bench/token_corpus.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "assay/key_pair.h"
#include "bench/rsa_keys.h"
#include "digest/digest.h"
#include "mint/key_files.h"
#include "mint/random.h"

namespace assay::bench {
namespace {

// The version of the layout of claims, keys and file. It is part of the file's name, so older files are not found.
constexpr int kLayout = 1;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// `count` hexadecimal digits that depend only on the seed, the serial number and the use.
std::string hex(std::uint64_t serial, std::uint64_t use, std::size_t count) {
  mint::Random random(kSeed + use, serial);
  std::string text;
  while (text.size() < count) {
    std::uint64_t bits = random.next();
    for (int i = 0; i < 16 && text.size() < count; ++i, bits >>= 4) text += kHexDigits[bits & 15];
  }
  return text;
}

std::string kid_of(std::size_t key, std::size_t keys) { return keys == 1 ? "bench" : "bench-" + std::to_string(key); }

// Calls work(i) for each i below `count`, on every core. Returns false if `stop` ended it. If a call throws, the others
// end and the exception is thrown again here.
bool in_parallel(std::size_t count, const std::atomic<int>* stop, const MintProgress& progress,
                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> end{false};
  std::exception_ptr error;
  std::atomic<bool> failed{false};
  const auto run = [&] {
    try {
      for (std::size_t i = next++; i < count && !end; i = next++, ++done) work(i);
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
      end = true;
    }
  };
  std::vector<std::thread> threads;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < std::min(cores, count); ++i) threads.emplace_back(run);
  bool stopped = false;
  for (int tick = 0; done < count && !end; ++tick) {
    std::this_thread::sleep_for(std::chrono::milliseconds(tick < 50 ? 1 : 50));
    stopped = stop != nullptr && stop->load() != 0;
    if (stopped) end = true;
    if (progress && tick % 2 == 0) progress(static_cast<double>(done) / static_cast<double>(count));
  }
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return !stopped;
}

std::string joined(const std::vector<std::string>& parts) {
  std::size_t size = 0;
  for (const std::string& part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const std::string& part : parts) text += part;
  return text;
}

// One JWK Set made of sets of one key each.
std::string merged(const std::vector<std::string>& sets) {
  const std::string_view head = R"({"keys":[)", end = "]}";
  std::string text(head);
  for (const std::string& set : sets) {
    if (text.size() > head.size()) text += ',';
    text += std::string_view(set).substr(head.size(), set.size() - head.size() - end.size());
  }
  return text.append(end);
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[32];
  digest::sha2(Hash::SHA256, bytes, digest);
  std::string text;
  for (const unsigned char byte : digest) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::string name_of(const CorpusSpec& spec) {
  const bool usual = spec.rsa_bits == kUsualRsaBits;
  return std::string(to_string(spec.algorithm)) + (usual ? "" : "-rsa" + std::to_string(spec.rsa_bits)) + "-" +
         std::to_string(spec.tokens) + "-tokens-" + std::to_string(spec.claims_bytes) + "-bytes-" +
         std::to_string(spec.keys) + "-keys-seed-" + std::to_string(kSeed) + "-layout-" + std::to_string(kLayout);
}

// The first line of a corpus file: the spec, the length of the key set, the hash of all that follows the line.
std::string head_of(const CorpusSpec& spec, std::size_t jwks_bytes, std::string_view body) {
  return "assay bench corpus " + name_of(spec) + " " + std::to_string(jwks_bytes) + " " + sha256_hex(body) + "\n";
}

// The contents of a regular file that belongs to this user; nothing for any other.
std::optional<std::string> read_own_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct stat st {};
  std::optional<std::string> bytes;
  if (::fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == ::geteuid()) {
    bytes.emplace(static_cast<std::size_t>(st.st_size), '\0');
    std::size_t size = 0;
    while (size < bytes->size()) {
      const ssize_t got = ::read(fd, bytes->data() + size, bytes->size() - size);
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    bytes->resize(size);
  }
  ::close(fd);
  return bytes;
}

}  // namespace

std::string claims_json(std::size_t bytes, std::uint64_t serial) {
  std::string text = R"({"sub":"user-)" + hex(serial, 0, 12) + R"(","iss":")" + kIssuer + R"(","iat":)" +
                     std::to_string(kIssuedAt) + R"(,"exp":)" + std::to_string(kIssuedAt + 3600) + R"(,"aud":")" +
                     kAudience + R"(","scope":"read write profile","client_id":"app-)" + hex(serial, 1, 8) +
                     R"(","jti":")" + hex(serial, 2, 32) + R"(","sid":")";
  const std::string_view end = R"("})";
  text += hex(serial, 3, std::max(bytes, text.size() + end.size()) - text.size() - end.size());
  return text.append(end);
}

std::vector<std::string_view> split_lines(std::string_view lines) {
  std::vector<std::string_view> split;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    split.push_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return split;
}

std::string_view first_lines(std::string_view lines, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < lines.size(); --count) end = std::min(lines.find('\n', end), lines.size() - 1) + 1;
  return lines.substr(0, end);
}

std::string zipf_lines(std::string_view lines, std::size_t distinct, std::size_t count) {
  const std::vector<std::string_view> tokens = split_lines(first_lines(lines, distinct));
  std::vector<double> upto;  // upto[k]: the sum of the weights of tokens 0 to k
  for (std::size_t k = 1; k <= tokens.size(); ++k)
    upto.push_back((upto.empty() ? 0 : upto.back()) + 1.0 / static_cast<double>(k));
  std::string drawn;
  mint::Random random(kSeed, 0);
  for (std::size_t i = 0; i < count && !tokens.empty(); ++i) {
    const auto at = std::upper_bound(upto.begin(), upto.end() - 1, random.next_double() * upto.back());
    drawn.append(tokens[static_cast<std::size_t>(at - upto.begin())]) += '\n';
  }
  return drawn;
}

Result<std::optional<TokenCorpus>> mint_corpus(const CorpusSpec& spec, const std::atomic<int>* stop,
                                               const MintProgress& progress) try {
  std::vector<std::optional<KeyPair>> keys(spec.keys);
  std::vector<std::string> sets(spec.keys), headers(spec.keys);
  // The progress that counts for the primes of RSA keys, and for them and the keys.
  const bool rsa_of_many = info(spec.algorithm).key_type == KeyType::RSA && spec.keys > 1;
  const double primes_share = rsa_of_many ? 0.3 : 0, keys_share = spec.keys == 1 ? 0 : 0.5;
  const auto between = [&](double from, double to) {
    return [&progress, from, to](double share) { progress ? progress(from + share * (to - from)) : void(); };
  };
  std::optional<RsaKeys> rsa_keys;
  if (rsa_of_many) {
    rsa_keys.emplace(spec.keys, spec.rsa_bits);
    if (!in_parallel(rsa_keys->primes(), stop, between(0, primes_share),
                     [&](std::size_t i) { rsa_keys->find_prime(i); }))
      return std::optional<TokenCorpus>();
  }
  const auto new_key = [&](std::size_t i) {
    if (rsa_keys) return rsa_keys->key(i, spec.algorithm);
    Result<KeyPair> made = KeyPair::generate(spec.algorithm, spec.rsa_bits);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  };
  const auto make_key = [&](std::size_t i) {
    KeyPair made = new_key(i);
    const std::string kid = kid_of(i, spec.keys);
    sets[i] = made.jwks(kid);
    headers[i] = R"({"typ":"JWT","alg":")" + std::string(to_string(spec.algorithm)) + R"(","kid":")" + kid + R"("})";
    keys[i].emplace(std::move(made));
  };
  if (!in_parallel(spec.keys, stop, between(primes_share, keys_share), make_key)) return std::optional<TokenCorpus>();

  constexpr std::size_t kChunk = 64;
  std::vector<std::string> chunks((spec.tokens + kChunk - 1) / kChunk);
  const auto sign = [&](std::size_t chunk) {
    for (std::size_t i = chunk * kChunk; i < std::min(spec.tokens, (chunk + 1) * kChunk); ++i)
      chunks[chunk] += keys[i % spec.keys]->sign(headers[i % spec.keys], claims_json(spec.claims_bytes, i)) + '\n';
  };
  if (!in_parallel(chunks.size(), stop, between(keys_share, 1), sign)) return std::optional<TokenCorpus>();
  return std::optional(TokenCorpus{spec, spec.keys == 1 ? sets[0] : merged(sets), joined(chunks)});
} catch (const std::exception& error) {
  return Error{"cannot mint tokens of " + std::string(to_string(spec.algorithm)) + ": " + error.what()};
}

std::filesystem::path cache_folder() {
  const auto absolute = [](const char* variable) {
    const char* value = std::getenv(variable);
    const std::filesystem::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : std::filesystem::path();  // XDG Base Directory: relative ones are ignored
  };
  std::filesystem::path base = absolute("XDG_CACHE_HOME");
  if (base.empty() && !absolute("HOME").empty()) base = absolute("HOME") / ".cache";
  return base.empty() ? base : base / "assay" / "bench";
}

std::filesystem::path cache_file(const std::filesystem::path& folder, const CorpusSpec& spec) {
  return folder / (name_of(spec) + ".corpus");
}

std::optional<TokenCorpus> load_corpus(const std::filesystem::path& file, const CorpusSpec& spec) {
  const std::optional<std::string> bytes = read_own_file(file);
  if (!bytes) return std::nullopt;
  const std::size_t line = bytes->find('\n');
  if (line == std::string::npos) return std::nullopt;
  const std::string_view head = std::string_view(*bytes).substr(0, line + 1);
  const std::string_view body = std::string_view(*bytes).substr(line + 1);
  const std::string before = "assay bench corpus " + name_of(spec) + " ";
  if (!head.starts_with(before)) return std::nullopt;
  std::size_t jwks_bytes = 0;
  for (const char c : head.substr(before.size())) {
    if (c < '0' || c > '9' || jwks_bytes > body.size()) break;
    jwks_bytes = jwks_bytes * 10 + static_cast<std::size_t>(c - '0');
  }
  if (jwks_bytes > body.size() || head != head_of(spec, jwks_bytes, body)) return std::nullopt;
  return TokenCorpus{spec, std::string(body.substr(0, jwks_bytes)), std::string(body.substr(jwks_bytes))};
}

Result<void> save_corpus(const std::filesystem::path& file, const TokenCorpus& corpus) {
  const std::filesystem::path folder = file.parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  // A new folder is closed to other users.
  if (!error && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) error = {errno, std::generic_category()};
  if (error) return Error{"cannot make " + folder.string() + ": " + error.message()};
  const std::string body = corpus.jwks + corpus.lines;
  return mint::write_private_file(file.string(), head_of(corpus.spec, corpus.jwks.size(), body) + body, true);
}

}  // namespace assay::bench
