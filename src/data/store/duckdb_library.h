// The functions of DuckDB's C interface that we call, found in the loaded library. Only for the
// files of this folder that speak to DuckDB.
#pragma once

#include <duckdb.h>

#include <string>

#include "base/result.h"

namespace mooring::data {

// clang-format off
#define MOORING_DUCKDB_FUNCTIONS(X)                                                                \
  X(library_version) X(create_config) X(set_config) X(destroy_config) X(open_ext) X(close)         \
  X(connect) X(disconnect) X(interrupt) X(free) X(query) X(destroy_result) X(result_error)         \
  X(prepare) X(prepare_error) X(prepared_statement_type) X(destroy_prepare)                        \
  X(pending_prepared_streaming) X(pending_error) X(execute_pending) X(destroy_pending)             \
  X(fetch_chunk) X(column_count) X(column_name) X(column_logical_type) X(get_type_id)              \
  X(decimal_scale) X(decimal_internal_type) X(enum_internal_type) X(enum_dictionary_size)          \
  X(enum_dictionary_value) X(create_logical_type) X(destroy_logical_type) X(create_data_chunk)     \
  X(destroy_data_chunk) X(data_chunk_reset) X(data_chunk_get_vector) X(data_chunk_get_size)        \
  X(data_chunk_set_size) X(vector_size) X(vector_get_data) X(vector_get_validity)                  \
  X(vector_ensure_validity_writable) X(vector_assign_string_element_len)                           \
  X(validity_set_row_invalid) X(appender_create) X(appender_error) X(appender_destroy)             \
  X(append_data_chunk) X(create_table_function) X(destroy_table_function)                          \
  X(table_function_set_name) X(table_function_set_extra_info) X(table_function_set_bind)           \
  X(table_function_set_init) X(table_function_set_function) X(register_table_function)             \
  X(bind_get_extra_info) X(bind_add_result_column) X(bind_set_cardinality) X(bind_set_error)       \
  X(init_get_extra_info) X(function_get_extra_info) X(function_set_error)
// clang-format on

struct DuckDbLibrary {
#define MOORING_DUCKDB_POINTER(name) decltype(&duckdb_##name) name = nullptr;
  MOORING_DUCKDB_FUNCTIONS(MOORING_DUCKDB_POINTER)
#undef MOORING_DUCKDB_POINTER

  // Loads the library, once a process; it stays loaded. Thread safety: any thread.
  static Result<const DuckDbLibrary*> Load(const std::string& directory);
};

}  // namespace mooring::data
