#include "report/compose.h"

#include <utility>
#include <vector>

#include "report/facts.h"
#include "report/sections.h"

namespace assay::report {
namespace {

std::vector<Tile> tiles_of(const tally::Overview& overview) {
  const Facts facts = facts_of(overview);
  std::vector<Tile> tiles;
  if (facts.with_answer > 0 || facts.not_valid.served > 0)
    tiles.push_back({number(facts.not_valid.served), "not valid, answered as good", facts.not_valid.served > 0});
  tiles.push_back({number(facts.not_valid.uses), "not valid in all"});
  tiles.push_back({number(overview.all.accepted), "valid"});
  if (facts.cannot_tell.uses > 0) tiles.push_back({number(facts.cannot_tell.uses), "cannot be judged"});
  if (facts.no_token.uses > 0) tiles.push_back({number(facts.no_token.uses), "records without a token"});
  if (facts.replayed > 0) tiles.push_back({number(facts.replayed), "tokens from several addresses"});
  return tiles;
}

}  // namespace

Content content_of(const tally::Overview& overview, const Baseline* baseline) {
  Content content{headline_of(overview), tiles_of(overview), findings_of(overview), {}};
  std::vector<Section> sections;
  if (baseline != nullptr) sections.push_back(since_section(overview, *baseline));
  for (const auto& make : {reasons_section, time_section, keys_section, replays_section, who_section, counts_section,
                           coverage_section, manifest_section, exactness_section}) {
    sections.push_back(make(overview));
  }
  for (Section& section : sections) {
    if (!section.blocks.empty()) content.sections.push_back(std::move(section));
  }
  return content;
}

}  // namespace assay::report
