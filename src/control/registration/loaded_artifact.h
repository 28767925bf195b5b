// LoadedArtifact: a model straight from a user's file or directory: compiled, loaded, ready to
// predict. For registration, `predict --local` and `contract init`; serving loads registered
// versions instead.
//
//   ASSIGN_OR_RETURN(auto loaded, LoadArtifact(files, "model.ubj", options));
//   ASSIGN_OR_RETURN(data::Batch answers, loaded->Predict(rows));
//
// Thread safety: const use from any thread.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/io/python_runtime.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::model {
class Artifact;
class Predictor;
struct LoadOptions;
}  // namespace mooring::model

namespace mooring::control {

class LoadedArtifact {
 public:
  LoadedArtifact(std::unique_ptr<model::Artifact> artifact, std::string flat);
  ~LoadedArtifact();

  const model::Artifact& artifact() const { return *artifact_; }
  const model::Predictor& predictor() const { return *predictor_; }
  const std::string& flat() const { return *flat_; }
  const std::string& format() const { return format_; }        // "xgboost", …
  const std::shared_ptr<const data::Schema>& inputs() const;   // what the model takes
  const std::shared_ptr<const data::Schema>& outputs() const;  // what it gives, as columns
  // Rows of inputs(); see ConvertRows.
  Result<data::Batch> Predict(const data::Batch& rows) const;
  // {"inputs": [{"name", "type", "nullable"}, …], "outputs": [{"name", "type", "width"}, …]}
  std::string SignatureJson() const;

 private:
  friend Result<std::unique_ptr<LoadedArtifact>> LoadArtifact(FileSystem&, const std::string&,
                                                              const model::LoadOptions&);
  std::unique_ptr<model::Artifact> artifact_;
  std::shared_ptr<const std::string> flat_;
  std::unique_ptr<model::Predictor> predictor_;
  std::string format_;
};

Result<std::unique_ptr<LoadedArtifact>> LoadArtifact(FileSystem& files, const std::string& path,
                                                     const model::LoadOptions& options);
// The same for rooms that may not name the model room's types. `library_directory` is where
// optional libraries are; without a transport remote scorers are refused, and
// without an interpreter models that only Python runs.
Result<std::unique_ptr<LoadedArtifact>> LoadArtifact(FileSystem& files, const std::string& path,
                                                     const std::string& library_directory,
                                                     Transport* transport = nullptr,
                                                     const PythonRuntime& python = {});

}  // namespace mooring::control
