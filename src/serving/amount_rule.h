// AmountRule: the contract's `decision.amount`, an expression over inputs and the score, compiled
// once and evaluated exactly in minor units of its currency.
//
// Thread safety: const use from any thread.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"

namespace mooring::serving {

class AmountRule {
 public:
  // The score is known to the expression by the contract's output.name; the amount is in minor
  // units of so many digits.
  static Result<std::unique_ptr<AmountRule>> Compile(const records::Contract& contract,
                                                     std::shared_ptr<const data::Schema> inputs,
                                                     int minor_digits);
  ~AmountRule();
  // Fails when the amount is null, not finite or too large for 64 bits.
  Result<std::int64_t> Evaluate(const data::Batch& inputs, std::size_t row, double score) const;

 private:
  struct Compiled;
  explicit AmountRule(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace mooring::serving
