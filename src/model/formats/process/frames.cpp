#include "model/formats/process/frames.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <type_traits>

#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::model {
namespace {

static_assert(std::endian::native == std::endian::little, "values travel as they lie in memory");

constexpr std::string_view kMagic = "MOW1";

Error Broken(std::string what) {
  return Error(Code::kUnavailable, "the worker's answer is broken: " + std::move(what));
}

bool IsText(std::string_view text) { return FirstInvalidUtf8(text) == text.size(); }

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PutText(std::string& out, std::string_view text) {
  Put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// Bytes of others, from the front.
class Cursor {
 public:
  explicit Cursor(ByteSpan bytes) : bytes_(bytes) {}
  template <typename T>
  std::optional<T> Take() {
    if (bytes_.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }
  std::optional<ByteSpan> TakeBytes(std::uint64_t size) {
    if (bytes_.size() < size) return std::nullopt;
    const ByteSpan taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  bool AtEnd() const { return bytes_.empty(); }

 private:
  ByteSpan bytes_;
};

// Wire types are data::Type's numbers; a category is a string there.
data::Type WireType(data::Type type) {
  return type == data::Type::kCategory ? data::Type::kString : type;
}

template <typename T>
void PutValues(const data::Column& column, std::size_t begin, std::size_t end, std::string& out) {
  const std::span<const T> values = column.Values<T>().subspan(begin, end - begin);
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

void PutTexts(const data::Column& column, std::size_t begin, std::size_t end, std::string& out) {
  for (std::size_t row = begin; row < end; ++row) {
    Put(out, static_cast<std::uint32_t>(column.Text(row).size()));
  }
  for (std::size_t row = begin; row < end; ++row) out.append(column.Text(row));
}

void PutNulls(const data::Column& column, std::size_t begin, std::size_t end, std::string& out) {
  const std::size_t start = out.size();
  out.append((end - begin + 7) / 8, '\0');
  for (std::size_t row = begin; row < end; ++row) {
    if (!column.IsNull(row)) continue;
    char& bits = out[start + (row - begin) / 8];
    bits = static_cast<char>(bits | (1 << ((row - begin) % 8)));
  }
}

void PutColumn(const data::Column& column, std::size_t begin, std::size_t end, std::string& out) {
  Put(out, static_cast<std::uint8_t>(WireType(column.type())));
  Put(out, static_cast<std::uint8_t>(column.HasNulls()));
  if (column.HasNulls()) PutNulls(column, begin, end, out);
  switch (column.type()) {
    case data::Type::kInt32: return PutValues<std::int32_t>(column, begin, end, out);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return PutValues<std::int64_t>(column, begin, end, out);
    case data::Type::kFloat32: return PutValues<float>(column, begin, end, out);
    case data::Type::kFloat64: return PutValues<double>(column, begin, end, out);
    case data::Type::kBool: return PutValues<std::uint8_t>(column, begin, end, out);
    case data::Type::kString:
    case data::Type::kCategory: return PutTexts(column, begin, end, out);
  }
}

template <typename T>
bool TakeValues(Cursor& in, std::size_t rows, data::Column& column) {
  const auto bytes = in.TakeBytes(std::uint64_t{rows} * sizeof(T));
  if (!bytes) return false;
  const std::span<T> values = column.Extend<T>(rows);
  if (rows != 0) std::memcpy(values.data(), bytes->data(), bytes->size());
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return std::ranges::all_of(values, [](const std::uint8_t value) { return value <= 1; });
  }
  return true;
}

bool IsNullAt(ByteSpan bits, std::size_t row) {
  return !bits.empty() && (std::to_integer<unsigned>(bits[row / 8]) >> (row % 8) & 1U) != 0;
}

bool TakeTexts(Cursor& in, std::size_t rows, ByteSpan nulls, data::Column& column) {
  const auto lengths = in.TakeBytes(std::uint64_t{rows} * sizeof(std::uint32_t));
  if (!lengths) return false;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint32_t length = 0;
    std::memcpy(&length, lengths->data() + row * sizeof(length), sizeof(length));
    const auto text = in.TakeBytes(length);
    if (!text || length > limits::kStringBytes || !IsText(AsText(*text))) return false;
    if (IsNullAt(nulls, row)) {
      column.AppendNull();
    } else {
      column.AppendText(AsText(*text));
    }
  }
  return true;
}

bool TakeSlots(Cursor& in, std::size_t rows, ByteSpan nulls, data::Column& column) {
  switch (column.type()) {
    case data::Type::kInt32: return TakeValues<std::int32_t>(in, rows, column);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return TakeValues<std::int64_t>(in, rows, column);
    case data::Type::kFloat32: return TakeValues<float>(in, rows, column);
    case data::Type::kFloat64: return TakeValues<double>(in, rows, column);
    case data::Type::kBool: return TakeValues<std::uint8_t>(in, rows, column);
    case data::Type::kString:
    case data::Type::kCategory: return TakeTexts(in, rows, nulls, column);
  }
  return false;
}

Status TakeColumn(Cursor& in, std::size_t rows, data::Column& column) {
  const auto type = in.Take<std::uint8_t>();
  const auto nulls = in.Take<std::uint8_t>();
  if (!type || !nulls || *nulls > 1) return Broken("a column is cut");
  if (*type != static_cast<std::uint8_t>(WireType(column.type()))) {
    return Broken("a column of another type");
  }
  ByteSpan bits;
  if (*nulls != 0) {
    const auto taken = in.TakeBytes((rows + 7) / 8);
    if (!taken) return Broken("a column is cut");
    bits = *taken;
  }
  const std::size_t start = column.size();
  if (!TakeSlots(in, rows, bits, column)) return Broken("values are cut or not of their type");
  // Texts lie end to end: theirs are null already.
  for (std::size_t row = 0; row < rows; ++row) {
    if (IsNullAt(bits, row) && !column.IsNull(start + row)) column.SetNull(start + row);
  }
  return Ok();
}

std::size_t RowBytes(const data::Batch& rows, std::size_t width, std::size_t row) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const data::Column& column = rows.column(i);
    const bool text = WireType(column.type()) == data::Type::kString;
    bytes += text ? 5 + column.Text(row).size() : 9;
  }
  return bytes;
}

}  // namespace

