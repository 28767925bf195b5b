// Column: the values of one field, typed and contiguous, with nulls.
//
// A null slot holds NaN in float columns and zero or "" in the others, so models may read Values()
// without asking. A category column holds codes: below dictionary()->size() a known value, from
// there on an unseen one, whose text the column keeps itself; so nothing a client sends grows a
// dictionary.
//
//   Column age(Type::kFloat32);
//   age.Append(31.0F);
//   age.AppendNull();
//   age.Values<float>()[0];   // 31
//
// Thread safety: like std::vector. Clear() keeps the memory, so a reused column does not allocate.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/check.h"
#include "data/table/schema.h"

namespace mooring::data {

// Strings end to end in one buffer.
class StringColumn {
 public:
  std::size_t size() const { return ends_.size(); }
  void Clear() {
    ends_.clear();
    bytes_.clear();
  }
  void Append(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  std::string_view operator[](std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : ends_[row - 1];
    return {bytes_.data() + begin, ends_[row] - begin};
  }
  // Keeps the first `rows` strings.
  void Truncate(std::size_t rows) {
    ends_.resize(rows);
    bytes_.resize(rows == 0 ? 0 : ends_.back());
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

class Column {
 public:
  explicit Column(Type type, std::shared_ptr<const Dictionary> dictionary = nullptr);

  Type type() const { return type_; }
  std::size_t size() const { return size_; }
  const std::shared_ptr<const Dictionary>& dictionary() const { return dictionary_; }
  void Clear();
  void Reserve(std::size_t rows);

  // T must be the column's own: int32_t, int64_t (also timestamps), float, double, and uint8_t (0
  // or 1) for bool. Category columns give int32_t codes.
  template <typename T>
  void Append(T value) {
    std::get<std::vector<T>>(values_).push_back(value);
    GrewByOne(true);
  }
  // `count` slots at once, not null, for the caller to fill: much cheaper than one by one.
  template <typename T>
  std::span<T> Extend(std::size_t count) {
    auto& values = std::get<std::vector<T>>(values_);
    values.resize(size_ + count);
    size_ += count;
    if (null_count_ != 0) valid_.resize(size_, 1);
    return std::span(values).last(count);
  }
  // String and category columns.
  void AppendText(std::string_view text);
  void AppendNull();
  // Makes a filled slot null.
  void SetNull(std::size_t row);
  // Keeps the first `rows` slots.
  void Truncate(std::size_t rows);
  // Copies one slot of a column of the same type (and, for categories, of any dictionary).
  void AppendFrom(const Column& other, std::size_t row);

  bool HasNulls() const { return null_count_ != 0; }
  std::size_t null_count() const { return null_count_; }
  bool IsNull(std::size_t row) const { return null_count_ != 0 && valid_[row] == 0; }

  template <typename T>
  std::span<const T> Values() const {
    return std::get<std::vector<T>>(values_);
  }
  template <typename T>
  std::span<T> MutableValues() {
    return std::get<std::vector<T>>(values_);
  }
  // String and category columns; "" for null.
  std::string_view Text(std::size_t row) const;
  // A category value that the dictionary does not know.
  bool IsUnseen(std::size_t row) const;

  // The slot as a number: NaN for null and text, the code for categories, 0 or 1 for bool.
  double Number(std::size_t row) const;

 private:
  void GrewByOne(bool valid) {
    ++size_;
    if (!valid || null_count_ != 0) NoteValidity(valid);
  }
  void NoteValidity(bool valid);

  Type type_;
  std::size_t size_ = 0;
  std::size_t null_count_ = 0;
  std::variant<std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<float>,
               std::vector<double>, std::vector<std::uint8_t>, StringColumn>
      values_;
  std::vector<std::uint8_t> valid_;  // empty until the first null; then one byte a row
  std::shared_ptr<const Dictionary> dictionary_;
  StringColumn unseen_;  // texts of the codes from dictionary size on
};

}  // namespace mooring::data
