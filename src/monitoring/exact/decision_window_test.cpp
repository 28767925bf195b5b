#include "monitoring/exact/decision_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/exact/journal_of_rows.h"

namespace mooring::monitoring {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Rows 0, 1, 2 …: "x" is the number, "place" a word of it, "prediction" ten times it.
data::Batch Rows(std::size_t count, const char* first = "x", double from = 0) {
  data::Batch rows(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = first},
                          {.name = "place", .type = data::Type::kCategory},
                          {.name = "prediction", .type = data::Type::kFloat32}})
          .value()));
  for (std::size_t row = 0; row < count; ++row) {
    const double x = from + static_cast<double>(row);
    rows.column(0).Append(x);
    if (row % 3 == 0) {
      rows.column(1).AppendNull();
    } else {
      rows.column(1).AppendText("p" + std::to_string(row % 5));
    }
    rows.column(2).Append(static_cast<float>(10 * x));
  }
  rows.SetRows(count);
  return rows;
}

DecisionWindow Of(VersionNumber version) {
  return {.model = "price", .version = version, .score_output = "prediction"};
}

std::vector<double> Xs(const Result<data::Batch>& rows) {
  if (!rows.ok()) return {};
  const auto values = rows->column(0).Values<double>();
  return {values.begin(), values.end()};
}

TEST(GatherDecisions, GivesInputsAndScoreOfOneVersion) {
  JournalOfRows journal;
  journal.Decide(Rows(7), 1, 3);
  journal.Decide(Rows(5, "x", 100), 2, 5);
  journal.Decide(Rows(2, "x", 7), 1, 2);
  const auto rows = GatherDecisions(journal.Span(), Of(1));
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_THAT(Xs(rows), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  ASSERT_EQ(rows->width(), 3U);
  EXPECT_TRUE(rows->Find("place")->IsNull(0));
  EXPECT_EQ(rows->Find("place")->Text(4), "p4");
  EXPECT_EQ(rows->Find("score")->type(), data::Type::kFloat64);
  EXPECT_EQ(rows->Find("score")->Values<double>()[8], 80);
  EXPECT_EQ(Xs(GatherDecisions(journal.Span(), Of(2))).size(), 5U);
}

TEST(GatherDecisions, TakesTheFirstOutputWhenNoneIsNamed) {
  JournalOfRows journal;
  journal.Decide(Rows(2), 1, 2);
  const auto rows = GatherDecisions(journal.Span(), {.model = "price", .version = 1}).value();
  EXPECT_EQ(rows.Find("score")->Values<double>()[1], -1);
}

TEST(GatherDecisions, GivesEveryClassOfAClassifier) {
  JournalOfRows journal;  // its outputs are "other", -1, and "prediction"
  journal.Decide(Rows(7), 1, 3);
  DecisionWindow window = Of(1);
  window.task = records::OutputRule::Task::kMulticlass;
  const auto rows = GatherDecisions(journal.Span(), window).value();
  std::vector<std::string> names;
  for (const data::Field& field : rows.schema().fields()) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("x", "place", "output:other", "output:prediction",
                                 "predicted_class", "score"));
  EXPECT_EQ(rows.rows(), 7U);
  EXPECT_EQ(rows.Find("output:other")->Number(6), -1);
  EXPECT_EQ(rows.Find("output:prediction")->Number(6), 60);
  EXPECT_EQ(rows.Find("predicted_class")->Text(0), "prediction");
  EXPECT_EQ(rows.Find("score")->Number(6), 60);
}

TEST(GatherDecisions, AnInputCalledScoreIsNotOverwritten) {
  JournalOfRows journal;
  journal.Decide(Rows(2, "score"), 1, 2);
  const auto rows = GatherDecisions(journal.Span(), Of(1)).value();
  EXPECT_EQ(rows.width(), 2U);
  EXPECT_EQ(rows.Find("score")->Values<double>()[1], 1);
}

