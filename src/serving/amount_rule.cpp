#include "serving/amount_rule.h"

namespace mooring::serving {

struct AmountRule::Compiled {};

AmountRule::AmountRule(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
AmountRule::~AmountRule() = default;

Result<int> MinorDigits(std::string_view currency) {
  if (currency == "JPY" || currency == "KRW") return 0;
  return 2;
}

Result<std::unique_ptr<AmountRule>> AmountRule::Compile(const records::Contract&,
                                                        std::shared_ptr<const data::Schema>) {
  return Error(Code::kUnsupported, "decision.amount: expressions come later");
}

Result<std::int64_t> AmountRule::Evaluate(const data::Batch&, std::size_t, double) const {
  return Error(Code::kInternal, "no expression");
}

}  // namespace mooring::serving
