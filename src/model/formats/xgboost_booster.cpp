#include "model/formats/xgboost_booster.h"

#include <fmt/format.h>

#include <mutex>

#include "base/limits.h"
#include "model/flat_bytes.h"
#include "model/formats/xgboost_fields.h"
#include "model/formats/xgboost_model.h"
#include "model/formats/xgboost_objective.h"
#include "model/xgboost_library.h"

namespace mooring::model {
namespace {

constexpr std::string_view kName = "xgboost-library";

const Document* FindPath(const Document* at, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (at == nullptr) return nullptr;
    at = at->Find(key);
  }
  return at;
}

bool HasVectorLeaves(const Document& document) {
  const Document* trees =
      FindPath(&document, {"learner", "gradient_booster", "model", "trees"});
  if (trees == nullptr || trees->AsList() == nullptr) return false;
  for (const Document& tree : *trees->AsList()) {
    const Document* parameters = tree.Find("tree_param");
    if (parameters == nullptr) continue;
    const auto size = IntegerParameter(*parameters, "size_leaf_vector", 0);
    if (size.ok() && *size > 1) return true;
  }
  return false;
}

bool HasUnknownObjective(const Document& document) {
  const Document* name = FindPath(&document, {"learner", "objective", "name"});
  return name != nullptr && name->AsText() != nullptr && !FindObjective(*name->AsText()).ok();
}

// Copies rows into one float32 matrix and runs the booster over it.
class BoosterPredictor final : public Predictor {
 public:
  BoosterPredictor(const XgboostLibrary& library, XgboostHandle booster, XgboostHandle proxy,
                   data::Schema inputs, std::size_t bytes)
      : library_(library), booster_(std::move(booster)), proxy_(std::move(proxy)),
        columns_(inputs.size()), bytes_(bytes) {
    signature_.inputs = std::make_shared<const data::Schema>(std::move(inputs));
  }

  // How many values a row gives shows in the answer to one row of zeros.
  Status Start() {
    const std::vector<float> zeros(columns_, 0.0F);
    ASSIGN_OR_RETURN(const std::span<const float> answer, Run(zeros, 1));
    if (answer.empty() || answer.size() > limits::kModelOutputs) {
      return Error(Code::kTooLarge, fmt::format("{} outputs a row", answer.size()))
          .Why(fmt::format("the limit is {}", limits::kModelOutputs));
    }
    data::Schema inputs = *signature_.inputs;
    signature_ = MakeSignature(std::move(inputs),
                               {{"prediction", data::Type::kFloat32, answer.size()}});
    return Ok();
  }

  const Signature& signature() const override { return signature_; }
  Cost cost() const override { return Cost::kPooled; }
  std::size_t memory_bytes() const override { return 4 * bytes_ + limits::kMiB; }

  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    predictions.Clear();
    std::vector<float> values;
    values.reserve(rows.rows() * columns_);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      for (std::size_t i = 0; i < columns_; ++i) {
        if (i >= rows.width() || rows.column(i).type() != data::Type::kFloat32) {
          const std::string& name = signature_.inputs->field(i).name;
          return Error(Code::kInvalidArgument, "column '" + name + "' is not there or not float32");
        }
        values.push_back(rows.column(i).Values<float>()[row]);
      }
    }
    const std::scoped_lock lock(mutex_);
    ASSIGN_OR_RETURN(const std::span<const float> answer, Run(values, rows.rows()));
    const std::size_t width = signature_.outputs[0].width;
    if (answer.size() != rows.rows() * width) {
      return Error(Code::kInternal, "libxgboost gave another number of values than before");
    }
    for (std::size_t i = 0; i < answer.size(); ++i) predictions.column(i % width).Append(answer[i]);
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  // The library's own memory, until its next call.
  Result<std::span<const float>> Run(std::span<const float> values, std::size_t rows) const {
    if (rows == 0) return std::span<const float>();
    const std::string matrix = fmt::format(
        R"({{"data": [{}, true], "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
        reinterpret_cast<std::uintptr_t>(values.data()), rows, columns_);
    constexpr const char* kConfig =
        R"({"type": 0, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false, )"
        R"("training": false, "missing": NaN, "cache_id": 0})";
    const XgboostLibrary::Length* shape = nullptr;
    XgboostLibrary::Length dimensions = 0;
    const float* out = nullptr;
    RETURN_IF_ERROR(library_.Check(
        library_.booster_predict_dense(booster_.get(), matrix.c_str(), kConfig, proxy_.get(),
                                       &shape, &dimensions, &out),
        "cannot predict"));
    std::size_t count = 1;
    for (XgboostLibrary::Length i = 0; i < dimensions; ++i) count *= shape[i];
    return std::span<const float>(out, count);
  }

