#include "serving/stop_limits/settled_decisions.h"

#include <gtest/gtest.h>

#include <set>

#include "base/rng.h"

namespace mooring::serving {
namespace {

TEST(SettledDecisions, KnowsWhatItWasTold) {
  SettledDecisions settled;
  std::set<DecisionId> told;
  Rng rng(3);
  const auto any = [&] {
    return DecisionId{static_cast<std::uint16_t>(1 + rng.Below(2)),
                      static_cast<std::uint32_t>(1 + rng.Below(3)),
                      static_cast<std::uint32_t>(rng.Below(400))};
  };
  for (int i = 0; i < 500; ++i) {
    const DecisionId id = any();
    settled.Add(id);
    told.insert(id);
  }
  for (int i = 0; i < 5000; ++i) {
    const DecisionId id = any();
    ASSERT_EQ(settled.Has(id), told.contains(id)) << id.ToString();
  }
  EXPECT_FALSE(settled.Has({1, 1, 0xFFFFFFFF}));
  EXPECT_FALSE(settled.Has({9, 1, 0}));
  for (const auto& [segment, words] : settled.segments()) EXPECT_NE(words.back(), 0U);
}

TEST(SettledDecisions, ForgetsWholeSegments) {
  SettledDecisions settled;
  for (std::uint32_t segment = 1; segment <= 3; ++segment) settled.Add({1, segment, 63});
  settled.ForgetBefore(3);
  EXPECT_FALSE(settled.Has({1, 2, 63}));
  EXPECT_TRUE(settled.Has({1, 3, 63}));
  EXPECT_FALSE(settled.Has({1, 3, 62}));
}

}  // namespace
}  // namespace mooring::serving
