#include "data/table/batch_codec.h"

#include "base/limits.h"
#include "data/table/bytes.h"

namespace mooring::data {
namespace {

constexpr std::uint8_t kSchemaVersion = 1;
constexpr std::uint8_t kNullableBit = 1, kDictionaryBit = 2;

std::size_t BitmapBytes(std::size_t bits) { return (bits + 7) / 8; }

bool BitOf(const char* bitmap, std::size_t bit) {
  return ((static_cast<unsigned char>(bitmap[bit / 8]) >> (bit % 8)) & 1U) != 0;
}

void SetBit(char* bitmap, std::size_t bit) {
  bitmap[bit / 8] =
      static_cast<char>(static_cast<unsigned char>(bitmap[bit / 8]) | (1U << (bit % 8)));
}

bool SpareBitsAreZero(const char* bitmap, std::size_t bits) {
  return bits % 8 == 0 || (static_cast<unsigned char>(bitmap[bits / 8]) >> (bits % 8)) == 0;
}

// Bytes of one fixed-size value; 0 for text columns.
std::size_t WidthOf(Type type) {
  switch (type) {
    case Type::kInt32:
    case Type::kFloat32: return 4;
    case Type::kInt64:
    case Type::kFloat64:
    case Type::kTimestamp: return 8;
    case Type::kBool: return 1;
    case Type::kString:
    case Type::kCategory: return 0;
  }
  return 0;
}

std::size_t KnownValues(const Column& column) {
  return column.dictionary() == nullptr ? 0 : column.dictionary()->size();
}

bool NullsWithin(const Column& column, RowRange rows) {
  if (!column.HasNulls()) return false;
  for (std::size_t i = 0; i < rows.count; ++i) {
    if (column.IsNull(rows.first + i)) return true;
  }
  return false;
}

std::size_t TextBytes(const Column& column, RowRange rows) {
  std::size_t size = 0;
  for (std::size_t row = rows.first; row < rows.first + rows.count; ++row) {
    if (column.IsNull(row)) continue;
    if (column.type() == Type::kCategory && !column.IsUnseen(row)) {
      size += VarintSize(static_cast<std::uint64_t>(column.Values<std::int32_t>()[row]) + 1);
    } else {
      const std::size_t text = column.Text(row).size();
      size += VarintSize(text) + text + (column.type() == Type::kCategory ? 1 : 0);
    }
  }
  return size;
}

std::size_t ColumnBytes(const Column& column, RowRange rows) {
  const std::size_t width = WidthOf(column.type());
  const std::size_t values = width != 0 ? width * rows.count : TextBytes(column, rows);
  return values + (NullsWithin(column, rows) ? BitmapBytes(rows.count) : 0);
}

template <typename T>
char* PutValues(const Column& column, RowRange rows, char* out) {
  const T* values = column.Values<T>().data() + rows.first;
  if (rows.count == 1) {  // the hot case: one store, not a call
    std::memcpy(out, values, sizeof(T));
    return out + sizeof(T);
  }
  if (rows.count != 0) std::memcpy(out, values, rows.count * sizeof(T));
  return out + rows.count * sizeof(T);
}

char* PutTexts(const Column& column, RowRange rows, char* out) {
  for (std::size_t row = rows.first; row < rows.first + rows.count; ++row) {
    if (column.IsNull(row)) continue;
    if (column.type() == Type::kCategory) {
      if (!column.IsUnseen(row)) {
        out = PutVarint(out, static_cast<std::uint64_t>(column.Values<std::int32_t>()[row]) + 1);
        continue;
      }
      *out++ = 0;
    }
    const std::string_view text = column.Text(row);
    out = PutVarint(out, text.size());
    text.copy(out, text.size());
    out += text.size();
  }
  return out;
}

char* PutColumn(const Column& column, RowRange rows, char* out) {
  switch (column.type()) {
    case Type::kInt32: return PutValues<std::int32_t>(column, rows, out);
    case Type::kInt64:
    case Type::kTimestamp: return PutValues<std::int64_t>(column, rows, out);
    case Type::kFloat32: return PutValues<float>(column, rows, out);
    case Type::kFloat64: return PutValues<double>(column, rows, out);
    case Type::kBool: return PutValues<std::uint8_t>(column, rows, out);
    case Type::kString:
    case Type::kCategory: return PutTexts(column, rows, out);
  }
  return out;
}

Error Damaged(std::string_view what) {
  return Error(Code::kDataLoss, "encoded " + std::string(what) + " are damaged");
}

template <typename T>
bool TakeValues(ByteReader& in, std::size_t rows, Column& column) {
  if (rows == 1) {
    const T value = in.Value<T>();
    if (!in.ok()) return false;
    column.Append(value);
    return true;
  }
  const char* bytes = in.Take(rows * sizeof(T));
  if (bytes == nullptr) return false;
  if (rows != 0) std::memcpy(column.Extend<T>(rows).data(), bytes, rows * sizeof(T));
  return true;
}

bool TakeBools(ByteReader& in, std::size_t rows, Column& column) {
  const std::size_t before = column.size();
  if (!TakeValues<std::uint8_t>(in, rows, column)) return false;
  for (const std::uint8_t value : column.Values<std::uint8_t>().subspan(before)) {
    if (value > 1) return false;
  }
  return true;
}

bool TakeTexts(ByteReader& in, std::size_t rows, const char* nulls, Column& column) {
  const std::size_t known = KnownValues(column);
  for (std::size_t row = 0; row < rows; ++row) {
    if (nulls != nullptr && BitOf(nulls, row)) {
      column.AppendNull();
      continue;
    }
    if (column.type() == Type::kCategory) {
      const std::uint64_t code = in.Varint();
      if (!in.ok() || code > known) return false;
      if (code != 0) {
        column.Append(static_cast<std::int32_t>(code - 1));
        continue;
      }
    }
    const std::string_view text = in.Text();
    if (!in.ok()) return false;
    column.AppendText(text);
  }
  return true;
}

// The null bits of a column; `nulls` stays null when there are none.
bool TakeNulls(ByteReader& in, std::size_t rows, const char*& nulls) {
  nulls = in.Take(BitmapBytes(rows));
  if (nulls == nullptr || !SpareBitsAreZero(nulls, rows)) return false;
  for (std::size_t i = 0; i < BitmapBytes(rows); ++i) {
    if (nulls[i] != 0) return true;
  }
  return false;
}

bool TakeColumn(ByteReader& in, std::size_t rows, bool has_nulls, Column& column) {
  const char* nulls = nullptr;
  if (has_nulls && !TakeNulls(in, rows, nulls)) return false;
  const std::size_t before = column.size();
  bool taken = false;
  switch (column.type()) {
    case Type::kInt32: taken = TakeValues<std::int32_t>(in, rows, column); break;
    case Type::kInt64:
    case Type::kTimestamp: taken = TakeValues<std::int64_t>(in, rows, column); break;
    case Type::kFloat32: taken = TakeValues<float>(in, rows, column); break;
    case Type::kFloat64: taken = TakeValues<double>(in, rows, column); break;
    case Type::kBool: taken = TakeBools(in, rows, column); break;
    case Type::kString:
    case Type::kCategory: return TakeTexts(in, rows, nulls, column);
  }
  for (std::size_t row = 0; taken && nulls != nullptr && row < rows; ++row) {
    if (BitOf(nulls, row)) column.SetNull(before + row);
  }
  return taken;
}

bool TakeRows(ByteReader& in, Batch& batch) {
  const std::uint64_t rows = in.Varint();
  const char* with_nulls = in.Take(BitmapBytes(batch.width()));
  if (with_nulls == nullptr || rows > kRowsPerBlock) return false;
  if (!SpareBitsAreZero(with_nulls, batch.width())) return false;
  for (std::size_t i = 0; i < batch.width(); ++i) {
    if (!TakeColumn(in, static_cast<std::size_t>(rows), BitOf(with_nulls, i), batch.column(i)))
      return false;
  }
  batch.SetRows(batch.rows() + static_cast<std::size_t>(rows));
  return true;
}

Result<std::shared_ptr<const Dictionary>> TakeDictionary(ByteReader& in) {
  const std::uint64_t count = in.Varint();
  if (!in.ok() || count > limits::kCategories || count > in.left()) return Damaged("categories");
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) values.emplace_back(in.Text());
  if (!in.ok()) return Damaged("categories");
  return Dictionary::Make(std::move(values));
}

Result<Field> TakeField(ByteReader& in) {
  Field field;
  field.name = in.Text();
  const auto type = in.Value<std::uint8_t>();
  const auto flags = in.Value<std::uint8_t>();
  field.type = static_cast<Type>(type);
  field.nullable = (flags & kNullableBit) != 0;
  const bool flags_fit = flags <= kNullableBit || (flags <= (kNullableBit | kDictionaryBit) &&
                                                   field.type == Type::kCategory);
  if (!in.ok() || type == 0 || type > static_cast<std::uint8_t>(Type::kTimestamp) || !flags_fit) {
    return Damaged("columns");
  }
  if ((flags & kDictionaryBit) != 0) {
    ASSIGN_OR_RETURN(field.dictionary, TakeDictionary(in));
  }
  return field;
}

}  // namespace

