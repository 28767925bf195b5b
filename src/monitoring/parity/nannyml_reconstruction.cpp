#include "monitoring/parity/nannyml_reconstruction.h"

#include <cmath>

#include "monitoring/multivariate/pca_reconstruction.h"

namespace mooring::monitoring {
namespace {

NannyValue MeanOf(std::span<const double> errors) {
  double sum = 0, squares = 0;
  for (const double e : errors) sum += e;
  const auto n = static_cast<double>(errors.size());
  for (const double e : errors) squares += (e - sum / n) * (e - sum / n);
  return {sum / n, std::sqrt(squares / (n - 1)) / std::sqrt(n)};
}

}  // namespace

Result<std::vector<NannyRow>> NannyReconstruction(const data::Batch& reference,
                                                  const data::Batch& analysis,
                                                  std::size_t chunk_size) {
  ASSIGN_OR_RETURN(const PcaReconstruction model,
                   PcaReconstruction::Fit(reference, {.variance = 0.65, .bounded = false}));
  ASSIGN_OR_RETURN(const std::vector<double> of_reference, model.RowErrors(reference));
  ASSIGN_OR_RETURN(const std::vector<double> of_analysis, model.RowErrors(analysis));
  const NannyMeasure measure = [&](const data::Batch& batch, const NannyChunk& chunk) {
    const std::vector<double>& errors = &batch == &reference ? of_reference : of_analysis;
    return MeanOf(std::span(errors).subspan(chunk.begin, chunk.rows()));
  };
  std::vector<NannyRow> rows;
  AppendRows(
      {.method = "reconstruction_error", .range = {.least = 0}, .alert = NannyAlert::kNotInside},
      measure, reference, analysis, chunk_size, rows);
  return rows;
}

}  // namespace mooring::monitoring
