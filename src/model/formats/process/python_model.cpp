#include "model/formats/process/python_model.h"

#include "base/limits.h"
#include "model/flat_bytes.h"
#include "model/formats/formats.h"

namespace mooring::model {
namespace {

constexpr std::string_view kName = "python";
constexpr std::size_t kTexts = 1024;  // of the flavours of one MLmodel

Error WithoutSignature(const char* what) {
  return Error(Code::kUnsupported, std::string("a Python model whose signature has no ") + what)
      .Where("MLmodel")
      .Why("what it takes and gives must be known before it runs")
      .Help("log it with signature=infer_signature(inputs, model.predict(inputs))");
}

Result<data::Schema> InputsOf(const MlflowModel& model) {
  if (model.columns.has_value()) return *model.columns;
  if (!model.tensor_type.has_value()) return WithoutSignature("inputs");
  const bool known = model.tensor_shape.size() == 2 && model.tensor_shape[1] >= 1 &&
                     model.tensor_shape[1] <= static_cast<std::int64_t>(limits::kColumns);
  if (!known) {
    return Error(Code::kUnsupported, "a Python model whose input is no table")
        .Where("MLmodel")
        .Why("the signature's tensor has not the shape [-1, columns]");
  }
  std::vector<data::Field> fields;
  for (std::int64_t i = 0; i < model.tensor_shape[1]; ++i) {
    fields.push_back({"f" + std::to_string(i), *model.tensor_type, false, nullptr});
  }
  return data::Schema::Make(std::move(fields));
}

struct PythonModel {
  Signature signature;
  bool tensor = false;
  std::string flavor;
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<ArtifactFile> files;
};

// The order is that of docs/formats/flat_model.md.
std::string Pack(const PythonModel& model) {
  FlatWriter out(kName);
  out.PutSignature(model.signature);
  out.Put(static_cast<std::uint8_t>(model.tensor));
  out.PutText(model.flavor);
  out.Put(static_cast<std::uint32_t>(model.texts.size()));
  for (const auto& [key, value] : model.texts) {
    out.PutText(key);
    out.PutText(value);
  }
  out.Put(static_cast<std::uint32_t>(model.files.size()));
  for (const ArtifactFile& file : model.files) {
    out.PutText(file.path);
    out.PutArray(file.bytes);
  }
  return std::move(out).Finish();
}

Result<PythonModel> Unpack(ByteSpan flat) {
  ASSIGN_OR_RETURN(FlatReader in, FlatReader::Open(flat, kName));
  PythonModel model;
  ASSIGN_OR_RETURN(model.signature, in.GetSignature());
  ASSIGN_OR_RETURN(const auto tensor, in.Get<std::uint8_t>());
  model.tensor = tensor != 0;
  ASSIGN_OR_RETURN(model.flavor, in.GetText());
  ASSIGN_OR_RETURN(const auto texts, in.Get<std::uint32_t>());
  if (texts > kTexts) return Error(Code::kDataLoss, "flat model: too many texts");
  for (std::uint32_t i = 0; i < texts; ++i) {
    ASSIGN_OR_RETURN(std::string key, in.GetText());
    ASSIGN_OR_RETURN(std::string value, in.GetText());
    model.texts.emplace_back(std::move(key), std::move(value));
  }
  ASSIGN_OR_RETURN(const auto files, in.Get<std::uint32_t>());
  if (files > limits::kArtifactFiles) return Error(Code::kDataLoss, "flat model: too many files");
  for (std::uint32_t i = 0; i < files; ++i) {
    ArtifactFile file;
    ASSIGN_OR_RETURN(file.path, in.GetText());
    ASSIGN_OR_RETURN(file.bytes, in.GetArray<std::byte>());
    model.files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(in.Finish());
  return model;
}

class PythonPredictor final : public Predictor {
 public:
  PythonPredictor(Signature signature, std::unique_ptr<WorkerPool> pool)
      : signature_(std::move(signature)), pool_(std::move(pool)) {}

  const Signature& signature() const override { return signature_; }
  Cost cost() const override { return Cost::kPooled; }
  // Of this process; what the workers hold is theirs.
  std::size_t memory_bytes() const override { return sizeof(*this) + 64 * limits::kKiB; }

  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    predictions.Clear();
    if (rows.width() < signature_.inputs->size()) {
      return Error(Code::kInvalidArgument, std::to_string(rows.width()) + " columns")
          .Why("the model takes " + std::to_string(signature_.inputs->size()));
    }
    for (std::size_t i = 0; i < signature_.inputs->size(); ++i) {
      const data::Field& field = signature_.inputs->field(i);
      if (rows.column(i).type() == field.type) continue;
      return Error(Code::kInvalidArgument,
                   "'" + field.name + "' is not " + std::string(data::TypeName(field.type)));
    }
    if (Status answered = pool_->Predict(rows, predictions); !answered.ok()) {
      // Columns of several lengths may be left.
      predictions.Clear();
      return answered;
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  Signature signature_;
  std::unique_ptr<WorkerPool> pool_;
};

Error NoPython(const std::string& flavor) {
  return Error(Code::kFailedPrecondition,
               "an MLflow model of flavour " + flavor + " needs Python, and none is configured")
      .Why("it is a pickle or Python code, and neither is ever run inside this program")
      .Help(
          "name an interpreter that has the packages of the model's requirements.txt with "
          "--python PATH or the setting python; or convert the model to ONNX (skl2onnx) and log it "
          "with mlflow.onnx");
}

LoadRequest RequestOf(PythonModel& model, const WorkDirectory& directory) {
  LoadRequest load;
  load.texts = std::move(model.texts);
  load.texts.emplace_back("directory", directory.model());
  load.signature = model.signature;
  load.tensor = model.tensor;
  const std::vector<sock_filter> filter = MakeExecFilter();
  load.exec_filter.assign(reinterpret_cast<const char*>(filter.data()),
                          filter.size() * sizeof(sock_filter));
  return load;
}

class Python final : public Format {
 public:
  std::string_view name() const override { return kName; }
  std::string_view summary() const override { return "MLflow model that a Python beside us runs"; }
  std::string_view documentation() const override {
    return "An MLflow directory of a flavour that only Python can run: sklearn, pytorch, "
           "catboost,\n"
           "pickled lightgbm and xgboost, any python_function. Its signature must have inputs and\n"
           "outputs. It runs in Python processes beside the server, started with --python PATH:\n"
           "confined (no network, no other programs, no writing outside a scratch directory),\n"
           "bounded in memory and time, started again when they die. The answer is pyfunc's: an\n"
           "sklearn classifier gives labels; log it with pyfunc_predict_fn='predict_proba' for\n"
           "probabilities. docs/formats/worker.md has the protocol.";
  }
  // MLmodel is the MLflow format's; it comes here when nothing native fits.
  bool Recognises(const Artifact&) const override { return false; }
  Result<std::string> Compile(const Artifact&) const override {
    return Error(Code::kInternal, "an MLflow directory is compiled by its own format");
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void>,
                                          const LoadOptions& options) const override {
    ASSIGN_OR_RETURN(PythonModel model, Unpack(flat));
    if (options.python.interpreter.empty()) return NoPython(model.flavor);
    ASSIGN_OR_RETURN(auto directory,
                     WorkDirectory::Make(options.python.directory, model.files, WorkerScript()));
    WorkerProgram program;
    ASSIGN_OR_RETURN(program.process, WorkerProcess(options.python, *directory));
    program.load = RequestOf(model, *directory);
    ASSIGN_OR_RETURN(auto pool,
                     WorkerPool::Start(options.python, std::move(program), std::move(directory)));
    return std::unique_ptr<Predictor>(
        std::make_unique<PythonPredictor>(std::move(model.signature), std::move(pool)));
  }
};

}  // namespace

Result<std::string> CompilePython(const MlflowModel& model, const Artifact& artifact) {
  PythonModel made;
  ASSIGN_OR_RETURN(data::Schema inputs, InputsOf(model));
  ASSIGN_OR_RETURN(std::vector<Output> outputs, ReadMlflowOutputs(model.outputs_json));
  if (outputs.empty()) return WithoutSignature("outputs");
  made.signature = MakeSignature(std::move(inputs), std::move(outputs));
  made.tensor = model.tensor_type.has_value();
  made.flavor = model.flavor;
  made.texts = model.texts;
  if (made.texts.size() > kTexts) {
    return Error(Code::kTooLarge, "too many texts in the flavours").Where("MLmodel");
  }
  for (const ArtifactFile& file : artifact.files()) {
    if (!StaysBelow(file.path)) {
      return Error(Code::kInvalidArgument, "a file of the model leaves its directory");
    }
    made.files.push_back(file);
  }
  return Pack(made);
}

const Format& PythonFormat() {
  static const Python format;
  return format;
}

}  // namespace mooring::model