  const XgboostLibrary& library_;
  XgboostHandle booster_, proxy_;
  mutable std::mutex mutex_;  // a handle belongs to one thread at a time
  std::size_t columns_;
  Signature signature_;
  std::size_t bytes_;
};

Result<std::unique_ptr<Predictor>> LoadBooster(const XgboostLibrary& library, ByteSpan model,
                                               data::Schema inputs) {
  ASSIGN_OR_RETURN(XgboostHandle booster, MakeBooster(library, nullptr));
  Status loaded = library.Check(
      library.booster_load(booster.get(), model.data(), model.size()), "cannot load the model");
  if (!loaded.ok()) {
    return std::move(loaded).error().Help(
        "put the libxgboost that trained it, or a newer one, where Mooring finds its libraries");
  }
  RETURN_IF_ERROR(
      library.Check(library.booster_set_param(booster.get(), "nthread", "1"), "set nthread"));
  XgboostLibrary::Handle proxy = nullptr;
  RETURN_IF_ERROR(library.Check(library.proxy_create(&proxy), "cannot make a matrix"));
  auto predictor = std::make_unique<BoosterPredictor>(
      library, std::move(booster), XgboostHandle(proxy, library.matrix_free), std::move(inputs),
      model.size());
  RETURN_IF_ERROR(predictor->Start());
  return std::unique_ptr<Predictor>(std::move(predictor));
}

class XgboostLibraryModels final : public Format {
 public:
  std::string_view name() const override { return kName; }
  std::string_view summary() const override {
    return "XGBoost model that only libxgboost can run";
  }
  std::string_view documentation() const override {
    return "What the format 'xgboost' recognises but our own evaluator does not cover: trees with\n"
           "a vector in each leaf, objectives that are not XGBoost's own today. Runs on the\n"
           "scoring pool; needs libxgboost at run time, of the version that trained the model or\n"
           "a newer one.";
  }

  // The format 'xgboost' recognises them.
  bool Recognises(const Artifact&) const override { return false; }
  Result<std::string> Compile(const Artifact& artifact) const override {
    const ByteSpan bytes = artifact.files()[0].bytes;
    ASSIGN_OR_RETURN(const Document document, ReadXgboostDocument(bytes));
    return CompileBooster(document, bytes);
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void>,
                                          const LoadOptions& options) const override {
    ASSIGN_OR_RETURN(FlatReader in, FlatReader::Open(flat, kName));
    ASSIGN_OR_RETURN(const auto count, in.Get<std::uint32_t>());
    if (count > limits::kColumns) return Error(Code::kDataLoss, "too many input names");
    std::vector<data::Field> fields(count);
    for (data::Field& field : fields) {
      ASSIGN_OR_RETURN(field.name, in.GetText());
      field.type = data::Type::kFloat32;
      field.nullable = true;
    }
    ASSIGN_OR_RETURN(const auto model, in.GetArray<std::byte>());
    RETURN_IF_ERROR(in.Finish());
    ASSIGN_OR_RETURN(data::Schema inputs, data::Schema::Make(std::move(fields)));
    auto library = XgboostLibrary::Open(options.library_directory);
    if (!library.ok()) {
      return std::move(library).error()
          .Why("the model has vector leaves or an objective that only the library knows")
          .Help("install libxgboost, or train with multi_strategy='one_output_per_tree' and one of "
                "the built-in objectives");
    }
    return LoadBooster(**library, model, std::move(inputs));
  }
};

}  // namespace

bool NeedsXgboostLibrary(const Document& document) {
  return HasVectorLeaves(document) || HasUnknownObjective(document);
}

Result<std::string> CompileBooster(const Document& document, ByteSpan model) {
  ASSIGN_OR_RETURN(const Ensemble checked, ReadXgboostModel(document, {.for_library = true}));
  const data::Schema& inputs = checked.inputs;
  FlatWriter out(kName);
  out.Put(static_cast<std::uint32_t>(inputs.size()));
  for (const data::Field& field : inputs.fields()) {
    if (field.type != data::Type::kFloat32) {
      return Error(Code::kUnsupported, "input '" + field.name + "' has a dictionary of its own")
          .Why("only libxgboost can run this model, and it takes numbers");
    }
    out.PutText(field.name);
  }
  out.PutArray<std::byte>(model);
  return std::move(out).Finish();
}

const Format& XgboostLibraryFormat() {
  static const XgboostLibraryModels format;
  return format;
}

}  // namespace mooring::model
