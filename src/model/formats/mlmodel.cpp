#include <yaml-cpp/yaml.h>

#include <array>

#include "model/formats/document.h"
#include "model/formats/mlflow.h"

namespace mooring::model {
namespace {

constexpr std::size_t kMlmodelBytes = 4 << 20;

Error Bad(std::string what) {
  return Error(Code::kInvalidArgument, std::move(what)).Where("MLmodel");
}

std::string TextOf(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

struct NamedType {
  std::string_view name;
  data::Type type;
};
constexpr std::array kColumnTypes = {
    NamedType{"boolean", data::Type::kBool},    NamedType{"integer", data::Type::kInt32},
    NamedType{"long", data::Type::kInt64},      NamedType{"float", data::Type::kFloat32},
    NamedType{"double", data::Type::kFloat64},  NamedType{"string", data::Type::kString},
    NamedType{"datetime", data::Type::kTimestamp},
};
constexpr std::array kTensorTypes = {
    NamedType{"bool", data::Type::kBool},       NamedType{"int32", data::Type::kInt32},
    NamedType{"int64", data::Type::kInt64},     NamedType{"float32", data::Type::kFloat32},
    NamedType{"float64", data::Type::kFloat64},
};

Result<data::Type> TypeOf(std::span<const NamedType> types, std::string_view name) {
  for (const NamedType& row : types) {
    if (row.name == name) return row.type;
  }
  return Error(Code::kUnsupported,
               "signature with inputs of type '" + std::string(name.substr(0, 64)) + "'")
      .Help("log the model with a signature of numbers, booleans, texts and dates");
}

std::string MemberText(const Document& object, std::string_view key) {
  const Document* member = object.Find(key);
  return member != nullptr && member->AsText() != nullptr ? *member->AsText() : std::string();
}

Result<data::Field> ReadColumn(const Document& column) {
  data::Field field;
  field.name = MemberText(column, "name");
  if (field.name.empty()) return Bad("a column of the signature has no name");
  ASSIGN_OR_RETURN(field.type, TypeOf(kColumnTypes, MemberText(column, "type")));
  // "required" is about the column; NaN in a required double is still a value to MLflow.
  const Document* required = column.Find("required");
  const Document* optional = column.Find("optional");
  const bool* needed = required == nullptr ? nullptr : required->AsBool();
  const bool* spare = optional == nullptr ? nullptr : optional->AsBool();
  field.nullable = (needed != nullptr && !*needed) || (spare != nullptr && *spare);
  return field;
}

Status ReadInputs(const std::string& json, MlflowModel& model) {
  auto document = ReadJson(json, {});
  if (!document.ok()) return std::move(document).error().Context("signature inputs");
  const Document::List* list = document->AsList();
  if (list == nullptr || list->empty()) return Bad("the signature's inputs are no list of columns");
  if (MemberText((*list)[0], "type") == "tensor") {
    if (list->size() != 1) {
      return Error(Code::kUnsupported, "a signature of several tensors").Where("MLmodel");
    }
    const Document* spec = (*list)[0].Find("tensor-spec");
    if (spec == nullptr) return Bad("a tensor without a specification");
    ASSIGN_OR_RETURN(model.tensor_type, TypeOf(kTensorTypes, MemberText(*spec, "dtype")));
    return Ok();
  }
  std::vector<data::Field> fields;
  for (const Document& column : *list) {
    ASSIGN_OR_RETURN(data::Field field, ReadColumn(column));
    fields.push_back(std::move(field));
  }
  ASSIGN_OR_RETURN(model.columns, data::Schema::Make(std::move(fields)));
  return Ok();
}

Error NoNativeFlavor(const YAML::Node& flavors) {
  std::string names;
  for (const auto& flavor : flavors) {
    if (TextOf(flavor.first) == "python_function") continue;
    names += (names.empty() ? "" : ", ") + TextOf(flavor.first);
  }
  return Error(Code::kUnsupported,
               "an MLflow model of flavour " + (names.empty() ? "python_function" : names))
      .Where("MLmodel")
      .Why("it is a pickle or Python code, and needs Python to run")
      .Help("convert it to ONNX (skl2onnx) and log it with mlflow.onnx, or keep `mlflow models "
            "serve` and register a YAML descriptor of that: docs/reference/remote.md");
}

Result<MlflowModel> ReadYaml(const YAML::Node& root) {
  const YAML::Node flavors = root["flavors"];
  if (!flavors || !flavors.IsMap()) return Bad("no flavors");
  MlflowModel model;
  for (const char* name : {"xgboost", "lightgbm", "onnx"}) {
    const YAML::Node flavor = flavors[name];
    if (!flavor || !flavor.IsMap()) continue;
    model.flavor = name;
    model.file = TextOf(flavor["data"]);
    model.model_class = TextOf(flavor["model_class"]);
    break;
  }
  if (model.flavor.empty()) return NoNativeFlavor(flavors);
  if (model.file.empty()) return Bad("flavor " + model.flavor + " names no file");
  if (const YAML::Node example = root["saved_input_example_info"]; example && example.IsMap()) {
    model.example_file = TextOf(example["artifact_path"]);
  }
  const YAML::Node signature = root["signature"];
  if (!signature || !signature.IsMap()) return model;
  const std::string inputs = TextOf(signature["inputs"]);
  if (inputs.empty() || inputs == "null") return model;
  RETURN_IF_ERROR(ReadInputs(inputs, model));
  return model;
}

}  // namespace

Result<MlflowModel> ReadMlmodel(std::string_view yaml) {
  if (yaml.size() > kMlmodelBytes) {
    return Error(Code::kTooLarge, "MLmodel has " + std::to_string(yaml.size()) + " bytes")
        .Why("the limit is " + std::to_string(kMlmodelBytes));
  }
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (!root.IsMap()) return Bad("not a YAML map");
    return ReadYaml(root);
  } catch (const std::exception& problem) {  // yaml-cpp throws
    return Bad(problem.what());
  }
}

Status ApplySignature(const MlflowModel& model, Ensemble& ensemble) {
  if (model.tensor_type.has_value()) {
    std::vector<data::Field> fields = ensemble.inputs.fields();
    for (data::Field& field : fields) field.type = *model.tensor_type;
    ASSIGN_OR_RETURN(ensemble.inputs, data::Schema::Make(std::move(fields)));
    return Ok();
  }
  if (!model.columns.has_value()) return Ok();
  if (model.columns->size() != ensemble.features) {
    return Bad("the signature has " + std::to_string(model.columns->size()) +
               " inputs and the model " + std::to_string(ensemble.features) + " features");
  }
  for (std::uint32_t feature = 0; ensemble.has_names && feature < ensemble.features; ++feature) {
    const std::string& name = ensemble.inputs.field(feature).name;
    const auto column = model.columns->Find(name);
    if (!column.has_value()) return Bad("the model's feature '" + name +
        "' is not in the signature");
    ensemble.columns[feature] = static_cast<std::uint32_t>(*column);
  }
  ensemble.inputs = *model.columns;
  return Ok();
}

}  // namespace mooring::model
