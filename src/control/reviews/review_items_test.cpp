#include "control/reviews/review_items.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/text/json.h"
#include "records/journal/journal_fixture.h"
#include "records/reviews/review_limits.h"

namespace mooring::control {
namespace {

using records::Contract;
using records::FallbackCause;
using records::FallbackStep;
using records::LimitAction;
using records::LimitHit;
using records::LimitKind;
using Kind = FallbackStep::Kind;

FallbackStep ReviewStep(std::chrono::seconds deadline, std::optional<double> value = {}) {
  FallbackStep step;
  step.kind = Kind::kReview;
  step.deadline = deadline;
  step.at_deadline = value;
  return step;
}

records::LimitRule Rule(std::string name, LimitKind kind, LimitAction then) {
  records::LimitRule rule;
  rule.name = std::move(name);
  rule.kind = kind;
  rule.then = then;
  return rule;
}

LimitHit Hit(std::string limit, std::uint32_t row = 0, bool advisory = false) {
  LimitHit hit;
  hit.limit = std::move(limit);
  hit.row = row;
  hit.advisory = advisory;
  return hit;
}

std::string_view NameOf(std::uint8_t reason) { return reason == 3 ? "limit" : ""; }

// Each cause has a deadline of its own, so that the deadline tells which chain was taken.
Contract AllChains() {
  Contract contract;
  contract.fallback = {ReviewStep(std::chrono::minutes(9), 9)};
  for (int cause = 0; cause < 5; ++cause) {
    FallbackStep constant;
    constant.kind = Kind::kConstant;
    contract.fallback_by_cause[static_cast<FallbackCause>(cause)] = {
        constant, ReviewStep(std::chrono::minutes(cause + 1), cause)};
  }
  contract.limits = {Rule("day", LimitKind::kSum, LimitAction::kFallback),
                     Rule("near", LimitKind::kCollar, LimitAction::kReview),
                     Rule("watch", LimitKind::kQuality, LimitAction::kFallback),
                     Rule("edge", LimitKind::kBound, LimitAction::kClamp)};
  return contract;
}

TEST(ReviewItemsTest, TermsAreThoseOfTheChainOfTheCause) {
  const Contract contract = AllChains();
  struct Case {
    std::string reason;
    std::vector<LimitHit> hits;
    FallbackCause cause;
  };
  const std::vector<Case> cases = {
      {"killed", {}, FallbackCause::kKilled},
      {"limit", {Hit("day")}, FallbackCause::kExhausted},
      {"limit", {Hit("watch"), Hit("day")}, FallbackCause::kQuality},  // alike: the first
      {"limit", {Hit("day"), Hit("near")}, FallbackCause::kInvalid},   // the gravest
      {"limit", {Hit("edge"), Hit("day")}, FallbackCause::kInvalid},
      {"limit", {Hit("near", 0, true), Hit("day")}, FallbackCause::kExhausted},  // advisory
      {"limit", {Hit("near", 1), Hit("day")}, FallbackCause::kExhausted},        // another row's
      {"limit_input_invalid", {Hit("day")}, FallbackCause::kInvalid},
      {"score_not_finite", {}, FallbackCause::kInvalid},
  };
  for (const Case& each : cases) {
    const ReviewTerms terms = TermsOf(contract, each.reason, each.hits, 0);
    const int cause = static_cast<int>(each.cause);
    EXPECT_EQ(terms.deadline, std::chrono::minutes(cause + 1)) << each.reason;
    EXPECT_EQ(terms.at_deadline, cause);
  }
}

TEST(ReviewItemsTest, WithoutAStepTheUsualTermsDenyAfterFourHours) {
  Contract contract;
  contract.limits = {Rule("near", LimitKind::kCollar, LimitAction::kReview)};
  ReviewTerms terms = TermsOf(contract, "limit", {}, 0);
  EXPECT_EQ(terms.deadline, std::chrono::hours(4));
  EXPECT_FALSE(terms.at_deadline.has_value());
  contract.fallback_by_cause[FallbackCause::kUnavailable] = {ReviewStep(std::chrono::hours(1), 2)};
  terms = TermsOf(contract, "limit", {}, 0);  // a collar without its reference
  EXPECT_EQ(terms.deadline, std::chrono::hours(1));
  EXPECT_EQ(terms.at_deadline, 2);
}

TEST(ReviewItemsTest, OnlyRowsForReviewBecomeItemsWithInputsAsJournalled) {
  const auto binding = records::TestBinding(4);
  const records::TestBlock made(binding, 3, 6);  // verdicts by serial: 3 and 8 are for review
  records::LimitNote note;
  note.hits = {Hit("day", 0), Hit("day", 5)};
  note.hits[1].current = 4500;
  note.hits[1].threshold = 4000;
  note.hits[1].digits = 2;
  note.hits[0].current = std::numeric_limits<std::int64_t>::min();
  records::ReadDecisions block;
  block.first = {1, 7, 100};
  block.binding = binding;
  block.at = made.block.at;
  block.caller = "shop";
  block.request_id = "r";
  block.inputs = made.block.inputs;
  block.outputs = made.block.outputs;
  block.rows = made.block.rows;
  block.limits = &note;
  Contract contract;
  contract.decision.amount = "probability";
  contract.decision.currency = "JPY";
  const auto reviews = ReviewsOf(block, contract, NameOf);
  ASSERT_EQ(reviews.size(), 2U);
  EXPECT_EQ(reviews[0].decision, (DecisionId{1, 7, 100}));
  EXPECT_EQ(reviews[1].decision, (DecisionId{1, 7, 105}));
  const records::Review& last = reviews[1];
  EXPECT_EQ(last.model, "flight-cover");
  EXPECT_EQ(last.version, 4U);
  EXPECT_EQ(last.caller, "shop");
  EXPECT_EQ(last.request_id, "r");
  EXPECT_EQ(last.digits, 0);
  EXPECT_EQ(last.currency, "JPY");
  EXPECT_EQ(last.deadline, block.at + limits::kReviewDeadline);
  EXPECT_EQ(last.state, records::ReviewState::kWaiting);
  EXPECT_EQ(reviews[0].reason, "limit");
  EXPECT_EQ(last.inputs_json,
            R"({"distance":4.0,"origin":"UNSEEN","passenger":"passenger-8","serial":8})");
  EXPECT_EQ(last.hits_json, R"([{"limit":"day","current":4500,"threshold":4000,"digits":2,)"
                            R"("state":"over the limit"}])");
  EXPECT_EQ(reviews[0].hits_json, R"([{"limit":"day","current":null,"threshold":null,"digits":0,)"
                                  R"("state":"the quantity could not be computed"}])");
  contract.decision = {};
  EXPECT_EQ(ReviewsOf(block, contract, NameOf)[0].digits, -1);
}

}  // namespace
}  // namespace mooring::control
