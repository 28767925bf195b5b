// DecisionsTable: the rows of a window as the table that business measures read, whether they are
// expressions or SQL: the inputs that some measure names, the output, `amount` and the outcome
// (records/contract/business_sql.h). Inputs are kept as numbers in QualityRows::read until their
// outcomes have come; of a text its place in a list that all windows of the plan share.
//
// Thread safety: none. Memory: 8 bytes a row and kept input, the texts once. A text beyond the
// bounds of that list is kept as missing, and full() says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/quality/quality_rows.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

class DecisionsTable {
 public:
  static constexpr std::size_t kMostTexts = 65'536;        // distinct ones of all columns
  static constexpr std::size_t kMostTextBytes = 16 << 20;  // together

  // Of the contract's measures and its effect. kInvalidArgument for names that are no columns.
  static Result<DecisionsTable> Make(const records::Contract& contract, const data::Schema& inputs);

  const std::shared_ptr<const data::Schema>& schema() const { return schema_; }
  // Numbers a row in QualityRows::read.
  std::size_t kept() const { return places_.size(); }
  bool full() const { return full_; }

  // Adds a row's inputs.
  void Append(const data::Batch& inputs, std::size_t row, std::vector<double>& read);
  // Rows whose truth is known; `named` is the contract's output among the scores, nothing when it
  // is a label beside them: then it is the place of the most probable.
  data::Batch Of(const QualityRows& rows, std::optional<std::size_t> named) const;

 private:
  double Remember(std::string_view text);
  void Put(double value, data::Column& column) const;

  std::shared_ptr<const data::Schema> schema_;
  std::vector<std::size_t> places_;                       // of the kept inputs, in the binding
  std::optional<std::size_t> output_, amount_, outcome_;  // columns; nothing: an input's name
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::size_t> known_;  // place of a text in texts_
  std::size_t text_bytes_ = 0;
  bool full_ = false;
};

}  // namespace mooring::monitoring
