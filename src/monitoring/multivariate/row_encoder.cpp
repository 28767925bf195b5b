#include "monitoring/multivariate/row_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mooring::monitoring {
namespace {

using data::Column;
using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

bool IsMissing(const Column& column, std::size_t row) {
  return column.IsNull(row) || (!IsText(column.type()) && !std::isfinite(column.Number(row)));
}

double NumberOf(const EncodedColumn& learned, const Column& column, std::size_t row) {
  if (IsMissing(column, row)) return learned.impute;
  if (!learned.is_text) return column.Number(row);
  const auto found = learned.shares.find(column.Text(row));
  return found == learned.shares.end() ? 0 : found->second;
}

void KeepCommonest(std::map<std::string, double, std::less<>>& shares) {
  if (shares.size() <= RowEncoder::kLevels) return;
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [text, share] : shares) order.emplace_back(-share, text);
  std::ranges::sort(order);
  for (std::size_t i = RowEncoder::kLevels; i < order.size(); ++i) shares.erase(order[i].second);
}

void LearnShares(const Column& column, EncodedColumn& learned) {
  std::map<std::string, std::size_t, std::less<>> counts;
  std::size_t missing = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) {
      ++missing;
      continue;
    }
    const std::string_view text = column.Text(row);
    const auto found = counts.find(text);
    found == counts.end() ? static_cast<void>(counts.emplace(text, 1))
                          : static_cast<void>(++found->second);
  }
  if (counts.empty()) return;
  const auto commonest = std::ranges::max_element(
      counts, [](const auto& a, const auto& b) { return a.second < b.second; });
  commonest->second += missing;
  const auto rows = static_cast<double>(column.size());
  learned.impute = static_cast<double>(commonest->second) / rows;
  for (const auto& [text, count] : counts) {
    learned.shares.emplace(text, static_cast<double>(count) / rows);
  }
  KeepCommonest(learned.shares);
}

double MeanOfPresent(const Column& column) {
  double sum = 0, compensation = 0;
  std::size_t count = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (IsMissing(column, row)) continue;
    const double y = column.Number(row) - compensation, t = sum + y;
    compensation = (t - sum) - y;
    sum = t;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

// Mean and population deviation of the imputed column. A deviation that is rounding noise counts
// as none: the variance of n equal values may come out as (n * mean * epsilon)^2.
void LearnScale(const Column& column, EncodedColumn& learned) {
  const auto rows = static_cast<double>(column.size());
  double sum = 0, squares = 0;
  for (std::size_t row = 0; row < column.size(); ++row) sum += NumberOf(learned, column, row);
  learned.mean = sum / rows;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double d = NumberOf(learned, column, row) - learned.mean;
    squares += d * d;
  }
  const double noise = rows * learned.mean * std::numeric_limits<double>::epsilon();
  const double variance = squares / rows;
  learned.scale = variance <= noise * noise || !std::isfinite(variance) ? 1 : std::sqrt(variance);
}

}  // namespace

Result<RowEncoder> RowEncoder::Learn(const data::Batch& reference) {
  if (reference.rows() == 0) return Error(Code::kInvalidArgument, "no rows to learn from");
  std::vector<EncodedColumn> columns;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const Column& column = reference.column(i);
    if (column.type() == Type::kTimestamp) continue;
    EncodedColumn& learned = columns.emplace_back();
    learned.name = reference.schema().field(i).name;
    learned.is_text = IsText(column.type());
    if (learned.is_text) {
      LearnShares(column, learned);
    } else {
      learned.impute = MeanOfPresent(column);
    }
    LearnScale(column, learned);
  }
  if (columns.empty()) return Error(Code::kInvalidArgument, "no columns to learn from");
  if (columns.size() > kMostColumns) {
    return Error(Code::kTooLarge, std::to_string(columns.size()) + " columns")
        .Why("at most " + std::to_string(kMostColumns) + " are looked at together");
  }
  return RowEncoder(std::move(columns));
}

Result<std::vector<double>> RowEncoder::Encode(const data::Batch& batch) const {
  std::vector<double> values(batch.rows() * width());
  for (std::size_t i = 0; i < width(); ++i) {
    const EncodedColumn& learned = columns_[i];
    const Column* column = batch.Find(learned.name);
    if (column == nullptr) {
      return Error(Code::kInvalidArgument, "column '" + learned.name + "' is not in the window");
    }
    if (IsText(column->type()) != learned.is_text) {
      return Error(Code::kInvalidArgument, "column '" + learned.name + "' is a " +
                                               std::string(data::TypeName(column->type())))
          .Why(learned.is_text ? "text was learned" : "numbers were learned");
    }
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      values[row * width() + i] = (NumberOf(learned, *column, row) - learned.mean) / learned.scale;
    }
  }
  return values;
}

}  // namespace mooring::monitoring
