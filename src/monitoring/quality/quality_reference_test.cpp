#include "monitoring/quality/quality_reference.h"

#include <gtest/gtest.h>

#include "monitoring/quality/losses.h"
#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;
const double kNan = std::nan("");

TEST(QualityReference, LearnsMeansAndDeviationsOfTenChunks) {
  // Every third row has no truth yet: the 4,000 that have are chunked by 400.
  QualityRows rows = HonestRows(6000, 5);
  for (std::size_t row = 0; row < rows.rows(); row += 3) rows.truth[row] = kNan;
  const auto learned = LearnBinary(rows);
  ASSERT_TRUE(learned.ok()) << learned.error().ToString();
  EXPECT_EQ(learned->rows(), 4000U);
  EXPECT_EQ(learned->from(), "holdout");
  std::vector<double> briers(10), right(10);
  std::size_t place = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!rows.known(row)) continue;
    const double error = rows.scores[row] - rows.truth[row];
    briers[place / 400] += error * error / 400;
    right[place / 400] += (rows.scores[row] >= 0.5) == (rows.truth[row] == 1) ? 1.0 / 400 : 0;
    ++place;
  }
  for (const auto& [name, values] : {std::pair{"brier", briers}, std::pair{"accuracy", right}}) {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / 10;
    for (const double value : values) squares += (value - mean) * (value - mean) / 10;
    const auto found = learned->metrics().find(name);
    ASSERT_NE(found, learned->metrics().end());
    EXPECT_NEAR(found->second.mean, mean, 1e-12) << name;
    EXPECT_NEAR(found->second.deviation, std::sqrt(squares), 1e-12) << name;
  }
  EXPECT_LT(learned->calibration_error(), 0.05);
  ASSERT_NE(learned->cbpe(), nullptr);
  EXPECT_GT(learned->gap_deviation(), 0);
  EXPECT_LT(learned->gap_deviation(), 0.1);
}

TEST(QualityReference, RefusesTooFewRowsOrTooFewOfAClass) {
  EXPECT_EQ(LearnBinary(HonestRows(1999, 1)).error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(LearnBinary(HonestRows(2000, 1)).ok());
  QualityRows rare = HonestRows(3000, 1);
  for (std::size_t row = 0; row < rare.rows(); ++row) rare.truth[row] = row < 29 ? 1 : 0;
  EXPECT_EQ(LearnBinary(rare).error().code(), Code::kInvalidArgument);
  rare.truth[29] = 1;
  EXPECT_TRUE(LearnBinary(rare).ok());
  QualityRows unknown = HonestRows(3000, 1);
  unknown.truth.assign(3000, kNan);
  EXPECT_EQ(LearnBinary(unknown).error().code(), Code::kInvalidArgument);
}

TEST(QualityReference, LeavesOutWhatIsNotDefinedOrNotFinite) {
  // Positives in the first chunk alone: no other chunk has an AUC.
  QualityRows sorted = HonestRows(2000, 1);
  for (std::size_t row = 0; row < sorted.rows(); ++row) sorted.truth[row] = row < 40 ? 1 : 0;
  const auto one = LearnBinary(sorted);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->metrics().find("auc")->second.deviation, 0);
  // Errors whose squares are beyond what a double holds.
  std::vector<double> scores(2000, 1e160), truth(2000, 0);
  const auto huge =
      QualityReference::Learn(Task::kRegression, {}, false, RowsOf(scores, truth), "holdout");
  ASSERT_TRUE(huge.ok());
  EXPECT_EQ(huge->metrics().count("rmse"), 0U);
  EXPECT_EQ(huge->metrics().count("wape"), 0U);
  EXPECT_NEAR(huge->metrics().find("mae")->second.mean / 1e160, 1, 1e-12);
  EXPECT_TRUE(QualityReference::FromJson(huge->ToJson()).ok());
}

TEST(QualityReference, ComesBackFromJsonToTheBit) {
  for (const bool binary : {true, false}) {
    const auto learned =
        binary ? LearnBinary(HonestRows(2500, 9))
               : QualityReference::Learn(Task::kRegression, {}, false, HonestRows(2500, 9), "x");
    ASSERT_TRUE(learned.ok());
    EXPECT_EQ(learned->cbpe() != nullptr, binary);
    EXPECT_EQ(std::isnan(learned->calibration_error()), !binary);
    const auto back = QualityReference::FromJson(learned->ToJson());
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    EXPECT_EQ(back->ToJson(), learned->ToJson());
    EXPECT_EQ(back->gap_deviation(), learned->gap_deviation());
    for (const auto& [name, of] : learned->metrics()) {
      EXPECT_EQ(back->metrics().find(name)->second.mean, of.mean) << name;
      EXPECT_EQ(back->metrics().find(name)->second.deviation, of.deviation) << name;
    }
  }
}

TEST(QualityReference, TwoClassesWithAScoreEachAreEstimatedToo) {
  const QualityRows rows = TwoScores(4000, 5);
  const auto learned =
      QualityReference::Learn(Task::kMulticlass, {"no", "yes"}, true, rows, "holdout");
  ASSERT_TRUE(learned.ok()) << learned.error().ToString();
  ASSERT_NE(learned->cbpe(), nullptr);
  EXPECT_EQ(learned->cbpe()->problem().columns(), 2U);
  EXPECT_GT(learned->gap_deviation(), 0);
  EXPECT_LT(learned->gap_deviation(), 0.1);
  const auto back = QualityReference::FromJson(learned->ToJson());
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), learned->ToJson());
  EXPECT_EQ(back->cbpe()->problem().columns(), 2U);
  // Of one column the same knowledge: log loss does not depend on how it is written down.
  const auto binary = LearnBinary(HonestRows(4000, 5));
  EXPECT_NEAR(learned->metrics().find("log_loss")->second.mean,
              binary->metrics().find("log_loss")->second.mean, 1e-9);
}

TEST(QualityReference, DamageIsTold) {
  const std::string whole = LearnBinary(HonestRows(2000, 9))->ToJson();
  for (std::size_t cut = 0; cut < whole.size(); cut += 1 + whole.size() / 97) {
    EXPECT_FALSE(QualityReference::FromJson(whole.substr(0, cut)).ok()) << cut;
  }
  for (const char* text : {
           "[]",
           "null",
           R"({"schema":2})",
           R"({"schema":1,"from":"x","rows":-1,"gap_deviation":0,"calibration_error":null,)"
           R"("metrics":{},"cbpe":null})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":null,"calibration_error":null,)"
           R"("metrics":{},"cbpe":null})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":0,"calibration_error":"0",)"
           R"("metrics":{},"cbpe":null})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":0,"calibration_error":null,)"
           R"("metrics":{"mae":3},"cbpe":null})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":0,"calibration_error":null,)"
           R"("metrics":{"mae":{"mean":1}},"cbpe":null})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":0,"calibration_error":null,)"
           R"("metrics":{},"cbpe":"{}"})",
           R"({"schema":1,"from":"x","rows":1,"gap_deviation":0,"calibration_error":null,)"
           R"("metrics":{},"cbpe":{}})",
       }) {
    EXPECT_FALSE(QualityReference::FromJson(text).ok()) << text;
  }
  Rng rng(4);  // bytes that flip must never bring it down
  for (int times = 0; times < 300; ++times) {
    std::string hurt = whole;
    hurt[rng.Below(hurt.size())] = static_cast<char>(rng.Below(128));
    const auto read = QualityReference::FromJson(hurt);
    if (!read.ok()) continue;
    EXPECT_FALSE(read->ToJson().empty());
  }
}

}  // namespace
}  // namespace mooring::monitoring
