#include "monitoring/quality/slice_search.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "data/stats/multiple_testing.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kBins = 256;
constexpr std::size_t kPaired = 8;  // single bins from which pairs are made

struct Bin {
  std::size_t feature = 0;
  std::uint8_t value = 0;
};

struct Candidate {
  std::vector<Bin> bins;
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
      found.push_back(
          {{{feature, static_cast<std::uint8_t>(value)}}, CompareLosses(sums[value], all)});
    }
  }
  return found;
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
      LossSums sums;
      for (std::size_t row = 0; row < losses.size(); ++row) {
        const std::uint8_t* of = rows.bins.data() + row * rows.features;
        if (!std::isnan(losses[row]) && of[a.feature] == a.value && of[b.feature] == b.value) {
          sums.Add(losses[row]);
        }
      }
      if (Enough(sums, all, least)) found.push_back({{a, b}, CompareLosses(sums, all)});
    }
  }
  return found;
}

bool Worse(const Candidate& a, const Candidate& b) { return a.quality.q_value < b.quality.q_value; }

void CorrectForLooking(std::vector<Candidate>& candidates) {
  std::vector<double> p_values;
  for (const Candidate& one : candidates) p_values.push_back(one.quality.q_value);
  std::vector<std::uint32_t> scratch(p_values.size());
  const Status done = data::AdjustPValues(data::Adjustment::kBenjaminiHochberg, p_values, scratch);
  CHECK(done.ok());
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].quality.q_value = p_values[i];
}

double Variance(const LossSums& sums) {
  return std::max(sums.squares - sums.sum * sums.sum / sums.n, 0.0) / (sums.n - 1);
}

}  // namespace

// Welch: t = (m1 - m2) / sqrt(v1/n1 + v2/n2), degrees by Welch and Satterthwaite.
SliceQuality CompareLosses(const LossSums& slice, const LossSums& all) {
  SliceQuality quality;
  quality.n = static_cast<std::uint64_t>(slice.n);
  const LossSums rest{all.n - slice.n, all.sum - slice.sum, all.squares - slice.squares};
  if (slice.n < 2 || rest.n < 2) return quality;
  quality.loss = slice.sum / slice.n;
  quality.rest_loss = rest.sum / rest.n;
  const double a = Variance(slice) / slice.n, b = Variance(rest) / rest.n;
  const double difference = quality.loss - quality.rest_loss, error = std::sqrt(a + b);
  if (!(error > 0)) {
    quality.lower = quality.upper = difference;
    quality.q_value = difference > 0 ? 0 : 1;
    return quality;
  }
  const double degrees = (a + b) * (a + b) / (a * a / (slice.n - 1) + b * b / (rest.n - 1));
  const boost::math::students_t law(degrees);
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
  std::vector<Candidate> candidates = SingleBins(rows, losses, all, options.least_rows);
  std::ranges::stable_sort(candidates, Worse);
  for (Candidate& pair : Pairs(rows, losses, all, candidates, options.least_rows)) {
    candidates.push_back(std::move(pair));
  }
  CorrectForLooking(candidates);
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
