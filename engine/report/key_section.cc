// Keys through time.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/keyed_hash.h"
#include "report/facts.h"
#include "report/sections.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostDrawn = 24, kMostRows = 40, kMostUnknown = 12;

std::string name_of(const tally::KeyRow& key) { return key.kid.empty() ? key.thumbprint : key.kid; }

// The keys of the runs, and kids under which signatures were valid that the summary does not list among the keys.
std::vector<tally::KeyRow> keys_of(const tally::Overview& overview) {
  std::vector<tally::KeyRow> keys = overview.keys;
  base::KeyedSet<std::string_view> listed;
  for (const tally::KeyRow& key : overview.keys) listed.insert(key.kid);
  for (const tally::Row& row : overview.verified_kids.rows) {
    if (listed.contains(row.name)) continue;
    tally::KeyRow& key = keys.emplace_back();
    key.kid = row.name;
    key.uses = row.cell;
  }
  return keys;
}

// The uses after the key's window, as far as the last use tells.
bool is_used_late(const tally::KeyRow& key) {
  const auto& last = key.uses.times.last;
  return last && ((key.retired_at && *key.retired_at <= *last) || (key.compromised_at && *key.compromised_at <= *last));
}

// Those first that a reader looks for: compromised, used after its end, with rejected uses, weak; then by uses.
std::vector<const tally::KeyRow*> by_interest(const std::vector<tally::KeyRow>& keys) {
  std::vector<const tally::KeyRow*> sorted;
  for (const tally::KeyRow& key : keys) sorted.push_back(&key);
  const auto rank = [](const tally::KeyRow* key) {
    return std::tuple(key->compromised_at.has_value(), is_used_late(*key), key->uses.served, key->uses.rejected,
                      !key->weaknesses.empty(), key->uses.records());
  };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
  return sorted;
}

// The drawn part of time: all uses, and the borders of windows that lie within a tenth of it beside them.
tally::TimeSpan drawn_time(const std::vector<const tally::KeyRow*>& keys) {
  tally::TimeSpan times;
  for (const tally::KeyRow* key : keys) times.add(key->uses.times);
  if (!times.first) return times;
  const std::int64_t margin = seconds_between(*times.first, *times.last) / 10;
  const tally::TimeSpan near{Instant{times.first->seconds - margin, 0}, Instant{times.last->seconds + margin, 0}};
  for (const tally::KeyRow* key : keys) {
    for (const auto& border : {key->not_before, key->retired_at, key->compromised_at}) {
      if (border && *near.first <= *border && *border <= *near.last) times.add(*border);
    }
  }
  return times;
}

using HoursByKid = base::KeyedMap<std::string_view, std::vector<Instant>>;

// The hours in which each kid was used, in order.
HoursByKid hours_by_kid(const tally::Overview& overview) {
  HoursByKid hours;
  for (const tally::Overview::HourOfKid& one : overview.kid_hours)
    if (const std::optional<Instant> hour = parse_rfc3339(one.hour + ":00:00Z")) hours[one.kid].push_back(*hour);
  return hours;
}

// The times in which a key was used: its hours, joined if fewer than `least` seconds lie between two of them. A key
// whose hours are not known was used from its first to its last use.
std::vector<tally::TimeSpan> used_times(const tally::KeyRow& key, const HoursByKid& hours, std::int64_t least) {
  const tally::TimeSpan& used = key.uses.times;
  if (!used.first || !used.last) return {};
  const auto found = hours.find(key.kid);
  if (found == hours.end()) return {used};
  constexpr std::int64_t kHour = 3600;
  std::vector<tally::TimeSpan> spans;
  for (const Instant& hour : found->second) {
    const Instant from = std::max(hour, *used.first), to = std::min(Instant{hour.seconds + kHour, 0}, *used.last);
    if (to < from) continue;
    if (!spans.empty() && seconds_between(*spans.back().last, from) < least) {
      spans.back().last = to;
    } else {
      spans.push_back({from, to});
    }
  }
  return spans.empty() ? std::vector{used} : spans;
}

