// What the model fuzzers share: bytes as a one-file artifact, compiled, loaded and asked for
// predictions. Compile may refuse anything; what it accepts compiles the same again, loads, and
// gives a row the same answer alone as among others.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "model/flat_bytes.h"
#include "model/format.h"

namespace mooring::fuzz {

// Rows that a model may meet: nothing in any cell, zeros, something, the far end.
enum class RowKind : std::uint8_t { kNulls, kZeros, kSome, kFar };
inline constexpr std::array kRowKinds = {RowKind::kNulls, RowKind::kZeros, RowKind::kSome,
                                         RowKind::kFar};

template <typename T>
void AppendNumber(data::Column& column, RowKind kind) {
  constexpr bool kReal = std::numeric_limits<T>::is_iec559;
  constexpr T kFarEnd = kReal ? static_cast<T>(-1e30) : std::numeric_limits<T>::lowest();
  if (kind == RowKind::kSome) return column.Append(static_cast<T>(7));
  column.Append(kind == RowKind::kFar ? kFarEnd : T{0});
}

inline void AppendCell(data::Column& column, const data::Field& field, RowKind kind) {
  if (kind == RowKind::kNulls && field.nullable) return column.AppendNull();
  switch (field.type) {
    case data::Type::kInt32: return AppendNumber<std::int32_t>(column, kind);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return AppendNumber<std::int64_t>(column, kind);
    case data::Type::kFloat32: return AppendNumber<float>(column, kind);
    case data::Type::kFloat64: return AppendNumber<double>(column, kind);
    case data::Type::kBool: return column.Append(std::uint8_t{kind == RowKind::kSome});
    case data::Type::kString:
    case data::Type::kCategory: return column.AppendText(kind == RowKind::kSome ? "7" : "");
  }
}

inline void AppendRow(data::Batch& rows, RowKind kind) {
  const data::Schema& schema = rows.schema();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    AppendCell(rows.column(i), schema.field(i), kind);
  }
  rows.SetRows(rows.rows() + 1);
}

inline bool IsSameRow(const data::Batch& left, std::size_t left_row, const data::Batch& right,
                      std::size_t right_row) {
  for (std::size_t i = 0; i < left.width(); ++i) {
    const auto a = std::bit_cast<std::uint64_t>(left.column(i).Number(left_row));
    const auto b = std::bit_cast<std::uint64_t>(right.column(i).Number(right_row));
    if (a != b) return false;
  }
  return true;
}

inline void PredictRows(const model::Predictor& predictor) {
  const model::Signature& signature = predictor.signature();
  data::Batch all(signature.inputs), together(signature.output_columns);
  for (const RowKind kind : kRowKinds) AppendRow(all, kind);
  if (!predictor.Predict(all, together).ok()) return;
  if (together.rows() != kRowKinds.size()) std::abort();
  data::Batch one(signature.inputs), alone(signature.output_columns);
  for (std::size_t row = 0; row < kRowKinds.size(); ++row) {
    one.Clear();
    AppendRow(one, kRowKinds[row]);
    if (!predictor.Predict(one, alone).ok() || alone.rows() != 1) std::abort();
    if (!IsSameRow(alone, 0, together, row)) std::abort();
  }
}

inline int CompileAndPredict(std::string path, const std::uint8_t* bytes, std::size_t size) {
  const ByteSpan span(reinterpret_cast<const std::byte*>(bytes), size);
  const model::Artifact artifact({{std::move(path), span}}, nullptr);
  const auto flat = model::Compile(artifact);
  if (!flat.ok()) return 0;
  if (const auto again = model::Compile(artifact); !again.ok() || *again != *flat) std::abort();
  const auto format = model::FlatFormatName(AsBytes(*flat));
  if (!format.ok()) std::abort();
  if (*format == "xgboost-library") return 0;  // what the library does with it is its own affair
  const auto predictor = model::Load(AsBytes(*flat), nullptr, {});
  if (predictor.ok()) PredictRows(**predictor);
  // The others need a library or a network.
  const bool is_ours = *format == "xgboost" || *format == "lightgbm";
  if (is_ours && !predictor.ok()) std::abort();
  return 0;
}

}  // namespace mooring::fuzz
