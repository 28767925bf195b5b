// RowReader: takes one row out of a batch's columns into the contiguous floats or doubles that a
// tree walk wants. Missing is NaN there, whatever stood for it in the batch.
//
// Thread safety: const use from any thread. No allocation, about 2 ns a feature.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "data/table/batch.h"
#include "model/formats/tree_ensemble/flat_trees.h"

namespace mooring::model {

template <typename Real>
class RowReader {
 public:
  explicit RowReader(const FlatTrees& trees)
      : columns_(trees.columns), refuse_infinite_(trees.refuse_infinite) {
    if (trees.missing.has_value()) missing_ = static_cast<Real>(*trees.missing);
    // A model for which infinity stands for missing takes it.
    if (missing_.has_value() && std::isinf(*missing_)) refuse_infinite_ = false;
  }

  // False when a value is infinite and the model refuses that. `out` has a slot a feature.
  bool Read(const data::Batch& batch, std::size_t row, Real* out) const {
    bool finite = true;
    for (std::size_t feature = 0; feature < columns_.size(); ++feature) {
      Real value = Slot(batch.column(columns_[feature]), row);
      if (missing_.has_value() && value == *missing_) value = kMissing;
      finite &= !std::isinf(value);
      out[feature] = value;
    }
    return finite || !refuse_infinite_;
  }

 private:
  static constexpr Real kMissing = std::numeric_limits<Real>::quiet_NaN();

  static Real Slot(const data::Column& column, std::size_t row) {
    switch (column.type()) {
      case data::Type::kFloat32: return static_cast<Real>(column.Values<float>()[row]);
      case data::Type::kFloat64: return static_cast<Real>(column.Values<double>()[row]);
      default: break;
    }
    // Whole numbers go straight to the model's type: by way of double some would be rounded twice.
    if (column.IsNull(row) || column.IsUnseen(row)) return kMissing;
    switch (column.type()) {
      case data::Type::kInt64: return static_cast<Real>(column.Values<std::int64_t>()[row]);
      case data::Type::kBool: return static_cast<Real>(column.Values<std::uint8_t>()[row]);
      default: return static_cast<Real>(column.Values<std::int32_t>()[row]);
    }
  }

  std::span<const std::uint32_t> columns_;
  std::optional<Real> missing_;
  bool refuse_infinite_;
};

}  // namespace mooring::model
