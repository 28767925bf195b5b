#include "serving/row_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "serving/coercion.h"

namespace mooring::serving {
namespace {

using data::Type;

bool IsFloat(Type type) { return type == Type::kFloat32 || type == Type::kFloat64; }
bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

// A name or value from outside, short enough for a message.
std::string Quote(std::string_view text) {
  constexpr std::size_t kShown = 64;
  if (text.size() <= kShown) return fmt::format("'{}'", text);
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}…' ({} bytes)", text.substr(0, end), text.size());
}

}  // namespace

RowBuilder::RowBuilder(std::shared_ptr<const ServedVersion> served, Coercion coercion)
    : served_(std::move(served)),
      shape_(served_->shape.get()),
      coercion_(coercion),
      width_(shape_->schema()->size()),
      batch_(shape_->TakeRows()),
      begun_(width_, 0) {}

RowBuilder::~RowBuilder() {
  if (!finished_) shape_->GiveRows(std::move(batch_));
}

std::size_t RowBuilder::FindColumn(std::string_view name) {
  const data::Schema& fields = *shape_->schema();
  // Callers nearly always send the contract's order: ask the next column first.
  std::size_t column = hint_;
  if (column >= width_ || fields.field(column).name != name) column = shape_->Find(name);
  if (column == kNoColumn) {
    if (coercion_ == Coercion::kStrict) {
      AddProblem(name, "unknown", fmt::format("the contract has no input {}", Quote(name)));
    }
    return kNoColumn;
  }
  hint_ = column + 1 == width_ ? 0 : column + 1;
  begun_[column] |= 2;  // named at least once
  return column;
}

bool RowBuilder::BeginRow() {
  if (by_row_) ++row_;
  by_row_ = true;
  filled_ = 0;
  if (row_ < limits::kRowsPerRequest) [[likely]] return true;
  --row_;
  AddProblem("", "length", fmt::format("more than {} rows", limits::kRowsPerRequest));
  return false;
}

void RowBuilder::EndRow() {
  if (filled_ == width_) [[likely]] return;
  for (std::size_t i = 0; i < width_; ++i) {
    if (batch_.column(i).size() == row_) batch_.column(i).AppendNull();
  }
}

bool RowBuilder::BeginColumn(std::size_t column) {
  if (column >= width_) return false;
  begun_[column] |= 2;
  if ((begun_[column] & 1) != 0) {
    const std::string& name = schema().field(column).name;
    AddProblem(name, "duplicate", fmt::format("input '{}' is there twice", name));
    return false;
  }
  begun_[column] |= 1;
  return true;
}

bool RowBuilder::Ready(std::size_t column) {
  if (column >= width_) return false;
  const std::size_t size = batch_.column(column).size();
  if (!by_row_) return size < limits::kRowsPerRequest;
  begun_[column] |= 2;
  if (size == row_) [[likely]] {
    ++filled_;
    return true;
  }
  if (coercion_ == Coercion::kMlflow) {
    batch_.column(column).Truncate(row_);
    return true;
  }
  const std::string& name = schema().field(column).name;
  AddProblem(name, "duplicate", fmt::format("input '{}' is there twice in one row", name));
  return false;
}

void RowBuilder::Refuse(std::size_t column, std::string_view found) {
  const data::Field& field = schema().field(column);
  if (shape_->IsPseudonymised(column)) found = "another type or range";
  // The problem belongs to the slot that it leaves empty.
  AddProblemAt(batch_.column(column).size(),
               {0, field.name, "type",
                fmt::format("expects {}, got {}", data::TypeName(field.type), found)});
  batch_.column(column).AppendNull();
}

template <typename T>
void RowBuilder::AppendInteger(std::size_t column, T value) {
  data::Column& cells = batch_.column(column);
  bool wrapped = false;
  if (cells.type() == Type::kInt32) {
    const auto cast = CastInteger<std::int32_t>(value, coercion_, wrapped);
    if (!cast) return Refuse(column, fmt::format("{}, out of range", value));
    cells.Append(*cast);
  } else {
    const auto cast = CastInteger<std::int64_t>(value, coercion_, wrapped);
    if (!cast) return Refuse(column, fmt::format("{}, out of range", value));
    cells.Append(*cast);
  }
  if (!wrapped) [[likely]] return;
  flags_.resize(std::max(flags_.size(), cells.size()), 0);
  flags_[cells.size() - 1] = 1;
}

