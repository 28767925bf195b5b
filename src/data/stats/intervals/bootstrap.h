// Bootstrap: the interval of any statistic that can be computed from weighted rows, by recomputing
// it on weights drawn at random, cluster by cluster. Use it where no formula exists (business
// value, F1 of a slice) and where rows come in clusters; for means, proportions and AUCs of
// independent rows the formulas beside it are exact enough and far cheaper.
//
//   const auto f1 = [&](std::span<const double> weights) { … return value; };
//   ASSIGN_OR_RETURN(const BootstrapResult r, Bootstrap(rows, clients, f1, {.seed = 7}));
//
// Symbols: t the statistic with all weights 1, t*_b that of replicate b. Each replicate gives every
// cluster, and with it all of its rows, a weight: Poisson(1), independent (one pass, no index), or
// the number of times that it comes up in as many draws with replacement.
//   percentile: the (1 -+ confidence)/2 quantiles of t*, between two values linearly
//   BCa (Efron 1987): the same at levels Phi(z0 + (z0 + z)/(1 - a(z0 + z))), where z0 is the normal
//   quantile of the share of t* below t (ties half) and a = sum d^3 / (6 (sum d^2)^1.5) from
//   leave-some-clusters-out values, d their mean less each, of at most `most_jackknife` groups.
//
// A replicate for which the statistic is NaN (a slice without positives) is dropped and counted.
// Deterministic: the same seed, rows and options give the same result on any machine.
//
// Errors: kInvalidArgument for fewer than two clusters, clusters that do not fit the rows, fewer
// than ten replicates, a confidence outside (0, 1); kFailedPrecondition when t is not finite, or
// more than half of the replicates are not.
//
// Thread safety: free function; calls the statistic on the calling thread. Complexity: replicates x
// (rows + cost of the statistic), BCa up to `most_jackknife` more; about 3 ns a cluster and draw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/result.h"
#include "data/stats/intervals/interval.h"

namespace mooring::data {

// One weight a row, never all zero. NaN where the statistic is not defined.
using WeightedStatistic = std::function<double(std::span<const double> weights)>;

enum class BootstrapDraw { kPoisson, kResample };
enum class BootstrapInterval { kPercentile, kBca };

struct BootstrapOptions {
  std::size_t replicates = 2000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
  BootstrapDraw draw = BootstrapDraw::kPoisson;
  BootstrapInterval interval = BootstrapInterval::kPercentile;
  std::size_t most_jackknife = 500;
};

struct BootstrapResult {
  IntervalEstimate estimate;  // standard_error is the deviation of the replicates
  double bias = 0;            // mean of the replicates less the value
  std::size_t clusters = 0;
  std::size_t undefined = 0;  // replicates dropped
};

// `clusters[i]` names the cluster of row i, by any number; empty: each row is its own.
Result<BootstrapResult> Bootstrap(std::size_t rows, std::span<const std::uint64_t> clusters,
                                  const WeightedStatistic& statistic,
                                  const BootstrapOptions& options = {});

}  // namespace mooring::data
