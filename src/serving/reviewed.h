// What people decided since: a retry of a request whose rows waited for review gets, in their
// place, what the review ended with.
//
// Thread safety: pure; the lookup is asked on the thread of the retry.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "records/reviews/review.h"
#include "serving/decision.h"

namespace mooring::serving {

// The rows of a request whose review has ended, from its first decision on. Quick: it runs on an
// event loop. What cannot be looked up now is missing, and waits on for who asks.
using ReviewLookup =
    std::function<std::vector<records::ReviewEnd>(DecisionId first, std::uint32_t rows)>;

// A row with a value becomes FALLBACK (it is not the model's), one without DENY; what a deadline
// decided says so by its reason.
void PutReviews(const ReviewLookup& lookup, DecisionAnswer& answer);

}  // namespace mooring::serving
