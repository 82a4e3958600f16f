#include "backends/backends.h"

#include <ostream>
#include <stdexcept>

#include "kernel/choice.h"

namespace assay::backends {
namespace {

// Tells the first few differences, and how many there are.
class Differences {
 public:
  ~Differences() {
    if (count_ > kTold) ADD_FAILURE() << count_ << " differences in all";
  }
  void add(const test::SignatureCase& one, bool expected, std::size_t fill, std::size_t place) {
    if (++count_ > kTold) return;
    ADD_FAILURE() << to_string(one.algorithm) << ", " << one.what << ": OpenSSL says "
                  << (expected ? "valid" : "invalid") << ", not so place " << place << " of " << fill;
  }

 private:
  static constexpr int kTold = 8;
  int count_ = 0;
};

}  // namespace

bool available(const BackendUnderTest& which) {
  return *which.isa == '\0' || kernel::kernels_for(which.isa) != nullptr;
}

std::shared_ptr<const signature::Backend> make(const BackendUnderTest& which, int window) {
  signature::BackendOptions options;
  options.name = which.name;
  options.isa = which.isa;
  options.tables_at_once = true;
  options.window = window;
  options.on_note = [](std::string_view note) { ADD_FAILURE() << "told while the backend was made: " << note; };
  Result<std::shared_ptr<const signature::Backend>> backend = verify::make_backend(options);
  if (!backend) throw std::runtime_error("make_backend: " + backend.error().message);
  return *backend;
}

std::vector<bool> openssl_verdicts(const test::CaseSet& set) {
  const auto session = make(kEveryBackend[0])->new_session();
  std::vector<signature::Job> jobs;
  for (const test::SignatureCase& one : set.cases) jobs.push_back(test::job_of(one, true));
  session->verify(jobs, set.keys.generation());
  std::vector<bool> verdicts;
  for (const signature::Job& job : jobs) verdicts.push_back(job.valid);
  return verdicts;
}

void expect_openssl_verdicts_everywhere(const signature::Backend& backend, const test::CaseSet& set,
                                        std::span<const std::size_t> fills) {
  ASSERT_FALSE(set.cases.empty());
  const std::size_t count = set.cases.size();
  const std::vector<bool> expected = openssl_verdicts(set);
  const auto session = backend.new_session();
  Differences differences;
  std::vector<signature::Job> jobs;
  const auto run = [&](std::size_t start, std::size_t fill) {
    jobs.clear();
    for (std::size_t i = 0; i < fill; ++i) {
      const std::size_t which = (start + i) % count;
      jobs.push_back(test::job_of(set.cases[which], expected[which]));
    }
    session->verify(jobs, set.keys.generation());
    for (std::size_t i = 0; i < fill; ++i) {
      const std::size_t which = (start + i) % count;
      if (jobs[i].valid != expected[which]) differences.add(set.cases[which], expected[which], fill, i);
    }
  };
  for (const std::size_t fill : fills) {
    for (std::size_t start = 0; start < count; ++start) run(start, fill);
  }
  for (std::size_t start = 0; start < 8; ++start) run(start, count);
}

}  // namespace assay::backends
