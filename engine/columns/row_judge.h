// The rows of a column, judged piece by piece.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "assay/arrow.h"
#include "base/arena.h"
#include "columns/text_column.h"
#include "jose/token_verdict.h"
#include "verify/engine.h"

namespace assay::columns {

struct Rows {
  std::int64_t begin = 0, end = 0;
};

// Has a session of the engine. Not thread safe. The engine, the column and the options outlive it.
class RowJudge {
 public:
  // Rows that are judged with one call of the engine.
  static constexpr std::int64_t kPiece = 512;

  // A row and its verdict. Views that hold until the next call.
  struct Judged {
    const jose::TokenVerdict* verdict = nullptr;
    std::string_view token;       // without a scheme; empty: there is none
    const Instant* at = nullptr;  // the moment of judgement; null: the row has no time
  };

  RowJudge(verify::Engine& engine, const TextColumn& tokens, const ColumnOptions& options);
  ~RowJudge();
  RowJudge(const RowJudge&) = delete;
  RowJudge& operator=(const RowJudge&) = delete;

  // Calls `take` for each of at most kPiece rows, in their order. Throws std::bad_alloc.
  void judge(Rows rows, const std::function<void(const Judged&)>& take);

 private:
  // A row that the engine does not see.
  struct Refused {
    std::int64_t row;
    std::string_view token;
    Reason reason;
    std::string_view detail;
  };

  void take_in(std::int64_t row);
  void refuse(std::int64_t row, std::string_view token, Reason reason, std::string_view detail) {
    refused_.push_back({row, token, reason, detail});
  }
  const Instant* time_of(std::int64_t row) const;

  verify::Engine& engine_;
  const TextColumn& tokens_;
  const ColumnOptions& options_;
  std::unique_ptr<verify::Session> session_;
  std::vector<jose::TokenInput> inputs_;
  std::vector<jose::TokenVerdict> judged_;
  std::vector<Refused> refused_;
  base::Arena arena_;
};

}  // namespace assay::columns
