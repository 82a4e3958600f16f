#include "report/facts.h"

#include <cstddef>

namespace assay::report {
namespace {

Facts::Share& share_of(Facts& facts, Proof proof) {
  switch (proof) {
    case Proof::not_valid:
      return facts.not_valid;
    case Proof::cannot_tell:
      return facts.cannot_tell;
    case Proof::no_token:
      break;
  }
  return facts.no_token;
}

}  // namespace

Facts facts_of(const tally::Overview& overview) {
  Facts facts;
  for (const tally::ReasonRow& row : overview.reasons) {
    Facts::Share& share = share_of(facts, words_of(row.reason).proof);
    share.uses += row.decided;
    share.served += row.served;
  }
  for (const tally::Row& row : overview.statuses.rows) facts.with_answer += row.cell.records();
  facts.with_answer += overview.statuses.other.records();
  facts.replayed = overview.replays.tokens.size();
  return facts;
}

const tally::ReasonRow* find(const tally::Overview& overview, Reason reason) {
  for (const tally::ReasonRow& row : overview.reasons) {
    if (row.reason == reason) return &row;
  }
  return nullptr;
}

const tally::ReasonRow* find(const tally::Overview& overview, std::string_view reason) {
  const std::optional<Reason> known = reason_from_string(reason);
  return known ? find(overview, *known) : nullptr;
}

tally::Cell records_of(const tally::Breakdown& breakdown, std::string_view name) {
  for (const tally::Row& row : breakdown.rows) {
    if (row.name == name) return row.cell;
  }
  return {};
}

base::KeyedSet<std::string_view> known_kids(const tally::Overview& overview) {
  base::KeyedSet<std::string_view> known;
  for (const tally::KeyRow& key : overview.keys) known.insert(key.kid);
  for (const tally::Row& row : overview.verified_kids.rows) known.insert(row.name);
  return known;
}

bool is_used_in_turns(const tally::Replay& replay) {
  for (std::size_t i = 0; i < replay.clients.size(); ++i) {
    for (std::size_t j = i + 1; j < replay.clients.size(); ++j) {
      const tally::TimeSpan &a = replay.clients[i].times, &b = replay.clients[j].times;
      if (a.first && b.first && *a.first <= *b.last && *b.first <= *a.last) return true;
    }
  }
  return false;
}

}  // namespace assay::report