page::TimeRows::Row row_of(const tally::KeyRow& key, const std::vector<tally::TimeSpan>& used) {
  page::TimeRows::Row row;
  row.name = shown(name_of(key), 30);
  row.note = number(key.uses.records());
  const auto add_from = [&](const std::optional<Instant>& border, const char* series) {
    for (const tally::TimeSpan& span : used)
      if (border && *border <= *span.last) row.pieces.push_back({std::max(*border, *span.first), *span.last, series});
  };
  for (const tally::TimeSpan& span : used) row.pieces.push_back({*span.first, *span.last, "good"});
  add_from(key.retired_at, "refused");
  add_from(key.compromised_at, "served");
  if (key.not_before) row.marks.push_back({*key.not_before, "border", "valid from"});
  if (key.retired_at) row.marks.push_back({*key.retired_at, "retired", "retired"});
  if (key.compromised_at) row.marks.push_back({*key.compromised_at, "compromised", "compromised"});
  std::sort(row.marks.begin(), row.marks.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return row;
}

page::TimeRows picture_of(const std::vector<const tally::KeyRow*>& keys, const tally::TimeSpan& times,
                          const HoursByKid& hours) {
  // A row has at most this many pieces, so that each can be seen, and so that the page stays small over years.
  constexpr std::int64_t kMostPieces = 200;
  const std::int64_t least = std::max<std::int64_t>(1, seconds_between(*times.first, *times.last) / kMostPieces);
  page::TimeRows chart;
  chart.title = "The hours in which each key was used, in UTC, with the borders of the keys' windows";
  chart.from = *times.first;
  chart.to = *times.last;
  for (const tally::KeyRow* key : keys) chart.rows.push_back(row_of(*key, used_times(*key, hours, least)));
  return chart;
}

// What dated snapshots show of the key, and what is inferred between them.
Line seen_in_snapshots(const KeyAppearance& seen) {
  Line line = "in snapshots of " + name(seen.series);
  line += seen.first == seen.last ? " of " + utc(seen.first) : " from " + utc(seen.first) + " to " + utc(seen.last);
  if (seen.before) line += ", inferred: published after " + utc(*seen.before);
  if (seen.after) line += Line(seen.before ? " and" : ", inferred:") + " taken out before " + utc(*seen.after);
  return line;
}

Line window_of(const tally::KeyRow& key) {
  Line line;
  const auto add = [&line](const char* words, const std::optional<Instant>& at) {
    if (at) line += Line(line.empty() ? "" : "; ") + words + utc(*at);
  };
  add("from ", key.not_before);
  add("retired ", key.retired_at);
  add("compromised ", key.compromised_at);
  for (const KeyAppearance& seen : key.published) line += Line(line.empty() ? "" : "; ") + seen_in_snapshots(seen);
  return line.empty() ? Line("–") : line;
}

Line remarks_of(const tally::KeyRow& key) {
  Line line;
  for (const std::string& weakness : key.weaknesses) line += Line(line.empty() ? "" : "; ") + name(weakness);
  if (!key.note.empty()) line += Line(line.empty() ? "" : "; ") + name(key.note);
  return line.empty() ? Line("–") : line;
}

Table table_of(const std::vector<const tally::KeyRow*>& keys) {
  Table table{
      {"key", "issuer", "window (UTC)", "weakness, note", "used (UTC)", "accepted", "rejected", "answered as good"},
      5,
      {},
      0};
  for (const tally::KeyRow* key : keys) {
    if (!takes_row(table, kMostRows)) continue;
    table.rows.push_back({name(name_of(*key)) + (key->type.empty() ? Line() : " " + name(key->type)),
                          name_or_none(key->issuer), window_of(*key), remarks_of(*key), period(key->uses.times),
                          number(key->uses.accepted), number(key->uses.rejected), number(key->uses.served)});
  }
  drop_empty_columns(table);
  return table;
}

Table compromised_table(const std::vector<tally::CompromisedUses>& compromised) {
  Table table{{"compromised key", "tokens", "distinct", "uses", "answered as good"}, 2, {}, 0};
  for (const tally::CompromisedUses& key : compromised) {
    const auto add = [&](const char* words, const tally::CompromisedUses::Part& part) {
      if (part.uses > 0 && takes_row(table, kMostRows))
        table.rows.push_back(
            {name_or_none(key.kid), Line(words), number(part.tokens), number(part.uses), number(part.served)});
    };
    add("first seen since then: forged, or fresh", key.first_inside);
    add("seen before: genuine", key.seen_before);
    add("cannot be told", key.cannot_be_told);
  }
  return table;
}

// Kids of tokens for which the run has no key.
Table unknown_table(const tally::Overview& overview) {
  Table table{{"kid without a key", "time (UTC)", "uses", "answered as good"}, 2, {}, 0};
  if (find(overview, Reason::key_not_found) == nullptr) return table;
  const base::KeyedSet<std::string_view> known = known_kids(overview);
  for (const tally::Row& row : overview.kids.rows) {
    if (known.contains(row.name) || row.cell.accepted > 0 || !takes_row(table, kMostUnknown)) continue;
    table.rows.push_back({name(row.name), period(row.cell.times), number(row.cell.records()), number(row.cell.served)});
  }
  return table;
}

void add_picture(Section& section, std::vector<const tally::KeyRow*> keys, const HoursByKid& hours) {
  std::erase_if(keys, [](const tally::KeyRow* key) { return !key->uses.times.first; });
  if (keys.empty()) return;
  const std::size_t used = keys.size();
  if (keys.size() > kMostDrawn) keys.resize(kMostDrawn);
  const tally::TimeSpan times = drawn_time(keys);
  std::vector<page::LegendEntry> legend = {{"good", "used"}};
  const auto any = [&keys](auto border) {
    return std::any_of(keys.begin(), keys.end(), [&](const tally::KeyRow* key) { return (key->*border).has_value(); });
  };
  if (any(&tally::KeyRow::retired_at)) legend.push_back({"refused", "used after it was retired"});
  if (any(&tally::KeyRow::compromised_at)) legend.push_back({"served", "used while compromised"});
  section.blocks.emplace_back(Picture{picture_of(keys, times, hours), std::move(legend), {}});
  if (used > keys.size())
    section.blocks.emplace_back(Line("Drawn are the " + number(keys.size()) + " of " + number(used) +
                                     " keys that matter most: compromised, used after their end, with rejected uses."));
}

}  // namespace

Section keys_section(const tally::Overview& overview) {
  Section section{kKeys,
                  "Keys through time",
                  "Each key with the hours in which it was used, by the times of the lines. The number at the right "
                  "counts its uses.",
                  {}};
  const std::vector<tally::KeyRow> rows = keys_of(overview);
  const std::vector<const tally::KeyRow*> keys = by_interest(rows);
  add_picture(section, keys, hours_by_kid(overview));
  if (Table split = compromised_table(overview.compromised); !split.rows.empty()) {
    section.blocks.emplace_back(Subheading{"Compromised keys: forged or genuine"});
    section.blocks.emplace_back(std::move(split));
  }
  if (!keys.empty()) {
    section.blocks.emplace_back(Subheading{"All keys"});
    section.blocks.emplace_back(table_of(keys));
  }
  if (Table unknown = unknown_table(overview); !unknown.rows.empty()) {
    section.blocks.emplace_back(Subheading{"Unknown keys"});
    section.blocks.emplace_back(std::move(unknown));
  }
  return section;
}

}  // namespace assay::report
