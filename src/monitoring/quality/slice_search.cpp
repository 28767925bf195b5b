#include "monitoring/quality/slice_search.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <map>

#include "base/check.h"
#include "data/stats/multiple_testing.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kBins = 256;
constexpr std::size_t kPaired = 8;  // single bins from which pairs are made
constexpr double kRounding = 1e-12;

// Answers NaN where it would throw.
using StudentsT = boost::math::students_t_distribution<
    double, boost::math::policies::policy<
                boost::math::policies::domain_error<boost::math::policies::errno_on_error>,
                boost::math::policies::pole_error<boost::math::policies::errno_on_error>,
                boost::math::policies::overflow_error<boost::math::policies::errno_on_error>,
                boost::math::policies::evaluation_error<boost::math::policies::errno_on_error>>>;

struct Bin {
  std::size_t feature = 0;
  std::uint8_t value = 0;
};

struct Candidate {
  std::vector<Bin> bins;
  LossSums sums;
  SliceQuality quality;
};

std::string NameOf(const std::vector<Bin>& bins, const FeatureBins& features) {
  std::string name;
  for (const Bin& bin : bins) {
    name += (name.empty() ? "" : " and ") + features.Name(bin.feature, bin.value);
  }
  return name;
}

bool Enough(const LossSums& slice, const LossSums& all, std::uint64_t least) {
  return slice.n >= static_cast<double>(least) && all.n - slice.n >= static_cast<double>(least);
}

std::vector<Candidate> SingleBins(const QualityRows& rows, const std::vector<double>& losses,
                                  const LossSums& all, std::uint64_t least) {
  std::vector<Candidate> found;
  for (std::size_t feature = 0; feature < rows.features; ++feature) {
    std::array<LossSums, kBins> sums{};
    for (std::size_t row = 0; row < losses.size(); ++row) {
      if (!std::isnan(losses[row])) sums[rows.bins[row * rows.features + feature]].Add(losses[row]);
    }
    for (std::size_t value = 0; value < kBins; ++value) {
      if (!Enough(sums[value], all, least)) continue;
      found.push_back({{{feature, static_cast<std::uint8_t>(value)}},
                       sums[value],
                       CompareLosses(sums[value], all)});
    }
  }
  return found;
}

LossSums SumsOfPair(const QualityRows& rows, const std::vector<double>& losses, const Bin& a,
                    const Bin& b) {
  LossSums sums;
  for (std::size_t row = 0; row < losses.size(); ++row) {
    const std::uint8_t* of = rows.bins.data() + row * rows.features;
    if (!std::isnan(losses[row]) && of[a.feature] == a.value && of[b.feature] == b.value) {
      sums.Add(losses[row]);
    }
  }
  return sums;
}

// Pairs of the worst single bins, of different features.
std::vector<Candidate> Pairs(const QualityRows& rows, const std::vector<double>& losses,
                             const LossSums& all, const std::vector<Candidate>& singles,
                             std::uint64_t least) {
  std::vector<Candidate> found;
  const std::size_t many = std::min(singles.size(), kPaired);
  for (std::size_t i = 0; i < many; ++i) {
    for (std::size_t j = i + 1; j < many; ++j) {
      const Bin a = singles[i].bins[0], b = singles[j].bins[0];
      if (a.feature == b.feature) continue;
      Candidate pair{{a, b}, SumsOfPair(rows, losses, a, b), {}};
      if (!Enough(pair.sums, singles[i].sums, least)) continue;
      if (!Enough(pair.sums, singles[j].sums, least)) continue;
      pair.quality = CompareLosses(pair.sums, all);
      pair.quality.q_value =
          std::max({pair.quality.q_value, CompareLosses(pair.sums, singles[i].sums).q_value,
                    CompareLosses(pair.sums, singles[j].sums).q_value});
      found.push_back(std::move(pair));
    }
  }
  return found;
}

// Pairs of bins of different features.
double PossiblePairs(const std::vector<Candidate>& singles) {
  std::map<std::size_t, double> bins;
  for (const Candidate& single : singles) bins[single.bins[0].feature] += 1;
  const auto n = static_cast<double>(singles.size());
  double same = 0;
  for (const auto& [feature, count] : bins) same += count * count;
  return (n * n - same) / 2;
}

