#include "data/stats/intervals/bootstrap.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::errno_on_error>,
                               policies::overflow_error<policies::errno_on_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

// Rows by cluster, clusters counted from 0 in the order of their names.
struct Clustering {
  std::vector<std::uint32_t> of_row;
  std::size_t count = 0;
};

Clustering Number(std::size_t rows, std::span<const std::uint64_t> clusters) {
  Clustering numbered{.of_row = std::vector<std::uint32_t>(rows)};
  if (clusters.empty()) {
    std::iota(numbered.of_row.begin(), numbered.of_row.end(), 0U);
    numbered.count = rows;
    return numbered;
  }
  std::vector<std::uint64_t> names(clusters.begin(), clusters.end());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (std::size_t i = 0; i < rows; ++i) {
    numbered.of_row[i] =
        static_cast<std::uint32_t>(std::ranges::lower_bound(names, clusters[i]) - names.begin());
  }
  numbered.count = names.size();
  return numbered;
}

// Cumulative Poisson(1) probabilities in units of 2^-32; beyond 12 there is less than one unit.
std::array<std::uint32_t, 12> PoissonSteps() {
  std::array<std::uint32_t, 12> steps{};
  double term = std::exp(-1.0), sum = 0;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    sum += term;
    term /= static_cast<double>(k + 1);
    steps[k] = static_cast<std::uint32_t>(std::min(std::floor(sum * 0x1p32), 0x1p32 - 1));
  }
  return steps;
}

// Draws weights of clusters, one replicate at a time.
class Draws {
 public:
  Draws(const BootstrapOptions& options, std::size_t clusters)
      : rng_(options.seed), kind_(options.draw), weights_(clusters) {}

  const std::vector<double>& Next() {
    do {
      if (kind_ == BootstrapDraw::kPoisson) {
        DrawPoisson();
      } else {
        std::ranges::fill(weights_, 0.0);
        for (std::size_t i = 0; i < weights_.size(); ++i) ++weights_[rng_.Below(weights_.size())];
      }
    } while (std::ranges::all_of(weights_, [](double w) { return w == 0; }));
    return weights_;
  }

 private:
  // One draw of 64 bits makes two weights.
  void DrawPoisson() {
    for (std::size_t i = 0; i < weights_.size(); i += 2) {
      const std::uint64_t bits = rng_.Next();
      weights_[i] = Poisson(static_cast<std::uint32_t>(bits >> 32));
      if (i + 1 < weights_.size()) weights_[i + 1] = Poisson(static_cast<std::uint32_t>(bits));
    }
  }
  double Poisson(std::uint32_t u) const {
    int count = 0;
    for (const std::uint32_t step : steps_) count += u >= step ? 1 : 0;
    return count;
  }

  Rng rng_;
  BootstrapDraw kind_;
  std::array<std::uint32_t, 12> steps_ = PoissonSteps();
  std::vector<double> weights_;
};

void Spread(const Clustering& clusters, const std::vector<double>& of_cluster,
            std::vector<double>& of_row) {
  for (std::size_t i = 0; i < of_row.size(); ++i) of_row[i] = of_cluster[clusters.of_row[i]];
}

double Quantile(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const double whole = std::floor(place);
  const auto i = static_cast<std::size_t>(whole);
  if (i + 1 >= sorted.size()) return sorted.back();
  return sorted[i] + (sorted[i + 1] - sorted[i]) * (place - whole);
}

// The acceleration a of BCa; 0 when leaving clusters out changes nothing.
double Acceleration(const Clustering& clusters, const WeightedStatistic& statistic,
                    std::size_t most_groups) {
  const std::size_t groups = std::clamp<std::size_t>(most_groups, 2, clusters.count);
  std::vector<double> weights(clusters.of_row.size()), values;
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = clusters.of_row[i] % groups == g ? 0 : 1;
    }
    const double value = statistic(weights);
    if (std::isfinite(value)) values.push_back(value);
  }
  if (values.empty()) return 0;
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0, cubes = 0;
  for (const double value : values) {
    const double d = mean - value;
    squares += d * d;
    cubes += d * d * d;
  }
  return squares == 0 ? 0 : cubes / (6 * std::pow(squares, 1.5));
}

