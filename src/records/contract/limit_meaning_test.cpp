// What limits must not say together; the errors' exact words and places are in
// contract_errors_test.cpp.
#include "records/contract/limit_meaning.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

std::string FirstError(std::string_view limit) {
  const auto errors = CheckContract(
      "model: m\nowner: {team: t}\ninputs: {a: float64, s: string}\n"
      "output: {name: p}\noutcome: {name: o}\nlimits: [{name: l, " +
      std::string(limit) + "}]\n");
  return errors.empty() ? "" : errors[0].path + ": " + errors[0].message;
}

TEST(LimitMeaning, WhatDoesNotGoTogetherIsRefused) {
  struct Wrong {
    std::string_view limit, error;
  };
  for (const Wrong& c : {
           Wrong{"sum: a, weight: net, over: 1d, max: 5", "limits[0]: 'min' is missing"},
           {"sum: a, over: 1d, min: 0, max: 5",
            "limits[0].min: only a sum of weight net has a least"},
           {"sum: a, weight: net, over: 1d, min: 1, max: 5",
            "limits[0].min: is above zero: no first decision could be admitted"},
           {"open_exposure: a, weight: net, max: 5", "limits[0].weight: only a sum may be net"},
           {"bound: a, min: 5, max: 4", "limits[0].max: is below min"},
           {"collar: champion, of: a, within: 5",
            "limits[0].of: the decision of another version is compared with the decision itself"},
           {"collar: {median: 5}, within: 5", "limits[0].collar: median and start go together"},
           {"collar: {input: a, constant: 5}, within: 5",
            "limits[0].collar: has more than one reference"},
           {"collar: {input: s}, within: 5", "limits[0].collar.input: 's' is no number"},
           {"freshness: {row: 5m}", "limits[0].freshness: row and column go together"},
           {"freshness: {row: 5m, column: a}", "limits[0].freshness.column: 'a' is no timestamp"},
           {"freshness: {}", "limits[0].freshness: asks for no age"},
           {"quality: [drift], factor: 0.5, latch: true",
            "limits[0].latch: a factor does not latch"},
           {"drawdown: soft, max: 5", "limits[0].drawdown: needs the result of a decision"},
           {"growth: a, over: lifetime, max: 2", "limits[0].over: a lifetime has no earlier weeks"},
           {"growth: a, over: 1d, max: 0", "limits[0].max: is not above zero"},
           {"count: 5, over: day, buckets: 5",
            "limits[0].buckets: only a sliding window such as 24h has buckets"},
           {"rate: 5/s, keys: 5", "limits[0].keys: there are no keys"},
           {"rate: 5/s, then: clamp", "limits[0].then: only a bound can clamp"},
           {"bound: p, max: 0.1234567", "limits[0].max: has more than 6 digits behind the point"},
       }) {
    EXPECT_EQ(FirstError(c.limit), c.error) << c.limit;
  }
}

TEST(LimitMeaning, WhatGoesTogetherIsTaken) {
  for (const std::string_view limit :
       {"sum: a, over: 1d, max: 0", "bound: p, max: 0.5, then: clamp", "rate: 6/m, per: [s, a]",
        "repeat: 3, over: 1h, keys: 5", "collar: {constant: -45}, within: 25%, at_least: 3",
        "share: \"a > 3\", over: 1d, max: 0.001", "quality: [stream], latch: true"}) {
    EXPECT_EQ(FirstError(limit), "") << limit;
  }
}

TEST(LimitMeaning, ResultsAreOfWhatTheJournalHolds) {
  const auto errors_of = [](const std::string& rest) {
    std::string all;
    for (const ContractError& error :
         CheckContract("model: m\nowner: {team: t}\ninputs: {a: float64, s: string}\n"
                       "output: {name: p}\n" +
                       rest)) {
      all += error.path + ": " + error.message + "\n";
    }
    return all;
  };
  const std::string soft = "limits: [{name: l, drawdown: soft, max: 5}]\n";
  const std::string when = "limits: [{name: l, drawdown: soft, max: 5, when: \"s == 'x'\"}]\n";
  const std::string outcome = "outcome: {name: o}\n", effect = "effect: {value: \"a - 5 * o\"}\n";
  const std::string hidden = "privacy: {pseudonymise: [s]}\n";
  EXPECT_EQ(errors_of(outcome + effect + soft), "");
  EXPECT_EQ(errors_of(effect + soft), "limits[0].drawdown: no result would ever be known\n");
  EXPECT_EQ(errors_of(outcome + effect + hidden + soft), "");
  EXPECT_EQ(errors_of(outcome + hidden + soft + "effect: {value: \"if(s == 'x', a, o)\"}\n"),
            "limits[0].drawdown: the effect is of 's', which is pseudonymised\n");
  EXPECT_EQ(errors_of(outcome + effect + hidden + when),
            "limits[0].when: 's' is pseudonymised, and results are told from the journal\n");
}

}  // namespace
}  // namespace mooring::records
