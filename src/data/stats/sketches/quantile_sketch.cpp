#include "data/stats/sketches/quantile_sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/rng.h"
#include "data/stats/sketches/sketch_bytes.h"

namespace mooring::data {
namespace {

constexpr std::string_view kMagic = "KLL1";
constexpr std::size_t kLeastCapacity = 8;
// kMostRows values need at most 57 levels, so that Add, which would take years for the rest, never
// is in want of one more.
constexpr std::size_t kMaxLevels = 60;

struct Weighted {
  double value;
  std::uint64_t weight;
};

std::vector<Weighted> Sorted(const std::vector<std::vector<double>>& levels) {
  std::vector<Weighted> items;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (const double value : levels[level]) items.push_back({value, std::uint64_t{1} << level});
  }
  std::ranges::sort(items, {}, &Weighted::value);
  return items;
}

}  // namespace

QuantileSketch::QuantileSketch(std::size_t k, std::uint64_t seed) : k_(k), seed_(seed) {
  CHECK(k >= kMinK && k <= kMaxK);
  AddLevel();
}

void QuantileSketch::AddLevel() {
  CHECK(levels_.size() < kMaxLevels);
  levels_.emplace_back().reserve(2 * k_);
  capacities_.resize(levels_.size());
  most_held_ = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const auto depth = static_cast<double>(levels_.size() - 1 - level);
    const double share = std::ceil(static_cast<double>(k_) * std::pow(2.0 / 3, depth));
    capacities_[level] = std::max(kLeastCapacity, static_cast<std::size_t>(share));
    most_held_ += capacities_[level];
  }
}

void QuantileSketch::Add(double value) {
  if (std::isnan(value)) return;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  ++count_;
  if (held_ == most_held_) Compress();
  levels_[0].push_back(value);
  ++held_;
}

// Makes room: the lowest level that is full gives half of its values up. When all together are at
// their limit, one of them is.
void QuantileSketch::Compress() {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    if (levels_[level].size() < capacities_[level]) continue;
    Compact(level);
    return;
  }
}

void QuantileSketch::Compact(std::size_t level) {
  if (level + 1 == levels_.size()) AddLevel();
  std::vector<double>& from = levels_[level];
  std::vector<double>& to = levels_[level + 1];
  std::ranges::sort(from);
  // Of an odd number one stays behind, at a random end.
  const bool odd = from.size() % 2 == 1;
  const bool stays_first = odd && Coin();
  const double stays = odd ? (stays_first ? from.front() : from.back()) : 0;
  const std::size_t first = (stays_first ? 1 : 0) + (Coin() ? 1 : 0);
  const std::size_t moved = from.size() / 2;
  for (std::size_t i = 0; i < moved; ++i) to.push_back(from[first + 2 * i]);
  from.clear();
  if (odd) from.push_back(stays);
  held_ -= moved;
}

// The coins of one Rng(seed), found again from how many were thrown.
bool QuantileSketch::Coin() {
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  return (Rng(seed_ + coins_++ * kStep).Next() >> 63) != 0;
}

Status QuantileSketch::Merge(const QuantileSketch& other) {
  if (other.k_ != k_) {
    return Error(Code::kInvalidArgument,
                 fmt::format("a sketch of k = {} beside one of k = {}", other.k_, k_));
  }
  if (count_ > kMostRows || other.count_ > kMostRows - count_) {
    return Error(Code::kTooLarge, "more rows than a sketch can stand for");
  }
  if (&other == this) return Merge(QuantileSketch(other));
  while (levels_.size() < other.levels_.size()) AddLevel();
  for (std::size_t level = 0; level < other.levels_.size(); ++level) {
    const std::vector<double>& from = other.levels_[level];
    levels_[level].insert(levels_[level].end(), from.begin(), from.end());
  }
  held_ += other.held_;
  count_ += other.count_;
  coins_ += other.coins_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  while (held_ > most_held_) Compress();
  return Ok();
}

double QuantileSketch::Quantile(double q) const { return Quantiles({q}).front(); }

std::vector<double> QuantileSketch::Quantiles(const std::vector<double>& qs) const {
  std::vector<double> quantiles(qs.size(), std::numeric_limits<double>::quiet_NaN());
  if (count_ == 0) return quantiles;
  std::vector<Weighted> items = Sorted(levels_);
  std::uint64_t below = 0;
  for (Weighted& item : items) item.weight = below += item.weight;
  for (std::size_t i = 0; i < qs.size(); ++i) {
    if (!(qs[i] >= 0 && qs[i] <= 1)) continue;
    if (qs[i] == 0 || qs[i] == 1) {
      quantiles[i] = qs[i] == 0 ? min_ : max_;
      continue;
    }
    const double due = qs[i] * static_cast<double>(count_);
    const auto at = std::ranges::find_if(
        items, [due](const Weighted& item) { return static_cast<double>(item.weight) >= due; });
    quantiles[i] = at == items.end() ? max_ : at->value;
  }
  return quantiles;
}

