#include "control/gates/champion_gate.h"

#include <optional>

#include "control/gates/training_data.h"
#include "control/registration/version_blobs.h"
#include "data/stats/profile.h"

namespace mooring::control {
namespace {

// No champion, or one without training data: nothing to compare with.
Result<std::optional<data::BatchProfile>> ChampionReference(const ChampionGate& gate,
                                                            const std::string& model) {
  ASSIGN_OR_RETURN(const auto aliases, gate.registry->Aliases(model));
  const auto champion = aliases.find("champion");
  if (champion == aliases.end()) return std::optional<data::BatchProfile>();
  ASSIGN_OR_RETURN(const records::VersionRecord version,
                   gate.registry->Version(model, champion->second));
  if (version.reference_blob.empty()) return std::optional<data::BatchProfile>();
  const VersionBlobs blobs(*gate.files, *gate.blobs);
  ASSIGN_OR_RETURN(const std::string text, blobs.GetText(version.reference_blob));
  ASSIGN_OR_RETURN(data::BatchProfile profile, data::BatchProfile::FromJson(text));
  return std::optional<data::BatchProfile>(std::move(profile));
}

// The rows with the label as a column of theirs.
Result<data::Batch> WithLabel(const data::Batch& rows, const TrainingLabel& label) {
  std::vector<data::Field> fields = rows.schema().fields();
  fields.push_back({.name = label.name, .type = label.column->type(),
                    .dictionary = label.column->dictionary()});
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  data::Batch joined(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t place = 0; place < rows.width(); ++place) {
      joined.column(place).AppendFrom(rows.column(place), row);
    }
    joined.column(rows.width()).AppendFrom(*label.column, row);
  }
  joined.SetRows(rows.rows());
  return joined;
}

}  // namespace

Result<std::string> ChampionGate::operator()(const records::Contract& contract,
                                             const data::Batch& rows,
                                             const TrainingLabel& label) const {
  ASSIGN_OR_RETURN(const auto reference, ChampionReference(*this, contract.model));
  TrainingSet data;
  data.rows = &rows;
  data.contract = &contract;
  data.reference = reference.has_value() ? &*reference : nullptr;
  std::optional<data::Batch> joined;
  if (label.column != nullptr && !rows.schema().Find(label.name).has_value()) {
    ASSIGN_OR_RETURN(joined, WithLabel(rows, label));
    data.rows = &*joined;
    data.label = label.name;
  }
  ASSIGN_OR_RETURN(const std::vector<Finding> findings, CheckTrainingData(data));
  return FindingsJson(findings);
}

}  // namespace mooring::control
