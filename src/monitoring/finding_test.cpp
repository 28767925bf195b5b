#include "monitoring/finding.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

TEST(Finding, ComesBackFromJsonAsItWas) {
  Finding finding;
  finding.kind = "feature_drift";
  finding.subject = "dis\"tance";
  finding.level = Level::kAlert;
  finding.certain = true;
  finding.what = "distance moved";
  finding.statistic = "psi_adjusted";
  finding.value = 0.43;
  finding.threshold = 0.2;
  finding.n = 998;
  finding.help = "mooring monitor drift price";
  const auto back = ParseFindings(FindingsJson({finding, Finding{}}));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  ASSERT_EQ(back->size(), 2U);
  const Finding& first = (*back)[0];
  EXPECT_EQ(first.kind, finding.kind);
  EXPECT_EQ(first.subject, finding.subject);
  EXPECT_EQ(first.level, Level::kAlert);
  EXPECT_TRUE(first.certain);
  EXPECT_EQ(first.what, finding.what);
  EXPECT_EQ(first.value, 0.43);
  EXPECT_TRUE(std::isnan(first.p_value));
  EXPECT_EQ(first.n, 998U);
  EXPECT_EQ(first.help, finding.help);
  EXPECT_EQ((*back)[1].level, Level::kClear);
  EXPECT_TRUE((*back)[1].what.empty());
}

TEST(Finding, DamageIsTold) {
  for (const char* text : {"", "{}", "[1]", R"([{"kind":"x"}])",
                           R"([{"kind":"x","subject":"","level":"bad","certain":true,"n":1,)"
                           R"("value":null,"threshold":null,"p_value":null}])"}) {
    const auto back = ParseFindings(text);
    ASSERT_FALSE(back.ok()) << text;
    EXPECT_EQ(back.error().code(), Code::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace mooring::monitoring
