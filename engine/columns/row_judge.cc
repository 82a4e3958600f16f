#include "columns/row_judge.h"

#include <new>
#include <optional>
#include <utility>

#include "jose/compact.h"
#include "jose/shape_fault.h"

namespace assay::columns {

RowJudge::RowJudge(verify::Engine& engine, const TextColumn& tokens, const ColumnOptions& options)
    : engine_(engine),
      tokens_(tokens),
      options_(options),
      session_(engine.acquire()),
      judged_(static_cast<std::size_t>(kPiece)) {}

RowJudge::~RowJudge() { engine_.release(std::move(session_)); }

void RowJudge::judge(Rows rows, const std::function<void(const Judged&)>& take) {
  inputs_.clear();
  refused_.clear();
  arena_.reset();
  for (std::int64_t row = rows.begin; row < rows.end; ++row) take_in(row);
  if (!engine_.verify(inputs_, {judged_.data(), inputs_.size()}, *session_)) throw std::bad_alloc();
  std::size_t next = 0;
  auto refused = refused_.begin();
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    if (refused == refused_.end() || refused->row != row) {
      take({&judged_[next], inputs_[next].token, time_of(row)});
      ++next;
      continue;
    }
    jose::TokenVerdict verdict;
    verdict.reasons = refused->reason;
    verdict.detail = refused->detail;
    take({&verdict, refused->token, time_of(row)});
    ++refused;
  }
}

void RowJudge::take_in(std::int64_t row) {
  const std::optional<std::string_view> text = tokens_.at(row);
  if (!text || text->empty()) return refuse(row, {}, Reason::missing_token, "the row holds no token");
  const std::string_view token = jose::strip_scheme(*text);
  if (token.empty()) return refuse(row, {}, Reason::missing_token, "the row holds only a scheme");
  if (const Instant* time = time_of(row)) {
    inputs_.push_back({token, *time});
    return;
  }
  // A missing token counts before a missing time.
  const auto placeholder = jose::explain_placeholder(token, arena_);
  if (placeholder && placeholder->reason == Reason::missing_token) {
    refuse(row, token, Reason::missing_token, placeholder->detail);
  } else {
    refuse(row, token, Reason::missing_time, "the row has no time, or none that can be read");
  }
}

const Instant* RowJudge::time_of(std::int64_t row) const {
  if (options_.times.empty()) return &options_.at;
  const std::optional<Instant>& time = options_.times[static_cast<std::size_t>(row)];
  return time ? &*time : nullptr;
}

}  // namespace assay::columns
