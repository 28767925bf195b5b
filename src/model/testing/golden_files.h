// For tests of this room: recorded models, their inputs and what the real tools answered.
#pragma once

#include <string>
#include <vector>

#include "data/table/batch.h"
#include "model/format.h"

namespace mooring::model::testing {

// tests/golden/ and what follows.
std::string GoldenPath(const std::string& name);
std::string ReadGolden(const std::string& name);

// Lines of comma-separated cells; the first is the header unless `with_header` is false.
std::vector<std::vector<std::string>> ReadCells(const std::string& name, bool with_header = true);

// Cells as rows of the model's inputs; empty cells are null.
data::Batch RowsOf(const Signature& signature, const std::vector<std::vector<std::string>>& cells);

Result<std::unique_ptr<Predictor>> CompileAndLoad(const Artifact& artifact,
                                                  const LoadOptions& options = {});
Artifact ArtifactOf(std::string name, std::string bytes);
Artifact GoldenArtifact(const std::string& name);  // a file or a directory

}  // namespace mooring::model::testing