void EncodeRows(const Batch& batch, RowRange rows, std::string& out) {
  CHECK(rows.count <= kRowsPerBlock && rows.first + rows.count <= batch.rows());
  std::size_t size = VarintSize(rows.count) + BitmapBytes(batch.width());
  for (std::size_t i = 0; i < batch.width(); ++i) size += ColumnBytes(batch.column(i), rows);
  const std::size_t start = out.size();
  out.resize(start + size);
  char* const with_nulls = PutVarint(out.data() + start, rows.count);
  char* at = with_nulls + BitmapBytes(batch.width());
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const Column& column = batch.column(i);
    if (NullsWithin(column, rows)) {
      SetBit(with_nulls, i);
      for (std::size_t row = 0; row < rows.count; ++row) {
        if (column.IsNull(rows.first + row)) SetBit(at, row);
      }
      at += BitmapBytes(rows.count);
    }
    at = PutColumn(column, rows, at);
  }
  CHECK(at == out.data() + out.size());
}

Result<std::size_t> DecodeRows(ByteSpan bytes, Batch& batch) {
  const std::size_t before = batch.rows();
  ByteReader in(bytes);
  if (TakeRows(in, batch)) [[likely]]
    return in.position();
  for (std::size_t i = 0; i < batch.width(); ++i) batch.column(i).Truncate(before);
  return Damaged("rows");
}

