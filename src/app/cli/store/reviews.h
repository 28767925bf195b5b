// Where commands find the review queue: the desk (control/reviews/review_desk.h) over the
// reviews.db of a data directory, or the same calls through a server. Commands do not know which.
//
// Thread safety: as Context. Failure: as the desk, or ApiClient.
#pragma once

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "base/text/json.h"
#include "control/reviews/review_desk.h"

namespace mooring::app::cli {

// By the settings: `server` when it is set, else `data_dir`. kNotFound without a data directory.
Result<Json> AskReviews(Context& context, const control::ReviewCall& call);

// A positional argument that is a decision's id.
Result<DecisionId> DecisionOf(const Args& args, std::size_t position);

Listing ReviewListing();
// What show, take and decide print.
Status PrintReview(Context& context, const Args& args, const Json& review);

}  // namespace mooring::app::cli
