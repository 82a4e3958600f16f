// Verdicts as text: NDJSON or CSV (RFC 4180), one line a record.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/stream.h"
#include "jose/token_verdict.h"
#include "stream/buffer.h"

namespace assay::stream {

// Everything that a line tells. Views.
struct VerdictLine {
  std::uint64_t record = 1, line = 1;  // from 1, in the run and in the file
  std::size_t file = 0;                // index of the input
  const jose::TokenVerdict* verdict = nullptr;
  bool has_token = false;
  std::string_view token;
  std::span<const std::string_view> carried;  // JSON texts, one for each pointer of carry
};

// Immutable once made; thread safe.
//
// In CSV a text is written as inside a JSON string, but with '"' plain, and then quoted as RFC 4180 says: control
// characters cannot break a line. Reasons and scopes are separated by spaces. A carried string is such a text, other
// carried values are their JSON text. A text of a token or record that a spreadsheet would take for a formula has an
// apostrophe before it.
class VerdictWriter {
 public:
  struct Options {
    OutputFormat format = OutputFormat::ndjson;
    Only only = Only::both;
    bool emit_token = false, fingerprint = false;
    std::vector<std::string> inputs = {};  // more than one: each line names its file
    std::vector<std::string> carry = {};
  };
  explicit VerdictWriter(const Options& options);

  // What stands before the first verdict: the names of the columns in CSV.
  std::string head() const;
  // Appends the line of a verdict, or nothing when `only` leaves it out.
  void append(Buffer& to, const VerdictLine& line) const;

 private:
  std::size_t ndjson_room(const VerdictLine& line) const noexcept;
  void append_ndjson(Buffer& to, const VerdictLine& line) const;
  void append_csv(Buffer& to, const VerdictLine& line) const;

  Options options_;
  std::vector<std::string> files_;  // inputs as JSON strings or CSV texts; empty when lines do not name them
  std::vector<std::string> carry_;  // {,}"POINTER": for each pointer
};

}  // namespace assay::stream
