// CBPE beside what NannyML 0.13.1 recorded (tests/golden/cbpe/README.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/text/json.h"
#include "monitoring/quality/cbpe.h"
#include "monitoring/quality/cbpe_recorded.h"

namespace mooring::monitoring {
namespace {

std::string Golden(const std::string& name) {
  return MOORING_SOURCE_DIR "/tests/golden/cbpe/" + name;
}

struct Case {
  const char* name;
  const char* rows;
  CellScale cells = CellScale::kRows;
  bool worth = true;
  bool worth_by_share = false;
  // Relative to the value, absolutely below 1.
  double roc_auc_close = 1e-13;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class CbpeParity : public testing::TestWithParam<Case> {
 protected:
  static CbpeModel Fit(const Case& c, const RecordedRows& reference,
                       const std::vector<RecordedChunk>& chunks) {
    CbpeOptions options;
    options.problem.classes = {"0", "1"};
    if (reference.columns == 3) options.problem.classes = {"a", "b", "c"};
    options.problem.cells = c.cells;
    if (c.worth) options.problem.worth = {5, -20, -40, 100};
    options.problem.worth_by_share = c.worth_by_share;
    if (reference.columns == 1) {
      options.test_folds = ReadFolds(Golden(std::string(c.rows) + "_folds.txt"));
    }
    std::vector<std::size_t> chunk_rows;
    for (const RecordedChunk& chunk : chunks) chunk_rows.push_back(chunk.rows);
    return CbpeModel::Fit(options, reference.All(), chunk_rows).value();
  }
};

void ExpectClose(double ours, double theirs, double close, const std::string& what) {
  EXPECT_NEAR(ours, theirs, close * std::max(1.0, std::abs(theirs))) << what;
}

// fields: value, sampling error, [realised,] confidence, thresholds, alert.
void CompareMeasure(const QualityEstimate& ours, const std::vector<double>& theirs, bool estimated,
                    double roc_auc_close) {
  const std::size_t thresholds = estimated ? 5 : 2;
  const double error_close = ours.name == "roc_auc"             ? 1e-4
                             : ours.name == "average_precision" ? 0.3
                                                                : 1e-12;
  const double value_close = ours.name == "roc_auc" ? roc_auc_close : 1e-13;
  ExpectClose(ours.value, theirs[0], value_close, ours.name);
  EXPECT_NEAR(ours.sampling_error / theirs[1], 1, error_close) << ours.name;
  ExpectClose(ours.thresholds.lower, theirs[thresholds], 1e-12, ours.name + " lower threshold");
  ExpectClose(ours.thresholds.upper, theirs[thresholds + 1], 1e-12, ours.name + " upper threshold");
  EXPECT_EQ(ours.alert ? 1 : 0, theirs[thresholds + 2]) << ours.name;
  if (!estimated) return;
  // Three sampling errors, and the value's own difference.
  const double bound_close = value_close + 3 * error_close * theirs[1];
  ExpectClose(ours.confidence.lower, theirs[3], bound_close, ours.name + " lower confidence");
  ExpectClose(ours.confidence.upper, theirs[4], bound_close, ours.name + " upper confidence");
}

TEST_P(CbpeParity, EstimatesRealisedValuesBandsAndAlertsAreTheRecordedOnes) {
  const Case& c = GetParam();
  const std::string rows = c.rows, name = c.name;
  const std::string estimated = Golden(name + "_estimated.csv");
  const RecordedRows reference = ReadScored(Golden(rows + "_reference.csv"));
  const CbpeModel fitted = Fit(c, reference, ReadChunks(estimated, "reference"));
  const CbpeModel model = CbpeModel::FromJson(fitted.ToJson()).value();
  EXPECT_EQ(model.ToJson(), fitted.ToJson());
  std::size_t compared = 0;
  for (const char* period : {"reference", "analysis"}) {
    const RecordedRows all = ReadScored(Golden(rows + "_" + period + ".csv"));
    for (const bool is_estimate : {true, false}) {
      const auto chunks =
          ReadChunks(is_estimate ? estimated : Golden(name + "_realised.csv"), period);
      for (const RecordedChunk& chunk : chunks) {
        SCOPED_TRACE(period + std::string(is_estimate ? " estimate " : " realised ") +
                     std::to_string(chunk.begin));
        const LabelRows part = all.Part(chunk.begin, chunk.rows);
        const auto ours = (is_estimate ? model.Estimate(part) : model.Realised(part)).value();
        for (const QualityEstimate& estimate : ours) {
          const auto theirs = chunk.fields.find(estimate.name);
          if (theirs == chunk.fields.end()) continue;
          CompareMeasure(estimate, theirs->second, is_estimate, c.roc_auc_close);
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 100U);
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, CbpeParity,
    testing::Values(Case{"binary", "binary"},
                    Case{"binary_chunk900", "binary", CellScale::kShareOfAll, true, true},
                    Case{"binary_weekly", "binary", CellScale::kShareOfTrue},
                    Case{"binary_default_chunks", "binary", CellScale::kRows, false},
                    Case{"calibrated", "calibrated"},
                    Case{"multiclass", "multiclass", CellScale::kRows, false, false, 1e-6}),
    [](const auto& recorded) { return std::string(recorded.param.name); });

// Errors before and after, decisions and final curves of calibration.json.
TEST(CbpeCalibration, DecidesAsRecorded) {
  const std::string text = PosixFileSystem().ReadFile(Golden("calibration.json"), 1 << 20).value();
  const Json recorded = Json::Parse(text).value();
  for (const std::string name : {"binary", "calibrated"}) {
    const RecordedRows reference = ReadScored(Golden(name + "_reference.csv"));
    const std::vector<std::size_t> one_chunk = {reference.truth.size()};
    const CbpeModel model = CbpeModel::Fit({.problem = {.classes = {"0", "1"}},
                                            .test_folds = ReadFolds(Golden(name + "_folds.txt"))},
                                           reference.All(), one_chunk)
                                .value();
    ASSERT_EQ(model.decisions().size(), 1U);
    const CalibrationDecision& decision = model.decisions()[0];
    const Json& theirs = *recorded.Get(name).value();
    EXPECT_EQ(decision.calibrate, theirs.GetBool("calibrate").value());
    EXPECT_NEAR(decision.error_before, theirs.GetDouble("ece_before").value(), 1e-12);
    // Calibrated scores are tied in long rows that bins cut: which of them fall where depends on
    // the order of a sort.
    EXPECT_NEAR(decision.error_after, theirs.GetDouble("ece_after").value(), 0.0015);
    if (name == "binary") {
      for (const Json& point : *theirs.GetArray("isotonic_grid").value()) {
        const Json::Array& pair = *point.AsArray().value();
        const std::vector<double> score = {pair[0].AsDouble().value()};
        const std::vector<std::uint32_t> label = {1};
        EXPECT_NEAR(model.Calibrate({score, label})->front(), pair[1].AsDouble().value(), 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace mooring::monitoring
