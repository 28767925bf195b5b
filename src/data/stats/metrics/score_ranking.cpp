#include "data/stats/metrics/score_ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace mooring::data {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

}  // namespace

Result<ScoreRanking> ScoreRanking::Make(std::span<const double> scores,
                                        std::span<const std::uint8_t> truth) {
  if (scores.empty()) return Wrong("no rows");
  if (scores.size() != truth.size()) return Wrong("scores and truth differ in length");
  if (scores.size() > std::numeric_limits<std::uint32_t>::max()) return Wrong("too many rows");
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) return Wrong("score is not a number in row " + std::to_string(i));
    if (truth[i] > 1) return Wrong("truth is neither 0 nor 1 in row " + std::to_string(i));
  }
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return scores[i]; });
  ScoreRanking ranking;
  ranking.rows_.reserve(order.size());
  for (std::size_t at = 0; at < order.size(); ++at) {
    const bool last = at + 1 == order.size();
    ranking.rows_.push_back({.index = order[at],
                             .positive = truth[order[at]] == 1,
                             .ends_group = last || scores[order[at + 1]] != scores[order[at]]});
  }
  return ranking;
}

double ScoreRanking::RocAuc(std::span<const double> weights) const {
  double area = 0, below = 0, positives = 0, group_positive = 0, group_negative = 0;
  for (const Row& row : rows_) {
    (row.positive ? group_positive : group_negative) += weights[row.index];
    if (!row.ends_group) continue;
    area += group_positive * (below + group_negative / 2);
    below += group_negative;
    positives += group_positive;
    group_positive = group_negative = 0;
  }
  return positives > 0 && below > 0 ? area / positives / below : kUndefined;
}

double ScoreRanking::AveragePrecision(std::span<const double> weights) const {
  double area = 0, hits = 0, taken = 0, group_positive = 0;
  for (std::size_t i = rows_.size(); i > 0; --i) {
    const Row& row = rows_[i - 1];
    const double weight = weights[row.index];
    taken += weight;
    if (row.positive) group_positive += weight;
    // In descending order a group ends where the one below it does.
    if (i > 1 && !rows_[i - 2].ends_group) continue;
    hits += group_positive;
    if (group_positive > 0) area += group_positive * (hits / taken);
    group_positive = 0;
  }
  return hits > 0 ? area / hits : kUndefined;
}

}  // namespace mooring::data
