#include "monitoring/reference_history.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

using enum records::ReferenceKind;

class HistoryTest : public testing::Test {
 protected:
  static data::Batch Rows(std::size_t rows, double value) {
    auto schema = data::Schema::Make({{.name = "x"}});
    data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
    for (std::size_t i = 0; i < rows; ++i) {
      batch.column(0).Append(value + static_cast<double>(i % 10));
    }
    batch.SetRows(rows);
    return batch;
  }
  data::BatchProfile Window(std::size_t rows, double value = 0) const {
    data::BatchProfile window(training_->bins());
    EXPECT_TRUE(window.Add(Rows(rows, value)).ok());
    return window;
  }
  static Time Hour(int hour) { return Time(Micros(std::chrono::hours(hour))); }

  std::shared_ptr<const data::BatchProfile> training_ =
      std::make_shared<const data::BatchProfile>(data::LearnReference(Rows(100, 0)).value());
};

TEST_F(HistoryTest, TrainingDataStandInUntilThereIsEnough) {
  ReferenceHistory history(kPrevious, training_);
  EXPECT_EQ(history.For(Hour(0)).profile, training_.get());
  history.Accept(Window(1999), Hour(0));
  EXPECT_EQ(history.For(Hour(1)).name, "training");
  history.Accept(Window(1), Hour(1));
  const auto chosen = history.For(Hour(2));
  EXPECT_EQ(chosen.name, "previous");
  EXPECT_EQ(chosen.profile->column(0).rows, 2000U);
}

TEST_F(HistoryTest, OnlyTheLastWindowsCount) {
  ReferenceHistory history(kPrevious, training_);
  for (int i = 0; i < 25; ++i) history.Accept(Window(2000, i), Hour(i));
  const auto chosen = history.For(Hour(30));
  EXPECT_EQ(chosen.profile->column(0).rows, 20'000U);
  EXPECT_EQ(chosen.profile->column(0).min, 15);
}

TEST_F(HistoryTest, HoursOfTheWeekAreKeptApart) {
  ReferenceHistory history(kSameHour, training_);
  history.Accept(Window(3000, 5), Hour(3));
  EXPECT_EQ(history.For(Hour(4)).name, "training");
  EXPECT_EQ(history.For(Hour(3 + 168)).name, "same_hour");
  history.Accept(Window(3000, 5), Hour(3 + 168));
  EXPECT_EQ(history.For(Hour(3 + 336)).profile->column(0).rows, 6000U);
}

TEST_F(HistoryTest, APeriodIsTakenWhenItHasRows) {
  ReferenceHistory history(kFixed, training_);
  EXPECT_EQ(history.For(Hour(0)).name, "training");
  history.SetFixed(Window(0));
  EXPECT_EQ(history.For(Hour(0)).name, "training");
  history.SetFixed(Window(10, 3));
  EXPECT_EQ(history.For(Hour(0)).name, "fixed");
  history.Accept(Window(500, 100), Hour(1));
  EXPECT_EQ(history.For(Hour(2)).profile->column(0).rows, 10U);
}

TEST_F(HistoryTest, ComesBackFromItsText) {
  for (const records::ReferenceKind kind : {kPrevious, kSameHour}) {
    ReferenceHistory history(kind, training_), back(kind, training_);
    for (int i = 0; i < 13; ++i) history.Accept(Window(2000, i), Hour(i % 3));
    EXPECT_EQ(history.accepted(), 13U);
    ASSERT_TRUE(back.Restore(history.ToText()).ok());
    EXPECT_EQ(back.ToText(), history.ToText());
    for (int more = 0; more < 4; ++more) {
      const auto one = history.For(Hour(more)), other = back.For(Hour(more));
      EXPECT_EQ(one.name, other.name);
      EXPECT_EQ(one.profile->column(0), other.profile->column(0));
      history.Accept(Window(100, more), Hour(more));
      back.Accept(Window(100, more), Hour(more));
    }
  }
}

TEST_F(HistoryTest, TakesNothingOfADamagedText) {
  ReferenceHistory history(kPrevious, training_);
  for (int i = 0; i < 3; ++i) history.Accept(Window(2000, i), Hour(i));
  const std::string whole = history.ToText();
  const auto other = data::LearnReference(Rows(100, 1000)).value();  // other bins
  for (const std::string& text :
       {whole.substr(0, whole.size() / 2), "x" + whole, "168" + whole.substr(2), whole + "-1",
        whole + "-1 " + other.ToJson() + "\n"}) {
    ReferenceHistory back(kPrevious, training_);
    EXPECT_EQ(back.Restore(text).error().code(), Code::kDataLoss);
    EXPECT_EQ(back.For(Hour(9)).name, "training");
    EXPECT_EQ(back.ToText(), "");
  }
}

}  // namespace
}  // namespace mooring::monitoring
