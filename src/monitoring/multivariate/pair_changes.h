// Pair changes: which pairs of numeric features no longer go together as they did. Correlations of
// a reference and of a window from sums that stream and add up, compared pair by pair. Use it
// beside the watch of single features: a unit that changed for half of the clients, a join that
// slipped, often leave every feature alone and break a pair.
//
//   ASSIGN_OR_RETURN(const auto scale, PairScale::Learn(training));
//   CoMoments reference(scale), window(scale);
//   RETURN_IF_ERROR(reference.Add(training));
//   RETURN_IF_ERROR(window.Add(rows));          // as often as rows come; windows merge
//   for (const PairComparison& pair : ComparePairs(reference, window, {})) if (pair.changed) …
//
// Symbols: x a value in ticks, (value - mean) / deviation of the reference times 2^14, cut at
// +- kReach deviations (so that no single outlier makes a correlation) and rounded; r Pearson's
// correlation over the rows where both are present. All sums are whole numbers: any split of rows
// into parts, merged in any order, gives the same bits.
// Test: z = (atanh r1 - atanh r2) / sqrt(1/(n1 - 3) + 1/(n2 - 3)) (Fisher 1921), two-sided, n
// lessened for serial dependence by the caller's share; p over all pairs by Benjamini and Hochberg.
// A pair has changed when q < `alpha` and |r1 - r2| > `least_change`: the second because any change
// is significant with enough rows, and because Fisher's law is for normal data.
//
// Thread safety: like std::vector; PairScale is immutable. Complexity: k^2/2 multiply-adds a row of
// k features (twice that and more where values are missing); 50 KiB for 64 features.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

class PairScale {
 public:
  static constexpr std::size_t kMostFeatures = 64;
  static constexpr double kReach = 6;                  // deviations
  static constexpr std::int64_t kMostTicks = 6 << 14;  // of a value, either way

  // Of the numeric columns that vary, `preferred` ones first (by importance, say), then in the
  // table's order, up to kMostFeatures. kInvalidArgument when fewer than two vary.
  static Result<std::shared_ptr<const PairScale>> Learn(
      const data::Batch& reference, std::span<const std::string> preferred = {});

  std::size_t features() const { return features_.size(); }
  const std::string& name(std::size_t index) const { return features_[index].name; }
  std::size_t left_out() const { return left_out_; }  // numeric columns that vary, beyond the limit
  std::int32_t TicksOf(std::size_t index, double x) const;  // x is finite

 private:
  friend class CoMoments;  // stores a scale with its sums
  struct Feature {
    std::string name;
    double mean = 0, ticks_per_one = 1;
  };
  std::vector<Feature> features_;
  std::size_t left_out_ = 0;
};

class CoMoments {
 public:
  static constexpr std::uint64_t kMostRows = std::uint64_t{1} << 28;  // sums stay below 2^63

  explicit CoMoments(std::shared_ptr<const PairScale> scale);

  const PairScale& scale() const { return *scale_; }
  const std::shared_ptr<const PairScale>& shared_scale() const { return scale_; }
  std::uint64_t rows() const { return rows_; }
  // Columns are found by name; kInvalidArgument when one is absent or text, kTooLarge beyond
  // kMostRows; then nothing is added.
  Status Add(const data::Batch& batch);
  // kInvalidArgument when `other` is on another scale.
  Status Merge(const CoMoments& other);

  std::uint64_t PairRows(std::size_t i, std::size_t j) const;  // where both are present
  // NaN when one of them does not vary there.
  double Correlation(std::size_t i, std::size_t j) const;

  // The scale and all sums as JSON. FromJson is strict: sizes that do not fit, and sums that
  // so many rows cannot have, are kDataLoss or kInvalidArgument.
  std::string ToJson() const;
  static Result<CoMoments> FromJson(std::string_view text);

 private:
  struct Sums {
    std::int64_t n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  void AddComplete(std::span<const std::int32_t> ticks);
  void AddIncomplete(std::span<const std::int32_t> ticks, std::span<const std::uint8_t> present);
  Sums PairSums(std::size_t i, std::size_t j) const;
  static std::size_t At(std::size_t i, std::size_t j) { return j * (j + 1) / 2 + i; }  // i <= j

  std::shared_ptr<const PairScale> scale_;
  std::uint64_t rows_ = 0;
  std::int64_t complete_ = 0;           // rows without missing values
  std::vector<std::int64_t> sums_;      // of those rows
  std::vector<std::int64_t> products_;  // of those rows, i <= j
  std::vector<Sums> incomplete_;        // of the other rows, i < j (and i = j, unused)
};

struct PairOptions {
  double alpha = 0.05;
  double least_change = 0.2;
  std::uint64_t min_rows = 100;  // of a pair, on either side, after the share below
  // What a row is worth beside an independent one, 0 to 1: (1 - rho) / (1 + rho) for a serial
  // correlation rho.
  double reference_share = 1, window_share = 1;
};

struct PairComparison {
  std::string first, second;
  double reference = 0, current = 0;  // r
  std::uint64_t rows = 0;             // of the window, effective
  double p_value = 1, q_value = 1;
  bool changed = false;
};

// All pairs that both sides have a correlation and enough rows for: changed ones first, then by
// |r1 - r2|, the greatest first. Both are on one scale (the caller's promise).
std::vector<PairComparison> ComparePairs(const CoMoments& reference, const CoMoments& window,
                                         const PairOptions& options);

}  // namespace mooring::monitoring
