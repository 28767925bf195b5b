// RegisterVersion: from a user's model file to a version that may serve: compiled, loaded, bound to
// the contract in force, with golden rows recorded and checked again from the stored bytes, a
// reference profile learned from the training data, and the training data validated. Nothing is
// registered when any of this fails; a version whose training data are bad is registered as
// refused.
//
// Thread safety: one registration at a time per call; calls may run side by side.
// Cost: seconds; it reads the training data twice and predicts on all of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/io/python_runtime.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "control/registration/loaded_artifact.h"
#include "control/registration/reference.h"
#include "data/store/blob_store.h"
#include "data/table/batch.h"
#include "model/predictor.h"
#include "records/contract/contract.h"
#include "records/registry/registry.h"

namespace mooring::control {

// Rows as callers send them (the contract's inputs) as the model takes them. The composition root
// gives serving's own way, so that training data and requests go through the same rules.
using ShapeRows = std::function<Result<data::Batch>(
    const std::shared_ptr<const records::Contract>& contract, const model::Signature& signature,
    const Dictionaries& dictionaries, const data::Batch& rows)>;

// What is wrong with training data, as the registry keeps it: a list of objects with "feature",
// "message" and "severity"; anything but "warn" makes the version refused. "[]": nothing.
struct TrainingLabel {
  const data::Column* column = nullptr;  // null: no label was named
  std::string name;
};
using ValidateRows = std::function<Result<std::string>(
    const records::Contract& contract, const data::Batch& rows, const TrainingLabel& label)>;

struct Registrar {
  FileSystem* files = nullptr;
  records::Registry* registry = nullptr;
  data::BlobStore* blobs = nullptr;
  std::string library_directory;  // of ONNX Runtime
  Transport* transport = nullptr;  // to remote scorers; null refuses such models
  PythonRuntime python = {};       // for models that only Python runs; empty refuses them
  ShapeRows shape;
  ValidateRows validate;                           // may be empty: nothing is refused
  std::function<void(std::size_t rows)> progress;  // may be empty; rows just scored
};

struct RegisterRequest {
  std::string model;
  std::string artifact_path;
  std::optional<data::Batch> training;  // columns by name: contract inputs, label
  std::string training_data;            // its path and SHA-256, for the record
  std::string label;                    // column of `training`; empty: none
  std::optional<data::Batch> holdout;  // labelled rows that it was not trained on; same columns
  std::optional<data::Batch> golden;  // model inputs by name, and outputs where recorded elsewhere
  double golden_tolerance = 0;        // for given outputs: relative, 0: the same bits
  std::string source;
  std::string metrics_json;  // given by the user; "" none
  VersionNumber reserved = 0;  // the number that the catalogue gave to it; 0: the next
  bool force = false;        // register as candidate in spite of findings
  records::Change change;
};

struct Registered {
  records::VersionRecord version;
  std::vector<std::string> warnings;
  std::string golden_rows_from;  // "given", "input example", "training data", "made up"
};

Result<Registered> RegisterVersion(const Registrar& registrar, const RegisterRequest& request);

// What a table of training data is read as: the contract's inputs, else the model's, all nullable.
Result<data::Schema> TrainingSchema(const records::Contract& contract, const LoadedArtifact& model);
// The contract in force for a model. kFailedPrecondition when none was applied.
Result<std::shared_ptr<const records::Contract>> ContractInForce(records::Registry& registry,
                                                                 const std::string& model);

}  // namespace mooring::control
