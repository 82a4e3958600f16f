#include "tally/summary.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "codec/base64url.h"

namespace assay::tally {
namespace {

constexpr std::size_t kShownKids = 20;  // in Overview::kid_hours

Replay replay_of(const TokenUses::Token& token, bool is_jti) {
  const auto span_of = [](const Uses& uses) {
    TimeSpan span;
    if (uses.first == kNever) return span;
    span.add(instant_of(uses.first));
    span.add(instant_of(uses.last));
    return span;
  };
  Replay replay;
  const TokenKey& key = token.facts.key;
  if (!is_jti) replay.ath = codec::base64url_encode({reinterpret_cast<const char*>(key.data()), key.size()});
  replay.kid = token.facts.kid;
  replay.issuer = token.facts.issuer;
  (is_jti ? replay.jti : replay.subject) = token.facts.label;
  replay.uses = token.all.uses;
  replay.rejected = token.all.rejected;
  replay.served = token.all.served;
  replay.times = span_of(token.all);
  replay.addresses = token.clients.size() + (token.has_more_clients ? 1 : 0);
  for (const TokenUses::Token::Client& client : token.clients) {
    if (replay.clients.size() == Replay::kMostClients) break;
    replay.clients.push_back({std::string(client.address), client.uses.uses, span_of(client.uses)});
  }
  return replay;
}

void sort_by_first_use(std::vector<Replay>& replays) {
  std::sort(replays.begin(), replays.end(), [](const Replay& a, const Replay& b) {
    return std::tie(a.times.first, a.ath, a.issuer, a.jti) < std::tie(b.times.first, b.ath, b.issuer, b.jti);
  });
}

// A token of unknown address does not make several.
bool has_several_addresses(const TokenUses::Token& token) {
  const auto known = std::count_if(token.clients.begin(), token.clients.end(),
                                   [](const TokenUses::Token::Client& client) { return !client.address.empty(); });
  return known > 1 || token.has_more_clients;
}

Replays replays_of(const Tally& tally) {
  Replays replays;
  replays.distinct = tally.tokens.size();
  replays.share = std::ldexp(1.0, -std::max(tally.tokens.level(), tally.jtis.level()));
  tally.tokens.each_of_several_clients([&](const TokenUses::Token& token) {
    if (has_several_addresses(token)) replays.tokens.push_back(replay_of(token, false));
  });
  tally.jtis.each_of_several_clients([&](const TokenUses::Token& token) {
    // If all uses are of one token, that is among the tokens.
    if (token.several_members && has_several_addresses(token)) replays.jtis.push_back(replay_of(token, true));
  });
  sort_by_first_use(replays.tokens);
  sort_by_first_use(replays.jtis);
  return replays;
}

// The earliest time of a line or a record: what is known before it is nothing.
std::optional<Instant> first_known(const Summary& summary) {
  TimeSpan span = summary.tally.all.times;
  for (const FileCoverage& file : summary.files) span.add(file.times);
  return span.first;
}

std::vector<CompromisedUses> compromised_of(const Summary& summary) {
  std::vector<CompromisedUses> list;
  const std::optional<Instant> known = first_known(summary);
  for (const auto& [kid, by_token] : summary.tally.compromised) {
    CompromisedUses uses;
    uses.kid = kid;
    const auto key = std::find_if(summary.keys.begin(), summary.keys.end(),
                                  [&kid = kid](const KeyRow& row) { return row.kid == kid && row.compromised_at; });
    const bool has_window = key != summary.keys.end();
    if (has_window) {
      uses.issuer = key->issuer;
      uses.note = key->note;
      uses.from = *key->compromised_at;
    }
    const Nanoseconds from = nanoseconds_of(uses.from);
    const bool reaches_back = has_window && known && *known < uses.from;
    for (const auto& [token, counts] : by_token) {
      const Nanoseconds first = token == TokenKey{} ? kNever : summary.tally.tokens.first_seen(token);
      CompromisedUses::Part& part = first == kNever || !has_window ? uses.cannot_be_told
                                    : first < from                 ? uses.seen_before
                                    : reaches_back                 ? uses.first_inside
                                                                   : uses.cannot_be_told;
      part.tokens += token == TokenKey{} ? 0 : 1;
      part.uses += counts.uses;
      part.served += counts.served;
    }
    list.push_back(std::move(uses));
  }
  return list;
}

std::vector<Row> by_name(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
  return rows;
}

std::vector<Overview::HourOfKid> kid_hours_of(const Tally& tally) {
  std::vector<std::string> kids;
  for (const Row& row : tally.values(Property::verified_kid).breakdown().rows) {
    if (kids.size() == kShownKids) break;
    kids.push_back(row.name);
  }
  std::vector<Overview::HourOfKid> hours;
  for (const Row& row : by_name(tally.values(Property::kid_hour).breakdown().rows)) {
    const std::size_t blank = row.name.find(' ');
    std::string kid = row.name.substr(blank + 1);
    if (std::find(kids.begin(), kids.end(), kid) == kids.end()) continue;
    hours.push_back({row.name.substr(0, blank), std::move(kid), row.cell.accepted, row.cell.rejected});
  }
  return hours;
}

std::uint64_t decided(const Tally& tally, Reason reason) {
  return tally.reasons[static_cast<std::size_t>(reason)].decided;
}

}  // namespace

void tidy(Summary& summary) {
  std::sort(summary.runs.begin(), summary.runs.end(), [](const RunRow& a, const RunRow& b) {
    return std::tie(a.started, a.ended, a.inputs, a.options) < std::tie(b.started, b.ended, b.inputs, b.options);
  });
  std::sort(summary.files.begin(), summary.files.end(), [](const FileCoverage& a, const FileCoverage& b) {
    return std::tie(a.path, a.sha256, a.bytes, a.lines, a.tokens) <
           std::tie(b.path, b.sha256, b.bytes, b.lines, b.tokens);
  });
  const auto key_of = [](const KeyRow& key) {
    return std::tie(key.issuer, key.kid, key.thumbprint, key.type, key.source, key.note, key.not_before, key.retired_at,
                    key.compromised_at, key.published, key.weaknesses);
  };
  std::sort(summary.keys.begin(), summary.keys.end(),
            [&](const KeyRow& a, const KeyRow& b) { return key_of(a) < key_of(b); });
  const auto same = [&](const KeyRow& a, const KeyRow& b) { return key_of(a) == key_of(b); };
  summary.keys.erase(std::unique(summary.keys.begin(), summary.keys.end(), same), summary.keys.end());
}

void merge(Summary& into, const Summary& from) {
  into.tally.add(from.tally);
  into.runs.insert(into.runs.end(), from.runs.begin(), from.runs.end());
  into.files.insert(into.files.end(), from.files.begin(), from.files.end());
  into.keys.insert(into.keys.end(), from.keys.begin(), from.keys.end());
  into.bytes += from.bytes;
  into.other_credentials += from.other_credentials;
  into.repeated_hours += from.repeated_hours;
  into.published_private_keys = std::max(into.published_private_keys, from.published_private_keys);
  tidy(into);
}

Overview overview(const Summary& summary) {
  const Tally& tally = summary.tally;
  Overview all;
  all.all = tally.all;
  all.accepted_served = tally.accepted_served;
  all.accepted_refused = tally.accepted_refused;
  all.undecidable = decided(tally, Reason::token_redacted) + decided(tally, Reason::signature_redacted) +
                    decided(tally, Reason::missing_time);
  all.other_credentials = summary.other_credentials;
  for (int i = 0; i < kReasonCount; ++i) {
    const Tally::ReasonCounts& counts = tally.reasons[static_cast<std::size_t>(i)];
    if (counts.held == 0) continue;
    all.reasons.push_back({static_cast<Reason>(i), counts.decided, counts.held, counts.served, counts.times});
  }
  const std::pair<Breakdown Overview::*, Property> breakdowns[] = {{&Overview::algorithms, Property::alg},
                                                                   {&Overview::kids, Property::kid},
                                                                   {&Overview::issuers, Property::issuer},
                                                                   {&Overview::client_ids, Property::client_id},
                                                                   {&Overview::subjects, Property::subject},
                                                                   {&Overview::scopes, Property::scope},
                                                                   {&Overview::clients, Property::client},
                                                                   {&Overview::statuses, Property::status},
                                                                   {&Overview::verified_kids, Property::verified_kid}};
  for (const auto& [member, property] : breakdowns) all.*member = tally.values(property).breakdown();
  Breakdown hours = tally.values(Property::hour).breakdown();
  all.hours = by_name(std::move(hours.rows));
  all.without_hour = hours.absent;
  all.kid_hours = kid_hours_of(tally);
  all.expired_by = tally.expired_by;
  all.replays = replays_of(tally);
  all.compromised = compromised_of(summary);
  all.files = summary.files;
  all.keys = summary.keys;
  for (KeyRow& key : all.keys) {
    for (const Row& row : all.verified_kids.rows) {
      if (row.name == key.kid) key.uses = row.cell;
    }
  }
  all.runs = summary.runs;
  all.far_expiry = tally.far_expiry;
  all.published_private_keys = summary.published_private_keys;
  all.repeated_hours = summary.repeated_hours;
  all.bytes = summary.bytes;
  return all;
}

}  // namespace assay::tally
