// Losses: the loss of each row by the watched metric, what a calibrated score expects it to be, and
// the plain metrics of labelled rows.
//
// Binary and multiclass: log loss, -ln of the probability given to what happened, clipped at
// 2.2e-16 and of three or more classes divided by the row's sum, so that the mean of the losses is
// the metric of that name; without probabilities 0 or 1 (the class was wrong). Regression: |error|,
// or its square for rmse. Expected log loss of a row with calibrated probabilities c and scores p:
// -sum c_k ln p_k.
//
// Thread safety: pure functions. Rows without truth or without all of their scores have loss NaN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "monitoring/quality/cbpe.h"
#include "monitoring/quality/quality_rows.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

struct LossRule {
  records::OutputRule::Task task = records::OutputRule::Task::kRegression;
  std::size_t classes = 0;
  bool probabilities = false;
  bool squared = false;
};

// Whether none of the row's scores is missing.
bool HasScores(const QualityRows& rows, std::size_t row);

std::vector<double> LossesOf(const LossRule& rule, const QualityRows& rows);
// Of rows with scores, whether labelled or not; NaN elsewhere. Probabilities only.
Result<std::vector<double>> ExpectedLossesOf(const LossRule& rule, const CbpeModel& cbpe,
                                             const QualityRows& rows);

// The place of the class that is said: binary 1 from 0.5 on, else the most probable.
std::uint32_t PredictedClass(const LossRule& rule, const QualityRows& rows, std::size_t row);

// Labelled rows alone, with scores.
struct Labelled {
  std::vector<std::size_t> places;  // in the window
  std::vector<double> scores;       // row by row
  std::vector<double> truth;
  std::vector<std::uint32_t> truth_class, predicted;  // of a classification
  std::vector<std::uint8_t> positive;                 // of a binary task
};
Labelled LabelledRows(const LossRule& rule, const QualityRows& rows);

// Every metric of the task, by name; NaN where it is not defined on these rows.
struct NamedMetric {
  std::string name;
  double value = 0;
  bool higher_is_better = false;
};
std::vector<NamedMetric> MetricsOf(const LossRule& rule, const Labelled& labelled);

}  // namespace mooring::monitoring