// Where the interval's ends lie among the sorted replicates.
struct Levels {
  double lower = 0, upper = 1;
};

Levels BcaLevels(const std::vector<double>& sorted, double value, double acceleration,
                 double confidence) {
  const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
  const double below =
      (static_cast<double>(low - sorted.begin()) + static_cast<double>(high - sorted.begin())) / 2 /
      static_cast<double>(sorted.size());
  // All replicates on one side: the nearest share that can be told apart from none.
  const double least = 0.5 / static_cast<double>(sorted.size());
  const Normal normal;
  const double z0 = boost::math::quantile(normal, std::clamp(below, least, 1 - least));
  const auto level = [&](double tail) {
    const double moved = z0 + boost::math::quantile(normal, tail);
    const double stretch = 1 - acceleration * moved;
    const double z = stretch > 0 ? z0 + moved / stretch : std::copysign(kInfinity, moved);
    if (std::isinf(z)) return z > 0 ? 1.0 : 0.0;
    return boost::math::cdf(normal, z);
  };
  return {level((1 - confidence) / 2), level((1 + confidence) / 2)};
}

Status Check(std::size_t rows, std::span<const std::uint64_t> clusters,
             const BootstrapOptions& options) {
  if (!clusters.empty() && clusters.size() != rows) return Wrong("clusters do not fit the rows");
  if (rows > std::numeric_limits<std::uint32_t>::max()) return Wrong("too many rows");
  if (options.replicates < 10) return Wrong("fewer than ten replicates");
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return Wrong("confidence is not between 0 and 1");
  }
  return Ok();
}

}  // namespace

Result<BootstrapResult> Bootstrap(std::size_t rows, std::span<const std::uint64_t> clusters,
                                  const WeightedStatistic& statistic,
                                  const BootstrapOptions& options) {
  RETURN_IF_ERROR(Check(rows, clusters, options));
  const Clustering numbered = Number(rows, clusters);
  if (numbered.count < 2) return Wrong("fewer than two clusters");
  std::vector<double> weights(rows, 1.0), replicates;
  BootstrapResult result{.estimate = {}, .clusters = numbered.count};
  const double value = result.estimate.value = statistic(weights);
  if (!std::isfinite(value)) {
    return Error(Code::kFailedPrecondition, "the statistic of all rows is not a finite number");
  }
  Draws draws(options, numbered.count);
  for (std::size_t b = 0; b < options.replicates; ++b) {
    Spread(numbered, draws.Next(), weights);
    const double replicate = statistic(weights);
    if (std::isfinite(replicate)) replicates.push_back(replicate);
  }
  result.undefined = options.replicates - replicates.size();
  if (replicates.size() * 2 < options.replicates) {
    return Error(Code::kFailedPrecondition, "the statistic is not defined on most replicates");
  }
  const auto count = static_cast<double>(replicates.size());
  const double mean = std::accumulate(replicates.begin(), replicates.end(), 0.0) / count;
  double squares = 0;
  for (const double replicate : replicates) squares += (replicate - mean) * (replicate - mean);
  result.bias = mean - value;
  result.estimate.standard_error = std::sqrt(squares / (count - 1));
  std::ranges::sort(replicates);
  Levels levels{(1 - options.confidence) / 2, (1 + options.confidence) / 2};
  if (options.interval == BootstrapInterval::kBca) {
    const double a = Acceleration(numbered, statistic, options.most_jackknife);
    levels = BcaLevels(replicates, value, a, options.confidence);
  }
  result.estimate.lower = Quantile(replicates, levels.lower);
  result.estimate.upper = Quantile(replicates, levels.upper);
  return result;
}

}  // namespace mooring::data
