// assay mint: test tokens, one or a corpus.
#include <csignal>
#include <cstdio>
#include <random>
#include <string>

#include "assay/key_pair.h"
#include "base/output_file.h"
#include "command.h"
#include "console.h"
#include "jwk/secret_text.h"
#include "mint/key_files.h"
#include "mint/minter.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  assay mint --key key.pem --audience api --scope read --scope write\n"
    "  assay mint --key key.pem --claim 'tenant=\"acme\"' --claim 'roles=[\"admin\"]'\n"
    "  assay mint --key key.pem --kid k1 --count 1000000 --fault expired=0.05 --fault signature=0.01 --seed 7 -o "
    "corpus.txt\n"
    "With --seed and --at, claims, faults and jti are the same each time, for any --threads. So are the bytes, except\n"
    "with ES and PS algorithms, whose signatures are random by nature.\n";

Result<KeyPair> read_key(const MintArguments& arguments) {
  const std::string name(to_string(arguments.algorithm));
  Result<std::string> bytes = mint::read_key_file(arguments.key);
  if (!bytes) return Error{"--key " + bytes.error().message};
  std::string_view text = *bytes;
  if (info(arguments.algorithm).key_type == KeyType::oct) {
    if (text.starts_with("-----BEGIN ")) {
      return Error{"--key " + arguments.key + ": a PEM key cannot be a secret for " + name +
                   "; choose another --algorithm"};
    }
    text = jwk::secret_of_file(text);
  }
  Result<KeyPair> pair = KeyPair::from_private(text, arguments.algorithm);
  if (!pair) return Error{"--key " + arguments.key + ": " + pair.error().message};
  return pair;
}

// Fills in what depends on the moment and on chance.
void complete(const Arguments& arguments, mint::MintOptions& options) {
  if (!options.request.issued_at) options.request.issued_at = Instant::now();
  options.distinct = arguments.gave("--count");
  if (!arguments.gave("--seed")) {
    options.seed = std::uint64_t{std::random_device()()} << 32 | std::random_device()();
  }
}

void tell(const mint::MintResult& result, std::uint64_t seed) {
  std::string line = "assay: minted " + std::to_string(result.tokens) + " tokens, seed " + std::to_string(seed);
  for (const auto& [reason, count] : result.faults) {
    line += ", " + std::to_string(count) + " " + std::string(to_string(reason));
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

int run(Arguments& arguments) {
  mint::MintOptions& options = arguments.mint.options;
  if (Result<void> ok = mint::check_faults(options.faults); !ok) return fail("mint", ok.error());
  complete(arguments, options);
  Result<KeyPair> pair = read_key(arguments.mint);
  if (!pair) return fail("mint", pair.error());
  std::signal(SIGPIPE, SIG_IGN);  // so that a closed pipe is an outcome of write
  // Tokens are credentials; an existing file keeps its permissions.
  base::OutputFile::Options mode;
  mode.mode = base::OutputFile::kOwnerOnly;
  Result<base::OutputFile> output = base::OutputFile::open(arguments.mint.output, mode);
  if (!output) return fail("mint", output.error());
  Result<base::OutputFile::Outcome> wrote = base::OutputFile::Outcome::written;
  const Result<mint::MintResult> result = mint::mint(*pair, options, [&](std::string_view lines) {
    wrote = output->write(lines);
    return wrote && *wrote == base::OutputFile::Outcome::written;
  });
  if (!result) return fail("mint", result.error());
  if (!wrote) return fail("mint", wrote.error());
  if (result->stopped) return 0;  // nobody reads the output any more
  if (const Result<void> done = output->commit(); !done) return fail("mint", done.error());
  if (!options.faults.empty()) tell(*result, options.seed);
  return 0;
}

}  // namespace

Command mint_command() {
  return {.name = "mint",
          .summary = "Sign test tokens: one, or a corpus with faults",
          .footer = kExamples + ("Kinds of faults, with short forms: " + mint::fault_kinds()),
          .run = run};
}

}  // namespace assay::cli