void EncodeSchema(const Schema& schema, std::string& out) {
  out.push_back(static_cast<char>(kSchemaVersion));
  AppendVarint(out, schema.size());
  for (const Field& field : schema.fields()) {
    AppendText(out, field.name);
    const bool named = field.type == Type::kCategory && field.dictionary != nullptr;
    out.push_back(static_cast<char>(field.type));
    out.push_back(
        static_cast<char>((field.nullable ? kNullableBit : 0) | (named ? kDictionaryBit : 0)));
    if (!named) continue;
    AppendVarint(out, field.dictionary->size());
    for (const std::string& value : field.dictionary->values()) AppendText(out, value);
  }
}

Result<Schema> DecodeSchema(ByteSpan bytes) {
  ByteReader in(bytes);
  if (const auto version = in.Value<std::uint8_t>(); version != kSchemaVersion) {
    return Error(Code::kDataLoss, "encoded schema has version " + std::to_string(version))
        .Why("this program reads version " + std::to_string(kSchemaVersion));
  }
  const std::uint64_t width = in.Varint();
  if (!in.ok() || width > limits::kColumns || width > in.left()) return Damaged("columns");
  std::vector<Field> fields;
  for (std::uint64_t i = 0; i < width; ++i) {
    Result<Field> field = TakeField(in);
    if (!field.ok()) return Error(Code::kDataLoss, field.error().message());
    fields.push_back(std::move(field).value());
  }
  if (in.left() != 0) return Damaged("columns").Why("bytes follow the last one");
  Result<Schema> schema = Schema::Make(std::move(fields));
  if (!schema.ok()) return Error(Code::kDataLoss, schema.error().message());
  return schema;
}

}  // namespace mooring::data
