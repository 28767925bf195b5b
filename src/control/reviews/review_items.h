// Which of a request's rows wait for a person, and on what terms: the journal's block and the
// contract that it was decided under become items of the queue.
//
// The terms are those of the review step in the fallback chain for the row's cause. A limit that
// says `then: review` without such a step gives limits::kReviewDeadline and denies then.
//
// Thread safety: pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "records/contract/contract.h"
#include "records/journal/reader.h"
#include "records/reviews/review.h"

namespace mooring::control {

struct ReviewTerms {
  std::chrono::seconds deadline{0};
  std::optional<double> at_deadline;  // none: deny
};

// Names of reasons are serving's: "killed", "limit", …; "" what has none.
using ReasonName = std::string_view (*)(std::uint8_t);

// `hits` may be of all rows; those of `row` count.
ReviewTerms TermsOf(const records::Contract& contract, std::string_view reason,
                    std::span<const records::LimitHit> hits, std::uint32_t row);

// The rows of the block whose verdict is REVIEW. Its inputs must have been read.
std::vector<records::Review> ReviewsOf(const records::ReadDecisions& block,
                                       const records::Contract& contract, ReasonName reason_name);

}  // namespace mooring::control
