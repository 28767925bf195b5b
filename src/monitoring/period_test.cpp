#include "monitoring/period.h"

#include <gtest/gtest.h>

#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

class PeriodTest : public WatchTest {
 protected:
  Result<data::BatchProfile> Read(Time from, Time to) {
    Reference reference;
    if (with_profile_) {
      reference.profile = std::make_shared<const data::BatchProfile>(
          data::BatchProfile::FromJson(reference_).value());
    }
    reference.score_output = "prediction";
    reference.rule.reference = {.kind = records::ReferenceKind::kFixed, .from = from, .to = to};
    return ProfileOfPeriod({.files = &files_,
                            .journal_directory = "/journal",
                            .end = journal_->Durable(),
                            .model = "price"},
                           reference);
  }
  bool with_profile_ = true;
};

TEST_F(PeriodTest, TakesTheDecisionsOfThePeriodOfAllVersions) {
  Decide(10);
  const Time from = clock_.Now();
  Decide(20);
  Decide(30, 2);
  const Time to = clock_.Now();
  Decide(40);
  const auto profile = Read(from, to);
  ASSERT_TRUE(profile.ok()) << profile.error().ToString();
  EXPECT_EQ(profile->column(0).rows, 50U);
  EXPECT_EQ(profile->column(1).rows, 50U);  // scores
  EXPECT_EQ(Read(to, to + Micros(1))->column(0).rows, 40U);
}

TEST_F(PeriodTest, AVersionWithoutTrainingDataHasNoBins) {
  with_profile_ = false;
  EXPECT_EQ(Read(Time(), clock_.Now()).error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::monitoring
