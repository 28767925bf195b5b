#include "serving/model_columns.h"

#include <fmt/format.h>

#include <limits>
#include <type_traits>

namespace mooring::serving {
namespace {

using data::Column;
using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

bool CanBecome(Type from, Type to) {
  if (from == to) return true;
  if (IsText(from) && IsText(to)) return true;
  switch (to) {
    case Type::kInt32: return from == Type::kBool || from == Type::kCategory;
    case Type::kInt64:
      return from == Type::kInt32 || from == Type::kBool || from == Type::kCategory;
    case Type::kFloat32:
    case Type::kFloat64:
      return data::IsNumeric(from) || from == Type::kBool || from == Type::kCategory;
    default: return false;
  }
}

// A type that a column of a contract may have to become `to`.
std::string_view Remedy(Type from, Type to) {
  if (from == Type::kString && to != Type::kString) {
    return "declare it category, or as the model has it";
  }
  return "declare it as the model has it";
}

template <typename From, typename To>
void CopyNumbers(const Column& from, Column& to) {
  const std::span<const From> values = from.Values<From>();
  if (!from.HasNulls()) [[likely]] {
    for (const From value : values) to.Append(static_cast<To>(value));
    return;
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (from.IsNull(row)) {
      to.AppendNull();
    } else {
      to.Append(static_cast<To>(values[row]));
    }
  }
}

// Codes of known categories; what the dictionary does not know is missing to the model.
template <typename To>
void CopyCodes(const Column& from, Column& to) {
  const std::span<const std::int32_t> codes = from.Values<std::int32_t>();
  for (std::size_t row = 0; row < codes.size(); ++row) {
    if (from.IsNull(row) || from.IsUnseen(row)) {
      to.AppendNull();
    } else {
      to.Append(static_cast<To>(codes[row]));
    }
  }
}

template <typename To>
void CopyTo(const Column& from, Column& to) {
  switch (from.type()) {
    case Type::kInt32: return CopyNumbers<std::int32_t, To>(from, to);
    case Type::kInt64:
    case Type::kTimestamp: return CopyNumbers<std::int64_t, To>(from, to);
    case Type::kFloat32: return CopyNumbers<float, To>(from, to);
    case Type::kFloat64: return CopyNumbers<double, To>(from, to);
    case Type::kBool: return CopyNumbers<std::uint8_t, To>(from, to);
    case Type::kCategory: return CopyCodes<To>(from, to);
    case Type::kString: return;  // refused by CanBecome
  }
}

void CopyTexts(const Column& from, Column& to) {
  // The same dictionary and nothing unseen: codes are the same.
  for (std::size_t row = 0; row < from.size(); ++row) {
    if (from.IsNull(row)) {
      to.AppendNull();
    } else if (from.dictionary() != nullptr && from.dictionary() == to.dictionary() &&
               !from.IsUnseen(row)) {
      to.Append(from.Values<std::int32_t>()[row]);
    } else {
      to.AppendText(from.Text(row));
    }
  }
}

void CopyColumn(const Column& from, Column& to) {
  switch (to.type()) {
    case Type::kInt32: return CopyTo<std::int32_t>(from, to);
    case Type::kInt64:
    case Type::kTimestamp: return CopyTo<std::int64_t>(from, to);
    case Type::kFloat32: return CopyTo<float>(from, to);
    case Type::kFloat64: return CopyTo<double>(from, to);
    case Type::kBool: return CopyTo<std::uint8_t>(from, to);
    case Type::kString:
    case Type::kCategory: return CopyTexts(from, to);
  }
}

}  // namespace

Result<ModelColumns> ModelColumns::Make(const data::Schema& from,
                                        std::shared_ptr<const data::Schema> to) {
  ModelColumns made;
  // Columns that the model does not know would be in its way, and some are nobody else's business.
  made.identical_ = from.size() == to->size();
  std::string wrong;
  for (std::size_t i = 0; i < to->size(); ++i) {
    const data::Field& want = to->field(i);
    const auto place = from.Find(want.name);
    if (!place) {
      wrong += fmt::format("; model input '{}' ({}) is not declared", want.name,
                           TypeName(want.type));
      continue;
    }
    const data::Field& have = from.field(*place);
    if (!CanBecome(have.type, want.type)) {
      wrong += fmt::format("; '{}' is {} and the model wants {}: {}", want.name,
                           TypeName(have.type), TypeName(want.type), Remedy(have.type, want.type));
    }
    made.sources_.push_back(*place);
    made.identical_ = made.identical_ && *place == i && have.type == want.type &&
                      have.dictionary == want.dictionary;
  }
  if (!wrong.empty()) {
    return Error(Code::kFailedPrecondition,
                 "the contract's inputs do not fit the model: " + wrong.substr(2))
        .Help("correct `inputs` in the contract and apply it again");
  }
  made.to_ = std::move(to);
  return made;
}

void ModelColumns::Fill(const data::Batch& rows, data::Batch& model) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    CopyColumn(rows.column(sources_[i]), model.column(i));
  }
  model.SetRows(rows.rows());
}

}  // namespace mooring::serving
