#include "control/registration/convert_rows.h"

#include <cmath>

namespace mooring::control {
namespace {

using data::Column;
using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

Error Misfit(const Column& from, std::size_t row, const data::Field& to) {
  return Error(Code::kInvalidArgument, "row " + std::to_string(row + 1) + ": " +
                                           std::to_string(from.Number(row)) + " is no " +
                                           std::string(data::TypeName(to.type)));
}

void CopyText(const Column& from, Column& to) {
  for (std::size_t row = 0; row < from.size(); ++row) {
    if (from.IsNull(row)) {
      to.AppendNull();
    } else {
      to.AppendText(from.Text(row));
    }
  }
}

template <typename T>
Status CopyWhole(const Column& from, const data::Field& field, Column& to) {
  // Beyond 2^53 a double is no longer every whole number, so 64-bit columns are copied, not
  // converted.
  const double low = std::max(static_cast<double>(std::numeric_limits<T>::min()), -0x1p53);
  const double high = std::min(static_cast<double>(std::numeric_limits<T>::max()), 0x1p53);
  for (std::size_t row = 0; row < from.size(); ++row) {
    if (from.IsNull(row)) {
      to.AppendNull();
      continue;
    }
    const double number = from.Number(row);
    if (!(number >= low && number <= high) || number != std::floor(number)) {
      return Misfit(from, row, field);
    }
    to.Append(static_cast<T>(number));
  }
  return Ok();
}

template <typename T>
void CopyReal(const Column& from, Column& to) {
  for (std::size_t row = 0; row < from.size(); ++row) {
    if (from.IsNull(row)) {
      to.AppendNull();
    } else {
      to.Append(static_cast<T>(from.Number(row)));
    }
  }
}

}  // namespace

Result<Column> ConvertColumn(const Column& from, const data::Field& to) {
  Column made(to.type, to.dictionary);
  made.Reserve(from.size());
  if (IsText(to.type) && IsText(from.type())) {
    CopyText(from, made);
    return made;
  }
  if (from.type() == to.type) return from;
  const bool numbers = !IsText(from.type()) && from.type() != Type::kTimestamp &&
                       !IsText(to.type) && to.type != Type::kTimestamp;
  if (!numbers) {
    return Error(Code::kInvalidArgument, "a column of " + std::string(data::TypeName(from.type())) +
                                             " is no column of " +
                                             std::string(data::TypeName(to.type)));
  }
  switch (to.type) {
    case Type::kInt32: RETURN_IF_ERROR(CopyWhole<std::int32_t>(from, to, made)); break;
    case Type::kInt64: RETURN_IF_ERROR(CopyWhole<std::int64_t>(from, to, made)); break;
    case Type::kFloat32: CopyReal<float>(from, made); break;
    case Type::kFloat64: CopyReal<double>(from, made); break;
    default:
      for (std::size_t row = 0; row < from.size(); ++row) {
        if (from.IsNull(row)) {
          made.AppendNull();
        } else if (from.Number(row) != 0 && from.Number(row) != 1) {
          return Misfit(from, row, to);
        } else {
          made.Append(static_cast<std::uint8_t>(from.Number(row)));
        }
      }
  }
  return made;
}

Result<data::Batch> ConvertRows(const data::Batch& table,
                                std::shared_ptr<const data::Schema> schema) {
  data::Batch rows(std::move(schema));
  std::string absent;
  for (std::size_t i = 0; i < rows.width(); ++i) {
    const data::Field& field = rows.schema().field(i);
    const Column* from = table.Find(field.name);
    if (from == nullptr) {
      absent += (absent.empty() ? "'" : ", '") + field.name + "'";
      continue;
    }
    auto converted = ConvertColumn(*from, field);
    if (!converted.ok()) {
      return std::move(converted).error().Context("column '" + field.name + "'");
    }
    rows.column(i) = std::move(*converted);
  }
  if (!absent.empty()) {
    return Error(Code::kInvalidArgument, "the data lack columns: " + absent);
  }
  rows.SetRows(table.rows());
  return rows;
}

data::Batch FirstRows(const data::Batch& table, std::size_t rows) {
  data::Batch first(table.shared_schema());
  for (std::size_t row = 0; row < std::min(rows, table.rows()); ++row) first.AppendRow(table, row);
  return first;
}

}  // namespace mooring::control
