#include "report/baseline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/keyed_hash.h"
#include "page/numbers.h"
#include "report/facts.h"

namespace assay::report {
namespace {

using Names = base::KeyedSet<std::string_view>;

Names names_in(const tally::Breakdown& breakdown) {
  Names names;
  for (const tally::Row& row : breakdown.rows) names.insert(row.name);
  return names;
}

std::vector<std::string> new_names(const tally::Breakdown& now, const tally::Breakdown& then) {
  const Names known = names_in(then);
  std::vector<std::string> names;
  for (const tally::Row& row : now.rows) {
    if (!known.contains(row.name)) names.push_back(row.name);
  }
  return names;
}

std::vector<tally::Row> new_clients(const tally::Breakdown& now, const tally::Breakdown& then) {
  Names served;
  for (const tally::Row& row : then.rows) {
    if (row.cell.served > 0) served.insert(row.name);
  }
  std::vector<tally::Row> rows;
  for (const tally::Row& row : now.rows) {
    if (row.cell.served > 0 && !served.contains(row.name)) rows.push_back(row);
  }
  return rows;
}

std::vector<tally::Replay> new_replays(const tally::Replays& now, const tally::Replays& then) {
  Names known;
  for (const tally::Replay& replay : then.tokens) known.insert(replay.ath);
  std::vector<tally::Replay> replays;
  for (const tally::Replay& replay : now.tokens) {
    if (!known.contains(replay.ath)) replays.push_back(replay);
  }
  return replays;
}

std::vector<std::string> shared_inputs(const tally::Overview& now, const tally::Overview& then) {
  Names contents;
  for (const tally::FileCoverage& file : then.files) {
    if (!file.sha256.empty()) contents.insert(file.sha256);
  }
  std::vector<std::string> paths;
  for (const tally::FileCoverage& file : now.files) {
    if (contents.contains(file.sha256)) paths.push_back(file.path);
  }
  return paths;
}

constexpr std::size_t kMostNews = 10;

// Parts of ten thousand: "2.3".
std::string rate(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  return page::three_digits(static_cast<double>(part) / static_cast<double>(whole) * 10'000);
}

Table numbers_table(const tally::Overview& now, const tally::Overview& then) {
  const Facts facts = facts_of(now), old_facts = facts_of(then);
  Table table{{"", "then", "now", "difference", "of 10,000 uses then", "now"}, 1, {}, 0};
  const auto add = [&](const char* words, std::uint64_t before, std::uint64_t count) {
    table.rows.push_back({Line(words), number(before), number(count), difference(count, before),
                          rate(before, then.all.records()), rate(count, now.all.records())});
  };
  add("uses of tokens", then.all.records(), now.all.records());
  add("valid", then.all.accepted, now.all.accepted);
  add("not valid", old_facts.not_valid.uses, facts.not_valid.uses);
  add("not valid, answered as good", old_facts.not_valid.served, facts.not_valid.served);
  add("cannot be judged", old_facts.cannot_tell.uses, facts.cannot_tell.uses);
  add("tokens from several addresses", old_facts.replayed, facts.replayed);
  return table;
}

template <class Items, class Show>
void add_news(Definitions& list, const char* words, const Items& items, Show show) {
  if (items.empty()) return;
  Line line;
  for (std::size_t i = 0; i < std::min(items.size(), kMostNews); ++i) line += Line(i == 0 ? "" : ", ") + show(items[i]);
  if (items.size() > kMostNews) line += " and " + number(items.size() - kMostNews) + " more: see the JSON";
  list.entries.emplace_back(words, line);
}

}  // namespace

News news_of(const tally::Overview& now, const tally::Overview& then) {
  News news;
  for (const tally::ReasonRow& row : now.reasons) {
    if (find(then, row.reason) == nullptr) news.reasons.push_back(row.reason);
  }
  news.kids = new_names(now.kids, then.kids);
  news.issuers = new_names(now.issuers, then.issuers);
  news.algorithms = new_names(now.algorithms, then.algorithms);
  news.clients = new_clients(now.clients, then.clients);
  news.replays = new_replays(now.replays, then.replays);
  news.is_exact = then.kids.is_exact && then.issuers.is_exact && then.clients.is_exact && then.replays.share >= 1;
  news.inputs_in_both = shared_inputs(now, then);
  return news;
}

Section since_section(const tally::Overview& now, const Baseline& baseline) {
  const tally::Overview& then = baseline.overview;
  const News news = news_of(now, then);
  Section section{kSince,
                  "Since the last audit",
                  Line("Compared with ") + name(baseline.name) +
                      (then.all.times.first ? Line(", which covers " + period(then.all.times) + " UTC.") : Line(".")),
                  {}};
  section.blocks.emplace_back(numbers_table(now, then));
  Definitions list;
  const auto named = [](const std::string& text) { return name(text); };
  add_news(list, "new reasons", news.reasons, [](Reason reason) { return name(to_string(reason)); });
  add_news(list, "new kids", news.kids, named);
  add_news(list, "new issuers", news.issuers, named);
  add_news(list, "new algorithms", news.algorithms, named);
  add_news(list, "new clients with rejected tokens that were answered as good", news.clients,
           [](const tally::Row& row) { return name(row.name) + " " + number(row.cell.served); });
  add_news(list, "new replays", news.replays, [](const tally::Replay& replay) {
    return Line(Span{Span::Kind::name, shown(replay.ath, kShownFingerprint)}) + " from " +
           counted(replay.addresses, "address", "addresses");
  });
  if (list.entries.empty()) {
    section.blocks.emplace_back(
        Line("Nothing is new: no reason, kid, issuer, algorithm, client or replay that the last audit did not have."));
  } else {
    section.blocks.emplace_back(std::move(list));
  }
  Bullets remarks;
  if (!news.is_exact)
    remarks.lines.emplace_back(
        "The last audit kept only the most frequent values of some properties, so that some of these may have occurred "
        "before.");
  if (!news.inputs_in_both.empty())
    remarks.lines.push_back(counted(news.inputs_in_both.size(), "input") + " " +
                            std::string(agreed(news.inputs_in_both.size(), "is", "are")) +
                            " in both: " + names(news.inputs_in_both, 3) + ".");
  if (!remarks.lines.empty()) section.blocks.emplace_back(std::move(remarks));
  return section;
}

}  // namespace assay::report