// The float types, once a value is known to be a double.
void RowBuilder::Append(std::size_t column, double value) {
  data::Column& cells = batch_.column(column);
  if (cells.type() == Type::kFloat64) {
    if (std::isfinite(value)) [[likely]] return cells.Append(value + 0.0);
  } else if (FitsFloat32(value)) [[likely]] {
    return cells.Append(static_cast<float>(value) + 0.0F);
  }
  if (std::isnan(value) && coercion_ == Coercion::kMlflow) return cells.AppendNull();
  Refuse(column, std::isfinite(value) ? fmt::format("{}, out of range", value)
                                      : fmt::format("{}, not a finite number", value));
}

void RowBuilder::SetNumber(std::size_t column, double value) {
  if (!Ready(column)) return;
  data::Column& cells = batch_.column(column);
  if (IsFloat(cells.type())) [[likely]] return Append(column, value);
  bool wrapped = false;
  if (cells.type() == Type::kInt32 || cells.type() == Type::kInt64) {
    const auto cast = CastNumber<std::int64_t>(value, coercion_, wrapped);
    if (cast) return AppendInteger(column, *cast);
  }
  if (cells.type() == Type::kBool && coercion_ == Coercion::kMlflow && (value == 0 || value == 1)) {
    return cells.Append(static_cast<std::uint8_t>(value));
  }
  Refuse(column, fmt::format("the number {}", value));
}

void RowBuilder::SetInteger(std::size_t column, std::int64_t value) {
  if (!Ready(column)) return;
  data::Column& cells = batch_.column(column);
  switch (cells.type()) {
    case Type::kInt32:
    case Type::kInt64: return AppendInteger(column, value);
    case Type::kFloat32: return Append(column, static_cast<double>(value));
    case Type::kFloat64:
      if (!IsExactDouble(value) && coercion_ == Coercion::kStrict) {
        return Refuse(column, fmt::format("{}, which it cannot hold exactly", value));
      }
      return Append(column, static_cast<double>(value));
    case Type::kBool:
      if (coercion_ == Coercion::kMlflow && (value == 0 || value == 1)) {
        return cells.Append(static_cast<std::uint8_t>(value));
      }
      [[fallthrough]];
    default: return Refuse(column, fmt::format("the integer {}", value));
  }
}

void RowBuilder::SetUnsigned(std::size_t column, std::uint64_t value) {
  if (std::in_range<std::int64_t>(value)) {
    return SetInteger(column, static_cast<std::int64_t>(value));
  }
  if (!Ready(column)) return;
  const Type type = batch_.column(column).type();
  if (type == Type::kInt32 || type == Type::kInt64) return AppendInteger(column, value);
  const bool exact = type == Type::kFloat32 || IsExactDouble(value);
  if (IsFloat(type) && (exact || coercion_ == Coercion::kMlflow)) {
    return Append(column, static_cast<double>(value));
  }
  Refuse(column, fmt::format("the integer {}", value));
}

void RowBuilder::SetBool(std::size_t column, bool value) {
  if (!Ready(column)) return;
  data::Column& cells = batch_.column(column);
  if (cells.type() == Type::kBool) return cells.Append(static_cast<std::uint8_t>(value));
  if (coercion_ == Coercion::kMlflow) {
    if (IsFloat(cells.type())) return Append(column, value ? 1.0 : 0.0);
    if (data::IsNumeric(cells.type())) return AppendInteger(column, value ? 1 : 0);
  }
  Refuse(column, value ? "true" : "false");
}