bool Worse(const Candidate& a, const Candidate& b) { return a.quality.q_value < b.quality.q_value; }

// As Benjamini and Hochberg over `tests`, of which those that are not here have p-value 1; times
// `families`, among which the bound is divided.
void CorrectForLooking(std::vector<Candidate>& candidates, double tests, double families) {
  if (candidates.empty()) return;
  std::vector<double> p_values;
  for (const Candidate& one : candidates) p_values.push_back(one.quality.q_value);
  std::vector<std::uint32_t> scratch(p_values.size());
  const Status done = data::AdjustPValues(data::Adjustment::kBenjaminiHochberg, p_values, scratch);
  CHECK(done.ok());
  const double more = families * tests / static_cast<double>(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].quality.q_value = std::min(1.0, p_values[i] * more);
  }
}

// What is left of equal losses is rounding.
double Variance(const LossSums& sums) {
  const double squares = sums.squares - sums.sum * sums.sum / sums.n;
  return squares > kRounding * sums.squares ? squares / (sums.n - 1) : 0;
}

}  // namespace

// Welch: t = (m1 - m2) / sqrt(v1/n1 + v2/n2), degrees by Welch and Satterthwaite.
SliceQuality CompareLosses(const LossSums& slice, const LossSums& all) {
  SliceQuality quality;
  quality.n = static_cast<std::uint64_t>(slice.n);
  const LossSums rest{all.n - slice.n, all.sum - slice.sum, all.squares - slice.squares};
  if (slice.n < 2 || rest.n < 2 || !std::isfinite(all.squares)) return quality;
  quality.loss = slice.sum / slice.n;
  quality.rest_loss = rest.sum / rest.n;
  const double a = Variance(slice) / slice.n, b = Variance(rest) / rest.n;
  const double difference = quality.loss - quality.rest_loss, error = std::sqrt(a + b);
  if (!(error > 0)) {
    quality.lower = quality.upper = difference;
    quality.q_value = difference > kRounding * std::abs(quality.rest_loss) ? 0 : 1;
    return quality;
  }
  const double share = a / (a + b);  // not of squares: those underflow
  const double degrees =
      1 / (share * share / (slice.n - 1) + (1 - share) * (1 - share) / (rest.n - 1));
  const StudentsT law(degrees);
  const double half = boost::math::quantile(law, 0.975) * error;
  quality.lower = difference - half;
  quality.upper = difference + half;
  quality.q_value = boost::math::cdf(boost::math::complement(law, difference / error));
  return quality;
}

std::vector<SliceQuality> FindWorstSlices(const QualityRows& rows,
                                          const std::vector<double>& losses,
                                          const FeatureBins& features,
                                          const SliceSearchOptions& options) {
  LossSums all;
  for (const double loss : losses) {
    if (!std::isnan(loss)) all.Add(loss);
  }
  if (!std::isfinite(all.squares)) return {};
  const std::uint64_t least = std::max<std::uint64_t>(options.least_rows, 2);
  std::vector<Candidate> candidates = SingleBins(rows, losses, all, least);
  std::ranges::stable_sort(candidates, Worse);
  const double possible = PossiblePairs(candidates);
  std::vector<Candidate> pairs = Pairs(rows, losses, all, candidates, least);
  const double families = (possible > 0 ? 2 : 1) + static_cast<double>(options.other_families);
  CorrectForLooking(candidates, static_cast<double>(candidates.size()), families);
  CorrectForLooking(pairs, possible, families);
  std::ranges::move(pairs, std::back_inserter(candidates));
  std::ranges::stable_sort(candidates, Worse);
  std::vector<SliceQuality> worst;
  for (Candidate& candidate : candidates) {
    if (worst.size() == options.most_found || !(candidate.quality.q_value <= options.q)) break;
    candidate.quality.slice = NameOf(candidate.bins, features);
    candidate.quality.searched = true;
    candidate.quality.value = candidate.quality.loss;
    worst.push_back(std::move(candidate.quality));
  }
  return worst;
}

}  // namespace mooring::monitoring
