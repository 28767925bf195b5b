#include "records/reviews/review.h"

#include <array>
#include <cmath>
#include <utility>

#include "data/expression/decimal.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 4> kStates = {"waiting", "taken", "decided", "expired"};

}  // namespace

std::string_view ReviewStateName(ReviewState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::optional<ReviewState> ReviewStateOf(std::string_view name) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == name) return static_cast<ReviewState>(i);
  }
  return std::nullopt;
}

void Review::Expire(Time now, std::string why) {
  state = ReviewState::kExpired;
  decided_by = "mooring";
  ended = now;
  value = at_deadline;
  note = std::move(why);
}

bool IsReviewValue(double value, int digits) {
  if (!std::isfinite(value)) return false;
  return digits < 0 || data::Decimal::UnitsOf(value, digits).has_value();
}

ReviewEnd EndOf(const Review& review) {
  ReviewEnd end{review.decision, review.state == ReviewState::kExpired, std::nullopt, std::nullopt};
  if (!review.value.has_value()) return end;
  if (review.digits < 0) {
    end.value = review.value;
  } else {
    end.amount_minor = data::Decimal::UnitsOf(*review.value, review.digits);
  }
  return end;
}

}  // namespace mooring::records
