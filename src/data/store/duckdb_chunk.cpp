#include "data/store/duckdb_chunk.h"

#include <cmath>
#include <cstring>

#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::data {
namespace {

constexpr std::int64_t kMicrosADay = 86'400'000'000;

struct LogicalType {
  LogicalType(const DuckDbLibrary& library, duckdb_logical_type held)
      : duckdb(library), type(held) {}
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  ~LogicalType() { duckdb.destroy_logical_type(&type); }
  duckdb_type id() const { return duckdb.get_type_id(type); }
  const DuckDbLibrary& duckdb;
  duckdb_logical_type type;
};

Result<Type> TypeOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return Type::kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_SQLNULL: return Type::kInt32;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UINTEGER: return Type::kInt64;
    case DUCKDB_TYPE_FLOAT: return Type::kFloat32;
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_DECIMAL: return Type::kFloat64;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB: return Type::kString;
    case DUCKDB_TYPE_ENUM: return Type::kCategory;
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Type::kTimestamp;
    default: return Error(Code::kUnsupported, "a column's type has no place in a batch");
  }
}

Result<std::shared_ptr<const Dictionary>> DictionaryOf(const LogicalType& type) {
  std::vector<std::string> values;
  const std::uint32_t size = type.duckdb.enum_dictionary_size(type.type);
  for (std::uint32_t i = 0; i < size && i <= limits::kCategories; ++i) {
    char* const value = type.duckdb.enum_dictionary_value(type.type, i);
    values.emplace_back(value == nullptr ? "" : value);
    type.duckdb.free(value);
  }
  return Dictionary::Make(std::move(values));
}

bool IsValid(const std::uint64_t* validity, std::size_t row) {
  return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1U) != 0;
}

// One column of a chunk on its way into a batch.
struct Source {
  const DuckDbLibrary& duckdb;
  const LogicalType& type;
  const void* data;
  const std::uint64_t* validity;
  std::size_t rows;
};

// Values of the same bytes are copied; others go through `make`.
template <typename Theirs, typename Ours, typename Make>
void Take(const Source& from, Column& column, const Make& make) {
  const auto* values = static_cast<const Theirs*>(from.data);
  const std::size_t before = column.size();
  const std::span<Ours> slots = column.Extend<Ours>(from.rows);
  for (std::size_t row = 0; row < from.rows; ++row) {
    // What lies under a null may be anything.
    slots[row] = IsValid(from.validity, row) ? make(values[row]) : Ours{};
  }
  if (from.validity == nullptr) return;
  for (std::size_t row = 0; row < from.rows; ++row) {
    if (!IsValid(from.validity, row)) column.SetNull(before + row);
  }
}

template <typename Theirs, typename Ours>
void TakeAs(const Source& from, Column& column) {
  Take<Theirs, Ours>(from, column, [](Theirs value) { return static_cast<Ours>(value); });
}

template <typename Theirs>
void TakeTimes(const Source& from, Column& column, std::int64_t times, std::int64_t over) {
  Take<Theirs, std::int64_t>(from, column, [=](Theirs value) {
    std::int64_t micros = 0;
    // DuckDB's infinite dates have no other place to go than the ends of time.
    if (__builtin_mul_overflow(static_cast<std::int64_t>(value), times, &micros)) {
      return value < 0 ? std::numeric_limits<std::int64_t>::min()
                       : std::numeric_limits<std::int64_t>::max();
    }
    return micros / over;
  });
}

void TakeTexts(const Source& from, Column& column) {
  const auto* values = static_cast<const duckdb_string_t*>(from.data);
  for (std::size_t row = 0; row < from.rows; ++row) {
    if (!IsValid(from.validity, row)) {
      column.AppendNull();
      continue;
    }
    const duckdb_string_t& text = values[row];
    const std::uint32_t size = text.value.inlined.length;
    column.AppendText({size <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr, size});
  }
}

