// TrainingDataGate: whether the data that a version was trained on may be trusted, judged at
// registration against the contract and the champion's reference profile, before anything is
// served.
//
// Not drift monitoring: a training set differs from production on purpose. It finds what breaks
// models: wrong units, shifted columns, nulls, flipped or shuffled labels, a label that leaked into
// a feature.
//
//   const auto findings = CheckTrainingData({.rows = &batch, .contract = &contract, .label =
//   "late",
//                                            .reference = &champion_profile});
//   version.validation_json = FindingsJson(findings);   // "refuse" findings make the version
//   refused
//
// Thread safety: pure. Complexity: a sort of the rows a numeric feature; memory 24 bytes a row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/stats/profile.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"

namespace mooring::control {

enum class Severity : std::uint8_t { kWarn, kRefuse };

struct Finding {
  std::string name;     // "missing", "label_rate", …
  Severity severity = Severity::kRefuse;
  std::string feature;  // "" when the whole set is meant
  double value = 0, bound = 0;
  std::string message;  // says both
};

struct TrainingSet {
  const data::Batch* rows = nullptr;               // required
  const records::Contract* contract = nullptr;     // required; its inputs are the features
  std::string label;  // of 0 and 1 for binary tasks; "": no label checks
  const data::BatchProfile* reference = nullptr;   // the champion's; null: no comparison
};

// Columns that the contract pseudonymises are not looked at.
// All findings, the whole set first, then feature by feature in the contract's order.
// kInvalidArgument when there are no rows or no such label.
Result<std::vector<Finding>> CheckTrainingData(const TrainingSet& data);

// A list for NewVersion::validation_json.
std::string FindingsJson(const std::vector<Finding>& findings);

// Area under the ROC curve of a feature as a score for the label, ties as halves (Mann and Whitney
// 1947); rows with NaN on either side are left out. NaN when one class is absent.
double RankAuc(const std::vector<double>& feature, const std::vector<double>& label);

}  // namespace mooring::control
