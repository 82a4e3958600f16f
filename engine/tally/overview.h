// What a summary shows: plain rows in the order in which people read them. summary.h makes it of what was counted;
// the report draws it.
//
// Texts come from tokens and logs: anybody may have written them. They are UTF-8 or bytes that are none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/keys_view.h"
#include "assay/reason.h"

namespace assay::tally {

// The first and the last time of a set of records; nothing if no record had a time.
struct TimeSpan {
  std::optional<Instant> first, last;

  void add(Instant at) noexcept {
    if (!first || at < *first) first = at;
    if (!last || *last < at) last = at;
  }
  void add(const TimeSpan& other) noexcept {
    if (other.first) add(*other.first);
    if (other.last) add(*other.last);
  }
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// The records that have something in common. A record is served if the server answered its request with 2xx or 3xx.
struct Cell {
  std::uint64_t accepted = 0, rejected = 0;
  std::uint64_t served = 0;  // of the rejected ones
  TimeSpan times;            // of all of them, as they were judged; only of records that had times of their own

  std::uint64_t records() const noexcept { return accepted + rejected; }
  void add(const Cell& other) noexcept {
    accepted += other.accepted;
    rejected += other.rejected;
    served += other.served;
    times.add(other.times);
  }
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Row {
  std::string name;
  Cell cell;
};

// The records by one property. If it has more values than are kept (`is_exact` is false), the rows are those that have
// at least a thousandth of the records; their counts may be too high by a few in ten thousand of all records, and they
// have no times.
struct Breakdown {
  std::vector<Row> rows;  // most records first, then by name
  bool is_exact = true;
  std::uint64_t distinct = 0;  // values; about, if not exact
  Cell other;                  // records whose value has no row
  Cell absent;                 // records without a value
};

// A rejected record counts as `decided` under its first reason, and as `held` under each that holds.
struct ReasonRow {
  Reason reason;
  std::uint64_t decided = 0, held = 0;
  std::uint64_t served = 0;  // of those decided
  TimeSpan times;            // of those decided
};

// A token, or a jti of one issuer, that came from several client addresses.
struct Replay {
  struct Client {
    std::string address;  // empty: not kept
    std::uint64_t uses = 0;
    TimeSpan times;
  };
  std::string ath;  // base64url SHA-256 of the token (RFC 9449); empty if tokens differ that share the jti
  std::string kid, issuer, subject, jti;  // of a token whose signature is valid; empty: absent
  std::uint64_t uses = 0, rejected = 0;
  std::uint64_t served = 0;     // of all uses
  std::vector<Client> clients;  // by first use; the first kMostClients
  std::uint64_t addresses = 0;  // all of them
  TimeSpan times;
  static constexpr std::size_t kMostClients = 16;
};

struct Replays {
  std::vector<Replay> tokens;  // by first use
  std::vector<Replay> jtis;    // different tokens with one jti
  // Distinct tokens that were looked at. `share` is 1 if that is all of them; else the tokens were chosen by their
  // hashes, so that replays are missing in this share.
  std::uint64_t distinct = 0;
  double share = 1;
};

// The uses of a compromised key from its window on, by what is known of the token.
struct CompromisedUses {
  struct Part {
    std::uint64_t tokens = 0, uses = 0, served = 0;
  };
  std::string kid, issuer, note;
  Instant from;
  Part seen_before;     // the token was seen before the window: made by the rightful signer
  Part first_inside;    // first seen inside it: forged, or fresh
  Part cannot_be_told;  // the logs do not reach back before the window, or the token was not kept
};

// What one input holds. Lines and times are of logs (audit); verify counts records.
struct FileCoverage {
  struct Gap {
    Instant from, to;
  };
  std::string path;
  std::uint64_t bytes = 0;         // as stored
  std::string sha256;              // of the stored bytes, hexadecimal; empty: not known (standard input)
  std::string format, zone, year;  // how the lines were read; empty: not known
  std::uint64_t lines = 0, lines_without_time = 0, tokens = 0;
  TimeSpan times;         // of its lines
  std::vector<Gap> gaps;  // longer than 30 minutes; the first kMostGaps
  std::uint64_t gap_count = 0;
  std::string fault;    // why it was not read, or not to its end; empty: it was
  std::string repeats;  // the same content as this input: not counted. Empty: counted
  static constexpr std::size_t kMostGaps = 32;
};

// A key as the run knew it.
struct KeyRow {
  std::string kid, type, thumbprint;  // "RSA 2048", RFC 7638
  std::string issuer, source, note;
  std::optional<Instant> not_before, retired_at, compromised_at;
  std::vector<KeyAppearance> published;  // in dated snapshots
  std::vector<std::string> weaknesses;
  Cell uses;  // of tokens with a valid signature and this kid
};

// One run of the program.
struct RunRow {
  std::string version, command, backend, isa;  // command: "verify" or "audit"
  Instant started, ended;
  double seconds = 0;
  bool is_complete = true;  // false: stopped before the end of its inputs
  int threads = 0;
  std::vector<std::pair<std::string, std::string>> options;    // flag and value; no secrets
  std::vector<std::string> inputs;                             // as they were read
  std::vector<std::pair<std::string, std::uint64_t>> numbers;  // of the backend: "by_lanes", "memo_hits"
};

// Expired tokens by how long before the time of judgement they had expired.
struct ExpiredBy {
  static constexpr int kParts = 6;  // below 30 s, 5 min, 1 h, 1 d, 30 d; more
  std::uint64_t parts[kParts] = {};
};

struct Overview {
  Cell all;
  std::uint64_t accepted_served = 0;    // accepted, and the server answered with 2xx or 3xx
  std::uint64_t accepted_refused = 0;   // accepted, and the server answered with 401 or 403
  std::uint64_t undecidable = 0;        // token_redacted, signature_redacted, missing_time
  std::uint64_t other_credentials = 0;  // seen in logs beside tokens; no records
  std::vector<ReasonRow> reasons;       // in the order of the list of reasons; those that occur
  Breakdown algorithms, kids, issuers, client_ids, subjects, scopes, clients, statuses;
  Breakdown verified_kids;  // of tokens with a valid signature only
  std::vector<Row> hours;   // "2026-11-26T08", in order; hours without records are left out
  Cell without_hour;
  struct HourOfKid {
    std::string hour, kid;
    std::uint64_t accepted = 0, rejected = 0;
  };
  std::vector<HourOfKid> kid_hours;  // of the 20 kids with the most tokens of valid signature
  ExpiredBy expired_by;
  Replays replays;
  std::vector<CompromisedUses> compromised;
  std::vector<FileCoverage> files;  // in the order in which they were read; runs by their beginning
  std::vector<KeyRow> keys;
  std::vector<RunRow> runs;      // by beginning
  std::uint64_t far_expiry = 0;  // accepted tokens that expire after the year 2200
  std::uint64_t published_private_keys = 0;
  std::uint64_t repeated_hours = 0;  // tokens at local times that exist twice
  std::uint64_t bytes = 0;           // of inputs, as stored
};

}  // namespace assay::tally
