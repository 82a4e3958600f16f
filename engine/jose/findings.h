// Collects the reasons against a token whose signature is valid, and keeps the detail of the earliest.
#pragma once

#include <string_view>

#include "assay/reason.h"
#include "base/arena.h"

namespace assay::jose {

// What the policy says of claims.
struct Judgement {
  ReasonSet reasons;        // empty: accepted
  std::string_view detail;  // of the first reason; in the arena. Holds no token material but times
};

// Not thread safe; lives for one token.
class Findings {
 public:
  explicit Findings(base::Arena& arena) noexcept : arena_(arena) {}

  // `detail` is copied; of two details for one reason the first is kept.
  void add(Reason reason, std::string_view detail) {
    const bool leads = judgement_.reasons.empty() || reason < judgement_.reasons.first();
    judgement_.reasons.insert(reason);
    if (leads) judgement_.detail = arena_.copy(detail);
  }
  const Judgement& judgement() const noexcept { return judgement_; }

 private:
  base::Arena& arena_;
  Judgement judgement_;
};

}  // namespace assay::jose