void RowBuilder::SetText(std::size_t column, std::string_view value) {
  if (!Ready(column)) return;
  data::Column& cells = batch_.column(column);
  const Type type = cells.type();
  if (value.size() > limits::kStringBytes) {
    return Refuse(column, fmt::format("text of {} bytes, over the limit of {}", value.size(),
                                      limits::kStringBytes));
  }
  if (!IsPlainText(value)) return Refuse(column, "text that is not UTF-8 or holds NUL");
  if (IsText(type)) return cells.AppendText(value);
  if (type == Type::kTimestamp) {
    if (const auto time = ParseTimestamp(value, coercion_)) return cells.Append(*time);
  } else if (coercion_ == Coercion::kMlflow && IsFloat(type)) {
    if (const auto number = ParseDecimal(value)) return Append(column, *number);
  } else if (coercion_ == Coercion::kMlflow && data::IsNumeric(type)) {
    if (const auto integer = ParseInteger(value)) return AppendInteger(column, *integer);
  }
  Refuse(column, fmt::format("the text {}", Quote(value)));
}

void RowBuilder::SetLexical(std::size_t column, std::string_view field) {
  if (column >= width_) return;
  const Type type = batch_.column(column).type();
  if (field.empty()) return SetNull(column);
  if (IsText(type) || type == Type::kTimestamp) return SetText(column, field);
  if (type == Type::kBool && (field == "true" || field == "True" || field == "TRUE")) {
    return SetBool(column, true);
  }
  if (type == Type::kBool && (field == "false" || field == "False" || field == "FALSE")) {
    return SetBool(column, false);
  }
  if (IsFloat(type)) {
    if (const auto number = ParseDecimal(field)) return SetNumber(column, *number);
  } else if (const auto integer = ParseInteger(field)) {
    return SetInteger(column, *integer);
  }
  if (!Ready(column)) return;
  Refuse(column, IsPlainText(field) ? fmt::format("the text {}", Quote(field)) : "broken text");
}

void RowBuilder::SetNull(std::size_t column) {
  if (Ready(column)) batch_.column(column).AppendNull();
}

void RowBuilder::SetWrong(std::size_t column, std::string_view what) {
  if (Ready(column)) Refuse(column, what);
}

void RowBuilder::AddProblem(std::string_view feature, std::string_view rule, std::string message) {
  AddProblemAt(row_, {0, std::string(feature.substr(0, limits::kNameBytes)), std::string(rule),
                      std::move(message)});
}

void RowBuilder::AddProblemAt(std::size_t row, RowProblem problem) {
  if (problems_.size() >= kListedProblems) {
    ++unlisted_problems_;
    return;
  }
  problem.row = row;
  problems_.push_back(std::move(problem));
}

std::size_t RowBuilder::rows() const {
  if (by_row_) return row_ + 1;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < width_; ++i) rows = std::max(rows, batch_.column(i).size());
  return rows;
}

// Only MLflow tells a column that is absent from the whole body from one that holds nulls.
void RowBuilder::RefuseUnseenColumns() {
  if (coercion_ != Coercion::kMlflow || !shape_->derived()) return;
  for (std::size_t i = 0; i < width_; ++i) {
    if (begun_[i] != 0) continue;
    const std::string& name = schema().field(i).name;
    AddProblemAt(0, {0, name, "missing", fmt::format("input '{}' is absent", name)});
  }
}

void RowBuilder::FillShortColumns() {
  const std::size_t wanted = rows();
  for (std::size_t i = 0; i < width_; ++i) {
    data::Column& cells = batch_.column(i);
    if (cells.size() == wanted) continue;
    if ((begun_[i] & 1) != 0) {  // given, and too short
      const std::string& name = schema().field(i).name;
      AddProblem(name, "length", fmt::format("input '{}' has {} values where others have {}", name,
                                             cells.size(), wanted));
    }
    while (cells.size() < wanted) cells.AppendNull();
  }
  batch_.SetRows(wanted);
}

void RowBuilder::Finish(DecisionRequest& request) {
  RefuseUnseenColumns();
  FillShortColumns();
  if (!flags_.empty()) flags_.resize(batch_.rows(), 0);
  finished_ = true;
  request.served = std::move(served_);
  request.rows = std::move(batch_);
  request.coercion = coercion_;
  request.problems = std::move(problems_);
  request.unlisted_problems = unlisted_problems_;
  request.flags = std::move(flags_);
}

}  // namespace mooring::serving
