// ClassOutputs: which outputs of a classifier are the probabilities of its classes, and under which
// names a model's own outputs are watched beside its inputs:
//   "output:setosa"    the probability in the output "setosa", one column a class
//   "predicted_class"  which of those outputs is the greatest, as a category
//   "score"            the output that the contract names, of every model
//
// A class has the name of its output; nothing else names it. Classes are told apart for contracts
// with `output.task: multiclass` and two to kMostClasses outputs of real numbers whose names are
// UTF-8; a label beside them (an integer) is none. With more of them the score alone is watched: a
// window of a thousand rows says little of a class that gets ten, and each is one more test to
// correct for.
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "data/stats/profile.h"
#include "data/table/schema.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

inline constexpr std::size_t kMostClasses = 64;

inline constexpr std::string_view kClassColumnPrefix = "output:";
inline constexpr std::string_view kPredictedClassColumn = "predicted_class";

// Places of the outputs that hold real numbers, ascending.
std::vector<std::size_t> RealOutputs(const data::Schema& outputs);

// Those of a multiclass task that are a class's probability each; empty: classes are not told
// apart.
std::vector<std::size_t> ClassOutputs(records::OutputRule::Task task, const data::Schema& outputs);

// Which columns of a profile or a report are the model's own outputs rather than its inputs. An
// input may be called "predicted_class": only beside columns of classes it is ours.
class OutputColumns {
 public:
  explicit OutputColumns(const data::BatchProfile& profile);
  explicit OutputColumns(std::span<const FeatureDrift> features);

  bool Has(std::string_view column) const;

 private:
  void See(std::string_view column);

  bool classes_ = false;
};

}  // namespace mooring::monitoring
