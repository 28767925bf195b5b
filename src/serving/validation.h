// InputShape: the input rules of a contract, compiled once for one model version, and what they
// find in a request's rows. It knows the contract's columns (what callers send and the journal
// keeps), checks their values, and turns them into the columns that the model wants.
//
// A contract without an `inputs` section takes its inputs from the model's signature (`derived`).
// Else every model input must be declared; inputs that the model does not have are kept and
// recorded.
//
//   ASSIGN_OR_RETURN(auto shape, InputShape::Bind(contract, predictor->signature(), {}));
//   RowBuilder builder(served, Coercion::kStrict);    // row_builder.h: JSON or CSV cells → rows
//   shape->Validate(rows, coercion, validated);
//   const data::Batch& inputs = shape->ToModel(validated.Effective(rows), scratch);
//
// Policy for many rows in one request: one refused row refuses the request; all problems are
// listed, the first kListedProblems by name and the rest by number. A value's breach of a rule does
// what the contract says: reject, take the default (the journal keeps the value as it came, the
// model gets the default, the row is flagged), or pass on and flag.
//
// Thread safety: const use from any thread. Cost: about 3 ns a cell to check, 2 ns to convert.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "model/predictor.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"
#include "serving/decision.h"
#include "serving/name_index.h"

namespace mooring::serving {

class BatchPool;
class ColumnRule;
class CrossChecks;
class ModelColumns;

// How many problems a refusal lists; beyond it they are only counted.
inline constexpr std::size_t kListedProblems = 100;

// How often one rule of one column was broken in a request, for the metrics.
struct Breach {
  std::string_view feature;  // lives as long as the InputShape
  std::string_view rule;     // as RowProblem::rule
  records::OnBreach did = records::OnBreach::kReject;
  std::uint32_t rows = 0;
};

// What Validate found; reuse one for many requests, Clear() keeps memory.
struct Validated {
  std::vector<RowProblem> problems;     // refused rows, at most kListedProblems
  std::size_t unlisted_problems = 0;
  std::vector<Breach> breaches;         // empty in the usual case
  std::vector<std::uint8_t> flagged;    // empty, or 1 for each row with a breach that was passed on
  std::optional<data::Batch> replaced;  // the rows with defaults in place, when there are any
  std::vector<records::Imputed> imputed;  // where those defaults are, ascending

  bool refused() const { return !problems.empty() || unlisted_problems != 0; }
  bool IsFlagged(std::size_t row) const { return !flagged.empty() && flagged[row] != 0; }
  // What the model and the expressions see.
  const data::Batch& Effective(const data::Batch& seen) const {
    return replaced ? *replaced : seen;
  }
  void Clear();
  void AddProblem(RowProblem problem);
  // Problems from `first_new` on that only say "missing" of a value whose refusal left it empty.
  void DropEchoes(std::size_t first_new);
  void Flag(std::size_t row, std::size_t rows);
};

class InputShape {
 public:
  // Known values of category inputs, by name: what the model or its reference data know.
  using Dictionaries = std::map<std::string, std::shared_ptr<const data::Dictionary>, std::less<>>;

  // kFailedPrecondition naming every input that does not fit: a model input that the contract does
  // not declare, a type that cannot be converted without loss of meaning, a category without
  // values, a pattern or check that does not compile.
  static Result<std::shared_ptr<const InputShape>> Bind(
      std::shared_ptr<const records::Contract> contract, const model::Signature& signature,
      const Dictionaries& dictionaries);
  ~InputShape();

  // The contract's inputs in its order; a row of a request and of the journal.
  const std::shared_ptr<const data::Schema>& schema() const { return schema_; }
  bool derived() const { return derived_; }

  static constexpr std::size_t kNoColumn = NameIndex::kNone;
  // The place of an input by its exact name, kNoColumn when there is none; about 5 ns.
  std::size_t Find(std::string_view name) const { return names_.Find(name); }
  // True when values of this column must not be repeated in messages.
  bool IsPseudonymised(std::size_t column) const { return pseudonymised_[column] != 0; }
  const std::vector<std::size_t>& pseudonymised_columns() const { return pseudonymised_columns_; }

  // Checks rows of schema(); adds to `found`.
  void Validate(const data::Batch& rows, Coercion coercion, Validated& found) const;
  // The rows as the predictor wants them: `rows` itself when the columns are the same, else
  // `scratch`, which becomes a batch of the predictor's inputs.
  const data::Batch& ToModel(const data::Batch& rows, data::Batch& scratch) const;
  bool NeedsScratch() const;

  // Empty batches of schema() and of the predictor's inputs, reused so that requests do not
  // allocate.
  data::Batch TakeRows() const;
  void GiveRows(data::Batch rows) const;
  data::Batch TakeScratch() const;
  void GiveScratch(data::Batch scratch) const;

 private:
  InputShape();
  std::shared_ptr<const records::Contract> contract_;
  std::shared_ptr<const data::Schema> schema_;
  bool derived_ = false;
  NameIndex names_;
  std::vector<std::uint8_t> pseudonymised_;
  std::vector<std::size_t> pseudonymised_columns_;
  std::vector<ColumnRule> rules_;
  std::unique_ptr<CrossChecks> checks_;
  std::unique_ptr<ModelColumns> model_columns_;
  std::unique_ptr<BatchPool> rows_pool_, scratch_pool_;
};

}  // namespace mooring::serving
