// A report as a run would leave it, for the tests of what is made of it.
#pragma once

#include <string>
#include <vector>

#include "bench/report.h"

namespace assay::bench {

// `ratio` tokens for each operation of the unit; the samples lie apart by `spread` to either side.
inline Row sample_row(Case what, double ratio, double spread = 0.01) {
  Row row;
  row.what = std::move(what);
  row.isa = row.what.backend == "lanes" ? "ifma" : "";
  row.corpus = 1000;
  row.token_bytes = 611;
  for (const double off : {-spread, 0.0, 0.0, spread}) {
    Sample sample;
    sample.tokens = 100'000;
    sample.unit_seconds = 20e-6;
    sample.wall_seconds = sample.cpu_seconds = 100'000 * 20e-6 / (ratio * (1 + off));
    sample.cycles = 1e8;
    row.samples.push_back(sample);
  }
  row.figures = figures_of(row.samples, row.what.threads);
  return row;
}

inline Report sample_report() {
  Report report;
  report.started = "2026-11-25T04:00:00Z";
  report.command = "assay bench --algorithm RS256,ES256";
  report.machine = {.cpu = "A <CPU> & more",
                    .cores = 4,
                    .features = "avx2 sha",
                    .system = "Linux 6.1",
                    .openssl = "OpenSSL 3.0.19",
                    .assay = "0.1.0",
                    .build = "g++ 12, optimised",
                    .lanes = "ifma"};
  report.settings = {.algorithms = {"RS256", "ES256"},
                     .backends = {"openssl", "lanes"},
                     .threads = {1, 2, 4},
                     .keys = {1, 100},
                     .batches = {1, 64},
                     .repeated = true,
                     .seconds = 0.6,
                     .repetitions = 3,
                     .claims_bytes = 350,
                     .tokens = 0,
                     .input = ""};
  for (const std::string& name : report.settings.algorithms) {
    report.units.push_back({name, "an operation", {20e-6, 21e-6, 20e-6}});
    for (const std::string& backend : report.settings.backends) {
      const double ratio = backend == "lanes" ? 30 : 0.9;
      for (const int threads : {1, 2, 4}) report.rows.push_back(sample_row({name, backend, threads}, ratio * threads));
      report.rows.push_back(sample_row({name, backend, 1, 100}, ratio / 2));
      for (const std::size_t batch : {1, 64})
        report.rows.push_back(sample_row({name, backend, 1, 1, batch}, ratio * 0.5));
      report.rows.push_back(sample_row({name, backend, 1, 1, 0, true}, 60));
    }
  }
  for (Row& row : report.rows) {
    if (row.what == Case{row.what.tokens, row.what.backend})
      row.stages = {20e-9, 40e-9, 30e-9, 200e-9, 1200e-9, 300e-9, 150e-9};
  }
  report.notes = {"cycles are \"counted\""};
  return report;
}

}  // namespace assay::bench
