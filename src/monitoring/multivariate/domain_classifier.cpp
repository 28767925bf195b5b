#include "monitoring/multivariate/domain_classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "data/stats/two_sample/mann_whitney.h"
#include "monitoring/multivariate/domain_rows.h"

namespace mooring::monitoring {
namespace {

using data::Batch;

Status CheckOptions(const Batch& reference, const Batch& window, const DomainOptions& options) {
  if (options.folds < 2 || options.folds > 20) {
    return Error(Code::kInvalidArgument, "folds must be 2 to 20");
  }
  if (std::min({reference.rows(), window.rows(), options.most_rows}) < DomainVerdict::kLeastRows) {
    return Error(Code::kFailedPrecondition, "not enough rows to tell reference and window apart")
        .Why("at least " + std::to_string(DomainVerdict::kLeastRows) + " of each are needed");
  }
  return Ok();
}

Batch Select(const Batch& rows, std::span<const std::size_t> picks) {
  Batch selected(rows.shared_schema());
  for (const std::size_t row : picks) selected.AppendRow(rows, row);
  return selected;
}

// Column `index` takes its values in the order of `picks`, the others stay.
Batch WithShuffled(const Batch& rows, std::size_t index, std::span<const std::size_t> picks) {
  Batch shuffled = rows;
  shuffled.column(index).Clear();
  for (const std::size_t row : picks) shuffled.column(index).AppendFrom(rows.column(index), row);
  return shuffled;
}

// A trained fold and what it has not seen.
struct Fold {
  std::unique_ptr<TrainedClassifier> model;
  std::vector<std::size_t> held_out;
  Batch rows;  // the held-out ones
};

Result<std::vector<Fold>> TrainFolds(const DomainRows& all, const TrainClassifier& train,
                                     std::size_t count) {
  std::vector<Fold> folds;
  for (std::size_t f = 0; f < count; ++f) {
    Fold fold;
    std::vector<std::size_t> others;
    std::vector<std::uint8_t> labels;
    for (std::size_t row = 0; row < all.labels.size(); ++row) {
      if (all.folds[row] == f) {
        fold.held_out.push_back(row);
        continue;
      }
      others.push_back(row);
      labels.push_back(all.labels[row]);
    }
    ASSIGN_OR_RETURN(fold.model, train(Select(all.rows, others), labels));
    fold.rows = Select(all.rows, fold.held_out);
    folds.push_back(std::move(fold));
  }
  return folds;
}

struct Separation {
  double auc = 0.5, p_value = 1;
};

Result<Separation> Separate(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  std::vector<double> of_window, of_reference;
  for (std::size_t row = 0; row < scores.size(); ++row) {
    (labels[row] != 0 ? of_window : of_reference).push_back(scores[row]);
  }
  ASSIGN_OR_RETURN(const data::TestResult test,
                   data::MannWhitney(of_window, of_reference, data::Alternative::kGreater));
  const double pairs =
      static_cast<double>(of_window.size()) * static_cast<double>(of_reference.size());
  return Separation{test.statistic / pairs, test.p_value};
}

Status PutScores(const Fold& fold, const Batch& rows, std::vector<double>& scores) {
  ASSIGN_OR_RETURN(const std::vector<double> held_out, fold.model->Score(rows));
  if (held_out.size() != fold.held_out.size()) {
    return Error(Code::kInternal, "a classifier scored another number of rows");
  }
  for (std::size_t i = 0; i < held_out.size(); ++i) scores[fold.held_out[i]] = held_out[i];
  return Ok();
}

// The folds' importances as shares, averaged.
std::vector<double> MeanImportances(const std::vector<Fold>& folds, std::size_t width) {
  std::vector<double> shares(width, 0.0);
  for (const Fold& fold : folds) {
    std::vector<double> of_fold = fold.model->Importances();
    of_fold.resize(width, 0.0);
    const double total = std::accumulate(of_fold.begin(), of_fold.end(), 0.0);
    for (std::size_t i = 0; total > 0 && i < width; ++i) {
      shares[i] += of_fold[i] / total / static_cast<double>(folds.size());
    }
  }
  return shares;
}

Result<double> ShuffledAuc(const DomainRows& all, const std::vector<Fold>& folds, std::size_t index,
                           Rng& rng) {
  std::vector<double> scores(all.labels.size());
  for (const Fold& fold : folds) {
    const std::vector<std::size_t> order = DrawRows(fold.rows.rows(), fold.rows.rows(), rng);
    RETURN_IF_ERROR(PutScores(fold, WithShuffled(fold.rows, index, order), scores));
  }
  ASSIGN_OR_RETURN(const Separation separation, Separate(scores, all.labels));
  return separation.auc;
}

Result<std::vector<DomainDriver>> FindDrivers(const DomainRows& all, const std::vector<Fold>& folds,
                                              double auc, std::size_t most, Rng& rng) {
  const std::vector<double> importances = MeanImportances(folds, all.rows.width());
  std::vector<std::size_t> order(importances.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return importances[a] > importances[b]; });
  order.resize(std::min(order.size(), most));
  std::vector<DomainDriver> drivers;
  for (const std::size_t index : order) {
    ASSIGN_OR_RETURN(const double shuffled, ShuffledAuc(all, folds, index, rng));
    drivers.push_back({.feature = all.rows.schema().field(index).name,
                       .auc_drop = auc - shuffled,
                       .importance = importances[index]});
  }
  std::ranges::stable_sort(drivers,
                           [](const auto& a, const auto& b) { return a.auc_drop > b.auc_drop; });
  return drivers;
}

}  // namespace

Result<DomainVerdict> TellApart(const Batch& reference, const Batch& window,
                                const TrainClassifier& train, const DomainOptions& options) {
  RETURN_IF_ERROR(CheckOptions(reference, window, options));
  Rng rng(options.seed);
  ASSIGN_OR_RETURN(const DomainRows all,
                   MakeDomainRows(reference, window, options.most_rows, options.folds, rng));
  ASSIGN_OR_RETURN(const std::vector<Fold> folds, TrainFolds(all, train, options.folds));
  std::vector<double> scores(all.labels.size());
  for (const Fold& fold : folds) RETURN_IF_ERROR(PutScores(fold, fold.rows, scores));
  ASSIGN_OR_RETURN(const Separation separation, Separate(scores, all.labels));
  DomainVerdict verdict{.reference_rows = std::min(reference.rows(), options.most_rows),
                        .window_rows = std::min(window.rows(), options.most_rows),
                        .auc = separation.auc,
                        .p_value = separation.p_value};
  verdict.alert = verdict.auc > options.alert_auc && verdict.p_value < options.alpha;
  ASSIGN_OR_RETURN(verdict.drivers,
                   FindDrivers(all, folds, verdict.auc, options.most_drivers, rng));
  return verdict;
}

}  // namespace mooring::monitoring
