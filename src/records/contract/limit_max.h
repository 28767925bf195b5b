// In which units a limit's `max` is told, for who replaces it while the contract stands. Of most
// kinds they are those of its quantity; a share and a growth are parts of something, whatever their
// quantity is.
//
// Thread safety: pure.
#pragma once

#include <optional>

#include "records/contract/contract.h"
#include "records/contract/limit_rule.h"

namespace mooring::records {

// A share or a factor is told to a billionth.
inline constexpr int kShareDigits = 9;

// Digits behind the point: of kShare and kGrowth kShareDigits; of kRate 0, decisions in its period;
// else as DigitsOf.
inline int DigitsOfMax(const LimitRule& rule, const Contract& contract) {
  const bool part = rule.kind == LimitKind::kShare || rule.kind == LimitKind::kGrowth;
  return part ? kShareDigits : DigitsOf(rule, contract);
}

// The contract's max, of a rate its decisions in the period; nothing where the kind has none.
inline std::optional<data::Decimal> MaxOf(const LimitRule& rule) {
  if (rule.kind != LimitKind::kRate) return rule.max;
  return rule.rate_count > 0 ? std::optional(data::Decimal(rule.rate_count)) : std::nullopt;
}

}  // namespace mooring::records
