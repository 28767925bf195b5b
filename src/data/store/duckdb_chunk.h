// Chunks of DuckDB to batches and back. Only for the files of this folder that speak to DuckDB.
#pragma once

#include <memory>

#include "base/result.h"
#include "data/store/duckdb_library.h"
#include "data/table/batch.h"
#include "data/table/batch_codec.h"

namespace mooring::data {

// The schema that a result's rows have as a batch; kUnsupported for types that have none.
Result<Schema> SchemaOfResult(const DuckDbLibrary& duckdb, duckdb_result& result);

// Appends a chunk of that result.
void AppendChunk(const DuckDbLibrary& duckdb, duckdb_result& result, duckdb_data_chunk chunk,
                 Batch& batch);

// The type that our type is stored as.
duckdb_type StoredType(Type type);

// Fills an empty chunk with rows of a batch; kInvalidArgument for text that is not UTF-8.
Status FillChunk(const DuckDbLibrary& duckdb, const Batch& batch, RowRange rows,
                 duckdb_data_chunk chunk);

}  // namespace mooring::data
