// Any bytes as an expression of a contract: refused with a place, or a finite number or null
// for every row, one by one as all at once.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "data/expression/expression.h"

namespace {

using namespace mooring;  // NOLINT: a program of one file

data::Batch TwoRows() {
  auto schema = data::Schema::Make({{"x", data::Type::kFloat64, true},
                                    {"n", data::Type::kInt64, true},
                                    {"s", data::Type::kString, true}});
  CHECK_OK_RESULT(schema);
  data::Batch rows(std::make_shared<const data::Schema>(*std::move(schema)));
  rows.column(0).Append(-0.5);
  rows.column(1).Append(std::int64_t{9'007'199'254'740'993});
  rows.column(2).AppendText("SVO");
  for (std::size_t i = 0; i < 3; ++i) rows.column(i).AppendNull();
  rows.SetRows(2);
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const data::Batch rows = TwoRows();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto expression = data::Expression::Compile(text, rows.schema());
  if (!expression.ok()) {
    if (expression.error().where().empty()) std::abort();
    return 0;
  }
  std::vector<double> all;
  expression->EvaluateAll(rows, all);
  if (all.size() != rows.rows()) std::abort();
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const auto value = expression->Evaluate(rows, row);
    if (value.has_value() ? *value != all[row] : !std::isnan(all[row])) std::abort();
    static_cast<void>(expression->EvaluateMoney(rows, row));
    if (!value.has_value()) continue;
    if (!std::isfinite(*value)) std::abort();
    if (expression->is_condition() && *value != 0 && *value != 1) std::abort();
  }
  for (const std::size_t column : expression->columns()) {
    if (column >= rows.width()) std::abort();
  }
  return 0;
}
