#include "data/table/column.h"

#include <type_traits>

namespace mooring::data {
namespace {

using Values =
    std::variant<std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<float>,
                 std::vector<double>, std::vector<std::uint8_t>, StringColumn>;

Values EmptyValues(Type type) {
  switch (type) {
    case Type::kInt32:
    case Type::kCategory: return std::vector<std::int32_t>();
    case Type::kInt64:
    case Type::kTimestamp: return std::vector<std::int64_t>();
    case Type::kFloat32: return std::vector<float>();
    case Type::kFloat64: return std::vector<double>();
    case Type::kBool: return std::vector<std::uint8_t>();
    case Type::kString: return StringColumn();
  }
  CHECK(false);
}

}  // namespace

Column::Column(Type type, std::shared_ptr<const Dictionary> dictionary)
    : type_(type), values_(EmptyValues(type)), dictionary_(std::move(dictionary)) {}

void Column::Clear() {
  size_ = 0;
  null_count_ = 0;
  valid_.clear();
  unseen_.Clear();
  std::visit(
      [](auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, StringColumn>) {
          values.Clear();
        } else {
          values.clear();
        }
      },
      values_);
}

void Column::Reserve(std::size_t rows) {
  std::visit(
      [rows](auto& values) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(values)>, StringColumn>) {
          values.reserve(rows);
        }
      },
      values_);
}

void Column::AppendText(std::string_view text) {
  if (type_ == Type::kString) {
    std::get<StringColumn>(values_).Append(text);
  } else {
    CHECK(type_ == Type::kCategory);
    const std::size_t known = dictionary_ == nullptr ? 0 : dictionary_->size();
    std::size_t code = known == 0 ? 0 : dictionary_->Find(text);
    if (code == known) {
      code += unseen_.size();
      unseen_.Append(text);
    }
    std::get<std::vector<std::int32_t>>(values_).push_back(static_cast<std::int32_t>(code));
  }
  GrewByOne(true);
}

void Column::AppendNull() {
  std::visit(
      [](auto& values) {
        using Held = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Held, StringColumn>) {
          values.Append("");
        } else if constexpr (std::is_floating_point_v<typename Held::value_type>) {
          values.push_back(std::numeric_limits<typename Held::value_type>::quiet_NaN());
        } else {
          values.push_back(0);
        }
      },
      values_);
  GrewByOne(false);
}

void Column::SetNull(std::size_t row) {
  CHECK(row < size_);
  if (IsNull(row)) return;
  std::visit(
      [row](auto& values) {
        using Held = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Held, StringColumn>) {
          CHECK(false);  // strings lie end to end: append nulls instead
        } else if constexpr (std::is_floating_point_v<typename Held::value_type>) {
          values[row] = std::numeric_limits<typename Held::value_type>::quiet_NaN();
        } else {
          values[row] = 0;
        }
      },
      values_);
  if (null_count_ == 0) valid_.assign(size_, 1);
  valid_[row] = 0;
  ++null_count_;
}

void Column::Truncate(std::size_t rows) {
  if (rows >= size_) return;
  for (std::size_t row = rows; null_count_ != 0 && row < size_; ++row) {
    if (valid_[row] == 0) --null_count_;
  }
  if (null_count_ == 0) {
    valid_.clear();
  } else {
    valid_.resize(rows);
  }
  size_ = rows;
  std::visit(
      [rows](auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, StringColumn>) {
          values.Truncate(rows);
        } else {
          values.resize(rows);
        }
      },
      values_);
}

void Column::AppendFrom(const Column& other, std::size_t row) {
  CHECK(type_ == other.type_);
  if (other.IsNull(row)) return AppendNull();
  switch (type_) {
    case Type::kInt32: return Append(other.Values<std::int32_t>()[row]);
    case Type::kInt64:
    case Type::kTimestamp: return Append(other.Values<std::int64_t>()[row]);
    case Type::kFloat32: return Append(other.Values<float>()[row]);
    case Type::kFloat64: return Append(other.Values<double>()[row]);
    case Type::kBool: return Append(other.Values<std::uint8_t>()[row]);
    case Type::kString:
    case Type::kCategory: return AppendText(other.Text(row));
  }
}

std::string_view Column::Text(std::size_t row) const {
  if (type_ == Type::kString) return std::get<StringColumn>(values_)[row];
  CHECK(type_ == Type::kCategory);
  if (IsNull(row)) return {};
  const auto code = static_cast<std::size_t>(Values<std::int32_t>()[row]);
  const std::size_t known = dictionary_ == nullptr ? 0 : dictionary_->size();
  return code < known ? std::string_view(dictionary_->value(code)) : unseen_[code - known];
}

bool Column::IsUnseen(std::size_t row) const {
  if (type_ != Type::kCategory || IsNull(row)) return false;
  const std::size_t known = dictionary_ == nullptr ? 0 : dictionary_->size();
  return static_cast<std::size_t>(Values<std::int32_t>()[row]) >= known;
}

double Column::Number(std::size_t row) const {
  if (IsNull(row)) return std::numeric_limits<double>::quiet_NaN();
  return std::visit(
      [row](const auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, StringColumn>) {
          return std::numeric_limits<double>::quiet_NaN();
        } else {
          return static_cast<double>(values[row]);
        }
      },
      values_);
}

void Column::NoteValidity(bool valid) {
  if (valid_.size() < size_ - 1) valid_.resize(size_ - 1, 1);
  valid_.push_back(valid ? 1 : 0);
  if (!valid) ++null_count_;
}

}  // namespace mooring::data
