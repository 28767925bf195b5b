#include "app/cli/version/fields.h"

namespace mooring::app::cli {

std::string_view StateName(records::VersionRecord::State state) {
  switch (state) {
    case records::VersionRecord::State::kCandidate: return "candidate";
    case records::VersionRecord::State::kRefused: return "refused";
    case records::VersionRecord::State::kArchived: return "archived";
  }
  return "";
}

std::vector<FieldName> VersionFields() {
  return {{"model", "model", false},
          {"version", "number"},
          {"state", "candidate, refused or archived"},
          {"aliases", "names that point to it"},
          {"format", "of the artifact"},
          {"created", "when"},
          {"author", "who registered it"},
          {"source", "where it came from"},
          {"state_reason", "why it is in this state"},
          {"metrics", "as given or measured at registration"},
          {"training_data", "path and SHA-256"},
          {"findings", "of the training data's validation", false},
          {"signature", "inputs and outputs", false},
          {"contract", "SHA-256 of the contract at registration", false},
          {"artifact", "SHA-256 of the artifact", false},
          {"golden_rows", "SHA-256 of the golden rows", false},
          {"reference", "SHA-256 of the reference profile", false}};
}

std::vector<Cell> VersionRow(const records::VersionRecord& version,
                             const std::map<std::string, VersionNumber>& aliases) {
  std::string names;
  for (const auto& [alias, number] : aliases) {
    if (number == version.number) names += (names.empty() ? "" : ",") + alias;
  }
  const bool refused = version.state == records::VersionRecord::State::kRefused;
  return {version.model,
          version.number,
          Cell(std::string(StateName(version.state)), refused ? Colour::kRed : Colour::kPlain),
          Cell(names, Colour::kGreen),
          version.format,
          version.created,
          version.author,
          version.source,
          version.state_reason,
          RawJson{version.metrics_json},
          version.training_data,
          RawJson{version.validation_json},
          RawJson{version.signature_json},
          version.contract_hash,
          version.artifact_blob,
          version.golden_blob,
          version.reference_blob};
}

}  // namespace mooring::app::cli
