// assay mint: test tokens, one or a corpus.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "assay/key_pair.h"
#include "base/arena.h"
#include "base/output_file.h"
#include "codec/json.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "mint/key_files.h"
#include "mint/minter.h"

namespace assay::cli {
namespace {

struct MintFlags {
  std::string key, algorithm = "RS256", at = "now", output;
  TokenRequest request;
  std::vector<std::string> claims, faults;
  std::optional<std::uint64_t> count, seed;
  int threads = 0;  // 0: all cores
};

// 9999-12-31T23:59:59Z, the last moment that RFC 3339 writes.
constexpr std::int64_t kLastSecond = 253'402'300'799;

constexpr const char* kExamples =
    "Examples:\n"
    "  assay mint --key key.pem --audience api --scope read --scope write\n"
    "  assay mint --key key.pem --claim 'tenant=\"acme\"' --claim 'roles=[\"admin\"]'\n"
    "  assay mint --key key.pem --kid k1 --count 1000000 --fault expired=0.05 --fault signature=0.01 --seed 7 -o "
    "corpus.txt\n"
    "With --seed and --at the claims, faults and jti are the same each time, whatever --threads; so are the bytes, "
    "except\n"
    "for ES and PS algorithms, whose signatures are random by nature.\n";

Result<void> read_claims(const std::vector<std::string>& claims, TokenRequest& request) {
  for (const std::string& text : claims) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return Error{"--claim " + text + ": write NAME=JSON"};
    const std::string json = text.substr(equals + 1);
    base::Arena arena;
    codec::JsonError error;
    if (!codec::parse_json(json, codec::JsonDialect::rfc8259, arena, &error)) {
      return Error{"--claim " + text + ": the value is not JSON (" + error.message + "); a string needs its quotes: '" +
                   text.substr(0, equals) + "=\"...\"'"};
    }
    request.additional_claims.emplace_back(text.substr(0, equals), json);
  }
  return {};
}

Result<Instant> read_time(const std::string& text) {
  if (text == "now") return Instant::now();
  std::optional<Instant> at = parse_unix_seconds(text);
  if (!at) at = parse_rfc3339(text);
  if (at && at->seconds >= -kLastSecond && at->seconds <= kLastSecond) return *at;
  return Error{"--at " + text + ": write now, Unix seconds or RFC 3339, such as 2026-01-31T12:00:00Z"};
}

// All 64 bits, since such seeds are drawn and told.
std::uint64_t read_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw refuse("--seed", in_quotes(text) + " is not a whole number from 0 to 18446744073709551615");
  }
  return seed;
}

Result<KeyPair> read_key(const MintFlags& flags) {
  const std::optional<Algorithm> algorithm = algorithm_from_string(flags.algorithm);
  if (!algorithm) return Error{"--algorithm " + flags.algorithm + ": no such algorithm; RS256, ES256, EdDSA, ..."};
  Result<std::string> bytes = mint::read_key_file(flags.key);
  if (!bytes) return Error{"--key " + bytes.error().message};
  std::string_view text = *bytes;
  if (info(*algorithm).key_type == KeyType::oct) {
    if (text.starts_with("-----BEGIN ")) {
      return Error{"--key " + flags.key + ": a PEM key is no secret for " + flags.algorithm + "; choose --algorithm"};
    }
    text = mint::secret_of_file(text);
  }
  Result<KeyPair> pair = KeyPair::from_private(text, *algorithm);
  if (!pair) return Error{"--key " + flags.key + ": " + pair.error().message};
  return pair;
}

Result<mint::MintOptions> read_options(const MintFlags& flags) {
  mint::MintOptions options;
  options.request = flags.request;
  if (Result<void> ok = read_claims(flags.claims, options.request); !ok) return ok.error();
  Result<Instant> at = read_time(flags.at);
  if (!at) return at.error();
  options.request.issued_at = *at;
  for (const std::string& text : flags.faults) {
    Result<mint::Fault> fault = mint::parse_fault(text);
    if (!fault) return fault.error();
    options.faults.push_back(*fault);
  }
  if (Result<void> ok = mint::check_faults(options.faults); !ok) return ok.error();
  options.count = flags.count.value_or(1);
  options.distinct = flags.count.has_value();
  options.seed = flags.seed ? *flags.seed : (std::uint64_t{std::random_device()()} << 32 | std::random_device()());
  options.threads = flags.threads;
  return options;
}

