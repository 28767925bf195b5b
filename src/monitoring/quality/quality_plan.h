// QualityPlan: how the decisions and outcomes of one version under one contract become numbers that
// quality is computed from: which outputs are scores, what an outcome means, which inputs business
// measures read, and how those are computed.
//
// Tasks: binary (one score: the probability of output.positive; truth 1 or 0, or a text that is the
// positive class or not), multiclass (a probability of each class, one output a class:
// class_outputs.h; truth the class's name or its place; otherwise the score is taken for the
// class's place), regression.
//
// Thread safety: none (it remembers schemas and texts). Failure: an expression that does not
// compile against the columns there are is left out and named in problems(); what is wrong with SQL
// comes out when it is asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/expression/expression.h"
#include "data/store/sql_over_rows.h"
#include "monitoring/quality/decisions_table.h"
#include "monitoring/quality/dle.h"
#include "monitoring/quality/feature_bins.h"
#include "monitoring/quality/quality_rows.h"
#include "monitoring/references.h"
#include "monitoring/slicer.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class QualityPlan {
 public:
  // `first` is a block of the version: its schemas are the version's. `losses` estimates those of a
  // regression; may be null. `library_directory` holds DuckDB's, for measures that are SQL.
  QualityPlan(std::shared_ptr<const Reference> reference, const records::ReadDecisions& first,
              std::shared_ptr<const DleModel> losses = nullptr, std::string library_directory = {});

  const records::Contract& contract() const { return *reference_->contract; }
  const Reference& reference() const { return *reference_; }
  records::OutputRule::Task task() const { return contract().output.task; }
  // Of a classification: names in the order of indices, two at least; empty for a regression.
  const std::vector<std::string>& classes() const { return classes_; }
  // Whether scores are probabilities: of a binary task, and of several outputs.
  bool has_probabilities() const { return probabilities_; }
  const FeatureBins* features() const { return features_ ? &*features_ : nullptr; }
  const DleModel* losses() const { return losses_.get(); }
  // Names of the contract's slices: those learned at registration; of a version that learned none,
  // the ranges of numbers that the contract cuts.
  const std::vector<std::string>& slices() const { return slices_; }
  const std::vector<std::string>& problems() const { return problems_; }

  QualityRows NewRows() const;
  // Adds the block's rows, without truth.
  void Append(const records::ReadDecisions& block, QualityRows& rows);
  // The outcome as a class index or number; nothing when it is none of the classes or not a number.
  std::optional<double> TruthOf(const records::Outcome& outcome) const;

  // Business measures, the effect last: an expression, or SQL over the rows together.
  struct Measure {
    std::string name;
    bool higher_is_better = true;
    std::optional<data::Expression> expression;
    std::string sql;  // when there is no expression
  };
  const std::vector<Measure>& measures() const { return measures_; }
  // Of an expression, by row; NaN where it cannot be computed, and of rows without truth.
  std::vector<double> ValuesOf(const Measure& measure, const QualityRows& rows) const;
  // The rows with truth, ready to be asked the SQL of measures. kResourceExhausted when more texts
  // came than are kept; else as SqlOverRows.
  Result<std::unique_ptr<data::SqlOverRows>> OpenSql(const QualityRows& rows) const;

 private:
  void AppendExpected(const records::ReadDecisions& block, QualityRows& rows) const;
  void FindScores(const data::Schema& outputs);
  void FindSlices(const data::Schema& inputs);
  void AppendSlices(const data::Batch& inputs, std::size_t row, QualityRows& rows);
  void AddMeasure(const records::BusinessRule& rule);

  std::shared_ptr<const Reference> reference_;
  std::shared_ptr<const DleModel> losses_;
  std::vector<std::string> classes_;
  bool probabilities_ = false;
  std::vector<std::size_t> score_columns_;  // of the outputs
  // Among them, the one that the contract names; nothing: it is a label beside them.
  std::optional<std::size_t> named_ = 0;
  std::optional<FeatureBins> features_;
  std::optional<Slicer> slicer_;
  std::size_t sliced_columns_ = 0;
  std::vector<std::string> slices_;
  std::vector<std::uint32_t> slice_places_;  // of the row that is being appended
  std::optional<DecisionsTable> table_;  // nothing: no measure reads it
  std::vector<Measure> measures_;
  std::string library_directory_;
  std::vector<std::string> problems_;
};

}  // namespace mooring::monitoring
