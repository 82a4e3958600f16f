#include "report/use_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/facts.h"

namespace assay::report {
namespace {

using enum Severity;

// "key_compromised 1,150, key_retired 118": the reasons of what was not valid and answered as good, most first.
Line served_by_reason(const tally::Overview& overview) {
  std::vector<std::pair<std::uint64_t, Reason>> served;
  for (const tally::ReasonRow& row : overview.reasons) {
    if (row.served > 0 && words_of(row.reason).proof == Proof::not_valid) served.emplace_back(row.served, row.reason);
  }
  std::stable_sort(served.begin(), served.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  constexpr std::size_t kMost = 4;
  Line line;
  for (std::size_t i = 0; i < std::min(served.size(), kMost); ++i)
    line += Line(i == 0 ? "" : ", ") + name(to_string(served[i].second)) + " " + number(served[i].first);
  return served.size() > kMost ? line + " and others" : line;
}

void rejected_served(const tally::Overview& overview, Findings& found) {
  const Facts facts = facts_of(overview);
  const std::uint64_t served = facts.not_valid.served;
  if (served == 0) return;
  found.push_back({act_now, "rejected_served",
                   "Of " + counted(facts.not_valid.uses, "use") + " of tokens that were not valid, " +
                       strong(number(served)) + " " + std::string(agreed(served, "was", "were")) +
                       " answered with 2xx or 3xx: " + served_by_reason(overview) + ".",
                   "Treat what they read and changed as unauthorised until it is explained; begin with the clients.",
                   kWho});
}

void rejected_refused(const tally::Overview& overview, Findings& found) {
  const Facts facts = facts_of(overview);
  if (facts.not_valid.uses == 0 || facts.not_valid.served > 0) return;
  const std::string uses = counted(facts.not_valid.uses, "use") + " of tokens " +
                           std::string(agreed(facts.not_valid.uses, "was", "were")) + " not valid";
  if (facts.with_answer == 0) {
    found.push_back({look_into, "answers_unknown",
                     uses + ", and the input does not tell whether the server refused them.",
                     "Audit a log that holds the status of each request.", kReasons});
    return;
  }
  found.push_back(
      {good_to_know, "rejected_refused",
       uses + ", and no answer to them was 2xx or 3xx: no sign that a server took a token that it should refuse.", "",
       kReasons});
}

// What an answer as good means if the first fault of the token is one of these.
struct Unchecked {
  std::string_view rule;
  Reason reason;
  const char* check;
};
constexpr std::array kUnchecked = {
    Unchecked{"signature_unchecked", Reason::signature_invalid, "the signature"},
    Unchecked{"algorithm_unchecked", Reason::algorithm_not_allowed, "the algorithm"},
    Unchecked{"audience_unchecked", Reason::audience_mismatch, "the audience (aud)"},
    Unchecked{"issuer_unchecked", Reason::issuer_mismatch, "the issuer (iss)"},
    Unchecked{"revocation_unchecked", Reason::token_revoked, "the list of revoked tokens"},
};

void unchecked(const tally::Overview& overview, Findings& found) {
  for (const Unchecked& one : kUnchecked) {
    const tally::ReasonRow* row = find(overview, one.reason);
    if (row == nullptr || row->served == 0) continue;
    found.push_back({act_now, one.rule,
                     "A server seems not to check " + Line(one.check) + ": " + number(row->served) + " of " +
                         counted(row->decided, "use") + " with " + name(to_string(one.reason)) + " " +
                         std::string(agreed(row->served, "was", "were")) + " answered as good.",
                     "Find the server by the findings of this reason (-o findings.ndjson), and mend its check.",
                     kReasons});
  }
}

bool is_none(std::string_view name) {
  constexpr std::string_view kNone = "none";
  return std::equal(name.begin(), name.end(), kNone.begin(), kNone.end(),
                    [](char c, char lower) { return c == lower || (c >= 'A' && c <= 'Z' && c + 32 == lower); });
}

void unsigned_tokens(const tally::Overview& overview, Findings& found) {
  tally::Cell none;
  for (const tally::Row& row : overview.algorithms.rows) {
    if (is_none(row.name)) none.add(row.cell);
  }
  if (none.records() > 0) {
    found.push_back({none.served > 0 ? act_now : look_into, "unsigned_tokens",
                     counted(none.records(), "token") + " came with alg " + name("none") +
                         ", that is, without a signature; " + answered(none.served) + ".",
                     "Nobody sends such tokens by accident: look at the clients.", kCounts});
  }
}

// Faults that no honest client has, and that a server refuses.
void refused_forgeries(const tally::Overview& overview, Findings& found) {
  std::uint64_t refused = 0;
  Line reasons;
  for (const Reason reason : {Reason::signature_invalid, Reason::algorithm_not_allowed, Reason::critical_header}) {
    const tally::ReasonRow* row = find(overview, reason);
    if (row == nullptr || row->served >= row->decided) continue;
    refused += row->decided - row->served;
    reasons += Line(reasons.empty() ? "" : ", ") + name(to_string(reason)) + " " + number(row->decided - row->served);
  }
  if (refused == 0) return;
  found.push_back(
      {look_into, "refused_forgery",
       counted(refused, "use") + " of tokens that look forged or altered " +
           std::string(agreed(refused, "was", "were")) + " not answered as good: " + reasons + ".",
       "Look at the clients: somebody tries what the servers take, or a client has the tokens of another environment.",
       kReasons});
}

void key_confusion(const tally::Overview& overview, Findings& found) {
  if (find(overview, Reason::algorithm_not_allowed) == nullptr) return;
  std::uint64_t uses = 0, served = 0;
  for (const char* algorithm : {"HS256", "HS384", "HS512"}) {
    const tally::Cell cell = records_of(overview.algorithms, algorithm);
    if (cell.accepted > 0) return;  // an algorithm of this system
    uses += cell.rejected;
    served += cell.served;
  }
  if (uses == 0) return;
  found.push_back({served > 0 ? act_now : look_into, "key_confusion",
                   counted(uses, "token") +
                       " claimed an HMAC algorithm (HS256), though no HMAC token was ever valid here: " +
                       "signs of an attempt to have a public key taken for the secret; " + answered(served) + ".",
                   "Look at the clients. If a service does use HS256, give its secret with --secret-file.", kCounts});
}

void replays(const tally::Overview& overview, Findings& found) {
  const std::vector<tally::Replay>& tokens = overview.replays.tokens;
  if (tokens.empty()) return;
  std::uint64_t in_turns = 0, served = 0;
  for (const tally::Replay& replay : tokens) {
    in_turns += is_used_in_turns(replay) ? 1 : 0;
    served += replay.served > 0 ? 1 : 0;
  }
  Line what = counted(tokens.size(), "token") + " came from two or more client addresses";
  if (in_turns > 0) what += ", " + number(in_turns) + " of them from several addresses in turns";
  what += "; " + answered(served) + ".";
  if (overview.replays.share < 1)
    what += " Only " + percent(static_cast<std::uint64_t>(overview.replays.share * 1e6), 1'000'000) +
            " of the tokens were looked at, so there are more.";
  found.push_back({look_into, "replays", what,
                   "A phone that changes its network does this, and so does a stolen token: compare the addresses.",
                   kReplays});
}

void shared_jtis(const tally::Overview& overview, Findings& found) {
  const std::size_t count = overview.replays.jtis.size();
  if (count == 0) return;
  found.push_back({look_into, "shared_jtis",
                   counted(count, "jti") + " " + std::string(agreed(count, "stands", "stand")) +
                       " in different tokens: the issuer uses a number twice, or tokens were made from a copy.",
                   "Compare the tokens of one jti: subject, times, signature.", kReplays});
}

void expired_by_skew(const tally::Overview& overview, Findings& found) {
  const std::uint64_t skew = overview.expired_by.parts[0];
  if (skew == 0) return;
  std::uint64_t all = 0;
  for (const std::uint64_t part : overview.expired_by.parts) all += part;
  found.push_back({good_to_know, "expired_by_skew",
                   number(skew) + " of " + counted(all, "use") +
                       " of expired tokens missed by less than 30 s: clock skew, harmless.",
                   "--leeway 30s accepts them.", kReasons});
}

void long_expired(const tally::Overview& overview, Findings& found) {
  const std::uint64_t old = overview.expired_by.parts[4] + overview.expired_by.parts[5];
  if (old == 0) return;
  found.push_back(
      {look_into, "long_expired", counted(old, "use") + " of tokens came more than a day after they had expired.",
       "A client that never renews its token, or somebody with an old log or backup: look at the clients.", kReasons});
}

void valid_refused(const tally::Overview& overview, Findings& found) {
  if (overview.accepted_refused == 0) return;
  found.push_back(
      {good_to_know, "valid_refused",
       counted(overview.accepted_refused, "request") + " with valid tokens " +
           std::string(agreed(overview.accepted_refused, "was", "were")) +
           " answered with 401 or 403: rights that are missing, or a server that checks more than this run did.",
       "", kCounts});
}

void far_expiry(const tally::Overview& overview, Findings& found) {
  if (overview.far_expiry == 0) return;
  found.push_back({look_into, "far_expiry",
                   counted(overview.far_expiry, "use") +
                       " of accepted tokens that expire after the year 2200: an issuer that "
                       "writes exp in milliseconds, or tokens that never end.",
                   "Have the issuer write exp in seconds; --max-lifetime refuses such tokens.", kExactness});
}

void other_credentials(const tally::Overview& overview, Findings& found) {
  if (overview.other_credentials == 0) return;
  found.push_back({good_to_know, "other_credentials",
                   counted(overview.other_credentials, "other credential") +
                       " (Basic, API keys, opaque tokens) stood in the logs; they are counted and not judged.",
                   "", kExactness});
}

constexpr std::array<Rule, 2> kAnswerRules = {rejected_served, rejected_refused};
constexpr std::array<Rule, 11> kRules = {unchecked,     refused_forgeries, unsigned_tokens,  key_confusion,
                                         replays,       shared_jtis,       long_expired,     expired_by_skew,
                                         valid_refused, far_expiry,        other_credentials};

}  // namespace

std::span<const Rule> answer_rules() noexcept { return kAnswerRules; }
std::span<const Rule> use_rules() noexcept { return kRules; }

}  // namespace assay::report
