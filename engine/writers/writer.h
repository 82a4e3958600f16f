// Verdicts as text, in one of several formats.
//
// A format is one class with head, append and tail, and one row in formats.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/stream.h"
#include "digest/running_sha256.h"
#include "input/buffer.h"
#include "jose/token_verdict.h"
#include "writers/occurrence.h"

namespace assay::writers {

using input::Buffer;

// Everything that the text of a verdict may show. Views.
struct VerdictLine {
  std::uint64_t record = 1, line = 1;  // numbers from 1, of the record in the run and of the line in its file
  std::size_t file = 0;                // index of the input
  const jose::TokenVerdict* verdict = nullptr;
  bool has_token = false;
  std::string_view token = {};
  const digest::Sha256* fingerprint = nullptr;  // of the token; not null if it has one and Options::fingerprint is set
  const Instant* judged_at = nullptr;           // the record's own time; null: it was judged at another
  Instant at = {};                              // that other, or when the record was read if it was judged at none
  std::span<const std::string_view> carried = {};  // JSON texts, one for each pointer of carry
  const Occurrence* occurrence = nullptr;          // of a token in a log; not null if Options::occurrences is set
};

// Immutable once made; thread safe.
class VerdictWriter {
 public:
  struct Options {
    Only only = Only::all;
    bool emit_token = false, fingerprint = false;
    bool judged_at = false;                // records are judged at their own times, which verdicts show
    std::vector<std::string> inputs = {};  // more than one: each verdict names its file
    bool names_only_input = false;         // also if there is only one
    std::vector<std::string> carry = {};
    bool occurrences = false;  // verdicts tell where in a log their tokens stand
  };
  virtual ~VerdictWriter() = default;
  VerdictWriter(const VerdictWriter&) = delete;
  VerdictWriter& operator=(const VerdictWriter&) = delete;

  // What stands before the first verdict and behind the last.
  virtual std::string head() const { return {}; }
  virtual std::string tail() const { return {}; }
  // Whether a verdict is written: `only` may leave it out.
  bool wants(bool valid) const noexcept { return only_ == Only::all || valid == (only_ == Only::accepted); }
  // Appends a verdict, or nothing if it is not wanted.
  void append(Buffer& to, const VerdictLine& line) const {
    if (wants(line.verdict->reasons.empty())) append_verdict(to, line);
  }

 protected:
  explicit VerdictWriter(const Options& options) : only_(options.only) {}

 private:
  virtual void append_verdict(Buffer& to, const VerdictLine& line) const = 0;

  Only only_;
};

}  // namespace assay::writers
