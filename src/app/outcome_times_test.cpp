#include "app/outcome_times.h"

#include <gtest/gtest.h>

namespace mooring::app {
namespace {

records::Outcome Told(std::uint32_t decision, std::int64_t at_us, std::string name = "late") {
  records::Outcome outcome;
  outcome.decision = {1, 1, decision};
  outcome.at = Time(Micros(at_us));
  outcome.name = std::move(name);
  return outcome;
}

class OutcomeTimesTest : public ::testing::Test {
 protected:
  // Decisions below 100 are of "a", below 200 of "b"; the rest is gone.
  OutcomeTimes times_{clock_, [this](DecisionId decision) -> Result<std::string> {
                        ++asked_;
                        if (decision.ordinal >= 200) return Error(Code::kNotFound, "gone");
                        return std::string(decision.ordinal < 100 ? "a" : "b");
                      }};
  SimulatedClock clock_;
  std::size_t asked_ = 0;
};

TEST_F(OutcomeTimesTest, KnowsTheNewestOfEachModel) {
  times_.Note(std::vector{Told(1, 50), Told(2, 40), Told(101, 30), Told(300, 90)});
  EXPECT_TRUE(times_.Newest().empty());
  times_.Settle();
  auto newest = times_.Newest();
  EXPECT_EQ(newest["a"], 50);
  EXPECT_EQ(newest["b"], 30);
  EXPECT_EQ(newest.size(), 2u);
  times_.OnOutcomes(std::vector{Told(3, 45), Told(102, 60)});
  times_.Settle();
  newest = times_.Newest();
  EXPECT_EQ(newest["a"], 50);  // what came later is older
  EXPECT_EQ(newest["b"], 60);
}

TEST_F(OutcomeTimesTest, TakesNoTimeToCome) {
  const std::int64_t now = clock_.Now().time_since_epoch().count();
  times_.Note(std::vector{Told(1, now + 1'000'000)});
  times_.Settle();
  EXPECT_EQ(times_.Newest()["a"], now);
}

TEST_F(OutcomeTimesTest, LooksUpOnlyTheNewestOfAName) {
  std::vector<records::Outcome> many;
  for (std::uint32_t i = 0; i < 10'000; ++i) many.push_back(Told(i % 100, 1'000 + i));
  many.push_back(Told(150, 5, "paid"));
  times_.Note(many);
  times_.Settle();
  EXPECT_EQ(asked_, OutcomeTimes::kKept + 1);
  EXPECT_EQ(times_.Newest()["a"], 10'999);
  EXPECT_EQ(times_.Newest()["b"], 5);
  times_.Settle();
  EXPECT_EQ(asked_, OutcomeTimes::kKept + 1);
}

}  // namespace
}  // namespace mooring::app