TEST(GatherDecisions, BoundsByDecisionsAreOfTheWindow) {
  JournalOfRows journal;
  const auto firsts = journal.Decide(Rows(12), 1, 4);
  const auto id = [&](std::size_t block, std::uint32_t row) {
    DecisionId at = firsts[block];
    at.ordinal += row;
    return at;
  };
  struct Case {
    std::optional<DecisionId> first, last;
    double from, to;
  };
  const Case cases[] = {{id(0, 1), id(2, 2), 1, 10},
                        {id(1, 0), std::nullopt, 4, 11},
                        {std::nullopt, id(1, 3), 0, 7},
                        {id(1, 2), id(1, 2), 6, 6},
                        {id(2, 3), id(2, 9), 11, 11}};
  for (const Case& known : cases) {
    DecisionWindow window = Of(1);
    window.first = known.first;
    window.last = known.last;
    const std::vector<double> xs = Xs(GatherDecisions(journal.Span(), window));
    ASSERT_EQ(xs.size(), static_cast<std::size_t>(known.to - known.from) + 1);
    EXPECT_EQ(xs.front(), known.from);
    EXPECT_EQ(xs.back(), known.to);
  }
}

TEST(GatherDecisions, BoundsByTimeAreOfTheWindow) {
  JournalOfRows journal;
  const Time start = journal.Now();
  journal.Decide(Rows(10), 1, 2);
  DecisionWindow window = Of(1);
  window.from = start + std::chrono::seconds(1);
  window.until = start + std::chrono::seconds(3);
  EXPECT_THAT(Xs(GatherDecisions(journal.Span(), window)), ElementsAre(2, 3, 4, 5, 6, 7));
}

// Small segments: the walk has to go through many, and to begin in the middle.
TEST(GatherDecisions, CrossesSegments) {
  JournalOfRows journal;
  const auto firsts = journal.Decide(Rows(30'000), 1, 500);
  ASSERT_GT(firsts.back().segment, 4U);
  DecisionWindow window = Of(1);
  EXPECT_EQ(Xs(GatherDecisions(journal.Span(), window)).size(), 30'000U);
  window.first = firsts[30];
  window.last = firsts[50];
  const auto xs = Xs(GatherDecisions(journal.Span(), window));
  ASSERT_EQ(xs.size(), 10'001U);
  EXPECT_EQ(xs.front(), 15'000);
  EXPECT_EQ(xs.back(), 25'000);
}

TEST(GatherDecisions, SaysWhenThereIsNothingOrTooMuch) {
  JournalOfRows journal;
  const auto firsts = journal.Decide(Rows(10), 1, 5);
  const auto none = GatherDecisions(journal.Span(), Of(9));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::kNotFound);
  EXPECT_THAT(none.error().ToString(), HasSubstr("price version 9"));
  DecisionWindow window = Of(1);
  window.most_rows = 9;
  EXPECT_EQ(GatherDecisions(journal.Span(), window).error().code(), Code::kTooLarge);
  window.most_rows = 10;
  EXPECT_EQ(GatherDecisions(journal.Span(), window)->rows(), 10U);
  window.last = firsts[0];
  window.first = firsts[1];
  EXPECT_EQ(GatherDecisions(journal.Span(), window).error().code(), Code::kNotFound);
}

TEST(GatherDecisions, AChangedContractGivesNullsForWhatItDoesNotHave) {
  JournalOfRows journal;
  journal.Decide(Rows(2), 1, 2);
  journal.Decide(Rows(2, "y", 5), 1, 2);
  const auto rows = GatherDecisions(journal.Span(), Of(1)).value();
  ASSERT_EQ(rows.rows(), 4U);
  EXPECT_EQ(rows.Find("x")->null_count(), 2U);
  EXPECT_EQ(rows.Find("y"), nullptr);
  EXPECT_EQ(rows.Find("score")->Values<double>()[3], 60);
}

}  // namespace
}  // namespace mooring::monitoring
