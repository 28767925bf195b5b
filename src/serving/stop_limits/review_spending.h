// ReviewSpending: what ends a review (a person's value, or the contract's default) passes the
// limits as a fixed value of a fallback chain does, and spends its budgets: bounds, the age of the
// row and everything that is summed or counted; not collars and quality, which are about models. A
// check that leaves it to a person (`then: review`) holds when one has decided, not by default.
// Nothing is moved to a bound. A latched limit lets nothing pass that consumes of it.
//
//   RETURN_IF_ERROR(spending.Spend(end, by, *controls));   // then the value may be given
//
// The decision is read from the journal, with its inputs; what it spends is a record of its own,
// durable when Spend returns. The same end again spends nothing more, as far back as the newest
// kRemembered; after a restart it would: then a budget is short by it, never over.
//
// Thread safety: any thread; one at a time, each waits for the disk. Failure: kResourceExhausted
// names the limits that say no; kFailedPrecondition: what limits the decision cannot be known, or
// it ended with another value; kNotFound: the journal has it no more; kUnavailable: not durable.
#pragma once

#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/reviews/review.h"
#include "serving/stop_limits/realised_result.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

class ReviewSpending {
 public:
  static constexpr std::size_t kRemembered = 100'000;

  struct Options {
    records::Journal* journal = nullptr;  // required
    const StopLimits* limits = nullptr;   // required
    const Clock* clock = nullptr;         // required
    LimitsOf limits_of;                   // required
  };
  explicit ReviewSpending(Options options) : options_(std::move(options)) {}

  // A denial and a decision whose version has no limits spend nothing. A limit that a refusal shuts
  // is shut in the journal too.
  Status Spend(const records::ReviewEnd& end, std::string_view by, const LimitControls& controls);

 private:
  struct Given {
    double score = 0;
    std::int64_t amount_minor = 0;
  };
  Status SpendOnce(const records::ReviewEnd& end, const Given& given, std::string_view by,
                   const LimitControls& controls);
  Status Write(records::BudgetChange change);

  const Options options_;
  std::mutex mutex_;
  std::unordered_map<DecisionId, Given> given_;
};

}  // namespace mooring::serving
