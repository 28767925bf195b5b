// QualityReference: what quality was on rows that the model was not trained on, so that a window
// has something to be worse than: each metric's mean and deviation over chunks, how far loss
// strayed from its estimate there, and the model of the estimate itself (CBPE).
//
// Learned at registration from a labelled holdout; without one from the first windows in production
// whose outcomes have come. Never from training rows: a model flatters itself on those.
//
// Thread safety: values. Failure: kInvalidArgument when there are fewer than kLeastRows labelled
// rows, or (of a binary task) fewer than kLeastMinority rows of a class. A metric that is defined
// on no chunk, or not finite, is left out.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "monitoring/quality/cbpe.h"
#include "monitoring/quality/quality_rows.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// A metric over the chunks of the reference.
struct MetricBaseline {
  double mean = 0, deviation = 0;
};

class QualityReference {
 public:
  static constexpr std::size_t kLeastRows = 2000, kLeastMinority = 30, kChunks = 10;

  // From labelled rows in the order of their time; rows without truth take no part.
  static Result<QualityReference> Learn(records::OutputRule::Task task,
                                        const std::vector<std::string>& classes, bool probabilities,
                                        const QualityRows& rows, std::string from);

  const std::string& from() const { return from_; }  // "holdout", "production"
  std::uint64_t rows() const { return rows_; }
  const std::map<std::string, MetricBaseline, std::less<>>& metrics() const { return metrics_; }
  // Of chunks' mean of (loss - expected loss): how far the estimate strays by itself.
  double gap_deviation() const { return gap_deviation_; }
  // Expected calibration error of a binary task; NaN otherwise.
  double calibration_error() const { return calibration_error_; }
  const CbpeModel* cbpe() const { return cbpe_ ? &*cbpe_ : nullptr; }

  std::string ToJson() const;
  static Result<QualityReference> FromJson(std::string_view text);

 private:
  std::string from_;
  std::uint64_t rows_ = 0;
  std::map<std::string, MetricBaseline, std::less<>> metrics_;
  double gap_deviation_ = 0;
  double calibration_error_ = std::numeric_limits<double>::quiet_NaN();
  std::optional<CbpeModel> cbpe_;
};

}  // namespace mooring::monitoring