void tell(const mint::MintResult& result, std::uint64_t seed) {
  std::string line = "assay: minted " + std::to_string(result.tokens) + " tokens, seed " + std::to_string(seed);
  for (const auto& [reason, count] : result.faults) {
    line += ", " + std::to_string(count) + " " + std::string(to_string(reason));
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

int run_mint(const MintFlags& flags) {
  Result<mint::MintOptions> options = read_options(flags);
  if (!options) return fail("mint", options.error().message);
  Result<KeyPair> pair = read_key(flags);
  if (!pair) return fail("mint", pair.error().message);
  std::signal(SIGPIPE, SIG_IGN);  // so that a closed pipe is an outcome of write
  Result<base::OutputFile> output = base::OutputFile::open(flags.output);
  if (!output) return fail("mint", output.error().message);
  Result<base::OutputFile::Outcome> wrote = base::OutputFile::Outcome::written;
  const Result<mint::MintResult> result = mint::mint(*pair, *options, [&](std::string_view lines) {
    wrote = output->write(lines);
    return wrote && *wrote == base::OutputFile::Outcome::written;
  });
  if (!result) return fail("mint", result.error().message);
  if (!wrote) return fail("mint", wrote.error().message);
  if (result->stopped) return 0;  // nobody reads the output any more
  if (const Result<void> done = output->commit(); !done) return fail("mint", done.error().message);
  if (!options->faults.empty()) tell(*result, options->seed);
  return 0;
}

}  // namespace

void add_mint(CLI::App& program, int& exit_code) {
  const auto flags = std::make_shared<MintFlags>();
  TokenRequest& request = flags->request;
  CLI::App& command = *program.add_subcommand("mint", "Sign test tokens: one, or a corpus with faults");
  const auto text = [&](const char* names, const char* placeholder, const char* help, std::string& to) {
    return add_value(command, names, placeholder, help, [&to](const std::string& value) { to = value; });
  };
  const auto list = [&](const char* name, const char* placeholder, const char* help, std::vector<std::string>& to) {
    add_values(command, name, placeholder, help, [&to](const std::string& value) { to.push_back(value); });
  };
  text("--key", "PATH", "private key (PEM, not encrypted); for HS* the secret file", flags->key)->required();
  text("--algorithm", "ALG", "algorithm to sign with; default RS256", flags->algorithm);
  add_value(command, "--kid", "KID", "key id in the header",
            [&request](const std::string& value) { request.kid = value; });
  text("--subject", "SUB", "sub; default fastmcp-user", request.subject);
  text("--issuer", "ISS", "iss; default https://fastmcp.example.com", request.issuer);
  list("--audience", "AUD", "aud; repeatable, several make a list", request.audiences);
  list("--scope", "SCOPE", "scope; repeatable, joined with spaces", request.scopes);
  add_value(command, "--expires-in", "SECONDS", "from iat to exp; default 3600", [&request](const std::string& value) {
    request.expires_in_seconds = whole_number("--expires-in", value, -kLastSecond, kLastSecond, "seconds");
  });
  list("--claim", "NAME=JSON", "repeatable; replaces a claim of that name", flags->claims);
  text("--at", "TIME", "iat: now, Unix seconds or RFC 3339; default now", flags->at);
  add_value(command, "--count", "N", "so many tokens, one a line, each with its own jti",
            [flags = flags.get()](const std::string& value) {
              flags->count = static_cast<std::uint64_t>(
                  whole_number("--count", value, 0, std::numeric_limits<std::int64_t>::max(), "tokens"));
            });
  list("--fault", "KIND=SHARE", "repeatable: this share of tokens is wrong in this way", flags->faults);
  add_value(command, "--seed", "S", "of faults and jti; random when absent",
            [flags = flags.get()](const std::string& value) { flags->seed = read_seed(value); });
  add_value(command, "--threads", "N", "default all cores", [flags = flags.get()](const std::string& value) {
    flags->threads = static_cast<int>(whole_number("--threads", value, 1, 1024, "threads"));
  });
  text("-o,--output", "PATH", "written under a temporary name and renamed; default standard output", flags->output);
  command.footer(kExamples + ("Kinds of faults, with short forms: " + mint::fault_kinds()));
  command.callback([flags, &exit_code] { exit_code = run_mint(*flags); });
}

}  // namespace assay::cli
