// Review: a decision that waits for a person, or did: one row of reviews.db as a value. A decision
// comes here when its verdict is REVIEW; it leaves with a value or a denial, given by a person
// before the deadline, else by the contract's default.
//
// Times that have not come are the default Time (1970). Thread safety: values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace mooring::records {

// The numbers are what the file keeps: never reuse one.
enum class ReviewState : std::uint8_t {
  kWaiting = 0,
  kTaken = 1,    // somebody looks at it
  kDecided = 2,  // by a person
  kExpired = 3,  // by the contract's default
};
std::string_view ReviewStateName(ReviewState state);  // "waiting", "taken", "decided", "expired"
std::optional<ReviewState> ReviewStateOf(std::string_view name);

struct Review {
  DecisionId decision;
  std::string model;
  VersionNumber version = 0;
  std::string caller, request_id;
  Time at;             // of the decision
  std::string reason;  // of its verdict
  // Values are amounts of that many digits in `currency` ("": no money); -1: they are scores.
  int digits = -1;
  std::string currency;
  Time deadline;
  std::optional<double> at_deadline;  // the value then; none: deny
  std::string inputs_json = "{}";     // as journalled: pseudonyms in place
  std::string hits_json = "[]";       // the limits that it hit

  ReviewState state = ReviewState::kWaiting;
  std::string taken_by;
  Time taken{};
  // Once it ended.
  std::string decided_by;
  Time ended{};
  std::optional<double> value;  // none: denied
  std::string note;

  bool has_ended() const {
    return state == ReviewState::kDecided || state == ReviewState::kExpired;
  }
  // What happens at the deadline, happened.
  void Expire(Time now, std::string why);
};

// How a review ended, for who asks for the decision again.
struct ReviewEnd {
  DecisionId decision;
  bool expired = false;
  std::optional<double> value;  // a score; none: denied, or an amount
  std::optional<std::int64_t> amount_minor;
};

// Asked before a review ends with its `value`: the value must fit the limits, and spends of them,
// durably. kResourceExhausted and kFailedPrecondition: it may not be given; another error: nobody
// can say just now. Empty: nothing is limited. The same end may be asked for again.
using SpendReview = std::function<Status(const Review& ended)>;

// Whether a value can be given out: finite, and an amount that fits whole minor units.
bool IsReviewValue(double value, int digits);
ReviewEnd EndOf(const Review& review);

}  // namespace mooring::records
