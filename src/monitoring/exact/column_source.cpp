#include "monitoring/exact/column_source.h"

#include <cmath>

namespace mooring::monitoring {
namespace {

bool IsText(data::Type type) {
  return type == data::Type::kString || type == data::Type::kCategory;
}

template <typename T>
void AddValues(const data::Column& column, NumberSample& into) {
  const std::span<const T> values = column.Values<T>();
  const bool nulls = column.HasNulls();
  std::size_t kept = into.values.size();
  into.values.resize(kept + values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    const auto x = static_cast<double>(values[row]);
    const bool missing = (nulls && column.IsNull(row)) || std::isnan(x);
    const bool infinite = !missing && std::isinf(x);
    into.values[kept] = x;
    kept += missing || infinite ? 0 : 1;
    into.missing += missing ? 1 : 0;
    into.infinite += infinite ? 1 : 0;
  }
  into.values.resize(kept);
}

// Known categories are counted by their codes; texts are looked at once a code.
class Tally {
 public:
  explicit Tally(const data::Column& column)
      : column_(column),
        known_(column.type() == data::Type::kCategory && column.dictionary() != nullptr
                   ? column.dictionary()->size()
                   : 0) {}

  void Add(CategorySample& into) {
    for (std::size_t row = 0; row < column_.size(); ++row) {
      if (column_.IsNull(row)) {
        ++into.missing;
      } else if (known_.empty() || column_.IsUnseen(row)) {
        text_.assign(column_.Text(row));
        ++into.counts[text_];
        if (into.counts.size() > CategorySample::kMost) break;
      } else {
        ++known_[static_cast<std::size_t>(column_.Values<std::int32_t>()[row])];
      }
    }
    for (std::size_t code = 0; code < known_.size(); ++code) {
      if (known_[code] != 0) into.counts[column_.dictionary()->value(code)] += known_[code];
    }
    into.too_many = into.too_many || into.counts.size() > CategorySample::kMost;
  }

 private:
  const data::Column& column_;
  std::vector<std::uint64_t> known_;
  std::string text_;
};

}  // namespace

void NumberSample::Clear() {
  values.clear();
  rows = missing = infinite = 0;
}

void NumberSample::Add(const data::Column& column) {
  rows += column.size();
  switch (column.type()) {
    case data::Type::kInt32: return AddValues<std::int32_t>(column, *this);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return AddValues<std::int64_t>(column, *this);
    case data::Type::kFloat32: return AddValues<float>(column, *this);
    case data::Type::kFloat64: return AddValues<double>(column, *this);
    case data::Type::kBool: return AddValues<std::uint8_t>(column, *this);
    case data::Type::kString:
    case data::Type::kCategory: CHECK(!IsText(column.type()));
  }
}

void CategorySample::Clear() {
  counts.clear();
  rows = missing = 0;
  too_many = false;
}

void CategorySample::Add(const data::Column& column) {
  rows += column.size();
  if (!too_many) Tally(column).Add(*this);
}

std::vector<ColumnSource::Field> ColumnSource::FieldsOf(const data::Schema& schema) {
  std::vector<Field> fields;
  for (const data::Field& field : schema.fields()) {
    fields.push_back({.name = field.name, .numeric = !IsText(field.type)});
  }
  return fields;
}

}  // namespace mooring::monitoring
