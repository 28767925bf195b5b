// What the watch says of requests that validation refused: out of the journal, window by window.
#include <gmock/gmock.h>

#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

using testing::HasSubstr;

class WatchRefusedTest : public WatchTest {
 protected:
  void Refuse(int requests, std::string_view rule = "max", VersionNumber version = 1) {
    for (int i = 0; i < requests; ++i) {
      records::Refusal refusal;
      refusal.at = clock_.Now();
      refusal.model = "price";
      refusal.code = "invalid_argument";
      refusal.feature = "x";
      refusal.rule = rule;
      refusal.version = version;
      ASSERT_TRUE(journal_->Append(refusal, nullptr).ok());
    }
    journal_->CommitNow();
  }
  // A window of rows: 100 requests of five.
  void DecideWindow(int refused) {
    for (int i = 0; i < 99; ++i) Decide(5);
    Refuse(refused);
    Decide(5);
  }
  static const Finding* RefusedOf(const WindowReport& report) {
    for (const Finding& finding : report.findings) {
      if (finding.kind == "refused_inputs") return &finding;
    }
    return nullptr;
  }
};

TEST_F(WatchRefusedTest, AWindowSaysWhatWasRefusedWhileItsRowsLookWell) {
  const auto watch = MakeWatch();
  DecideWindow(0);
  DecideWindow(25);
  DecideWindow(0);
  ASSERT_TRUE(watch->CatchUp().ok());
  const std::vector<WindowReport> windows = Windows();  // the newest first
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(RefusedOf(windows[0]), nullptr);
  EXPECT_EQ(RefusedOf(windows[2]), nullptr);
  EXPECT_EQ(windows[2].refused.refused, 0U);
  EXPECT_EQ(windows[1].refused.asked, 125U);
  EXPECT_EQ(windows[1].refused.causes, (std::vector<RefusedCause>{{"x", "max", 25}}));
  const Finding* finding = RefusedOf(windows[1]);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->level, Level::kAlert);
  EXPECT_THAT(finding->what, HasSubstr("20.0 % of requests were refused"));
  EXPECT_THAT(finding->what, HasSubstr("x max 25"));
  EXPECT_EQ(windows[1].verdict, WindowVerdict::kOk);
}

TEST_F(WatchRefusedTest, VersionsAreCountedApart) {
  const auto watch = MakeWatch();
  Refuse(50, "max", 2);
  DecideWindow(0);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(Windows().size(), 1U);
  EXPECT_EQ(RefusedOf(Windows()[0]), nullptr);
}

TEST_F(WatchRefusedTest, ARestartComesToTheSameCounts) {
  {
    const auto watch = MakeWatch();
    DecideWindow(25);  // judged, and its refusals with it
    for (int i = 0; i < 50; ++i) Decide(5);
    Refuse(9);
    std::stop_source stopped;
    stopped.request_stop();
    ASSERT_TRUE(watch->CatchUp().ok());
    watch->Run(stopped.get_token());  // saves where it is
  }
  const auto watch = MakeWatch();
  for (int i = 0; i < 50; ++i) Decide(5);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(Windows().size(), 2U);
  EXPECT_EQ(Windows()[0].refused.asked, 109U);
  EXPECT_EQ(Windows()[0].refused.refused, 9U);
}

// The first request of a new version is refused, and so are all that follow: no row, no window.
TEST_F(WatchRefusedTest, AVersionThatDecidesNothingIsToldOf) {
  const auto watch = MakeWatch();
  Refuse(150, "missing", 2);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_TRUE(Windows().empty());
  clock_.Advance(std::chrono::minutes(2));
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(Windows().size(), 1U);
  const WindowReport window = Windows()[0];
  EXPECT_EQ(window.version, 2U);
  EXPECT_EQ(window.rows, 0U);
  EXPECT_EQ(window.verdict, WindowVerdict::kNotEnoughData);
  ASSERT_NE(RefusedOf(window), nullptr);
  EXPECT_TRUE(RefusedOf(window)->certain);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(Windows().size(), 1U);
}

TEST_F(WatchRefusedTest, ItIsToldOfAfterARestartTooAndOldNewsIsNot) {
  Refuse(150, "missing", 2);
  clock_.Advance(std::chrono::minutes(2));
  const auto watch = MakeWatch();
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(Windows().size(), 1U);
  clock_.Advance(std::chrono::hours(5));
  const auto later = MakeWatch();
  ASSERT_TRUE(later->CatchUp().ok());
  EXPECT_EQ(Windows().size(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring
