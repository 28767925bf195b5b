#include "monitoring/sent_profile.h"

#include <gtest/gtest.h>

#include "data/table/batch.h"

namespace mooring::monitoring {
namespace {

constexpr Time kNow = Time(std::chrono::hours(480'000));

// 300 rows of x = shift + 0 … 99 again and again, and of y the same.
data::Batch Rows(double shift) {
  auto schema = data::Schema::Make({{.name = "x"}, {.name = "y"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (std::size_t column = 0; column < 2; ++column) {
    for (int i = 0; i < 300; ++i) batch.column(column).Append(shift + i % 100);
  }
  batch.SetRows(300);
  return batch;
}

data::BatchProfile Counted(const data::BatchProfile& reference, double shift) {
  data::BatchProfile profile(reference.bins());
  EXPECT_TRUE(profile.Add(Rows(shift)).ok());
  return profile;
}

SentWindow Hour() { return {"m", 2, kNow - std::chrono::hours(1), kNow}; }

TEST(SentProfile, IsJudgedAsAWindowOfItsOwn) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  const auto same = JudgeSent(reference, Counted(reference, 0), {}, Hour(), kNow);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->verdict, WindowVerdict::kOk);
  EXPECT_EQ(same->rows, 300u);
  EXPECT_EQ(same->model, "m");
  EXPECT_EQ(same->version, 2u);
  EXPECT_EQ(same->end, kNow);
  records::MonitorRule plain;
  plain.policy = records::DriftPolicy::kPsi;
  const auto moved = JudgeSent(reference, Counted(reference, 50), plain, Hour(), kNow);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->verdict, WindowVerdict::kDrift);
}

TEST(SentProfile, AnInputThatItLacksIsAnAlert) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  auto schema = data::Schema::Make({{.name = "x"}});
  for (const std::size_t rows : {300U, 10U}) {  // however few
    data::Batch only(std::make_shared<const data::Schema>(schema.value()));
    for (std::size_t i = 0; i < rows; ++i) only.column(0).Append(static_cast<double>(i % 100));
    only.SetRows(rows);
    data::BatchProfile sent(reference.bins());
    ASSERT_TRUE(sent.Add(only).ok());
    const auto report = JudgeSent(reference, sent, {}, Hour(), kNow);
    ASSERT_TRUE(report.ok());
    ASSERT_FALSE(report->findings.empty());
    EXPECT_EQ(report->findings.back().kind, "missing_column");
    EXPECT_EQ(report->findings.back().subject, "y");
    EXPECT_EQ(report->findings.back().level, Level::kAlert);
  }
}

TEST(SentProfile, SurvivesTheWireAndMergesOnTheWay) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  data::BatchProfile merged = Counted(reference, 10);
  ASSERT_TRUE(merged.Merge(Counted(reference, 20)).ok());
  const auto sent = data::BatchProfile::FromJson(merged.ToJson());
  ASSERT_TRUE(sent.ok());
  const auto report = JudgeSent(reference, *sent, {}, Hour(), kNow);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows, 600u);
}

TEST(SentProfile, RefusesOtherBins) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  const data::BatchProfile other = data::LearnReference(Rows(0.5)).value();
  const auto report = JudgeSent(reference, other, {}, Hour(), kNow);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(report.error().help(), "mooring profile make FILE --like m@2");
}

TEST(SentProfile, RefusesWhatIsNoWindow) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  const data::BatchProfile sent = Counted(reference, 0);
  SentWindow window = Hour();
  window.start = window.end;
  EXPECT_EQ(JudgeSent(reference, sent, {}, window, kNow).error().message(),
            "the window ends before it begins");
  window = Hour();
  window.end = kNow + kSenderAhead + std::chrono::seconds(1);
  EXPECT_EQ(JudgeSent(reference, sent, {}, window, kNow).error().message(),
            "the window is not over yet");
  window.end = kNow + kSenderAhead;
  EXPECT_TRUE(JudgeSent(reference, sent, {}, window, kNow).ok());
}

TEST(SentProfile, RefusesRowsThatDisagreeOrAreNone) {
  const data::BatchProfile reference = data::LearnReference(Rows(0)).value();
  EXPECT_EQ(RowsOf(data::BatchProfile(reference.bins())).error().message(),
            "the profile has no rows");
  auto schema = data::Schema::Make({{.name = "x"}});
  data::Batch x(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int i = 0; i < 7; ++i) x.column(0).Append(1.0);
  x.SetRows(7);
  data::BatchProfile one(reference.bins());
  ASSERT_TRUE(one.Add(x).ok());
  EXPECT_EQ(*RowsOf(one), 7u);  // a column that the rows lack is none
  ASSERT_TRUE(one.Add(Rows(0)).ok());
  const auto rows = RowsOf(one);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().why(), "'x' 307, 'y' 300");
}

}  // namespace
}  // namespace mooring::monitoring
