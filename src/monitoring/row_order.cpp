#include "monitoring/row_order.h"

#include <algorithm>
#include <cmath>

namespace mooring::monitoring {
namespace {

constexpr std::size_t kBound = 4;  // schemas that come in turns

bool HasText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

}  // namespace

RowOrder::RowOrder(std::shared_ptr<const data::BatchProfile> reference)
    : reference_(std::move(reference)), columns_(reference_->width()) {
  for (std::size_t i = 0; i < reference_->width(); ++i) {
    units_.push_back(reference_->Deviation(i));
  }
}

const RowOrder::Bound& RowOrder::BoundFor(const data::Batch& batch) {
  const auto found = std::ranges::find(bound_, batch.shared_schema(), &Bound::schema);
  if (found != bound_.end()) return *found;
  Bound bound{.schema = batch.shared_schema(), .sources = {}};
  for (std::size_t from = 0; from < batch.width(); ++from) {
    const auto to = reference_->Find(batch.schema().field(from).name);
    if (!to) continue;
    const bool text = std::holds_alternative<data::CategoryBins>((*reference_->bins())[*to].bins);
    if (text == HasText(batch.column(from))) bound.sources.push_back({from, *to});
  }
  if (bound_.size() == kBound) bound_.pop_back();
  return *bound_.insert(bound_.begin(), std::move(bound));
}

void RowOrder::Add(const data::Batch& batch) {
  for (const Source& source : BoundFor(batch).sources) {
    const data::Column& column = batch.column(source.from);
    data::SerialCorrelation& into = columns_[source.to];
    const data::ColumnBins& bins = (*reference_->bins())[source.to];
    if (const auto* numeric = std::get_if<data::NumericBins>(&bins.bins)) {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        const double x = column.Number(row);
        if (std::isfinite(x)) into.AddNumber(x, numeric->pivot(), units_[source.to]);
      }
      continue;
    }
    const auto& categories = std::get<data::CategoryBins>(bins.bins);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      if (!column.IsNull(row)) into.AddCategory(categories.SlotOf(column.Text(row)));
    }
  }
}

void RowOrder::Clear() {
  for (data::SerialCorrelation& column : columns_) column.Clear();
}

std::vector<double> RowOrder::Correlations(const data::BatchProfile& window) const {
  std::vector<double> correlations;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool numeric = std::holds_alternative<data::NumericBins>((*reference_->bins())[i].bins);
    correlations.push_back(numeric ? columns_[i].OfNumbers()
                                   : columns_[i].OfCategories(window.column(i).counts));
  }
  return correlations;
}

}  // namespace mooring::monitoring