void TakeDecimals(const Source& from, Column& column) {
  const double scale = std::pow(10.0, from.duckdb.decimal_scale(from.type.type));
  const auto scaled = [scale](auto value) { return static_cast<double>(value) / scale; };
  switch (from.duckdb.decimal_internal_type(from.type.type)) {
    case DUCKDB_TYPE_SMALLINT: return Take<std::int16_t, double>(from, column, scaled);
    case DUCKDB_TYPE_INTEGER: return Take<std::int32_t, double>(from, column, scaled);
    case DUCKDB_TYPE_BIGINT: return Take<std::int64_t, double>(from, column, scaled);
    default: return Take<__int128, double>(from, column, scaled);
  }
}

void TakeEnums(const Source& from, Column& column) {
  switch (from.duckdb.enum_internal_type(from.type.type)) {
    case DUCKDB_TYPE_UTINYINT: return TakeAs<std::uint8_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_USMALLINT: return TakeAs<std::uint16_t, std::int32_t>(from, column);
    default: return TakeAs<std::uint32_t, std::int32_t>(from, column);
  }
}

void TakeVector(const Source& from, Column& column) {
  switch (from.type.id()) {
    case DUCKDB_TYPE_BOOLEAN: return TakeAs<bool, std::uint8_t>(from, column);
    case DUCKDB_TYPE_TINYINT: return TakeAs<std::int8_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_SMALLINT: return TakeAs<std::int16_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_UTINYINT: return TakeAs<std::uint8_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_USMALLINT: return TakeAs<std::uint16_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_SQLNULL: return TakeAs<std::int32_t, std::int32_t>(from, column);
    case DUCKDB_TYPE_UINTEGER: return TakeAs<std::uint32_t, std::int64_t>(from, column);
    case DUCKDB_TYPE_BIGINT: return TakeAs<std::int64_t, std::int64_t>(from, column);
    case DUCKDB_TYPE_UBIGINT: return TakeAs<std::uint64_t, double>(from, column);
    case DUCKDB_TYPE_HUGEINT: return TakeAs<__int128, double>(from, column);
    case DUCKDB_TYPE_UHUGEINT: return TakeAs<unsigned __int128, double>(from, column);
    case DUCKDB_TYPE_FLOAT: return TakeAs<float, float>(from, column);
    case DUCKDB_TYPE_DOUBLE: return TakeAs<double, double>(from, column);
    case DUCKDB_TYPE_DECIMAL: return TakeDecimals(from, column);
    case DUCKDB_TYPE_ENUM: return TakeEnums(from, column);
    case DUCKDB_TYPE_DATE: return TakeTimes<std::int32_t>(from, column, kMicrosADay, 1);
    case DUCKDB_TYPE_TIMESTAMP_S: return TakeTimes<std::int64_t>(from, column, 1'000'000, 1);
    case DUCKDB_TYPE_TIMESTAMP_MS: return TakeTimes<std::int64_t>(from, column, 1'000, 1);
    case DUCKDB_TYPE_TIMESTAMP_NS: return TakeTimes<std::int64_t>(from, column, 1, 1'000);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return TakeAs<std::int64_t, std::int64_t>(from, column);
    default: return TakeTexts(from, column);
  }
}

template <typename T>
void Give(const Column& column, RowRange rows, void* data) {
  if (rows.count != 0)
    std::memcpy(data, column.Values<T>().data() + rows.first, rows.count * sizeof(T));
}

Status GiveTexts(const DuckDbLibrary& duckdb, const Column& column, RowRange rows,
                 duckdb_vector vector) {
  for (std::size_t i = 0; i < rows.count; ++i) {
    if (column.IsNull(rows.first + i)) continue;
    const std::string_view text = column.Text(rows.first + i);
    if (FirstInvalidUtf8(text) != text.size()) {
      return Error(Code::kInvalidArgument, "text that is not UTF-8");
    }
    duckdb.vector_assign_string_element_len(vector, i, text.data() == nullptr ? "" : text.data(),
                                            text.size());
  }
  return Ok();
}

Status GiveColumn(const DuckDbLibrary& duckdb, const Column& column, RowRange rows,
                  duckdb_vector vector) {
  if (column.HasNulls()) {
    duckdb.vector_ensure_validity_writable(vector);
    std::uint64_t* const validity = duckdb.vector_get_validity(vector);
    for (std::size_t i = 0; i < rows.count; ++i) {
      if (column.IsNull(rows.first + i)) duckdb.validity_set_row_invalid(validity, i);
    }
  }
  void* const data = duckdb.vector_get_data(vector);
  switch (column.type()) {
    case Type::kInt32: Give<std::int32_t>(column, rows, data); break;
    case Type::kInt64:
    case Type::kTimestamp: Give<std::int64_t>(column, rows, data); break;
    case Type::kFloat32: Give<float>(column, rows, data); break;
    case Type::kFloat64: Give<double>(column, rows, data); break;
    case Type::kBool: Give<std::uint8_t>(column, rows, data); break;
    case Type::kString:
    case Type::kCategory: return GiveTexts(duckdb, column, rows, vector);
  }
  return Ok();
}

}  // namespace

Result<Schema> SchemaOfResult(const DuckDbLibrary& duckdb, duckdb_result& result) {
  std::vector<Field> fields;
  for (idx_t i = 0; i < duckdb.column_count(&result); ++i) {
    const LogicalType type(duckdb, duckdb.column_logical_type(&result, i));
    Field field{.name = duckdb.column_name(&result, i)};
    Result<Type> ours = TypeOf(type.id());
    if (!ours.ok()) {
      return std::move(ours)
          .error()
          .Where("column '" + field.name + "'")
          .Help("cast it to VARCHAR");
    }
    field.type = *ours;
    if (field.type == Type::kCategory) {
      ASSIGN_OR_RETURN(field.dictionary, DictionaryOf(type));
    }
    fields.push_back(std::move(field));
  }
  return Schema::Make(std::move(fields));
}

void AppendChunk(const DuckDbLibrary& duckdb, duckdb_result& result, duckdb_data_chunk chunk,
                 Batch& batch) {
  const std::size_t rows = duckdb.data_chunk_get_size(chunk);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const LogicalType type(duckdb, duckdb.column_logical_type(&result, i));
    duckdb_vector vector = duckdb.data_chunk_get_vector(chunk, i);
    TakeVector({.duckdb = duckdb,
                .type = type,
                .data = duckdb.vector_get_data(vector),
                .validity = duckdb.vector_get_validity(vector),
                .rows = rows},
               batch.column(i));
  }
  batch.SetRows(batch.rows() + rows);
}

