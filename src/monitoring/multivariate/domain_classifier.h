// The domain classifier: can a model tell a window's rows from the reference's? If it can,
// something changed, be it in no single feature and no pair: the most general test of drift, and
// the dearest. Use it on demand or once a day, not on every window.
//
// Rows of both sides are labelled, a classifier is trained on k - 1 folds and scores the held-out
// one, so that every row is scored by a model that has not seen it. AUC of those scores: 0.5 when
// nothing differs, 1 when every row gives itself away. p by Mann and Whitney's test, one-sided: of
// such an AUC when the scores of both sides come from one distribution. Alert: AUC > 0.65, as
// NannyML has it, and p < `alpha`: with few rows 0.65 comes by chance.
// Drivers: features by how much the AUC falls when their held-out values are shuffled, which also
// finds features that only tell something together; the model's own importances choose which
// features are tried.
//
// The room of models is not ours to use, so the trainer comes in as a function
// (control/training/boosted_trees.h has the booster).
//
// Deterministic for one seed and trainer. Thread safety: as the trainer. Failure: kInvalidArgument,
// kFailedPrecondition for fewer rows than kLeastRows a side, and what the trainer fails with.
// Cost: k trainings of at most 2 × most_rows rows; some seconds for 40,000 rows of 20 features.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

class TrainedClassifier {
 public:
  virtual ~TrainedClassifier() = default;
  // Higher is more like label 1. Rows as in training.
  virtual Result<std::vector<double>> Score(const data::Batch& rows) const = 0;
  // One for each column of the training rows, none negative, in any unit.
  virtual std::vector<double> Importances() const = 0;
};
using TrainClassifier = std::function<Result<std::unique_ptr<TrainedClassifier>>(
    const data::Batch& rows, std::span<const std::uint8_t> labels)>;

struct DomainOptions {
  std::size_t folds = 5;           // 2 to 20
  std::size_t most_rows = 20'000;  // a side
  double alert_auc = 0.65;
  double alpha = 0.001;
  std::size_t most_drivers = 8;  // features that are tried
  std::uint64_t seed = 1;
};

struct DomainDriver {
  std::string feature;
  double auc_drop = 0;    // of the AUC, when it is shuffled
  double importance = 0;  // share of all features', by the model
};

struct DomainVerdict {
  static constexpr std::size_t kLeastRows = 100;

  std::size_t reference_rows = 0, window_rows = 0;  // looked at
  double auc = 0.5;
  double p_value = 1;
  bool alert = false;
  std::vector<DomainDriver> drivers;  // by auc_drop, the greatest first
};

Result<DomainVerdict> TellApart(const data::Batch& reference, const data::Batch& window,
                                const TrainClassifier& train, const DomainOptions& options);

}  // namespace mooring::monitoring
