#include "audit/first_block.h"

#include <utility>
#include <vector>

#include "input/range.h"
#include "input/source.h"
#include "input/splitter.h"

namespace assay::audit {
namespace {

// Enough for the longest lines that formats are learnt from, and quick to read from thousands of files.
constexpr std::size_t kBlock = 64 << 10, kLine = 1 << 20;

}  // namespace

Result<input::Block> first_block(const std::string& input, const std::atomic<int>* stop) {
  input::Source source({input}, {.stop = stop});
  input::Splitter splitter(source, input::in_pieces(kLine, kBlock));
  input::Block block;
  for (;;) {
    const Result<input::Splitter::Outcome> outcome = splitter.next(block);
    if (!outcome) return outcome.error();
    if (*outcome == input::Splitter::Outcome::nothing) continue;
    break;
  }
  std::vector<input::Block> further;
  if (block.range.file != nullptr) input::load(block, further);
  return block;
}

}  // namespace assay::audit
