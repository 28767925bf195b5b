// FallbackChains: a contract's fallback chains, compiled for one version: what answers instead of a
// model that may not, by cause. RowJudge walks them.
//
// Thread safety: const use from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "data/expression/expression.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"

namespace mooring::serving {

// A value that its owner wrote down: an amount where decisions are amounts, else a score.
struct FixedValue {
  double score = 0;  // NaN beside an amount
  std::int64_t amount_minor = 0;
  records::RowDecision Decision() const;
};

struct FallbackLineCompiled {
  std::optional<data::Expression> when;  // none: always
  FixedValue value;
};

struct FallbackStepCompiled {
  records::FallbackStep::Kind kind = records::FallbackStep::Kind::kDeny;
  bool consumes_nothing = false;
  std::vector<FallbackLineCompiled> lines;  // kConstant, kRules

  // The first line that holds; nothing when none does.
  std::optional<FixedValue> ValueFor(const data::Batch& inputs, std::size_t row) const;
};

class FallbackChains {
 public:
  using Chain = std::vector<FallbackStepCompiled>;
  // kFailedPrecondition when a value is too large for money or a condition does not fit the inputs.
  static Result<std::shared_ptr<const FallbackChains>> Compile(const records::Contract& contract,
                                                               const data::Schema& inputs,
                                                               bool has_amount, int minor_digits);
  const Chain& For(records::FallbackCause cause) const {
    return chains_[static_cast<std::size_t>(cause)];
  }

 private:
  std::array<Chain, 5> chains_;  // by FallbackCause
};

}  // namespace mooring::serving
