#include "monitoring/multivariate/pca_reconstruction.h"

#include <algorithm>
#include <cmath>

#include "monitoring/multivariate/symmetric_eigen.h"

namespace mooring::monitoring {
namespace {

std::vector<double> Lengths(const std::vector<double>& rows, std::size_t width) {
  std::vector<double> lengths(rows.size() / width);
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) {
      squares += rows[row * width + i] * rows[row * width + i];
    }
    lengths[row] = std::sqrt(squares);
  }
  return lengths;
}

std::vector<double> SquaresOf(const std::vector<double>& rows, std::size_t width, std::size_t i) {
  std::vector<double> squares;
  squares.reserve(rows.size() / width);
  for (std::size_t at = i; at < rows.size(); at += width) squares.push_back(rows[at] * rows[at]);
  return squares;
}

// Errors at most so many deviations above the reference's mean. A deviation that is rounding noise
// bounds nothing.
std::vector<double> Bounded(std::vector<double> errors, double mean, double deviation) {
  constexpr double kNoise = 1e-9;
  if (!(deviation > kNoise)) return errors;
  const double most = mean + PcaReconstruction::kMostDeviations * deviation;
  for (double& error : errors) error = std::min(error, most);
  return errors;
}

// Columns are centred, but for what bounding the values took.
std::vector<double> Covariance(const std::vector<double>& rows, std::size_t width) {
  std::vector<double> matrix(width * width, 0.0);
  for (std::size_t at = 0; at < rows.size(); at += width) {
    for (std::size_t i = 0; i < width; ++i) {
      const double x = rows[at + i];
      for (std::size_t j = 0; j <= i; ++j) matrix[i * width + j] += x * rows[at + j];
    }
  }
  const auto n = static_cast<double>(rows.size() / width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      matrix[j * width + i] = matrix[i * width + j] /= n;
    }
  }
  return matrix;
}

}  // namespace

PcaReconstruction::Spread PcaReconstruction::SpreadOf(std::span<const double> values) {
  if (values.empty()) return {};
  double sum = 0, squares = 0;
  for (const double x : values) sum += x;
  const double mean = sum / static_cast<double>(values.size());
  for (const double x : values) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size() - 1))};
}

Result<PcaReconstruction> PcaReconstruction::Fit(const data::Batch& reference,
                                                 const ReconstructionOptions& options) {
  if (!(options.variance > 0 && options.variance < 1)) {
    return Error(Code::kInvalidArgument, "the share of variance must be between 0 and 1");
  }
  if (reference.rows() < 2) {
    return Error(Code::kInvalidArgument, "a reference of " + std::to_string(reference.rows()) +
                                             " rows has no correlations");
  }
  ASSIGN_OR_RETURN(RowEncoder encoder, RowEncoder::Learn(reference));
  PcaReconstruction model(std::move(encoder));
  model.bounded_ = options.bounded;
  ASSIGN_OR_RETURN(std::vector<double> rows, model.Standardised(reference));
  model.FindAxes(rows, options.variance);
  model.Residuals(rows);
  model.reference_rows_ = reference.rows();
  model.total_ = SpreadOf(Lengths(rows, model.width()));
  for (std::size_t i = 0; i < model.width(); ++i) {
    model.features_.push_back(SpreadOf(SquaresOf(rows, model.width(), i)));
  }
  return model;
}

Result<std::vector<double>> PcaReconstruction::Standardised(const data::Batch& batch) const {
  ASSIGN_OR_RETURN(std::vector<double> rows, encoder_.Encode(batch));
  if (!bounded_) return rows;
  for (double& x : rows) x = std::clamp(x, -kMostDeviations, kMostDeviations);
  return rows;
}

// As many axes as it takes for the sum of their shares to exceed `variance`; none when no column
// varies.
void PcaReconstruction::FindAxes(const std::vector<double>& rows, double variance) {
  const std::size_t n = width();
  const EigenPairs pairs = SymmetricEigen(Covariance(rows, n), n);
  double total = 0, held = 0;
  for (const double value : pairs.values) total += std::max(value, 0.0);
  if (total == 0) return;
  for (std::size_t k = 0; k < n && held <= variance; ++k) {
    variance_shares_.push_back(pairs.values[k] / total);
    held += variance_shares_.back();
    const auto axis = pairs.vectors.begin() + static_cast<std::ptrdiff_t>(k * n);
    axes_.insert(axes_.end(), axis, axis + static_cast<std::ptrdiff_t>(n));
  }
}

void PcaReconstruction::Residuals(std::vector<double>& rows) const {
  const std::size_t n = width(), kept = axes();
  std::vector<double> along(kept);
  for (std::size_t at = 0; at < rows.size(); at += n) {
    double* const x = rows.data() + at;
    for (std::size_t k = 0; k < kept; ++k) {
      along[k] = 0;
      for (std::size_t i = 0; i < n; ++i) along[k] += axes_[k * n + i] * x[i];
    }
    for (std::size_t k = 0; k < kept; ++k) {
      for (std::size_t i = 0; i < n; ++i) x[i] -= along[k] * axes_[k * n + i];
    }
  }
}

Result<std::vector<double>> PcaReconstruction::ResidualsOf(const data::Batch& batch) const {
  ASSIGN_OR_RETURN(std::vector<double> rows, Standardised(batch));
  Residuals(rows);
  return rows;
}

Result<std::vector<double>> PcaReconstruction::RowErrors(const data::Batch& batch) const {
  ASSIGN_OR_RETURN(const std::vector<double> residuals, ResidualsOf(batch));
  return Lengths(residuals, width());
}

// A reference that reconstructs without any spread makes every difference infinitely many
// deviations.
double PcaReconstruction::Z(const Spread& reference, double mean, double rows) const {
  const double difference = mean - reference.mean;
  const double error = reference.deviation * std::sqrt(1 / static_cast<double>(reference_rows_) +
                                                       1 / static_cast<double>(rows));
  // Below this, differences are rounding of standardised values.
  if (std::abs(difference) < 1e-12 * std::max(1.0, reference.mean)) return 0;
  return difference / error;
}

Result<ReconstructionScore> PcaReconstruction::ScoreWindow(const data::Batch& window,
                                                           double row_worth) const {
  if (window.rows() == 0) return Error(Code::kInvalidArgument, "a window without rows");
  if (!(row_worth > 0 && row_worth <= 1)) {
    return Error(Code::kInvalidArgument, "a row's worth must be above 0 and at most 1");
  }
  const double worth = static_cast<double>(window.rows()) * row_worth;
  ASSIGN_OR_RETURN(const std::vector<double> residuals, ResidualsOf(window));
  const Spread spread =
      SpreadOf(Bounded(Lengths(residuals, width()), total_.mean, total_.deviation));
  ReconstructionScore score{.rows = window.rows(),
                            .error = spread.mean,
                            .reference = total_.mean,
                            .deviation = spread.deviation,
                            .z = Z(total_, spread.mean, worth)};
  for (std::size_t i = 0; i < width(); ++i) {
    const Spread& usual = features_[i];
    const double mean =
        SpreadOf(Bounded(SquaresOf(residuals, width(), i), usual.mean, usual.deviation)).mean;
    score.contributions.push_back({.feature = encoder_.columns()[i].name,
                                   .error = mean,
                                   .reference = usual.mean,
                                   .z = Z(usual, mean, worth)});
  }
  std::ranges::stable_sort(score.contributions, [](const auto& a, const auto& b) {
    return std::abs(a.z) > std::abs(b.z);
  });
  return score;
}

}  // namespace mooring::monitoring
