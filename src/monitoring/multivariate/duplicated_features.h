// Duplicated features: pairs that carry the same values now and did not in the reference: a join
// that filled one column from another's, a copied line in the feature code. Each of the two may
// still look healthy by itself, and a model answers all the same.
//
//   const AlikePairs usual = AlikePairs::Learn(training);
//   for (const Duplicate& pair : FindDuplicates(usual, sampled_rows, row_worth)) …
//
// A row's two values are the same when they are equal numbers (truth values and timestamps are
// numbers; beside a float32 the other is rounded to one) or equal texts, or one is missing and so
// is the other; rows where both are missing are left out. A pair is duplicated when it is
//   identical: the same on kIdentical of the rows or more,
//   news:      in the reference on fewer than kNearly of the rows, and as many as now by chance
//              with probability below `alpha` over all pairs; bounded by exp(-n KL(now || then))
//              (Chernoff), rows in runs counted for less,
//   not dull:  kLeastVaried rows differ from the commonest value, and Cohen's kappa
//              (p - e) / (1 - e) is kLeastKappa or more, e being what columns with these values
//              would share by chance: two flags that are nearly always off are not one feature.
//
// Thread safety: pure; AlikePairs is immutable. Complexity: learning 1 ns a pair and sampled row;
// finding gives a pair up at its first per cent of other rows: 50 µs for 64 features that differ.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/finding.h"

namespace mooring::monitoring {

inline constexpr double kIdentical = 0.99, kNearly = 0.95, kLeastKappa = 0.9;
inline constexpr std::size_t kLeastVaried = 20;

// Which pairs of features shared many of their values in the reference.
class AlikePairs {
 public:
  static constexpr std::size_t kMostFeatures = 256;  // the rest are not compared
  static constexpr std::size_t kSample = 2048;       // rows, spread evenly
  static constexpr double kKept = 0.5;               // pairs below it are not kept

  static AlikePairs Learn(const data::Batch& reference);

  const std::vector<std::string>& features() const { return features_; }
  std::optional<std::size_t> Find(std::string_view feature) const;
  // The share of rows on which two of features() were the same; kKept when it was that or less.
  double Share(std::size_t first, std::size_t second) const;

  // {"features": [name, …], "pairs": [[place, place, share], …]}
  std::string ToJson() const;
  // kDataLoss when it is not what ToJson writes.
  static Result<AlikePairs> FromJson(std::string_view text);

 private:
  std::vector<std::string> features_;
  std::map<std::pair<std::size_t, std::size_t>, double> shares_;  // the smaller place first
};

struct Duplicate {
  std::string first, second;
  double share = 0, reference = 0;  // of rows that are the same; see AlikePairs::Share
  std::uint64_t rows = 0;           // compared
  double p_value = 1;               // corrected for all pairs (Bonferroni)
};

// The surest first. `row_worth`: what a row is worth beside an independent one, in (0, 1].
std::vector<Duplicate> FindDuplicates(const AlikePairs& reference, const data::Batch& rows,
                                      double row_worth, double alpha = 0.001);

// "duplicated_feature" of "first × second", an alert each; the first kDuplicatesTold.
inline constexpr std::size_t kDuplicatesTold = 20;
std::vector<Finding> DuplicateFindings(std::span<const Duplicate> duplicates);

// At most `most` rows of a table, spread evenly.
data::Batch EvenRows(const data::Batch& rows, std::size_t most);

}  // namespace mooring::monitoring
