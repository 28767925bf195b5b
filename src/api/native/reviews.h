// Decisions that people decide (control/reviews/review_desk.h).
//
//   GET  /api/v1/reviews[?model=M&state=waiting&limit=N]  what has not ended, by its deadline
//   GET  /api/v1/reviews/{decision}                       202 while it waits, 200 once it ended
//   POST /api/v1/reviews/{decision}/take                  {"author"?}
//   POST /api/v1/reviews/{decision}/decide                {"value" or "deny", "note"?, "author"?}
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListReviews(const Call& call);
void ShowReview(const Call& call);
void TakeReview(const Call& call);
void DecideReview(const Call& call);

}  // namespace mooring::api
