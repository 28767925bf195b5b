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
    const auto* numeric = std::get_if<data::NumericBins>(&(*reference_->bins())[i].bins);
    const double unit = reference_->Deviation(i);
    const double per_unit = 1 / unit;  // infinite of the least denormals
    scales_.push_back({.pivot = numeric == nullptr ? 0 : numeric->pivot(),
                       .per_unit = unit > 0 && std::isfinite(per_unit) ? per_unit : 1});
  }
}

RowOrder::Bound RowOrder::Bind(const data::Batch& batch) const {
  Bound bound{.schema = batch.shared_schema(), .sources = {}};
  for (std::size_t from = 0; from < batch.width(); ++from) {
    const auto to = reference_->Find(batch.schema().field(from).name);
    if (!to) continue;
    const auto* categories = std::get_if<data::CategoryBins>(&(*reference_->bins())[*to].bins);
    if ((categories != nullptr) != HasText(batch.column(from))) continue;
    Source source{.from = from,
                  .to = *to,
                  .categories = categories,
                  .dictionary = batch.column(from).dictionary(),
                  .slots = {}};
    if (source.dictionary != nullptr && categories != nullptr) {
      for (const std::string& value : source.dictionary->values()) {
        source.slots.push_back(static_cast<std::uint16_t>(categories->SlotOf(value)));
      }
    }
    bound.sources.push_back(std::move(source));
  }
  return bound;
}

const RowOrder::Bound& RowOrder::BoundFor(const data::Batch& batch) {
  const auto found = std::ranges::find(bound_, batch.shared_schema(), &Bound::schema);
  if (found != bound_.end()) return *found;
  if (bound_.size() == kBound) bound_.pop_back();
  return *bound_.insert(bound_.begin(), Bind(batch));
}

template <typename T>
void RowOrder::AddNumbers(const data::Column& column, std::size_t to) {
  const Scale scale = scales_[to];
  data::SerialCorrelation& into = columns_[to];
  const std::span<const T> values = column.Values<T>();
  for (std::size_t row = 0; row < values.size(); ++row) {
    const auto x = static_cast<double>(values[row]);
    if (column.IsNull(row) || !std::isfinite(x)) continue;
    into.AddNumber(x, scale.pivot, scale.per_unit);
  }
}

void RowOrder::AddNumeric(const data::Column& column, std::size_t to) {
  switch (column.type()) {
    case data::Type::kInt32: return AddNumbers<std::int32_t>(column, to);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return AddNumbers<std::int64_t>(column, to);
    case data::Type::kFloat32: return AddNumbers<float>(column, to);
    case data::Type::kFloat64: return AddNumbers<double>(column, to);
    case data::Type::kBool: return AddNumbers<std::uint8_t>(column, to);
    case data::Type::kString:
    case data::Type::kCategory: CHECK(false);  // Bind leaves it out
  }
}

void RowOrder::AddTexts(const data::Column& column, const Source& source) {
  const bool has_codes = column.type() == data::Type::kCategory;
  const std::size_t known = source.slots.size();
  data::SerialCorrelation& into = columns_[source.to];
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) continue;
    const auto code =
        has_codes ? static_cast<std::size_t>(column.Values<std::int32_t>()[row]) : known;
    into.AddCategory(code < known ? source.slots[code]
                                  : source.categories->SlotOf(column.Text(row)));
  }
}

void RowOrder::Add(const data::Batch& batch) {
  for (const Source& source : BoundFor(batch).sources) {
    const data::Column& column = batch.column(source.from);
    if (source.categories == nullptr) {
      AddNumeric(column, source.to);
    } else {
      AddTexts(column, source);
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
