// Random signatures in great numbers, half of them corrupted, through the lanes:
//
//   lanes_soak [--count N] [--seed S] [--isa ifma|avx512f|fma|portable] [--only NAME] [--sample ONE_IN] [--structured]
//
// A valid one must be accepted and a corrupted one rejected. Which it is, is known from how it was made
// (support/mass_signer.h), so that the time goes into the lanes. OpenSSL is asked about one in ONE_IN (by default
// 1,000) of all, and about every one on which the lanes say otherwise: a few faults leave a signature valid, such as
// another one of the same message. Keys and nonces are made once a run; many runs with seeds of their own try more of
// them. Prints a line an algorithm, and the counts of the backend. Exit status: 0 all agree, 1 a difference, 2 a wrong
// argument, 77 this CPU has no such kernels.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/choice.h"
#include "signature/backend.h"
#include "support/mass_signer.h"
#include "verify/backend_choice.h"

namespace assay {
namespace {

struct Options {
  std::uint64_t count = 1'000'000;
  std::uint64_t seed = 1;
  std::uint64_t sample = 1000;
  std::string isa;
  std::string only;
  bool structured = false;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--structured") {
      options.structured = true;
      continue;
    }
    if (++i == argc) return false;
    const std::string_view value = argv[i];
    const auto number = [&](std::uint64_t& to) {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), to);
      return error == std::errc() && end == value.data() + value.size();
    };
    if (name == "--count"    ? number(options.count)
        : name == "--seed"   ? number(options.seed)
        : name == "--sample" ? number(options.sample) && options.sample > 0
                             : false) {
      continue;
    }
    if (name == "--isa") {
      options.isa = value;
    } else if (name == "--only") {
      options.only = value;
    } else {
      return false;
    }
  }
  return true;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

struct Tally {
  std::uint64_t valid = 0, corrupted = 0, still_valid = 0, asked = 0, differences = 0;
};

class Soak {
 public:
  Soak(const signature::Backend& lanes, const signature::Backend& openssl, const Options& options)
      : options_(options), random_(options.seed), lanes_(lanes.new_session()), openssl_(openssl.new_session()) {
    test::MassSignerOptions wanted;
    wanted.only = options.only;
    wanted.structured_nonces = options.structured;
    signers_ = test::mass_signers(keys_, random_, wanted);
    tallies_.resize(signers_.size());
  }
  bool empty() const { return signers_.empty(); }

  void run() {
    for (std::uint64_t done = 0; done < options_.count;) {
      const std::uint64_t left = options_.count - done;
      // Calls of every length, most of them long.
      const std::uint64_t size = std::min<std::uint64_t>(left, random_.one_in(4) ? 1 + random_.below(64) : kCall);
      call(static_cast<std::size_t>(size));
      done += size;
    }
  }
  // Returns how many differences there were.
  std::uint64_t print() const {
    std::uint64_t differences = 0, all = 0;
    std::printf("%-12s %12s %12s %12s %12s %12s\n", "", "valid", "corrupted", "still valid", "asked", "differences");
    for (std::size_t i = 0; i < signers_.size(); ++i) {
      const Tally& tally = tallies_[i];
      std::printf("%-12s %12llu %12llu %12llu %12llu %12llu\n", signers_[i]->name().c_str(), number(tally.valid),
                  number(tally.corrupted), number(tally.still_valid), number(tally.asked), number(tally.differences));
      differences += tally.differences;
      all += tally.valid + tally.corrupted;
    }
    std::printf("%-12s %12llu signatures, %llu differences\n", "all", number(all), number(differences));
    return differences;
  }

 private:
  static constexpr std::size_t kCall = 1024;
  static unsigned long long number(std::uint64_t value) { return value; }