double QuantileSketch::Rank(double x) const {
  if (count_ == 0) return 0;
  if (x >= max_) return 1;
  std::uint64_t below = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const auto here = std::ranges::count_if(levels_[level], [x](double v) { return v <= x; });
    below += static_cast<std::uint64_t>(here) << level;
  }
  return static_cast<double>(below) / static_cast<double>(count_);
}

std::string QuantileSketch::Encode() const {
  SketchWriter writer(kMagic);
  writer.Put(static_cast<std::uint32_t>(k_));
  for (const std::uint64_t field : {seed_, coins_, count_}) writer.Put(field);
  for (const double field : {min_, max_}) writer.Put(field);
  writer.Put(static_cast<std::uint32_t>(levels_.size()));
  for (const auto& level : levels_) writer.Put(static_cast<std::uint32_t>(level.size()));
  for (const auto& level : levels_) {
    for (const double value : level) writer.Put(value);
  }
  return std::move(writer).Finish();
}

Result<QuantileSketch> QuantileSketch::Decode(std::string_view bytes) {
  ASSIGN_OR_RETURN(SketchReader reader, SketchReader::Open(bytes, kMagic));
  ASSIGN_OR_RETURN(const auto k, reader.Take<std::uint32_t>());
  if (k < kMinK || k > kMaxK) return SketchReader::Damaged("k is out of its limits");
  ASSIGN_OR_RETURN(const auto seed, reader.Take<std::uint64_t>());
  QuantileSketch sketch(k, seed);
  ASSIGN_OR_RETURN(sketch.coins_, reader.Take<std::uint64_t>());
  ASSIGN_OR_RETURN(sketch.count_, reader.Take<std::uint64_t>());
  ASSIGN_OR_RETURN(sketch.min_, reader.Take<double>());
  ASSIGN_OR_RETURN(sketch.max_, reader.Take<double>());
  ASSIGN_OR_RETURN(const auto levels, reader.Take<std::uint32_t>());
  if (levels == 0 || levels > kMaxLevels) return SketchReader::Damaged("levels out of limits");
  std::array<std::uint32_t, kMaxLevels> sizes{};
  for (std::size_t level = 0; level < levels; ++level) {
    ASSIGN_OR_RETURN(sizes[level], reader.Take<std::uint32_t>());
    sketch.held_ += sizes[level];
    if (level > 0) sketch.AddLevel();
  }
  // Before anything is made of it, the number of values is held against the bytes that are there.
  if (sketch.held_ > sketch.most_held_ || reader.left() != sketch.held_ * sizeof(double)) {
    return SketchReader::Damaged("it has more or fewer values than it says");
  }
  for (std::size_t level = 0; level < levels; ++level) {
    for (std::uint32_t i = 0; i < sizes[level]; ++i) {
      ASSIGN_OR_RETURN(const double value, reader.Take<double>());
      sketch.levels_[level].push_back(value);
    }
  }
  RETURN_IF_ERROR(sketch.CheckWhole());
  return sketch;
}

Status QuantileSketch::CheckWhole() const {
  if (count_ > kMostRows) return SketchReader::Damaged("it has too many rows");
  std::uint64_t weight = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    // At each level at most kMostRows and 60 levels: the sum does not overflow.
    if (levels_[level].size() > (kMostRows >> level)) {
      return SketchReader::Damaged("its weights do not sum to its count");
    }
    weight += static_cast<std::uint64_t>(levels_[level].size()) << level;
    for (const double value : levels_[level]) {
      if (value >= min_ && value <= max_) continue;
      return SketchReader::Damaged("a value is outside of its range");
    }
  }
  if (weight != count_) return SketchReader::Damaged("its weights do not sum to its count");
  if (levels_.size() > 1 && levels_.back().empty()) {
    return SketchReader::Damaged("its top level is empty");
  }
  const QuantileSketch empty(k_);
  if (count_ == 0 && (min_ != empty.min_ || max_ != empty.max_)) {
    return SketchReader::Damaged("it is empty and has a range");
  }
  return Ok();
}

}  // namespace mooring::data
