// Column sources: where an exact comparison (exact_drift.h) takes its columns from, one at a time,
// so that a table of any width costs the memory of two columns a thread.
//
// Sources: BatchSource (rows in memory, batch_source.h), ParquetSource (a file, parquet_source.h)
// and, for a window of the journal, decision_window.h, whose rows are a batch again.
//
// Thread safety: a source is used by several threads, each with a reader of its own. A reader is
// one thread's.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

// A column's values as they came. Numbers, bools and timestamps are numbers; strings and
// categories are categories, as in a profile (data/stats/profile.h).
struct NumberSample {
  std::vector<double> values;  // the finite ones, in the order of the rows
  std::uint64_t rows = 0;      // all
  std::uint64_t missing = 0;   // null or NaN
  std::uint64_t infinite = 0;

  void Clear();
  void Add(const data::Column& column);  // of numbers
};

struct CategorySample {
  // More distinct values than that are nobody's categories.
  static constexpr std::size_t kMost = limits::kCategories;

  std::unordered_map<std::string, std::uint64_t> counts;
  std::uint64_t rows = 0, missing = 0;
  bool too_many = false;  // distinct values; counting ended there

  void Clear();
  void Add(const data::Column& column);  // of texts
};

class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  // Replace what is in `into`. The column is one of the source's, of that kind.
  virtual Status ReadNumbers(const std::string& name, NumberSample& into) = 0;
  virtual Status ReadCategories(const std::string& name, CategorySample& into) = 0;
};

class ColumnSource {
 public:
  struct Field {
    std::string name;
    bool numeric = true;
    bool operator==(const Field&) const = default;
  };
  virtual ~ColumnSource() = default;
  virtual Result<std::vector<Field>> Fields() const = 0;
  virtual Result<std::unique_ptr<ColumnReader>> OpenReader() const = 0;
  // At most `most` whole rows: spread evenly, or the first where rows are read in order.
  virtual Result<data::Batch> SomeRows(std::size_t most) const = 0;

  // What columns of a schema are here.
  static std::vector<Field> FieldsOf(const data::Schema& schema);
};

}  // namespace mooring::monitoring
