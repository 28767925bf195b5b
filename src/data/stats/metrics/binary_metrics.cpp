#include "data/stats/metrics/binary_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace mooring::data {
namespace {

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

Status CheckRow(const ScoredLabels& rows, std::size_t i, bool probabilities) {
  const std::string place = " in row " + std::to_string(i);
  const double score = rows.scores[i];
  if (std::isnan(score)) return Wrong("score is not a number" + place);
  if (probabilities && !(score >= 0 && score <= 1)) {
    return Wrong("score is no probability" + place);
  }
  if (rows.truth[i] > 1) return Wrong("truth is neither 0 nor 1" + place);
  if (rows.weights.empty()) return Ok();
  const double weight = rows.weights[i];
  if (!(weight >= 0) || std::isinf(weight)) {
    return Wrong("weight is negative or not finite" + place);
  }
  return Ok();
}

struct Totals {
  double positive = 0, negative = 0;
};

Result<Totals> Check(const ScoredLabels& rows, bool probabilities) {
  if (rows.scores.empty()) return Wrong("no rows");
  if (rows.truth.size() != rows.scores.size() ||
      (!rows.weights.empty() && rows.weights.size() != rows.scores.size())) {
    return Wrong("scores, truth and weights differ in length");
  }
  Totals totals;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    const double score = rows.scores[i];
    const double weight = rows.weights.empty() ? 1 : rows.weights[i];
    const bool in_range = probabilities ? score >= 0 && score <= 1 : !std::isnan(score);
    if (!in_range || rows.truth[i] > 1 || !(weight >= 0) || std::isinf(weight)) [[unlikely]] {
      RETURN_IF_ERROR(CheckRow(rows, i, probabilities));
    }
    (rows.truth[i] == 1 ? totals.positive : totals.negative) += weight;
  }
  if (totals.positive + totals.negative == 0) return Wrong("the weights sum to zero");
  return totals;
}

Result<Totals> CheckBothClasses(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN(const Totals totals, Check(rows, false));
  if (totals.positive == 0) return Wrong("no row is positive");
  if (totals.negative == 0) return Wrong("no row is negative");
  return totals;
}

// Rows of equal score: their score and weights by truth.
struct Group {
  double score = 0, positive = 0, negative = 0;
};

// In ascending order of score; rows of no weight make no group.
std::vector<Group> GroupsByScore(const ScoredLabels& rows) {
  std::vector<std::size_t> order(rows.scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rows.scores[i]; });
  std::vector<Group> groups;
  for (const std::size_t i : order) {
    const double weight = rows.weights.empty() ? 1 : rows.weights[i];
    if (weight == 0) continue;
    if (groups.empty() || groups.back().score != rows.scores[i]) {
      groups.push_back({.score = rows.scores[i]});
    }
    (rows.truth[i] == 1 ? groups.back().positive : groups.back().negative) += weight;
  }
  return groups;
}

template <typename Loss>
double MeanLoss(const ScoredLabels& rows, Loss loss) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    const double weight = rows.weights.empty() ? 1 : rows.weights[i];
    sum += weight * loss(rows.scores[i], rows.truth[i] == 1);
    weights += weight;
  }
  return sum / weights;
}

}  // namespace

Result<double> RocAuc(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN(const Totals totals, CheckBothClasses(rows));
  double below = 0, area = 0;
  for (const Group& group : GroupsByScore(rows)) {
    area += group.positive * (below + group.negative / 2);
    below += group.negative;
  }
  return area / totals.positive / totals.negative;
}

Result<double> AveragePrecision(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN(const Totals totals, Check(rows, false));
  if (totals.positive == 0) return Wrong("no row is positive");
  const std::vector<Group> groups = GroupsByScore(rows);
  double hits = 0, taken = 0, area = 0;
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    hits += group->positive;
    taken += group->positive + group->negative;
    area += group->positive * (hits / taken);
  }
  return area / totals.positive;
}

Result<double> KsOfScores(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN(const Totals totals, CheckBothClasses(rows));
  double positives = 0, negatives = 0, greatest = 0;
  for (const Group& group : GroupsByScore(rows)) {
    positives += group.positive;
    negatives += group.negative;
    greatest =
        std::max(greatest, std::abs(positives / totals.positive - negatives / totals.negative));
  }
  return greatest;
}

Result<double> LogLoss(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Totals totals, Check(rows, true));
  return MeanLoss(rows, [](double score, bool positive) {
    constexpr double kClip = std::numeric_limits<double>::epsilon();
    const double p = std::clamp(score, kClip, 1 - kClip);
    return positive ? -std::log(p) : -std::log(1 - p);
  });
}

Result<double> Brier(const ScoredLabels& rows) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Totals totals, Check(rows, true));
  return MeanLoss(rows, [](double score, bool positive) {
    const double error = score - (positive ? 1 : 0);
    return error * error;
  });
}

Result<BinaryCells> CellsAt(const ScoredLabels& rows, double threshold) {
  if (std::isnan(threshold)) return Wrong("threshold is not a number");
  ASSIGN_OR_RETURN([[maybe_unused]] const Totals totals, Check(rows, false));
  BinaryCells cells;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    const double weight = rows.weights.empty() ? 1 : rows.weights[i];
    if (rows.scores[i] >= threshold) {
      (rows.truth[i] == 1 ? cells.true_positive : cells.false_positive) += weight;
    } else {
      (rows.truth[i] == 1 ? cells.false_negative : cells.true_negative) += weight;
    }
  }
  return cells;
}

Result<std::vector<LiftBin>> LiftTable(const ScoredLabels& rows, std::size_t bins) {
  if (bins == 0) return Wrong("no bins");
  if (!rows.weights.empty()) return Wrong("a lift table takes no weights");
  ASSIGN_OR_RETURN(const Totals totals, Check(rows, false));
  if (totals.positive == 0) return Wrong("no row is positive");
  const std::vector<Group> groups = GroupsByScore(rows);
  const std::size_t n = rows.scores.size();
  bins = std::min(bins, n);
  std::vector<LiftBin> table(bins);
  auto group = groups.rbegin();
  std::size_t used = 0, done = 0;  // rows taken of this group and of all groups
  double gained = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    LiftBin& bin = table[b];
    bin.rows = n * (b + 1) / bins - done;
    for (std::size_t wanted = bin.rows; wanted > 0;) {
      const auto size = static_cast<std::size_t>(group->positive + group->negative);
      const std::size_t take = std::min(wanted, size - used);
      const auto share = static_cast<double>(take);
      bin.positives += group->positive * share / static_cast<double>(size);
      bin.mean_score += group->score * share;
      wanted -= take;
      used += take;
      if (used == size) ++group, used = 0;
    }
    done += bin.rows;
    gained += bin.positives;
    bin.mean_score /= static_cast<double>(bin.rows);
    bin.rate = bin.positives / static_cast<double>(bin.rows);
    bin.lift = bin.rate / (totals.positive / static_cast<double>(n));
    bin.gain = gained / totals.positive;
    bin.cumulative_lift = bin.gain / (static_cast<double>(done) / static_cast<double>(n));
  }
  return table;
}

}  // namespace mooring::data
