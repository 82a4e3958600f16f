// The library's audit in one page: finds the tokens in a folder of logs, and counts those that were not valid when they
// were used.
//
//     audit FOLDER JWKS
//
// Link with assay::assay.
#include <assay/audit.h>
#include <assay/verifier.h>

#include <iostream>
#include <string_view>

namespace {

// Prints what failed; the exit status of the program.
int failed(std::string_view what) {
  std::cerr << "audit: " << what << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return failed("name a folder of logs and a key set");

  // 1. Whom to trust.
  assay::JwtVerifierOptions options;
  options.keys.push_back({assay::KeySource::Kind::jwks_file, argv[2], ""});
  options.policy.issuers = {"https://idp.sample.example"};
  const auto verifier = assay::JwtVerifier::create(options);
  if (!verifier) return failed(verifier.error().message);

  // 2. What to read. With `output` and OutputFormat::ndjson each finding is a line of a file.
  assay::StreamOptions what;
  what.inputs = {argv[1]};
  what.format = assay::OutputFormat::none;

  // 3. How to read the times of its lines: those below app/ name no zone.
  assay::LogOptions how;
  how.time_zones = {{"*/app/*", "Europe/Berlin"}};

  const auto audited = assay::audit_logs(*verifier, what, how);
  if (!audited) return failed(audited.error().message);
  const assay::StreamResult& run = audited->run;
  for (const assay::InputFault& fault : run.faults) std::cerr << fault.message << '\n';
  std::cout << run.records << " tokens on " << audited->lines << " lines of " << audited->files << " files, "
            << run.rejected << " findings\n";
  for (const auto& [reason, count] : run.by_reason) std::cout << reason << ' ' << count << '\n';
  return run.faults.empty() ? 0 : 1;
}
