// Random schemas and batches for property tests: every type, nulls, empty and long texts, unseen
// categories, extreme numbers. For tests only. The same seed gives the same batch.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.h"
#include "data/table/batch.h"

namespace mooring::data {

inline std::string RandomText(Rng& rng, std::size_t most) {
  std::string text(rng.Below(most + 1), '\0');
  for (char& c : text) c = static_cast<char>(rng.Below(256));
  return text;
}

inline std::shared_ptr<const Schema> RandomSchema(Rng& rng, std::size_t most_columns) {
  std::vector<Field> fields(rng.Below(most_columns + 1));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i].name = "c" + std::to_string(i);
    fields[i].type = static_cast<Type>(1 + rng.Below(8));
    fields[i].nullable = rng.Below(2) == 0;
    if (fields[i].type == Type::kCategory && rng.Below(4) != 0) {
      std::vector<std::string> values(rng.Below(300));
      for (std::size_t v = 0; v < values.size(); ++v) values[v] = "v" + std::to_string(v);
      fields[i].dictionary = Dictionary::Make(std::move(values)).value();
    }
  }
  return std::make_shared<const Schema>(Schema::Make(std::move(fields)).value());
}

inline void AppendRandomSlot(Rng& rng, Column& column) {
  constexpr auto kInf = std::numeric_limits<double>::infinity();
  const double special[] = {0.0, -0.0, kInf, -kInf, std::nan(""), 1e308, 5e-324};
  const bool plain = rng.Below(4) != 0;
  const double real = plain ? rng.Uniform() * 200 - 100 : special[rng.Below(7)];
  switch (column.type()) {
    case Type::kInt32: return column.Append(static_cast<std::int32_t>(rng.Next()));
    case Type::kInt64:
    case Type::kTimestamp: return column.Append(static_cast<std::int64_t>(rng.Next()));
    case Type::kFloat32: return column.Append(static_cast<float>(real));
    case Type::kFloat64: return column.Append(real);
    case Type::kBool: return column.Append(static_cast<std::uint8_t>(rng.Below(2)));
    case Type::kString: return column.AppendText(RandomText(rng, plain ? 10 : 300));
    case Type::kCategory:
      return column.AppendText(plain ? "v" + std::to_string(rng.Below(320)) : RandomText(rng, 5));
  }
}

inline Batch RandomBatch(Rng& rng, std::shared_ptr<const Schema> schema, std::size_t rows) {
  Batch batch(std::move(schema));
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const std::uint64_t null_in = rng.Below(3) == 0 ? 3 : 0;  // two thirds of columns have no nulls
    for (std::size_t row = 0; row < rows; ++row) {
      if (null_in != 0 && rng.Below(null_in) == 0) {
        batch.column(i).AppendNull();
      } else {
        AppendRandomSlot(rng, batch.column(i));
      }
    }
  }
  batch.SetRows(rows);
  return batch;
}

// Equal as a reader sees it: nulls, texts, and the bits of numbers.
inline bool SameSlot(const Column& a, const Column& b, std::size_t a_row, std::size_t b_row) {
  if (a.type() != b.type() || a.IsNull(a_row) != b.IsNull(b_row)) return false;
  if (a.IsNull(a_row)) return true;
  const auto same_bits = [&]<typename T>(T) {
    return std::memcmp(&a.Values<T>()[a_row], &b.Values<T>()[b_row], sizeof(T)) == 0;
  };
  switch (a.type()) {
    case Type::kInt32: return same_bits(std::int32_t());
    case Type::kInt64:
    case Type::kTimestamp: return same_bits(std::int64_t());
    case Type::kFloat32: return same_bits(float());
    case Type::kFloat64: return same_bits(double());
    case Type::kBool: return same_bits(std::uint8_t());
    case Type::kString: return a.Text(a_row) == b.Text(b_row);
    case Type::kCategory:
      return a.Text(a_row) == b.Text(b_row) && a.IsUnseen(a_row) == b.IsUnseen(b_row);
  }
  return false;
}

}  // namespace mooring::data
