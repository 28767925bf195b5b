#include "control/registration/loaded_artifact.h"

#include "base/text/json_writer.h"
#include "model/flat_bytes.h"
#include "model/format.h"

namespace mooring::control {

LoadedArtifact::LoadedArtifact(std::unique_ptr<model::Artifact> artifact, std::string flat)
    : artifact_(std::move(artifact)), flat_(std::make_shared<const std::string>(std::move(flat))) {}

LoadedArtifact::~LoadedArtifact() = default;

const std::shared_ptr<const data::Schema>& LoadedArtifact::inputs() const {
  return predictor_->signature().inputs;
}

const std::shared_ptr<const data::Schema>& LoadedArtifact::outputs() const {
  return predictor_->signature().output_columns;
}

Result<data::Batch> LoadedArtifact::Predict(const data::Batch& rows) const {
  data::Batch predictions(outputs());
  RETURN_IF_ERROR(predictor_->Predict(rows, predictions));
  return predictions;
}

std::string LoadedArtifact::SignatureJson() const {
  const model::Signature& signature = predictor_->signature();
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("inputs").BeginArray();
  for (const data::Field& field : signature.inputs->fields()) {
    json.BeginObject().Member("name", field.name).Member("type", data::TypeName(field.type));
    json.Member("nullable", field.nullable).EndObject();
  }
  json.EndArray().Key("outputs").BeginArray();
  for (const model::Output& output : signature.outputs) {
    json.BeginObject().Member("name", output.name).Member("type", data::TypeName(output.type));
    json.Member("width", output.width).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Result<std::unique_ptr<LoadedArtifact>> LoadArtifact(FileSystem& files, const std::string& path,
                                                     const model::LoadOptions& options) {
  ASSIGN_OR_RETURN(model::Artifact artifact, model::ReadArtifact(files, path));
  auto compiled = model::Compile(artifact);
  if (!compiled.ok()) return std::move(compiled).error().Context(path);
  auto loaded = std::make_unique<LoadedArtifact>(
      std::make_unique<model::Artifact>(std::move(artifact)), std::move(*compiled));
  const ByteSpan flat = AsBytes(*loaded->flat_);
  ASSIGN_OR_RETURN(loaded->format_, model::FlatFormatName(flat));
  auto predictor = model::Load(flat, loaded->flat_, options);
  if (!predictor.ok()) return std::move(predictor).error().Context(path);
  loaded->predictor_ = std::move(*predictor);
  return loaded;
}

Result<std::unique_ptr<LoadedArtifact>> LoadArtifact(FileSystem& files, const std::string& path,
                                                     const std::string& library_directory,
                                                     Transport* transport,
                                                     const PythonRuntime& python) {
  return LoadArtifact(
      files, path,
      model::LoadOptions{
          .library_directory = library_directory, .transport = transport, .python = python});
}

}  // namespace mooring::control
