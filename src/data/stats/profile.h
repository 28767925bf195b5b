// Profiles: what a sample of rows adds up to, column by column, on frozen bins.
//
// A reference is learned once from a batch (LearnReference); a window is an empty profile on the
// same bins to which batches are added. Profiles of the same bins merge exactly: any split of the
// rows into profiles, merged in any order, gives the same bits as one profile of all rows, because
// everything in a profile is an integer sum, a minimum or a maximum. Compare them with distances.h.
//
//   ASSIGN_OR_RETURN(const BatchProfile reference, LearnReference(training));
//   BatchProfile window(reference.bins());
//   RETURN_IF_ERROR(window.Add(batch));
//
// Thread safety: like std::vector. Ownership: bins are shared and never change.
// Complexity: Add costs at most 15 ns a value of a numeric column and does not allocate, except for
// a batch of a schema that is not among the four it met last. A column takes about 2 KiB.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/stats/frozen_bins.h"
#include "data/table/batch.h"

namespace mooring::data {

using Int128 = __int128;

// What was counted in a column; the meaning of `counts` is its bins'.
struct ColumnProfile {
  std::vector<std::uint64_t> counts;  // a bin, or a category slot (named…, other, unseen)
  std::uint64_t rows = 0;             // all, with nulls
  std::uint64_t nulls = 0;
  std::uint64_t nans = 0;  // and not null
  std::uint64_t infinities = 0;
  // Finite numbers only. Sums are in ticks from the pivot (NumericBins::TicksOf), so they are
  // exact.
  Int128 sum = 0, sum_squares = 0;
  Int128 sum_below = 0, sum_above = 0;  // of the values out of the reference's range
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  bool operator==(const ColumnProfile&) const = default;
  // Values that fell into a bin or slot.
  std::uint64_t valid() const { return rows - nulls - nans - infinities; }
  double MissingShare() const;  // nulls and NaN among rows; 0 for no rows
};

class BatchProfile {
 public:
  // Empty, on these bins.
  explicit BatchProfile(std::shared_ptr<const FrozenBins> bins);

  // Counts the batch's columns that have bins, found by name; columns of this profile that the
  // batch lacks are left as they are, so that inputs and scores may come in two batches. Text in a
  // column of numbers, or the other way round, is kInvalidArgument and nothing is counted.
  Status Add(const Batch& batch);
  // kInvalidArgument when `other` has other bins.
  Status Merge(const BatchProfile& other);
  void Clear();

  const std::shared_ptr<const FrozenBins>& bins() const { return bins_; }
  std::size_t width() const { return columns_.size(); }
  const std::string& name(std::size_t index) const { return (*bins_)[index].name; }
  const ColumnProfile& column(std::size_t index) const { return columns_[index]; }
  std::optional<std::size_t> Find(std::string_view name) const;

  // Statistics of a numeric column; NaN without values. Deviation divides by n.
  double Mean(std::size_t index) const;
  double Deviation(std::size_t index) const;
  // Shares of the valid values; 0 without values. Numbers: outside the reference's least and
  // greatest value. Categories: unseen in the reference.
  double OutOfRangeShare(std::size_t index) const;
  double UnseenShare(std::size_t index) const;

  // JSON with everything, bins too; reading it back gives the same bits. The layout is in
  // docs/formats/profile.md. FromJson is strict: damage is kDataLoss or kInvalidArgument.
  std::string ToJson() const;
  static Result<BatchProfile> FromJson(std::string_view text);

 private:
  // What a batch's column means here.
  struct Source {
    std::size_t from = 0;  // the batch's column
    std::size_t to = 0;    // ours
    std::shared_ptr<const Dictionary> dictionary;
    std::vector<std::uint16_t> slots;  // of the dictionary's codes
  };
  // What the batches of one schema mean here.
  struct Bound {
    std::shared_ptr<const Schema> schema;
    std::vector<Source> sources;
  };
  // The schemas met last, the newest in front: inputs and scores come in turns.
  static constexpr std::size_t kBound = 4;
  Result<const Bound*> BoundFor(const Batch& batch);
  Result<Bound> Bind(const Batch& batch) const;

  std::shared_ptr<const FrozenBins> bins_;
  std::vector<ColumnProfile> columns_;
  std::vector<Bound> bound_;
};

// The bins and the counts of a sample, of any size. Numbers, bools and timestamps get numeric bins,
// categories and strings category bins. Costs a sort a column and 8 bytes a value at a time.
// No rows, or a category value that is not UTF-8, is kInvalidArgument.
Result<BatchProfile> LearnReference(const Batch& batch);

}  // namespace mooring::data
