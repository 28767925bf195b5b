// ConvertRows: a table out of a file as rows of the schema that is asked for: columns found by
// name, types changed where nothing is lost in meaning. For training data and golden rows at
// registration; requests take serving's path instead.
//
// Whole numbers become wider ones and floats, floats become floats, and whole numbers when they are
// whole and fit; text and categories become each other; anything becomes itself.
// Thread safety: pure. Complexity: linear in the cells.
#pragma once

#include <memory>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::control {

// Columns of `table` that `schema` does not name are left out. kInvalidArgument names a column that
// is absent, of another type, or the row whose value does not fit.
Result<data::Batch> ConvertRows(const data::Batch& table,
                                std::shared_ptr<const data::Schema> schema);

// One column as another type (with a dictionary for categories).
Result<data::Column> ConvertColumn(const data::Column& from, const data::Field& to);

// The first `rows` rows.
data::Batch FirstRows(const data::Batch& table, std::size_t rows);

}  // namespace mooring::control
