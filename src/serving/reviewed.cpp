#include "serving/reviewed.h"

#include <algorithm>
#include <limits>

#include "serving/reasons.h"

namespace mooring::serving {
namespace {

using records::RowDecision;
using records::Verdict;

bool Waits(const DecidedRow& row) { return row.decision.verdict == Verdict::kReview; }

void Put(const records::ReviewEnd& end, RowDecision& decision) {
  const bool has_value = end.value.has_value() || end.amount_minor.has_value();
  decision.verdict = has_value ? Verdict::kFallback : Verdict::kDeny;
  decision.score = end.value.value_or(std::numeric_limits<double>::quiet_NaN());
  decision.amount_minor = end.amount_minor.value_or(0);
  if (end.expired) decision.reason = static_cast<std::uint8_t>(Reason::kReviewExpired);
}

}  // namespace

void PutReviews(const ReviewLookup& lookup, DecisionAnswer& answer) {
  if (!lookup || std::ranges::none_of(answer.rows, Waits)) return;
  const DecisionId first = answer.rows.front().id;
  const auto ends = lookup(first, static_cast<std::uint32_t>(answer.rows.size()));
  for (const records::ReviewEnd& end : ends) {
    const std::uint32_t row = end.decision.ordinal - first.ordinal;
    if (end.decision.segment != first.segment || row >= answer.rows.size()) continue;
    if (Waits(answer.rows[row])) Put(end, answer.rows[row].decision);
  }
}

}  // namespace mooring::serving
