// What `monitor drift --exact` compares: the columns of a file, or of a window of the journal.
// Parquet is read column by column, CSV and the journal as a whole.
//
// Thread safety: one command. Ownership: a side keeps what its columns look at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "data/table/batch.h"
#include "monitoring/exact/column_source.h"
#include "monitoring/exact/duckdb_pool.h"
#include "records/contract/contract.h"

namespace mooring::app::cli {

struct ExactSide {
  std::unique_ptr<data::Batch> rows;  // null for Parquet
  std::unique_ptr<monitoring::ColumnSource> columns;
};

// A CSV column of numbers that is text in `like` (null: nothing is known) is read as text: codes of
// a category look like numbers. A path with * is many Parquet files.
Result<ExactSide> SideOfFile(Context& context, const std::string& path,
                             const std::shared_ptr<monitoring::DuckDbPool>& pool,
                             const data::Schema* like = nullptr);

struct TwoSides {
  ExactSide reference, current;
};
// Two files, CSV columns of one kind in both (tables/table_file.h).
Result<TwoSides> SidesOfFiles(Context& context, const std::string& reference,
                              const std::string& current,
                              const std::shared_ptr<monitoring::DuckDbPool>& pool);

struct JournalWindow {
  ExactSide side;
  VersionNumber version = 0;
  Time start, end;  // of the decisions asked for, both inside
  records::Contract contract;
};

// The decisions of a model (the first positional) by --version, --from and --to: without times the
// newest closed window, of the version if one is given; with a time and no version, that of the
// newest window, else the champion's. kNotFound for models, versions and windows that are not
// there; kUnsupported through a server.
Result<JournalWindow> WindowOfJournal(Context& context, const Args& args);

}  // namespace mooring::app::cli
