#include "report/key_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "report/facts.h"

namespace assay::report {
namespace {

using enum Severity;

// If a finding concerns more keys, it gives only their number.
constexpr std::size_t kMostKeys = 3;

void compromised_keys(const tally::Overview& overview, Findings& found) {
  std::size_t told = 0;
  for (const tally::CompromisedUses& key : overview.compromised) {
    const std::uint64_t uses = key.seen_before.uses + key.first_inside.uses + key.cannot_be_told.uses;
    const std::uint64_t served = key.seen_before.served + key.first_inside.served + key.cannot_be_told.served;
    if (uses == 0) continue;
    if (++told > kMostKeys) continue;
    // No window: the summary does not hold the keys of its run.
    const std::string since = key.from == Instant{} ? "" : " since " + utc(key.from);
    Line what = "Key " + name_or_none(key.kid) + ", compromised" + since + ", was used " + counted(uses, "time") +
                " while it was, " + number(served) + " answered as good: " + counted(key.first_inside.tokens, "token") +
                " first seen since then (forged, or fresh), " + number(key.seen_before.tokens) +
                " known from before (genuine)";
    if (key.cannot_be_told.tokens > 0) what += ", " + number(key.cannot_be_told.tokens) + " that cannot be told apart";
    found.push_back({act_now, "compromised_key", what + ".",
                     "Remove the key from every server's set. Treat the tokens first seen since then as forged until "
                     "their issuer shows that it made them.",
                     kKeys});
  }
  if (told > kMostKeys) {
    found.push_back({act_now, "compromised_key",
                     counted(told - kMostKeys, "more compromised key") + " were used as well.", "", kKeys});
  }
}

void retired_keys(const tally::Overview& overview, Findings& found) {
  const tally::ReasonRow* row = find(overview, Reason::key_retired);
  if (row == nullptr) return;
  std::vector<const tally::KeyRow*> keys;
  for (const tally::KeyRow& key : overview.keys) {
    if (key.retired_at && key.uses.times.last && *key.retired_at <= *key.uses.times.last) keys.push_back(&key);
  }
  Line what = "Retired keys are still in use: " + counted(row->held, "use") + " of their tokens, " +
              (row->served > 0 ? "at least " + number(row->served) : std::string("none")) + " answered as good";
  for (std::size_t i = 0; i < std::min(keys.size(), kMostKeys); ++i) {
    what += Line(i == 0 ? ": " : "; ") + name_or_none(keys[i]->kid) + " retired " + utc(*keys[i]->retired_at) +
            ", last used " + utc(keys[i]->uses.times.last);
  }
  if (keys.size() > kMostKeys) what += "; and " + counted(keys.size() - kMostKeys, "more key");
  found.push_back(
      {row->served > 0 ? act_now : look_into, "retired_key", what + ".",
       "Somebody still signs with the key, or clients go on with old tokens. Remove it from every server's set.",
       kKeys});
}

void foreign_issuer_keys(const tally::Overview& overview, Findings& found) {
  const tally::ReasonRow* row = find(overview, "issuer_key_mismatch");
  if (row == nullptr || row->held == 0) return;
  found.push_back(
      {row->served > 0 ? act_now : look_into, "foreign_issuer_key",
       counted(row->held, "use") + " of tokens that name one issuer and are signed with the key of another; " +
           answered(row->served) + ".",
       "Whoever holds that key speaks for both issuers: each server has to bind its keys to their issuer.", kKeys});
}

void unknown_kids(const tally::Overview& overview, Findings& found) {
  const tally::ReasonRow* row = find(overview, Reason::key_not_found);
  if (row == nullptr) return;
  const base::KeyedSet<std::string_view> known = known_kids(overview);
  std::vector<std::string> kids;
  for (const tally::Row& kid : overview.kids.rows) {
    if (!known.contains(kid.name) && kid.cell.accepted == 0) kids.push_back(kid.name);
  }
  Line what = counted(row->decided, "use") + " of tokens by keys that this run does not have";
  if (!kids.empty()) what += ": " + names(kids);
  if (row->served > 0) what += "; " + answered(row->served) + ", so the servers may know more keys than this run";
  found.push_back({look_into, "unknown_kid", what + ".",
                   "If the kids are yours, run again with the key sets of that time (--jwks). If not, another "
                   "environment's tokens come here.",
                   kKeys});
}

void published_private_keys(const tally::Overview& overview, Findings& found) {
  const std::uint64_t count = overview.published_private_keys;
  if (count == 0) return;
  found.push_back(
      {act_now, "published_private_key",
       "The key sets publish " + counted(count, "private key") + ": whoever reads the set can sign any token.",
       "Replace the key, and tell the issuer which member to leave out (d, p, q, k).", kKeys});
}

void weak_keys(const tally::Overview& overview, Findings& found) {
  std::vector<std::string> kids;
  std::uint64_t uses = 0;
  for (const tally::KeyRow& key : overview.keys) {
    if (key.weaknesses.empty()) continue;
    kids.push_back(key.kid.empty() ? key.thumbprint : key.kid);
    uses += key.uses.records();
  }
  if (kids.empty()) return;
  found.push_back({look_into, "weak_key",
                   counted(kids.size(), "key") + " " + std::string(agreed(kids.size(), "has", "have")) +
                       " a weakness: " + names(kids) + " (" + counted(uses, "use") + ").",
                   "The table of keys names each weakness.", kKeys});
}

constexpr std::array<Rule, 6> kRules = {compromised_keys,       retired_keys, foreign_issuer_keys,
                                        published_private_keys, unknown_kids, weak_keys};

}  // namespace

std::span<const Rule> key_rules() noexcept { return kRules; }

}  // namespace assay::report
