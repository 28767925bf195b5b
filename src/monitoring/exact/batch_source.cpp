#include "monitoring/exact/batch_source.h"

#include "monitoring/multivariate/duplicated_features.h"

namespace mooring::monitoring {
namespace {

class BatchReader final : public ColumnReader {
 public:
  explicit BatchReader(const data::Batch& rows) : rows_(rows) {}
  Status ReadNumbers(const std::string& name, NumberSample& into) override {
    return Read(name, into);
  }
  Status ReadCategories(const std::string& name, CategorySample& into) override {
    return Read(name, into);
  }

 private:
  template <typename Sample>
  Status Read(const std::string& name, Sample& into) {
    const data::Column* column = rows_.Find(name);
    if (column == nullptr) return Error(Code::kNotFound, "no column '" + name + "'");
    into.Clear();
    into.Add(*column);
    return Ok();
  }
  const data::Batch& rows_;
};

}  // namespace

Result<std::unique_ptr<ColumnReader>> BatchSource::OpenReader() const {
  return std::unique_ptr<ColumnReader>(std::make_unique<BatchReader>(rows_));
}

Result<data::Batch> BatchSource::SomeRows(std::size_t most) const { return EvenRows(rows_, most); }

}  // namespace mooring::monitoring
