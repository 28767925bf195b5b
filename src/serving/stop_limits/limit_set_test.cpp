#include "serving/stop_limits/limit_set.h"

#include <gtest/gtest.h>

#include <array>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitKind;
using records::LimitRule;

LimitRule Count() {
  LimitRule rule = RuleOf("number", LimitKind::kCount);
  rule.max = data::Decimal(5);
  rule.window.length = std::chrono::hours(1);
  return rule;
}

TEST(LimitSet, KindsAreEvaluatedInTheirOrder) {
  std::vector<LimitRule> rules;
  for (const LimitKind kind : {LimitKind::kCount, LimitKind::kCollar, LimitKind::kBound,
                               LimitKind::kQuality, LimitKind::kFreshness}) {
    LimitRule rule = Count();
    rule.name = LimitKindName(kind);
    rule.kind = kind;
    rules.push_back(rule);
  }
  const LimitBench bench(PricingContract(rules));
  std::vector<std::string> names;
  for (const CompiledLimit& limit : bench.set->limits()) names.push_back(limit.rule.name);
  EXPECT_EQ(names, (std::vector<std::string>{"freshness", "quality", "bound", "collar", "count"}));
  EXPECT_EQ(bench.set->OfPlace(0).rule.name, "count");
  EXPECT_EQ(bench.set->OfPlace(4).rule.name, "freshness");
}

TEST(LimitSet, WhatDoesNotFitNamesTheLimit) {
  const auto error = [](LimitRule rule) {
    const records::Contract contract = PricingContract({std::move(rule)});
    std::vector<data::Field> fields;
    for (const auto& input : contract.inputs) fields.push_back({input.name, input.type});
    const auto schema = std::make_shared<const data::Schema>(*data::Schema::Make(fields));
    const auto set = LimitSet::Compile({.contract = &contract, .version = 1, .inputs = schema});
    return set.ok() ? std::string() : set.error().message();
  };
  EXPECT_EQ(error(Count()), "");
  LimitRule unknown = Count();
  unknown.quantity = "distnce";
  unknown.kind = LimitKind::kSum;
  EXPECT_NE(error(unknown), "");
  LimitRule zone = Count();
  zone.window.kind = records::LimitWindow::Kind::kDay;
  zone.window.zone = "Europe/Atlantis";
  EXPECT_TRUE(error(zone).starts_with("limits.number: ")) << error(zone);
  LimitRule per = Count();
  per.per = {"passport"};
  EXPECT_EQ(error(per), "limits.number: per: 'passport' is not an input");
  LimitRule large = RuleOf("sum", LimitKind::kSum);
  large.window.length = std::chrono::hours(1);
  large.max = data::Decimal(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(error(large), "limits.sum: max does not fit in 64 bits");
}

TEST(LimitSet, APseudonymisedKeyNeedsItsKey) {
  LimitRule rule = Count();
  rule.per = {"seat"};
  records::Contract contract = PricingContract({rule});
  contract.privacy.pseudonymise = {"seat"};
  std::vector<data::Field> fields;
  for (const auto& input : contract.inputs) fields.push_back({input.name, input.type});
  const auto schema = std::make_shared<const data::Schema>(*data::Schema::Make(fields));
  LimitSet::Options options{.contract = &contract, .version = 1, .inputs = schema};
  EXPECT_EQ(LimitSet::Compile(options).error().code(), Code::kFailedPrecondition);
  struct Letters final : records::Pseudonymiser {
    std::string Pseudonym(std::string_view, std::string_view) const override { return "p"; }
  } const letters;
  options.pseudonymiser = &letters;
  EXPECT_TRUE(LimitSet::Compile(options).ok());
}

TEST(LimitSet, ARateIsNeverFasterThanWasSaid) {
  LimitRule rule = RuleOf("pace", LimitKind::kRate);
  rule.rate_count = 3;
  rule.rate_period = std::chrono::seconds(1);
  rule.burst = 2;
  const LimitBench bench(PricingContract({rule}));
  EXPECT_EQ(bench.set->limits()[0].shape.interval_ns, 333'333'334);
  EXPECT_EQ(bench.set->limits()[0].shape.tolerance_ns, 333'333'334);
}

TEST(LimitSet, TheHashChangesWithEverythingInForce) {
  LimitBench bench(PricingContract({Count()}));
  const std::string plain = bench.set->HashOf(bench.controls);
  EXPECT_EQ(plain.size(), 32U);
  EXPECT_EQ(LimitBench(PricingContract({Count()})).set->HashOf({}), plain);
  LimitRule higher = Count();
  higher.max = data::Decimal(6);
  EXPECT_NE(LimitBench(PricingContract({higher})).set->HashOf({}), plain);
  LimitRule latched = Count();
  latched.latch = true;
  EXPECT_NE(LimitBench(PricingContract({latched})).set->HashOf({}), plain);
  bench.controls.limits["cover/number"].max = 4;
  ++bench.controls.revision;
  EXPECT_NE(bench.set->HashOf(bench.controls), plain);
  bench.controls.limits.clear();
  bench.controls.limits["other/number"].max = 4;  // another model's
  ++bench.controls.revision;
  EXPECT_EQ(bench.set->HashOf(bench.controls), plain);
}

TEST(LimitSet, ARatioRoundsDown) {
  EXPECT_EQ((Ratio{1, 3}.Of(10)), 3);
  EXPECT_EQ((Ratio{1, 3}.Of(-10)), -4);
  EXPECT_EQ((Ratio{2, 1}.Of(std::numeric_limits<std::int64_t>::max())), std::nullopt);
}

}  // namespace
}  // namespace mooring::serving
