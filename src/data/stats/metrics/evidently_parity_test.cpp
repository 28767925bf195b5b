// What Evidently 0.7.21 reports of labelled rows, from our measures. Its MAPE is in percent.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/stats/metrics/binary_metrics.h"
#include "data/stats/metrics/confusion_matrix.h"
#include "data/stats/metrics/metric_vectors.h"
#include "data/stats/metrics/regression_metrics.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

struct Part {
  std::vector<double> score, number, predicted_number;
  std::vector<std::uint8_t> truth;
  std::vector<std::uint32_t> truth_bit, label, class_truth, class_label;
};

// Columns b_true, b_proba, b_label, m_true, m_label, r_true, r_pred.
Part ReadPart(const std::string& path) {
  const std::string text = PosixFileSystem().ReadFile(path, 1 << 20).value();
  Part part;
  std::size_t at = text.find('\n') + 1;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    std::vector<std::string> fields(1);
    for (const char c : text.substr(at, end - at)) {
      if (c == ',') {
        fields.emplace_back();
      } else {
        fields.back().push_back(c);
      }
    }
    part.truth.push_back(fields[0] == "1" ? 1 : 0);
    part.truth_bit.push_back(part.truth.back());
    part.score.push_back(std::stod(fields[1]));
    part.label.push_back(fields[2] == "1" ? 1 : 0);
    part.class_truth.push_back(static_cast<std::uint32_t>(fields[3][0] - 'a'));
    part.class_label.push_back(static_cast<std::uint32_t>(fields[4][0] - 'a'));
    part.number.push_back(std::stod(fields[5]));
    part.predicted_number.push_back(std::stod(fields[6]));
    at = end + 1;
  }
  return part;
}

const Json& ValueOf(const Json& document, const std::string& set, std::string_view metric) {
  for (const Json& record : *document.GetArray(set).value()) {
    if (record.GetString("metric_name").value().starts_with(metric)) {
      return *record.Get("value").value();
    }
  }
  ADD_FAILURE() << set << " lacks " << metric;
  return document;
}

class EvidentlyParity : public testing::TestWithParam<std::string> {
 protected:
  double Recorded(const std::string& set, std::string_view metric) const {
    const Json& value = ValueOf(document_, set + "/" + GetParam(), metric);
    return value.IsObject() ? value.GetDouble("mean").value() : value.AsDouble().value();
  }

  const Json document_ = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/evidently/quality.json");
  const Part part_ =
      ReadPart(MOORING_SOURCE_DIR "/tests/golden/evidently/quality_" + GetParam() + ".csv");
};

TEST_P(EvidentlyParity, OfScores) {
  const std::string set = "binary_proba";
  const ScoredLabels rows{part_.score, part_.truth};
  EXPECT_NEAR(RocAuc(rows).value(), Recorded(set, "RocAuc("), kClose);
  EXPECT_NEAR(LogLoss(rows).value(), Recorded(set, "LogLoss"), kClose);
  const ConfusionMatrix matrix = ConfusionMatrix::Count(2, part_.truth_bit, part_.label).value();
  const BinaryCells cells = matrix.AgainstRest(1);
  EXPECT_NEAR(Accuracy(cells), Recorded(set, "Accuracy"), kClose);
  EXPECT_NEAR(Precision(cells), Recorded(set, "Precision("), kClose);
  EXPECT_NEAR(Recall(cells), Recorded(set, "TPR"), kClose);
  EXPECT_NEAR(Specificity(cells), Recorded(set, "TNR"), kClose);
  EXPECT_NEAR(FBeta(cells, 1), Recorded(set, "F1Score"), kClose);
}

TEST_P(EvidentlyParity, OfClasses) {
  const std::string set = "multiclass_label";
  const ConfusionMatrix matrix =
      ConfusionMatrix::Count(3, part_.class_truth, part_.class_label).value();
  EXPECT_NEAR(matrix.Accuracy(), Recorded(set, "Accuracy"), kClose);
  EXPECT_NEAR(matrix.Macro().precision, Recorded(set, "Precision("), kClose);
  EXPECT_NEAR(matrix.Macro().recall, Recorded(set, "Recall("), kClose);
  EXPECT_NEAR(matrix.Macro().f1, Recorded(set, "F1Score"), kClose);
  const Json& by_label = ValueOf(document_, set + "/" + GetParam(), "F1ByLabel");
  for (std::size_t k = 0; k < 3; ++k) {
    const std::string name(1, static_cast<char>('a' + k));
    EXPECT_NEAR(matrix.OfClass(k).f1, by_label.GetDouble(name).value(), kClose);
  }
}

TEST_P(EvidentlyParity, OfNumbers) {
  const std::string set = "regression";
  const RegressionMetrics m = MeasureRegression({part_.number, part_.predicted_number}).value();
  EXPECT_NEAR(m.mean_error, Recorded(set, "MeanError"), kClose);
  EXPECT_NEAR(100 * m.mape, Recorded(set, "MAPE"), kClose * 10);
  EXPECT_NEAR(m.rmse, Recorded(set, "RMSE"), kClose);
  EXPECT_NEAR(m.mae, Recorded(set, "MAE"), kClose);
  EXPECT_NEAR(m.r2, Recorded(set, "R2Score"), kClose);
  EXPECT_NEAR(m.max_error, Recorded(set, "AbsMaxError"), kClose);
}

INSTANTIATE_TEST_SUITE_P(Parts, EvidentlyParity, testing::Values("reference", "current"));

}  // namespace
}  // namespace mooring::data
