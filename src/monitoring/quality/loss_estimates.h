// LossEstimates: the estimated quality of a regression in production (dle.h), from learning it on a
// holdout to what a window's report says of it.
//
// Inputs are at hand only when a decision is made, so what is kept of them is the losses expected
// of each row (QualityRows::expected); windows are estimated from these, before any outcome and
// whenever they are scored again.
//
// Learned are MAE, RMSE and, where no truth of the holdout is within a thousandth of its mean size
// of zero, MAPE. How far absolute errors stray from what was expected of them is learned by
// crossing over: of each half of the chunks by a model that saw the other half, since a model
// flatters itself on its own rows.
//
// Thread safety: pure functions. Cost: LearnLosses nine trainings at most.
#pragma once

#include "monitoring/quality/dle.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/quality/quality_rows.h"

namespace mooring::monitoring {

// From `inputs` row by row beside `rows`, of which those with truth and score count. Fills
// rows.expected as by models that did not see the row. kInvalidArgument for fewer than 20 such
// rows; what the trainer says otherwise.
Result<DleModel> LearnLosses(const data::Batch& inputs, QualityRows& rows,
                             const TrainRegressor& train);

// The loss expected of each row; NaN where none is, or the model did not learn it.
std::vector<double> ExpectedOf(const DleModel& model, RowLoss loss, const QualityRows& rows);

// Of all rows of which something is expected, labelled or not; none without such rows.
std::vector<MetricValue> LossEstimates(const DleModel& model, const QualityRows& rows);

// Absolute error less what was expected of it, over labelled rows; without two of them NaN.
// `gap_deviation` is how far chunks of the holdout strayed.
ConceptGap LossGap(const DleModel& model, const QualityRows& rows, double gap_deviation);

}  // namespace mooring::monitoring
