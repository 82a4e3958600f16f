// assay mint: test tokens, one or a corpus.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "assay/key_pair.h"
#include "command.h"
#include "console.h"
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

// Standard output, a device or pipe, or a file that appears under its name only when complete.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  bool open() {
    if (path_.empty() || path_ == "-") {
      fd_ = STDOUT_FILENO;
      return true;
    }
    struct stat there;
    if (::stat(path_.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
      fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
      return note(fd_ >= 0);
    }
    const std::string name = path_ + ".part." + std::to_string(::getpid());
    fd_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ >= 0) temporary_ = name;
    return note(fd_ >= 0);
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return note(false);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  bool finish() {
    if (fd_ == STDOUT_FILENO) return true;
    const int closed = ::close(fd_);
    fd_ = -1;
    if (closed != 0) return note(false);
    if (temporary_.empty()) return true;
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return note(false);
    temporary_.clear();
    return true;
  }

  int error() const { return error_; }
  std::string complaint() const {
    return "-o " + (path_.empty() ? std::string("standard output") : path_) + ": " + std::strerror(error_);
  }

 private:
  bool note(bool ok) {
    if (!ok) error_ = errno;
    return ok;
  }
  std::string path_, temporary_;
  int fd_ = -1;
  int error_ = 0;
};

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
    text = mint::secret_of_file(text);
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
  std::signal(SIGPIPE, SIG_IGN);  // so that a closed pipe is an error of write, handled below
  Output output(arguments.mint.output);
  if (!output.open()) return fail("mint", output.complaint());
  const Result<mint::MintResult> result =
      mint::mint(*pair, options, [&](std::string_view lines) { return output.write(lines); });
  if (!result) return fail("mint", result.error());
  if (result->stopped && output.error() == EPIPE) return 0;
  if (result->stopped || !output.finish()) return fail("mint", output.complaint());
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
