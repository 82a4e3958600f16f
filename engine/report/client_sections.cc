// Replays, and who sent what was rejected.
#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "report/facts.h"
#include "report/sections.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostReplays = 20, kMostOffenders = 10, kMostAddresses = 4;

Line addresses_of(const tally::Replay& replay) {
  Line line = is_used_in_turns(replay) ? strong("in turns: ") : Line();
  std::size_t told = 0;
  for (const tally::Replay::Client& client : replay.clients) {
    if (told == kMostAddresses) break;
    line += Line(told == 0 ? "" : ", ") + name_or_none(client.address) + " " + number(client.uses);
    ++told;
  }
  if (replay.addresses > told) line += " and " + number(replay.addresses - told) + " more";
  return line;
}

// Enough of a fingerprint to find it in the verdicts.
Line beginning_of(const tally::Replay& replay) {
  return replay.ath.empty() ? name_or_none(replay.jti)
                            : Line(Span{Span::Kind::name, shown(replay.ath, kShownFingerprint)});
}

// Those first that several addresses used in turns, from the most addresses.
Table replay_table(std::vector<const tally::Replay*> replays, const char* what) {
  std::stable_sort(replays.begin(), replays.end(), [](const auto* a, const auto* b) {
    return std::tuple(is_used_in_turns(*a), a->addresses, a->served, a->uses) >
           std::tuple(is_used_in_turns(*b), b->addresses, b->served, b->uses);
  });
  Table table{
      {what, "subject, key", "addresses and uses", "time (UTC)", "uses", "rejected", "answered as good"}, 4, {}, 0};
  for (const tally::Replay* replay : replays) {
    table.rows.push_back({beginning_of(*replay), name_or_none(replay->subject) + ", " + name_or_none(replay->kid),
                          addresses_of(*replay), period(replay->times), number(replay->uses), number(replay->rejected),
                          number(replay->served)});
    if (table.rows.size() == kMostReplays) break;
  }
  table.more = replays.size() - table.rows.size();
  return table;
}

Table replay_table(const std::vector<tally::Replay>& replays, const char* what) {
  std::vector<const tally::Replay*> all;
  for (const tally::Replay& replay : replays) all.push_back(&replay);
  return replay_table(std::move(all), what);
}

// The values with the most rejected uses that were answered as good; where none was, with the most rejected uses.
void add_offenders(Section& section, const char* heading, const char* column, const tally::Breakdown& breakdown) {
  std::vector<const tally::Row*> rows;
  for (const tally::Row& row : breakdown.rows) {
    if (row.cell.rejected > 0) rows.push_back(&row);
  }
  if (rows.empty()) return;
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    return std::pair(a->cell.served, a->cell.rejected) > std::pair(b->cell.served, b->cell.rejected);
  });
  Table table{{column, "time (UTC)", "answered as good", "rejected", "accepted"}, 2, {}, 0};
  for (const tally::Row* row : rows) {
    table.rows.push_back({name(row->name), period(row->cell.times), number(row->cell.served),
                          number(row->cell.rejected), number(row->cell.accepted)});
    if (table.rows.size() == kMostOffenders) break;
  }
  table.more = rows.size() - table.rows.size();
  section.blocks.emplace_back(Subheading{heading});
  section.blocks.emplace_back(std::move(table));
}

}  // namespace

Section replays_section(const tally::Overview& overview) {
  Section section{kReplays,
                  "Replays",
                  "Tokens that came from two or more client addresses, those first that several addresses used in "
                  "turns. The beginning of the fingerprint (ath) finds them in the verdicts.",
                  {}};
  const tally::Replays& replays = overview.replays;
  if (!replays.tokens.empty()) section.blocks.emplace_back(replay_table(replays.tokens, "token (ath)"));
  if (!replays.jtis.empty()) {
    section.blocks.emplace_back(Subheading{"Different tokens with one jti"});
    section.blocks.emplace_back(replay_table(replays.jtis, "jti"));
  }
  return section;
}

Section who_section(const tally::Overview& overview) {
  Section section{kWho,
                  "Who sent them",
                  "With the most rejected uses that were answered as good. The times are those of all uses.",
                  {}};
  add_offenders(section, "Client addresses", "address", overview.clients);
  add_offenders(section, "Subjects", "subject", overview.subjects);
  add_offenders(section, "Clients", "client_id", overview.client_ids);
  return section;
}

}  // namespace assay::report
