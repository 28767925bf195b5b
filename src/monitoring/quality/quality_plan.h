// QualityPlan: how the decisions and outcomes of one version under one contract become numbers that
// quality is computed from: which outputs are scores, what an outcome means, which inputs business
// measures read, and how those are computed.
//
// Tasks: binary (one score: the probability of output.positive; truth 1 or 0, or a text that is the
// positive class or not), multiclass (a probability of each class, one output a class; truth the
// class's name or its place; a single output is taken for the class's place), regression.
//
// Thread safety: none (it remembers schemas). Failure: an expression that does not compile against
// the columns there are is left out and named in problems().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/expression/expression.h"
#include "monitoring/quality/dle.h"
#include "monitoring/quality/feature_bins.h"
#include "monitoring/quality/quality_rows.h"
#include "monitoring/references.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class QualityPlan {
 public:
  // `first` is a block of the version: its schemas are the version's. `losses` estimates those of a
  // regression; may be null.
  QualityPlan(std::shared_ptr<const Reference> reference, const records::ReadDecisions& first,
              std::shared_ptr<const DleModel> losses = nullptr);

  const records::Contract& contract() const { return *reference_->contract; }
  const Reference& reference() const { return *reference_; }
  records::OutputRule::Task task() const { return contract().output.task; }
  // Of a classification: names in the order of indices, two at least; empty for a regression.
  const std::vector<std::string>& classes() const { return classes_; }
  // Whether scores are probabilities: of a binary task, and of several outputs.
  bool has_probabilities() const { return probabilities_; }
  const FeatureBins* features() const { return features_ ? &*features_ : nullptr; }
  const DleModel* losses() const { return losses_.get(); }
  const std::vector<std::string>& problems() const { return problems_; }

  QualityRows NewRows() const;
  // Adds the block's rows, without truth.
  void Append(const records::ReadDecisions& block, QualityRows& rows);
  // The outcome as a class index or number; nothing when it is none of the classes or not a number.
  std::optional<double> TruthOf(const records::Outcome& outcome) const;

  // Business measures, the effect last: their names, directions, and values by row, NaN where they
  // cannot be computed. Only rows with truth have values.
  struct Measure {
    std::string name;
    bool higher_is_better = true;
    data::Expression expression;
  };
  const std::vector<Measure>& measures() const { return measures_; }
  std::vector<double> ValuesOf(const Measure& measure, const QualityRows& rows) const;

 private:
  void AppendExpected(const records::ReadDecisions& block, QualityRows& rows) const;
  void FindScores(const data::Schema& outputs);
  void AddMeasure(std::string name, const std::string& text, bool higher_is_better);
  data::Batch TableOf(const QualityRows& rows) const;

  std::shared_ptr<const Reference> reference_;
  std::shared_ptr<const DleModel> losses_;
  std::vector<std::string> classes_;
  bool probabilities_ = false;
  std::vector<std::size_t> score_columns_;  // of the outputs
  std::size_t named_ = 0;                   // among them, the one that the contract names
  std::optional<FeatureBins> features_;
  // inputs that are numbers or truth values, then the output, "amount", and the outcome
  std::shared_ptr<const data::Schema> table_;
  std::vector<std::size_t> read_;  // places of those inputs in the binding
  std::vector<Measure> measures_;
  std::vector<std::string> problems_;
};

}  // namespace mooring::monitoring
