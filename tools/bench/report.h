// The results of a run of `assay bench`: the values that the table, the JSON document, the page and the comparison
// share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/stage.h"
#include "bench/machine.h"
#include "bench/token_corpus.h"

namespace assay::bench {

// What one row measures. Rows of two runs are the same row if their cases are equal.
struct Case {
  std::string tokens;   // the algorithm, or the name of the user's own file
  std::string backend;  // "lanes", "openssl"
  int threads = 1;
  std::size_t keys = 1;   // in rotation
  std::size_t batch = 0;  // 0: a file through the pipeline; else tokens in each call of the library
  bool repeated = false;  // few tokens shown often, instead of distinct ones
  friend bool operator==(const Case&, const Case&) = default;
};
// "ES256 lanes, 2 threads", "ES256 lanes, calls of 16".
std::string describe(const Case& what);

struct Sample {
  std::uint64_t tokens = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;    // of all threads, user and system
  double other_seconds = 0;  // the time that other programs or the hypervisor took from the same cores
  std::optional<double> cycles;
  std::optional<double> unit_seconds;  // one operation of plain OpenSSL, measured beside this sample
};

// A median, and how far the values lie apart: (largest - smallest) / 2, as a share of the median.
struct Middle {
  double value = 0;
  double spread = 0;
};
// Zeros if there are no values.
Middle middle_of(std::vector<double> values);

// The figures of a row, from its samples. With one thread, time is CPU time, as `openssl speed` counts it, so that
// other programs on the core do not count. With more threads it is the clock's, because idle cores must count.
struct Figures {
  Middle per_second;  // tokens
  std::optional<double> cycles_per_token;
  std::optional<Middle> ratio;  // tokens a second / operations a second of plain OpenSSL on one core
};
// The figures of each sample that has some. `ratios` is empty if no unit was measured.
struct Rates {
  std::vector<double> per_second, ratios;
};
Rates rates_of(const std::vector<Sample>& samples, int threads);
Figures figures_of(const std::vector<Sample>& samples, int threads);
// The share of the row's cores, one for each thread, that other programs took meanwhile: 0 to 1.
double share_lost(const std::vector<Sample>& samples, int threads);
// If other programs took more than this, a row timed by the clock does not measure assay.
inline constexpr double kBusy = 0.05;

struct Row {
  Case what;
  std::string isa;             // what the lanes ran on; empty for OpenSSL's backend
  std::size_t corpus = 0;      // records in the file
  double token_bytes = 0;      // mean, with the line's end
  std::uint64_t rejected = 0;  // records of the user's own file
  // Signatures of all samples, by what decided them. The lanes leave to OpenSSL what they have no kernel or table for.
  std::uint64_t by_lanes = 0, by_openssl = 0;
  Figures figures;
  std::vector<Sample> samples;
  std::optional<std::array<double, kStageCount>> stages;  // seconds for each token
};

// What decided the signatures of a row: the lanes' share, 0 to 1. Nothing if none had to be verified.
std::optional<double> share_of_lanes(const Row& row);
// The name of a row's backend, with what really decided: "lanes fma", "OpenSSL"; "lanes:OpenSSL" if the lanes left all
// signatures to OpenSSL, "lanes fma:40%" if they left 60 % to it.
std::string label_of(const Row& row);
// Whether the lanes left signatures to OpenSSL.
bool left_to_openssl(const Row& row);

// The measurement of plain OpenSSL for one algorithm.
struct UnitRow {
  std::string algorithm;
  std::string operation;
  std::vector<double> seconds;  // one operation, in each repetition
  double sign_seconds = 0;      // making one signature; 0: not measured
};

// What a run measures. The defaults are those of `assay bench`, which --help states too.
struct Settings {
  // Names of minted.h: those of the published table.
  std::vector<std::string> algorithms = {"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256"};
  std::vector<std::string> backends = {"openssl", "lanes"};
  std::vector<int> threads = {};  // the default depends on the machine: usual_threads() of runner.h
  std::vector<std::size_t> keys = {1};
  std::vector<std::size_t> batches = {};
  bool repeated = false;
  double seconds = 1;  // for each row, over all its repetitions
  int repetitions = 5;
  std::size_t claims_bytes = kClaimsBytes;
  std::size_t tokens = 0;  // in each corpus; 0: as many as suit the algorithm
  std::string input = {};  // the user's own file; empty: corpora
  double rate = 0;         // tokens a second for which the cores are told; 0: none
};

struct Report {
  std::string started;  // RFC 3339
  std::string command;
  Machine machine;
  Settings settings;
  std::vector<UnitRow> units;
  std::vector<Row> rows;
  std::vector<std::string> notes;  // a sentence each
  int stopped_by = 0;              // the number of the signal that ended the run early; 0: the rows are complete
};

// The speed of a row as a multiple of the same row's with the first number of threads. Nothing for that first row.
std::optional<double> scaling_of(const Report& report, const Row& row);

}  // namespace assay::bench
