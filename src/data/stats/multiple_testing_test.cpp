#include "data/stats/multiple_testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Numbers;
using recorded::Off;

struct Named {
  Adjustment adjustment;
  const char* recorded;
};
constexpr Named kAll[] = {{Adjustment::kBonferroni, "bonferroni"},
                          {Adjustment::kSidak, "sidak"},
                          {Adjustment::kHolm, "holm"},
                          {Adjustment::kBenjaminiHochberg, "fdr_bh"},
                          {Adjustment::kBenjaminiYekutieli, "fdr_by"}};

void ExpectSame(const std::vector<double>& got, const std::vector<double>& due) {
  ASSERT_EQ(got.size(), due.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_LE(Off(got[i], due[i]), 1e-12) << i;
}

// statsmodels 0.13.5 multipletests.
TEST(MultipleTesting, EqualsStatsmodels) {
  const Json extra = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  for (const Json& one : recorded::Items(At(extra, "multiple_testing"))) {
    for (const Named& named : kAll) {
      SCOPED_TRACE(named.recorded);
      const std::vector<double> got =
          AdjustedPValues(named.adjustment, Numbers(At(one, "p"))).value();
      ExpectSame(got, Numbers(At(At(one, named.recorded), "adjusted")));
      const auto& reject = recorded::Items(At(At(one, named.recorded), "reject"));
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i] <= 0.05, reject[i].AsBool().value()) << i << ' ' << got[i];
      }
    }
  }
  const Json own = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/counts.json");
  ASSERT_EQ(recorded::Items(At(own, "multiple_testing")).size(), 7U);
  for (const Json& one : recorded::Items(At(own, "multiple_testing"))) {
    for (const Named& named : kAll) {
      SCOPED_TRACE(named.recorded);
      ExpectSame(AdjustedPValues(named.adjustment, Numbers(At(one, "p"))).value(),
                 Numbers(At(one, named.recorded)));
    }
  }
}

TEST(MultipleTesting, LeavesNanOut) {
  const double nan = std::nan("");
  for (const Named& named : kAll) {
    const std::vector<double> with =
        AdjustedPValues(named.adjustment,
                        std::vector<double>{nan, 0.01, 0.04, nan, 0.03, 0.005, nan})
            .value();
    const std::vector<double> without =
        AdjustedPValues(named.adjustment, std::vector<double>{0.01, 0.04, 0.03, 0.005}).value();
    EXPECT_TRUE(std::isnan(with[0]) && std::isnan(with[3]) && std::isnan(with[6]));
    EXPECT_EQ((std::vector<double>{with[1], with[2], with[4], with[5]}), without);
    EXPECT_TRUE(std::isnan(AdjustedPValues(named.adjustment, std::vector<double>{nan}).value()[0]));
    EXPECT_TRUE(AdjustedPValues(named.adjustment, std::vector<double>{}).value().empty());
    EXPECT_EQ(AdjustedPValues(named.adjustment, std::vector<double>{0.3}).value()[0], 0.3);
  }
}

// Never below p, never above 1, in the order of p, whatever the order given; Holm within
// Bonferroni, BH within BY and within Holm.
TEST(MultipleTesting, KeepsOrderAndBounds) {
  Rng rng(3);
  for (int round = 0; round < 30; ++round) {
    std::vector<double> p(1 + rng.Below(40));
    for (double& x : p) x = std::floor(rng.Uniform() * 50) / 50 * rng.Uniform();
    std::vector<std::vector<double>> got;
    for (const Named& named : kAll) {
      got.push_back(AdjustedPValues(named.adjustment, p).value());
      for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_GE(got.back()[i], p[i] * (1 - 1e-14));
        EXPECT_LE(got.back()[i], 1);
        for (std::size_t j = 0; j < p.size(); ++j) {
          EXPECT_TRUE(p[i] > p[j] || got.back()[i] <= got.back()[j]);
        }
      }
      std::vector<double> reversed(p.rbegin(), p.rend());
      reversed = AdjustedPValues(named.adjustment, reversed).value();
      std::ranges::reverse(reversed);
      EXPECT_EQ(reversed, got.back());
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_LE(got[2][i], got[0][i]);
      EXPECT_LE(got[3][i], got[2][i] * (1 + 1e-14));
      EXPECT_LE(got[3][i], got[4][i] * (1 + 1e-14));
    }
  }
}

TEST(MultipleTesting, RefusesWhatIsNoProbabilityAndChangesNothing) {
  for (const double wrong : {-1e-9, 1.0000001, HUGE_VAL, -HUGE_VAL}) {
    std::vector<double> p = {0.01, wrong, 0.02};
    const std::vector<double> before = p;
    std::vector<std::uint32_t> scratch(3);
    for (const Named& named : kAll) {
      const Status refused = AdjustPValues(named.adjustment, p, scratch);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
      EXPECT_EQ(p, before);
    }
  }
}

TEST(MultipleTesting, NamesEachAdjustment) {
  EXPECT_EQ(AdjustmentName(Adjustment::kBonferroni), "bonferroni");
  EXPECT_EQ(AdjustmentName(Adjustment::kSidak), "sidak");
  EXPECT_EQ(AdjustmentName(Adjustment::kHolm), "holm");
  EXPECT_EQ(AdjustmentName(Adjustment::kBenjaminiHochberg), "benjamini_hochberg");
  EXPECT_EQ(AdjustmentName(Adjustment::kBenjaminiYekutieli), "benjamini_yekutieli");
}

}  // namespace
}  // namespace mooring::data