duckdb_type StoredType(Type type) {
  switch (type) {
    case Type::kInt32: return DUCKDB_TYPE_INTEGER;
    case Type::kInt64: return DUCKDB_TYPE_BIGINT;
    case Type::kFloat32: return DUCKDB_TYPE_FLOAT;
    case Type::kFloat64: return DUCKDB_TYPE_DOUBLE;
    case Type::kBool: return DUCKDB_TYPE_BOOLEAN;
    case Type::kTimestamp: return DUCKDB_TYPE_TIMESTAMP;
    case Type::kString:
    case Type::kCategory: return DUCKDB_TYPE_VARCHAR;
  }
  return DUCKDB_TYPE_INVALID;
}

Status FillChunk(const DuckDbLibrary& duckdb, const Batch& batch, RowRange rows,
                 duckdb_data_chunk chunk) {
  for (std::size_t i = 0; i < batch.width(); ++i) {
    Status given =
        GiveColumn(duckdb, batch.column(i), rows, duckdb.data_chunk_get_vector(chunk, i));
    if (!given.ok()) {
      return std::move(given).error().Where("column '" + batch.schema().field(i).name + "'");
    }
  }
  duckdb.data_chunk_set_size(chunk, rows.count);
  return Ok();
}

}  // namespace mooring::data
