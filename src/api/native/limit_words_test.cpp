#include "api/native/limit_words.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::api {
namespace {

using records::LimitKind;
using records::LimitRule;
using serving::RuleOf;

data::Decimal Number(std::string_view text) { return *data::Decimal::Parse(text); }

std::string WordsOf(LimitRule rule) {
  serving::LimitBench bench(serving::PricingContract({std::move(rule)}));
  return BoundsOf(serving::StatusOf(*bench.set, bench.controls, bench.ledger).at(0));
}

TEST(BoundsOf, SaysBothEndsOfABound) {
  LimitRule rule = RuleOf("price", LimitKind::kBound);
  rule.max = Number("95.5");
  EXPECT_EQ(WordsOf(rule), "at most 95.50");
  rule.min = Number("10");
  EXPECT_EQ(WordsOf(rule), "10.00 to 95.50");
  rule.max.reset();
  EXPECT_EQ(WordsOf(rule), "at least 10.00");
}

TEST(BoundsOf, SaysWhatACollarIsAround) {
  using Kind = records::CollarReference::Kind;
  LimitRule rule = RuleOf("near", LimitKind::kCollar);
  rule.within_relative = Number("0.25");
  EXPECT_EQ(WordsOf(rule), "25% around the champion's");
  rule.within_absolute = Number("30");
  rule.collar.kind = Kind::kConstant;
  rule.collar.constant = Number("45");
  EXPECT_EQ(WordsOf(rule), "30 or 25% around 45");
  rule.collar.kind = Kind::kInput;
  rule.collar.input = "list_price";
  EXPECT_EQ(WordsOf(rule), "30 or 25% around input list_price");
  rule.collar.kind = Kind::kMedian;
  rule.collar.decisions = 100;
  EXPECT_EQ(WordsOf(rule), "30 or 25% around the median of the last 100");
}

TEST(BoundsOf, SaysThresholdsAndWindows) {
  LimitRule rule = RuleOf("daily", LimitKind::kSum);
  rule.max = Number("500");
  rule.window.length = std::chrono::hours(6);
  EXPECT_EQ(WordsOf(rule), "at most 500.00 over 6h");
  rule.window.kind = records::LimitWindow::Kind::kDay;
  EXPECT_EQ(WordsOf(rule), "at most 500.00 a day");
  LimitRule pace = RuleOf("pace", LimitKind::kRate);
  pace.rate_count = 100;
  pace.rate_period = std::chrono::seconds(1);
  pace.burst = 20;
  EXPECT_EQ(WordsOf(pace), "100 in 1s, 20 at once");
  LimitRule dear = RuleOf("dear", LimitKind::kShare);
  dear.quantity = "amount > 100";
  dear.max = Number("0.2");
  dear.after = 100;
  dear.window.kind = records::LimitWindow::Kind::kDay;
  EXPECT_EQ(WordsOf(dear), "at most 20% a day, from 100 on");
  LimitRule fresh = RuleOf("fresh", LimitKind::kFreshness);
  fresh.model_age = std::chrono::days(30);
  fresh.outcome_age = std::chrono::hours(2);
  EXPECT_EQ(WordsOf(fresh), "at most: model 30d, outcomes 2h");
  LimitRule well = RuleOf("well", LimitKind::kQuality);
  well.verdicts = {"drift", "quality"};
  EXPECT_EQ(WordsOf(well), "while it alerts of drift quality: stop");
  well.factor = Number("0.5");
  EXPECT_EQ(WordsOf(well), "while it alerts of drift quality: maxima x 0.5");
}

}  // namespace
}  // namespace mooring::api
