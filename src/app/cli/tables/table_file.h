// ReadTableFile: a CSV or Parquet file as one batch, for training data, golden rows, `predict` and
// comparisons. The kind is seen in the content, not in the name.
// Thread safety: pure but for the file.
#pragma once

#include <optional>
#include <string>

#include "app/cli/context.h"
#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::app::cli {

inline constexpr std::size_t kTableRows = 50'000'000;

// With a schema, CSV columns are read as its types and others are passed over; a column of it that
// the file lacks is an error. Without, types are inferred. Parquet has its own types either way.
// "-" is standard input (CSV).
Result<data::Batch> ReadTableFile(Context& context, const std::string& path,
                                  const std::optional<data::Schema>& schema);

struct TwoTables {
  data::Batch reference, current;
};
// Two files to be compared. A CSV column that is text in one (an empty column is) and numbers,
// truths or times in the other is read as the latter in both: empty fields are missing values, and
// text such as N/A is refused with file, line and column.
Result<TwoTables> ReadTwoTableFiles(Context& context, const std::string& reference,
                                    const std::string& current);

// The column types of a file: inferred for CSV, its own for Parquet.
Result<data::Schema> TableFileSchema(Context& context, const std::string& path);

// Whether it is Parquet; false for standard input, which is not read.
Result<bool> IsParquetFile(Context& context, const std::string& path);

// "path sha256:…", for the record.
Result<std::string> FileWithDigest(Context& context, const std::string& path);

}  // namespace mooring::app::cli
