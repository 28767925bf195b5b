#include "data/stats/calibration/isotonic.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace mooring::data {
namespace {

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

// Neighbouring points that share one value.
struct Block {
  double first_x = 0, last_x = 0;
  double weighted_y = 0, weight = 0;
  double value() const { return weighted_y / weight; }
};

Result<std::vector<Block>> PointsByX(std::span<const double> x, std::span<const double> y,
                                     std::span<const double> weights) {
  if (y.size() != x.size() || (!weights.empty() && weights.size() != x.size())) {
    return Wrong("x, y and weights differ in length");
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i];
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
      return Wrong("x or y is not finite in row " + std::to_string(i));
    }
    if (!(weight >= 0) || std::isinf(weight)) {
      return Wrong("weight is negative or not finite in row " + std::to_string(i));
    }
  }
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return x[i]; });
  std::vector<Block> points;
  for (const std::size_t i : order) {
    const double weight = weights.empty() ? 1 : weights[i];
    if (weight == 0) continue;
    if (points.empty() || points.back().last_x != x[i]) {
      points.push_back({.first_x = x[i], .last_x = x[i]});
    }
    points.back().weighted_y += weight * y[i];
    points.back().weight += weight;
  }
  if (points.empty()) return Wrong("no point has weight");
  return points;
}

}  // namespace

Result<Isotonic> Isotonic::Fit(std::span<const double> x, std::span<const double> y,
                               std::span<const double> weights) {
  ASSIGN_OR_RETURN(std::vector<Block> blocks, PointsByX(x, y, weights));
  // The blocks before `end` rise strictly; each point joins them, and they join each other while
  // the last one does not rise.
  std::size_t end = 0;
  for (const Block& point : blocks) {
    Block last = point;
    while (end > 0 && blocks[end - 1].value() >= last.value()) {
      --end;
      last.first_x = blocks[end].first_x;
      last.weighted_y += blocks[end].weighted_y;
      last.weight += blocks[end].weight;
    }
    blocks[end++] = last;
  }
  Isotonic curve;
  for (const Block& block : std::span(blocks).first(end)) {
    curve.AddKnot(block.first_x, block.value());
    if (block.last_x != block.first_x) curve.AddKnot(block.last_x, block.value());
  }
  return curve;
}

Result<Isotonic> Isotonic::FromKnots(std::vector<double> x, std::vector<double> y) {
  if (x.empty() || x.size() != y.size()) return Wrong("knots need as many x as y, at least one");
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) return Wrong("a knot is not finite");
    if (i > 0 && !(x[i - 1] < x[i])) return Wrong("knots do not rise in x");
    if (i > 0 && y[i - 1] > y[i]) return Wrong("knots fall in y");
  }
  Isotonic curve;
  curve.x_ = std::move(x);
  curve.y_ = std::move(y);
  return curve;
}

double Isotonic::At(double x) const {
  if (std::isnan(x)) return x;
  const auto right = std::ranges::upper_bound(x_, x);
  if (right == x_.begin()) return y_.front();
  if (right == x_.end()) return y_.back();
  const auto i = static_cast<std::size_t>(right - x_.begin());
  const double low = y_[i - 1], high = y_[i];
  if (low == high) return low;
  const double width = x_[i] - x_[i - 1];
  const double part = std::isfinite(width) ? (x - x_[i - 1]) / width
                                           : (x / 2 - x_[i - 1] / 2) / (x_[i] / 2 - x_[i - 1] / 2);
  return low + (high - low) * part;
}

}  // namespace mooring::data
