#include "serving/reviewed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "serving/reasons.h"

namespace mooring::serving {
namespace {

using records::ReviewEnd;
using records::Verdict;

DecisionAnswer AnswerOf(const std::vector<Verdict>& verdicts) {
  DecisionAnswer answer;
  DecisionId id{1, 7, 10};
  for (const Verdict verdict : verdicts) {
    records::RowDecision decision;
    decision.verdict = verdict;
    decision.reason = static_cast<std::uint8_t>(Reason::kLimit);
    decision.score = verdict == Verdict::kReview ? std::nan("") : 0.5;
    answer.rows.push_back({id, decision});
    ++id.ordinal;
  }
  return answer;
}

TEST(ReviewedTest, EndedReviewsTakeThePlaceOfTheRowsThatWaited) {
  DecisionAnswer answer = AnswerOf(
      {Verdict::kReview, Verdict::kAdmit, Verdict::kReview, Verdict::kReview, Verdict::kReview});
  int asked = 0;
  PutReviews(
      [&](DecisionId first, std::uint32_t rows) {
        ++asked;
        EXPECT_EQ(first, (DecisionId{1, 7, 10}));
        EXPECT_EQ(rows, 5U);
        return std::vector<ReviewEnd>{{{1, 7, 10}, false, 0.25, std::nullopt},
                                      {{1, 7, 12}, false, std::nullopt, std::nullopt},
                                      {{1, 7, 13}, true, std::nullopt, 4500}};
      },
      answer);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(answer.rows[0].decision.verdict, Verdict::kFallback);
  EXPECT_EQ(answer.rows[0].decision.score, 0.25);
  EXPECT_EQ(answer.rows[0].decision.reason, static_cast<std::uint8_t>(Reason::kLimit));
  EXPECT_EQ(answer.rows[1].decision.verdict, Verdict::kAdmit);
  EXPECT_EQ(answer.rows[1].decision.score, 0.5);
  EXPECT_EQ(answer.rows[2].decision.verdict, Verdict::kDeny);
  EXPECT_TRUE(std::isnan(answer.rows[2].decision.score));
  EXPECT_EQ(answer.rows[3].decision.verdict, Verdict::kFallback);
  EXPECT_EQ(answer.rows[3].decision.amount_minor, 4500);
  EXPECT_EQ(answer.rows[3].decision.reason, static_cast<std::uint8_t>(Reason::kReviewExpired));
  EXPECT_EQ(answer.rows[4].decision.verdict, Verdict::kReview);  // waits on
}

TEST(ReviewedTest, AsksNothingWhereNothingWaitedAndTrustsNoForeignRow) {
  DecisionAnswer admitted = AnswerOf({Verdict::kAdmit, Verdict::kDeny});
  PutReviews(
      [](DecisionId, std::uint32_t) -> std::vector<ReviewEnd> {
        ADD_FAILURE() << "asked";
        return {};
      },
      admitted);
  DecisionAnswer waiting = AnswerOf({Verdict::kReview});
  PutReviews({}, waiting);
  PutReviews(
      [](DecisionId, std::uint32_t) {
        return std::vector<ReviewEnd>{{{1, 7, 9}, false, 1.0, std::nullopt},
                                      {{1, 7, 11}, false, 1.0, std::nullopt},
                                      {{1, 8, 10}, false, 1.0, std::nullopt}};
      },
      waiting);
  EXPECT_EQ(waiting.rows[0].decision.verdict, Verdict::kReview);
}

}  // namespace
}  // namespace mooring::serving