void AppendFrame(FrameKind kind, std::uint32_t sequence, std::string_view payload,
                 std::string& out) {
  out.append(kMagic);
  Put(out, static_cast<std::uint32_t>(kind));
  Put(out, sequence);
  Put(out, static_cast<std::uint32_t>(payload.size()));
  out.append(payload);
}

Result<FrameHeader> ReadFrameHeader(ByteSpan bytes) {
  Cursor in(bytes);
  const auto magic = in.TakeBytes(kMagic.size());
  const auto kind = in.Take<std::uint32_t>(), sequence = in.Take<std::uint32_t>();
  const auto payload = in.Take<std::uint32_t>();
  if (!payload || AsText(*magic) != kMagic) return Broken("no frame of this version");
  if (*kind < 1 || *kind > static_cast<std::uint32_t>(FrameKind::kFailed)) {
    return Broken("a frame of the unknown kind " + std::to_string(*kind));
  }
  if (*payload > kFramePayloadBytes) {
    return Broken("a frame of " + std::to_string(*payload) + " bytes");
  }
  return FrameHeader{static_cast<FrameKind>(*kind), *sequence, *payload};
}

std::string LoadPayload(const LoadRequest& request) {
  std::string out;
  Put(out, static_cast<std::uint32_t>(request.texts.size()));
  for (const auto& [key, value] : request.texts) {
    PutText(out, key);
    PutText(out, value);
  }
  Put(out, static_cast<std::uint8_t>(request.tensor));
  Put(out, static_cast<std::uint32_t>(request.signature.inputs->size()));
  for (const data::Field& field : request.signature.inputs->fields()) {
    PutText(out, field.name);
    Put(out, static_cast<std::uint8_t>(WireType(field.type)));
    Put(out, static_cast<std::uint8_t>(field.nullable));
  }
  Put(out, static_cast<std::uint32_t>(request.signature.outputs.size()));
  for (const Output& output : request.signature.outputs) {
    PutText(out, output.name);
    Put(out, static_cast<std::uint8_t>(WireType(output.type)));
    Put(out, static_cast<std::uint32_t>(output.width));
  }
  PutText(out, request.exec_filter);
  return out;
}

std::string RowsPayload(const RowRange& range) {
  std::string out;
  Put(out, static_cast<std::uint32_t>(range.end - range.begin));
  Put(out, static_cast<std::uint32_t>(range.width));
  for (std::size_t i = 0; i < range.width; ++i) {
    PutColumn(range.rows.column(i), range.begin, range.end, out);
  }
  return out;
}

std::size_t RowsThatFit(const RowRange& range, std::size_t bytes) {
  std::size_t used = RowBytes(range.rows, range.width, range.begin), end = range.begin + 1;
  for (; end < range.end; ++end) {
    used += RowBytes(range.rows, range.width, end);
    if (used > bytes) break;
  }
  return end - range.begin;
}

Status ReadPredicted(ByteSpan payload, std::size_t rows, data::Batch& predictions) {
  Cursor in(payload);
  const auto count = in.Take<std::uint32_t>(), width = in.Take<std::uint32_t>();
  if (!count || !width) return Broken("no table");
  if (*count != rows || *width != predictions.width()) {
    return Broken(std::to_string(*count) + " rows of " + std::to_string(*width) + " columns, not " +
                  std::to_string(rows) + " of " + std::to_string(predictions.width()));
  }
  for (std::size_t i = 0; i < predictions.width(); ++i) {
    RETURN_IF_ERROR(TakeColumn(in, rows, predictions.column(i)));
  }
  if (!in.AtEnd()) return Broken("bytes behind the last column");
  return Ok();
}

Result<WorkerFailure> ReadFailure(ByteSpan payload) {
  Cursor in(payload);
  const auto refuses = in.Take<std::uint8_t>();
  const auto size = in.Take<std::uint32_t>();
  const auto text = in.TakeBytes(size.value_or(0));
  if (!refuses || *refuses > 1 || !size || !text || !in.AtEnd()) return Broken("no failure");
  std::string_view message = AsText(*text).substr(0, kFailureTextBytes);
  WorkerFailure failure{*refuses == 1, std::string(message)};
  if (!IsText(failure.message)) {
    for (char& c : failure.message) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  return failure;
}

}  // namespace mooring::model