  void call(std::size_t size) {
    cases_.clear();
    from_.clear();
    intact_.clear();
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t which = random_.below(signers_.size());
      test::SignatureCase one = signers_[which]->sign(random_);
      const bool intact = random_.one_in(2);
      if (!intact) one = test::corrupted(one, signers_[which]->sign(random_), random_);
      cases_.push_back(std::move(one));
      from_.push_back(which);
      intact_.push_back(intact);
    }
    jobs_.clear();
    for (std::size_t i = 0; i < size; ++i) jobs_.push_back(test::job_of(cases_[i], intact_[i]));
    lanes_->verify(jobs_, keys_.generation());
    for (std::size_t i = 0; i < size; ++i) check(i);
  }

  void check(std::size_t i) {
    Tally& tally = tallies_[from_[i]];
    const bool said = jobs_[i].valid, intact = intact_[i];
    ++(intact ? tally.valid : tally.corrupted);
    if (said == intact && !random_.one_in(options_.sample)) return;
    ++tally.asked;
    signature::Job again = test::job_of(cases_[i], false);
    openssl_->verify({&again, 1}, keys_.generation());
    if (again.valid && !intact) ++tally.still_valid;
    const bool minted_wrongly = intact && !again.valid;
    if (again.valid == said && !minted_wrongly) return;
    if (++tally.differences > 3) return;
    const test::SignatureCase& one = cases_[i];
    const Jwk& jwk = one.key->jwk;
    std::printf("DIFFERENCE %s (%s), place %zu of %zu: the lanes say %s, OpenSSL %s, minted %s\n",
                signers_[from_[i]]->name().c_str(), one.what.c_str(), i, jobs_.size(), said ? "valid" : "invalid",
                again.valid ? "valid" : "invalid", intact ? "valid" : "corrupted");
    std::printf("  key n=%s x=%s y=%s\n  input=%s\n  signature=%s\n", hex(jwk.n).c_str(), hex(jwk.x).c_str(),
                hex(jwk.y).c_str(), hex(one.input).c_str(), hex(one.signature).c_str());
  }

  const Options& options_;
  test::StructuredRandom random_;
  test::Keys keys_;
  std::vector<std::unique_ptr<test::MassSigner>> signers_;
  std::vector<Tally> tallies_;
  std::unique_ptr<signature::BackendSession> lanes_, openssl_;
  // Of the call in progress.
  std::vector<test::SignatureCase> cases_;
  std::vector<std::size_t> from_;
  std::vector<bool> intact_;
  std::vector<signature::Job> jobs_;
};

std::shared_ptr<const signature::Backend> backend(const std::string& name, const std::string& isa) {
  signature::BackendOptions options;
  options.name = name;
  options.isa = isa;
  options.tables_at_once = true;
  options.on_note = [](std::string_view note) { std::cerr << note << '\n'; };
  const auto made = verify::make_backend(options);
  if (!made) throw std::runtime_error(made.error().message);
  return *made;
}

int run(const Options& options) {
  if (!options.isa.empty() && kernel::kernels_for(options.isa.c_str()) == nullptr) {
    std::cout << "no kernels for " << options.isa << " on this CPU or in this build\n";
    return 77;
  }
  const auto lanes = backend("lanes", options.isa);
  const auto openssl = backend("openssl", "");
  Soak soak(*lanes, *openssl, options);
  if (soak.empty()) {
    std::cerr << "lanes_soak: --only " << options.only << ": no such signer\n";
    return 2;
  }
  const auto begun = std::chrono::steady_clock::now();
  soak.run();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
  std::cout << "lanes/" << lanes->isa() << ", seed " << options.seed << ", " << spent.count() << " s\n" << std::flush;
  const std::uint64_t differences = soak.print();
  const signature::BackendStatistics counts = lanes->statistics();
  std::cout << "decided by lanes " << counts.by_lanes << ", by OpenSSL " << counts.by_openssl << ", exceptional "
            << counts.exceptional << ", tables built " << counts.tables_built << "\n";
  return differences == 0 && counts.by_lanes > 0 ? 0 : 1;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  assay::Options options;
  if (!assay::parse(argc, argv, options)) {
    std::cerr
        << "usage: lanes_soak [--count N] [--seed S] [--isa ifma|avx512f|fma|portable] [--only NAME] [--sample ONE_IN] "
           "[--structured]\n";
    return 2;
  }
  try {
    return assay::run(options);
  } catch (const std::exception& fault) {
    std::cerr << "lanes_soak: " << fault.what() << '\n';
    return 2;
  }
}
