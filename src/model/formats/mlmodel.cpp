#include <yaml-cpp/yaml.h>

#include <array>

#include "base/limits.h"
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

// A tensor's shape, nothing when it is none.
std::vector<std::int64_t> ShapeOf(const Document* shape) {
  std::vector<std::int64_t> sizes;
  if (shape == nullptr || shape->AsNumbers() == nullptr) return sizes;
  for (const double size : *shape->AsNumbers()) {
    sizes.push_back(size >= 1 && size < 1e9 ? static_cast<std::int64_t>(size) : -1);
  }
  return sizes;
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
    model.tensor_shape = ShapeOf(spec->Find("shape"));
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

Error NothingRunsIt(const YAML::Node& flavors) {
  std::string names;
  for (const auto& flavor : flavors) {
    names += (names.empty() ? "" : ", ") + TextOf(flavor.first).substr(0, 64);
    if (names.size() > 256) break;
  }
  return Error(Code::kUnsupported, "an MLflow model of flavour " + names)
      .Where("MLmodel")
      .Why("it is none that is run here, and has no python_function, which Python could run")
      .Help("convert it to ONNX and log it with mlflow.onnx");
}

void ReadTexts(const YAML::Node& flavors, MlflowModel& model) {
  for (const auto& flavor : flavors) {
    if (!flavor.second.IsMap()) continue;
    for (const auto& member : flavor.second) {
      if (!member.second.IsScalar()) continue;
      model.texts.emplace_back(TextOf(flavor.first) + "." + TextOf(member.first),
                               TextOf(member.second));
    }
  }
}

// A flavour that is run here, if there is one.
void FindNativeFlavor(const YAML::Node& flavors, MlflowModel& model) {
  for (const char* name : {"xgboost", "lightgbm", "onnx"}) {
    const YAML::Node flavor = flavors[name];
    if (!flavor || !flavor.IsMap()) continue;
    model.flavor = name;
    model.file = TextOf(flavor["data"]);
    model.model_class = TextOf(flavor["model_class"]);
    return;
  }
}

Status ChooseFlavor(const YAML::Node& flavors, MlflowModel& model) {
  const YAML::Node function = flavors["python_function"];
  model.has_python = function && function.IsMap();
  if (model.has_python) ReadTexts(flavors, model);
  FindNativeFlavor(flavors, model);
  if (!model.flavor.empty() && model.file.empty()) {
    return Bad("flavor " + model.flavor + " names no file");
  }
  if (!model.flavor.empty()) return Ok();
  if (!model.has_python) return NothingRunsIt(flavors);
  model.flavor = "python_function";
  for (const auto& flavor : flavors) {
    // The other one is what people call it by.
    const std::string name = TextOf(flavor.first).substr(0, 64);
    if (name != model.flavor && !name.empty()) model.flavor = name;
  }
  return Ok();
}

Result<MlflowModel> ReadYaml(const YAML::Node& root) {
  const YAML::Node flavors = root["flavors"];
  if (!flavors || !flavors.IsMap()) return Bad("no flavors");
  MlflowModel model;
  RETURN_IF_ERROR(ChooseFlavor(flavors, model));
  if (const YAML::Node example = root["saved_input_example_info"]; example && example.IsMap()) {
    model.example_file = TextOf(example["artifact_path"]);
  }
  const YAML::Node signature = root["signature"];
  if (!signature || !signature.IsMap()) return model;
  model.outputs_json = TextOf(signature["outputs"]);
  const std::string inputs = TextOf(signature["inputs"]);
  if (inputs.empty() || inputs == "null") return model;
  RETURN_IF_ERROR(ReadInputs(inputs, model));
  return model;
}

Result<Output> ReadTensorOutput(const Document& tensor) {
  const Document* spec = tensor.Find("tensor-spec");
  if (spec == nullptr) return Bad("a tensor without a specification");
  const std::string dtype = MemberText(*spec, "dtype");
  Output output{.name = MemberText(tensor, "name")};
  if (output.name.empty()) output.name = "prediction";
  if (dtype == "object" || dtype == "str") {
    output.type = data::Type::kString;
  } else {
    ASSIGN_OR_RETURN(output.type, TypeOf(kTensorTypes, dtype));
  }
  const std::vector<std::int64_t> shape = ShapeOf(spec->Find("shape"));
  if (shape.size() == 1) return output;
  const bool wide = shape.size() == 2 && shape[1] >= 1 &&
                    shape[1] <= static_cast<std::int64_t>(limits::kModelOutputs);
  if (!wide) {
    return Error(Code::kUnsupported, "a signature whose output is no table of a known width")
        .Where("MLmodel");
  }
  output.width = static_cast<std::size_t>(shape[1]);
  return output;
}

Result<Output> ReadOutput(const Document& column) {
  if (MemberText(column, "type") == "tensor") return ReadTensorOutput(column);
  Output output{.name = MemberText(column, "name")};
  if (output.name.empty()) output.name = "prediction";
  ASSIGN_OR_RETURN(output.type, TypeOf(kColumnTypes, MemberText(column, "type")));
  return output;
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

Result<std::vector<Output>> ReadMlflowOutputs(const std::string& json) {
  std::vector<Output> outputs;
  if (json.empty() || json == "null") return outputs;
  auto document = ReadJson(json, {});
  if (!document.ok()) return std::move(document).error().Context("signature outputs");
  const Document::List* list = document->AsList();
  if (list == nullptr || list->empty()) return Bad("the signature's outputs are no list");
  std::size_t width = 0;
  for (const Document& column : *list) {
    ASSIGN_OR_RETURN(Output output, ReadOutput(column));
    width += output.width;
    outputs.push_back(std::move(output));
  }
  if (width > limits::kModelOutputs) {
    return Error(Code::kTooLarge, std::to_string(width) + " outputs a row").Where("MLmodel");
  }
  return outputs;
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
