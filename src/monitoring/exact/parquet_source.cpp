#include "monitoring/exact/parquet_source.h"

#include "data/table/parquet.h"

namespace mooring::monitoring {
namespace {

class ParquetReader final : public ColumnReader {
 public:
  ParquetReader(std::string path, std::shared_ptr<DuckDbPool> pool)
      : path_(std::move(path)), pool_(std::move(pool)) {}

  Status ReadNumbers(const std::string& name, NumberSample& into) override {
    into.Clear();
    ASSIGN_OR_RETURN(const DuckDbPool::Lease db, pool_->Take());
    return data::ReadParquet(*db, {.path = path_, .columns = {name}}, [&](const data::Batch& rows) {
      into.Add(rows.column(0));
      return Ok();
    });
  }

  Status ReadCategories(const std::string& name, CategorySample& into) override {
    into.Clear();
    const std::string column = data::DuckDb::QuoteName(name);
    const std::string sql = "SELECT " + column + "::VARCHAR AS value, count(*) AS times" +
                            " FROM read_parquet(" + data::DuckDb::Quote(path_) + ") GROUP BY 1";
    ASSIGN_OR_RETURN(const DuckDbPool::Lease db, pool_->Take());
    Status read = db->Query(sql, [&](const data::Batch& groups) {
      for (std::size_t i = 0; i < groups.rows(); ++i) Take(groups, i, into);
      return Ok();
    });
    if (!read.ok() && read.error().where().empty()) return std::move(read).error().Where(path_);
    return read;
  }

 private:
  static void Take(const data::Batch& groups, std::size_t row, CategorySample& into) {
    const auto times = static_cast<std::uint64_t>(groups.column(1).Values<std::int64_t>()[row]);
    into.rows += times;
    if (groups.column(0).IsNull(row)) {
      into.missing += times;
    } else if (into.counts.size() == CategorySample::kMost) {
      into.too_many = true;
    } else {
      into.counts.emplace(groups.column(0).Text(row), times);
    }
  }

  std::string path_;
  std::shared_ptr<DuckDbPool> pool_;
};

}  // namespace

Result<std::vector<ColumnSource::Field>> ParquetSource::Fields() const {
  ASSIGN_OR_RETURN(const DuckDbPool::Lease db, pool_->Take());
  ASSIGN_OR_RETURN(const data::Batch none,
                   data::ReadParquetAll(*db, {.path = path_, .limit = 0}, 1));
  return FieldsOf(none.schema());
}

Result<std::unique_ptr<ColumnReader>> ParquetSource::OpenReader() const {
  return std::unique_ptr<ColumnReader>(std::make_unique<ParquetReader>(path_, pool_));
}

Result<data::Batch> ParquetSource::SomeRows(std::size_t most) const {
  ASSIGN_OR_RETURN(const DuckDbPool::Lease db, pool_->Take());
  return data::ReadParquetAll(*db, {.path = path_, .limit = most}, most);
}

}  // namespace mooring::monitoring
