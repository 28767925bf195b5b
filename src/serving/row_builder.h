// RowBuilder: turns the cells of a request body (JSON values or CSV fields) into typed rows of the
// contract, straight into columns. Every protocol uses it; none converts values itself.
//
// Row by row:                               Column by column (tensors, MLflow `inputs`):
//   RowBuilder builder(served, coercion);     RowBuilder builder(served, coercion);
//   while (more rows && builder.BeginRow())   if (builder.BeginColumn(builder.FindColumn("hour")))
//     builder.SetNumber(                        for (each value) builder.SetInteger(column, v);
//         builder.FindColumn("hour"), 7.0);
//     builder.EndRow();
//   builder.Finish(request);                  builder.Finish(request);
//
// A cell that does not fit is a RowProblem and an empty slot; building goes on, so that all
// problems of a body are found at once. FindColumn of an unknown name gives kNoColumn and notes it
// (a problem when strict, dropped as MLflow does otherwise); setting kNoColumn does nothing. A cell
// set twice in a row is a problem when strict; MLflow keeps the last.
//
// What passes, strictly (native, Open Inference): int32/int64 take integers in range, and numbers
// that are whole and below 2^53 in size; float64 takes numbers and integers that it holds exactly;
// float32 takes numbers, rounded, in range; bool takes true and false; string and category take
// valid UTF-8 text without NUL, up to limits::kStringBytes; timestamp takes RFC 3339 text with a
// zone. Null and absence are the contract's `missing` rule. NaN and infinities are refused; -0.0
// becomes 0.0. As MLflow's scoring server (recorded exchanges in tests/golden): integers take any
// number, truncated towards zero, true as 1, and text of an integer; those out of range wrap as
// two's complement does (flagged); floats take true and decimal text, NaN is missing; float32
// overflow is refused; without an `inputs` section a null passes for any float and is refused for
// any integer; a column that is absent from all rows is refused.
//
// Thread safety: none. Ownership: keeps `served` alive; views given to it are copied.
// Cost: about 5 ns a number; no allocation when rows are recycled (InputShape::GiveRows).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "serving/decision.h"
#include "serving/loaded_models.h"
#include "serving/validation.h"

namespace mooring::serving {

class RowBuilder {
 public:
  static constexpr std::size_t kNoColumn = InputShape::kNoColumn;

  RowBuilder(std::shared_ptr<const ServedVersion> served, Coercion coercion);
  ~RowBuilder();  // gives the rows back when Finish was not called
  RowBuilder(const RowBuilder&) = delete;
  RowBuilder& operator=(const RowBuilder&) = delete;

  const data::Schema& schema() const { return *shape_->schema(); }
  std::size_t width() const { return width_; }
  // Exact name; fastest when asked in the contract's order.
  std::size_t FindColumn(std::string_view name);

  // False when limits::kRowsPerRequest is reached (noted as a problem): stop reading.
  bool BeginRow();
  void EndRow();
  // False when the column is kNoColumn or was begun before (noted as a problem).
  bool BeginColumn(std::size_t column);

  void SetNumber(std::size_t column, double value);
  void SetInteger(std::size_t column, std::int64_t value);
  void SetUnsigned(std::size_t column, std::uint64_t value);
  void SetBool(std::size_t column, bool value);
  void SetText(std::size_t column, std::string_view value);
  void SetNull(std::size_t column);
  // A value out of a text format (CSV): parsed by the column's type; empty is null.
  void SetLexical(std::size_t column, std::string_view field);
  // Anything else: `what` was found ("an array", "an integer of more than 64 bits").
  void SetWrong(std::size_t column, std::string_view what);

  // A problem that the protocol found itself ("row 3 has 4 cells instead of 5").
  void AddProblem(std::string_view feature, std::string_view rule, std::string message);

  // Rows begun so far (row by row), or the longest column's.
  std::size_t rows() const;
  // Moves rows, problems, flags, `served` and the coercion into the request.
  void Finish(DecisionRequest& request);

 private:
  void Append(std::size_t column, double value);
  bool Ready(std::size_t column);
  void Refuse(std::size_t column, std::string_view found);
  void RefuseUnseenColumns();
  void FillShortColumns();
  void AddProblemAt(std::size_t row, RowProblem problem);
  template <typename T>
  void AppendInteger(std::size_t column, T value);

  std::shared_ptr<const ServedVersion> served_;
  const InputShape* shape_;
  Coercion coercion_;
  bool by_row_ = false;
  bool finished_ = false;
  std::size_t width_;
  std::size_t hint_ = 0;
  std::size_t row_ = 0;             // of BeginRow
  std::size_t filled_ = 0;          // cells set in this row
  data::Batch batch_;
  std::vector<RowProblem> problems_;
  std::size_t unlisted_problems_ = 0;
  std::vector<std::uint8_t> flags_;
  std::vector<std::uint8_t> begun_;  // column by column: begun; row by row: seen in any row
};

}  // namespace mooring::serving
