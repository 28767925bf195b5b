// MultivariateWatch: do the features of a window still go together as they did: pair by pair
// (pair_changes.h) and all together (pca_reconstruction.h), and are there two that carry the same
// values now (duplicated_features.h). Looks at a sample of the window's rows, every k-th, at most
// kSample: enough for changes worth telling, and rows cost little.
//
// What it holds windows against is learned at registration from the training data's inputs and kept
// in the parts "pca", "pairs" and "alike" of what was learned (learned.h).
//
// Thread safety: none. Complexity: 0.3 µs a sampled row to keep, a millisecond to judge. Memory:
// the sample.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "monitoring/learned.h"
#include "monitoring/multivariate/duplicated_features.h"
#include "monitoring/multivariate/pair_changes.h"
#include "monitoring/multivariate/pca_reconstruction.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

class MultivariateWatch {
 public:
  static constexpr std::size_t kSample = 512;
  static constexpr std::size_t kLeastRows = 100;

  // The parts for `learned.parts`, of what `inputs` allow: no pairs of fewer than two numbers.
  static std::map<std::string, std::string, std::less<>> Learn(const data::Batch& inputs);

  // Parts that are not there, or damaged, are not watched.
  MultivariateWatch(const Learned& learned, std::uint32_t window_rows);

  bool watches() const { return pca_ || pairs_ || alike_; }
  void Add(const data::Batch& inputs);
  // Adds pairs that changed, the reconstruction, duplicated features and their findings to the
  // report, and forgets the rows. `row_worth`: what a row is worth beside an independent one, in
  // (0, 1].
  void Judge(double row_worth, WindowReport& report);

 private:
  void JudgePairs(double row_worth, WindowReport& report) const;
  void JudgeReconstruction(double row_worth, WindowReport& report) const;

  std::optional<PcaReconstruction> pca_;
  std::optional<CoMoments> pairs_;
  std::optional<AlikePairs> alike_;
  const std::uint64_t stride_;
  std::uint64_t seen_ = 0;
  data::Batch sample_;
};

}  // namespace mooring::monitoring
