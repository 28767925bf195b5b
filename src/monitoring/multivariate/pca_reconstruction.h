// PcaReconstruction: do the features still hang together as they did? Rows are encoded
// (row_encoder.h), projected on the principal axes that hold most of the reference's variance, and
// put together again; the distance between a row and its reconstruction grows when correlations
// break, also where every feature alone looks as before.
//
//   ASSIGN_OR_RETURN(const auto model, PcaReconstruction::Fit(training, {}));
//   ASSIGN_OR_RETURN(const ReconstructionScore score, model.ScoreWindow(window));
//   if (score.z > 4) …  // score.contributions.front().feature is what broke first
//
// Symbols: x the standardised row, V the kept axes (as few as hold more than `variance` of the
// total), r = x - V^T V x, error e = |r|. z = (mean e - mean e of reference) / (s sqrt(1/n + 1/m)),
// s the reference's deviation of e over its n rows, m the window's rows. Linear: a change that
// keeps all correlations is not seen; use domain_classifier.h for that.
//
// One row that is far out must not speak for its window. Standardised values are taken to be at
// most kMostDeviations from the mean, when learning and when judging; of a window, a row's e, and
// its r^2 of a feature, count at most the reference's mean and as many of its deviations. So one of
// 200 rows moves z by 10 / sqrt(200) = 0.7 at most, whatever it holds. A reference that is its own
// reconstruction has no deviation to count by: there only the values are bounded.
//
// Thread safety: const use from any thread. Failure: kInvalidArgument for rows that do not fit.
// Complexity: Fit takes rows × features^2 and an eigenvalue problem; scoring rows × features ×
// axes. Stored as JSON: docs/formats/reconstruction.md.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "monitoring/multivariate/row_encoder.h"

namespace mooring::monitoring {

struct ReconstructionOptions {
  double variance = 0.65;  // share of the total that the kept axes hold at least; 0 < variance < 1
  bool bounded = true;     // values at most kMostDeviations away
};

// What one feature adds to the squared error.
struct FeatureContribution {
  std::string feature;
  double error = 0;      // mean r^2 of this feature in the window
  double reference = 0;  // and in the reference
  double z = 0;          // of the difference, as for the whole
};

struct ReconstructionScore {
  std::size_t rows = 0;
  double error = std::numeric_limits<double>::quiet_NaN();      // mean e
  double reference = std::numeric_limits<double>::quiet_NaN();  // mean e of the reference
  double deviation = std::numeric_limits<double>::quiet_NaN();  // of e (n - 1); NaN for one row
  double z = std::numeric_limits<double>::quiet_NaN();
  std::vector<FeatureContribution> contributions;  // by |z|, the greatest first
};

class PcaReconstruction {
 public:
  static constexpr double kMostDeviations = 10;

  static Result<PcaReconstruction> Fit(const data::Batch& reference,
                                       const ReconstructionOptions& options);

  std::size_t width() const { return encoder_.width(); }
  std::size_t axes() const { return width() == 0 ? 0 : axes_.size() / width(); }
  const RowEncoder& encoder() const { return encoder_; }
  // Row-major, axes() × width(), unit rows.
  const std::vector<double>& axis_values() const { return axes_; }
  // Of the total variance, by kept axis.
  const std::vector<double>& variance_shares() const { return variance_shares_; }
  double reference_error() const { return total_.mean; }

  // The error e of every row, as far as bounded values let it grow.
  Result<std::vector<double>> RowErrors(const data::Batch& batch) const;
  // A window without rows is kInvalidArgument. `row_worth`, above 0 and at most 1, is what a row is
  // worth beside an independent one: (1 - rho) / (1 + rho) for a serial correlation rho; m is
  // lessened by it.
  Result<ReconstructionScore> ScoreWindow(const data::Batch& window, double row_worth = 1) const;

  std::string ToJson() const;
  // Strict: anything that ToJson does not write is kDataLoss or kInvalidArgument.
  static Result<PcaReconstruction> FromJson(std::string_view text);

 private:
  struct Spread {
    double mean = 0, deviation = 0;  // n - 1
  };
  explicit PcaReconstruction(RowEncoder encoder) : encoder_(std::move(encoder)) {}
  Result<std::vector<double>> Standardised(const data::Batch& batch) const;
  void FindAxes(const std::vector<double>& rows, double variance);
  // Turns standardised rows into their residuals.
  void Residuals(std::vector<double>& rows) const;
  Result<std::vector<double>> ResidualsOf(const data::Batch& batch) const;
  static Spread SpreadOf(std::span<const double> values);
  double Z(const Spread& reference, double mean, double rows) const;

  RowEncoder encoder_;
  bool bounded_ = true;
  std::vector<double> axes_, variance_shares_;
  std::size_t reference_rows_ = 0;
  Spread total_;                  // of e
  std::vector<Spread> features_;  // of r^2
};

}  // namespace mooring::monitoring
