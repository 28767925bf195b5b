#include "records/contract/opened_limits.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

Contract With(std::string_view limits, std::string_view more = "") {
  auto contract = ParseContract(
      "model: m\nowner: {team: t}\ninputs: {a: float64, b: float64, s: string}\n"
      "output: {name: p}\noutcome: {name: o}\n" +
      std::string(more) + "limits: [" + std::string(limits) + "]\n");
  EXPECT_TRUE(contract.ok()) << limits << ": " << contract.error().ToString();
  return contract.ok() ? std::move(contract).value() : Contract();
}

std::string Opened(std::string_view before, std::string_view after) {
  std::string text;
  for (const OpenedLimit& opened : OpenedLimits(With(before), With(after))) {
    text += (text.empty() ? "" : "; ") + opened.limit + ": " + opened.how;
  }
  return text;
}

TEST(OpenedLimits, TellsEveryWayToOpenOne) {
  constexpr std::string_view kSum = "{name: l, sum: a, over: 1d, max: 500}";
  struct Way {
    std::string_view before, after, how;
  };
  for (const Way& way : {
           Way{kSum, "{name: l, sum: a, over: 1d, max: 500.000001}", "l: max goes up"},
           {kSum, "{name: other, sum: a, over: 1d, max: 500}", "l: is gone"},
           {kSum, "", "l: is gone"},
           {kSum, "{name: l, sum: b, over: 1d, max: 500}", "l: another quantity"},
           {kSum, "{name: l, sum: a, over: 1h, max: 500}", "l: another window"},
           {kSum, "{name: l, sum: a, over: day, max: 5}", "l: another window"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, when: \"a > 1\"}", "l: another condition"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, per: [s]}", "l: another per"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, scope: caller}", "l: another scope"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, weight: positive}", "l: another weight"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, latch: false}", "l: latches no more"},
           {kSum, "{name: l, sum: a, over: 1d, max: 5, advisory: true}", "l: becomes advisory"},
           {"{name: l, bound: a, min: 1}", "{name: l, bound: a, min: 0}", "l: min goes down"},
           {"{name: l, bound: a, min: 1, max: 3}", "{name: l, bound: a, min: 1}", "l: max goes up"},
           {"{name: l, rate: 5/s}", "{name: l, rate: 6/s}", "l: rate goes up"},
           {"{name: l, rate: 5/s}", "{name: l, rate: 5/m}", "l: another rate"},
           {"{name: l, rate: 5/s}", "{name: l, rate: 5/s, burst: 2}", "l: burst goes up"},
           {"{name: l, freshness: {model: 1d}}", "{name: l, freshness: {outcomes: 1d}}",
            "l: age of the model goes up"},
           {"{name: l, quality: [drift, quality]}", "{name: l, quality: [drift]}",
            "l: stops no more for quality"},
           {"{name: l, quality: [drift]}", "{name: l, quality: [drift], factor: 0.9}",
            "l: factor goes up"},
           {"{name: l, collar: {constant: 45}, within: 5}",
            "{name: l, collar: {constant: 46}, within: 5}", "l: another reference"},
           {"{name: l, bound: a, max: 3, then: deny}", "{name: l, bound: a, max: 3}",
            "l: answers with fallback instead of deny"},
       }) {
    EXPECT_EQ(Opened(way.before, way.after), way.how) << way.after;
  }
}

TEST(OpenedLimits, WhatIsStricterOrTheSameOpensNothing) {
  constexpr std::string_view kSum = "{name: l, sum: a, over: 1d, max: 500}";
  EXPECT_EQ(Opened(kSum, kSum), "");
  EXPECT_EQ(Opened(kSum, "{name: l, sum: a, over: 1d, max: 499}"), "");
  EXPECT_EQ(Opened(kSum, "{name: l, sum: a, over: 1d, max: 500.0, then: deny}"), "");
  EXPECT_EQ(Opened(kSum, "{name: n, count: 3, over: 1d}, {name: l, sum: a, over: 1d, max: 5}"), "");
  EXPECT_EQ(Opened("{name: l, count: 3, over: 1d}", "{name: l, count: 3, over: 1d, latch: true}"),
            "");
  EXPECT_EQ(Opened("{name: l, sum: a, over: 1d, max: 5, advisory: true}", ""), "");
  EXPECT_EQ(Opened("", kSum), "");
}

TEST(OpenedLimits, AnotherCurrencyIsAnotherSum) {
  constexpr std::string_view kSum = "{name: l, sum: a, over: 1d, max: 500}";
  const auto in = [&](std::string_view currency) {
    return With(kSum, "decision: {amount: \"a\", currency: " + std::string(currency) + "}\n");
  };
  EXPECT_EQ(OpenedLimits(in("EUR"), in("USD")).size(), 1U);
  EXPECT_TRUE(OpenedLimits(in("EUR"), in("EUR")).empty());
}

}  // namespace
}  // namespace mooring::records
