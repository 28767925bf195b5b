#include "data/stats/metrics/multiclass_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "data/stats/metrics/binary_metrics.h"

namespace mooring::data {
namespace {

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

Status Check(const ClassProbabilities& rows) {
  if (rows.classes < 2) return Wrong("fewer than two classes");
  if (rows.truth.empty()) return Wrong("no rows");
  if (rows.probabilities.size() != rows.truth.size() * rows.classes) {
    return Wrong("probabilities are not rows times classes");
  }
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    if (rows.truth[i] >= rows.classes) {
      return Wrong("class out of range in row " + std::to_string(i));
    }
    for (std::size_t k = 0; k < rows.classes; ++k) {
      const double p = rows.probabilities[i * rows.classes + k];
      if (!(p >= 0 && p <= 1)) return Wrong("no probability in row " + std::to_string(i));
    }
  }
  return Ok();
}

}  // namespace

Result<double> MulticlassLogLoss(const ClassProbabilities& rows) {
  RETURN_IF_ERROR(Check(rows));
  constexpr double kClip = std::numeric_limits<double>::epsilon();
  double sum = 0;
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    double whole = 0, of_truth = 0;
    for (std::size_t k = 0; k < rows.classes; ++k) {
      const double p = std::clamp(rows.probabilities[i * rows.classes + k], kClip, 1 - kClip);
      whole += p;
      if (k == rows.truth[i]) of_truth = p;
    }
    sum -= std::log(of_truth / whole);
  }
  return sum / static_cast<double>(rows.truth.size());
}

Result<std::vector<double>> OneVsRestAuc(const ClassProbabilities& rows) {
  RETURN_IF_ERROR(Check(rows));
  const std::size_t n = rows.truth.size();
  std::vector<double> scores(n), areas(rows.classes, std::numeric_limits<double>::quiet_NaN());
  std::vector<std::uint8_t> is_class(n);
  for (std::size_t k = 0; k < rows.classes; ++k) {
    std::size_t support = 0;
    for (std::size_t i = 0; i < n; ++i) {
      scores[i] = rows.probabilities[i * rows.classes + k];
      is_class[i] = rows.truth[i] == k ? 1 : 0;
      support += is_class[i];
    }
    if (support == 0 || support == n) continue;
    ASSIGN_OR_RETURN(areas[k], RocAuc({.scores = scores, .truth = is_class}));
  }
  return areas;
}

Result<double> MacroOneVsRestAuc(const ClassProbabilities& rows) {
  ASSIGN_OR_RETURN(const std::vector<double> areas, OneVsRestAuc(rows));
  double sum = 0;
  for (std::size_t k = 0; k < areas.size(); ++k) {
    if (std::isnan(areas[k])) {
      return Wrong("class " + std::to_string(k) + " has no rows or all of them");
    }
    sum += areas[k];
  }
  return sum / static_cast<double>(areas.size());
}

}  // namespace mooring::data
