#include "model/training.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "model/json_text.h"
#include "model/xgboost_library.h"

namespace mooring::model {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

Status CheckRows(const data::Batch& features, std::span<const float> labels) {
  if (features.rows() == 0 || features.width() == 0) {
    return Error(Code::kInvalidArgument, "nothing to train on");
  }
  if (features.rows() != labels.size()) {
    return Error(Code::kInvalidArgument, std::to_string(labels.size()) + " labels for " +
                                             std::to_string(features.rows()) + " rows");
  }
  for (std::size_t i = 0; i < features.width(); ++i) {
    const data::Field& field = features.schema().field(i);
    if (field.type == data::Type::kString || field.type == data::Type::kTimestamp) {
      return Error(Code::kInvalidArgument,
                   "column '" + field.name + "' is a " + std::string(data::TypeName(field.type)))
          .Help("train on numbers, booleans and categories");
    }
  }
  return Ok();
}

// Row-major floats, NaN for missing.
std::vector<float> Flatten(const data::Batch& features) {
  const std::size_t width = features.width();
  std::vector<float> values(features.rows() * width);
  for (std::size_t i = 0; i < width; ++i) {
    const data::Column& column = features.column(i);
    for (std::size_t row = 0; row < features.rows(); ++row) {
      values[row * width + i] =
          column.IsUnseen(row) ? kMissing : static_cast<float>(column.Number(row));
    }
  }
  return values;
}

const char* FeatureType(data::Type type) {
  switch (type) {
    case data::Type::kCategory: return "c";
    case data::Type::kBool: return "i";
    case data::Type::kInt32:
    case data::Type::kInt64: return "int";
    default: return "float";
  }
}

// Sets names or types on the matrix or the booster; a saved model has the booster's.
using SetTexts = int (*)(XgboostLibrary::Handle, const char*, const char**, XgboostLibrary::Length);

Status DescribeFeatures(const XgboostLibrary& library, const data::Batch& features,
                        XgboostLibrary::Handle handle, SetTexts set) {
  std::vector<const char*> names, types;
  for (const data::Field& field : features.schema().fields()) {
    names.push_back(field.name.c_str());
    types.push_back(FeatureType(field.type));
  }
  RETURN_IF_ERROR(library.Check(set(handle, "feature_name", names.data(), names.size()),
                                "cannot set the feature names"));
  return library.Check(set(handle, "feature_type", types.data(), types.size()),
                       "cannot set the feature types");
}

// {"origin": ["ATL", …], …}: an attribute of the model, read back by formats/xgboost_model.cpp.
std::string CategoriesOf(const data::Schema& schema) {
  std::string text;
  for (const data::Field& field : schema.fields()) {
    if (field.type != data::Type::kCategory || field.dictionary == nullptr) continue;
    text += text.empty() ? "{" : ", ";
    AppendJsonText(field.name, text);
    text += ": [";
    for (std::size_t code = 0; code < field.dictionary->size(); ++code) {
      if (code != 0) text += ", ";
      AppendJsonText(field.dictionary->value(code), text);
    }
    text += ']';
  }
  return text.empty() ? text : text + "}";
}

std::string NumberText(double number) {
  std::array<char, 40> buffer;
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
}

Status SetParameters(const XgboostLibrary& library, const TrainOptions& options,
                     XgboostLibrary::Handle booster) {
  std::vector<std::pair<std::string, std::string>> parameters = {
      {"objective", options.objective},
      {"max_depth", std::to_string(options.depth)},
      {"eta", NumberText(options.learning_rate)},
      {"seed", std::to_string(options.seed)},
      {"nthread", std::to_string(options.threads)},
      {"tree_method", "hist"},
      {"verbosity", "0"},
      {"validate_parameters", "1"},
  };
  parameters.insert(parameters.end(), options.parameters.begin(), options.parameters.end());
  for (const auto& [name, value] : parameters) {
    RETURN_IF_ERROR(library.Check(library.booster_set_param(booster, name.c_str(), value.c_str()),
                                  name.c_str()));
  }
  return Ok();
}

// Rounds of boosting on `matrix`, which must live as long as the booster learns.
Result<XgboostHandle> Boost(const XgboostLibrary& library, const TrainOptions& options,
                            const data::Batch& features, XgboostLibrary::Handle matrix) {
  ASSIGN_OR_RETURN(XgboostHandle booster, MakeBooster(library, matrix));
  RETURN_IF_ERROR(DescribeFeatures(library, features, booster.get(), library.booster_set_texts));
  RETURN_IF_ERROR(SetParameters(library, options, booster.get()));
  for (int round = 0; round < options.rounds; ++round) {
    RETURN_IF_ERROR(
        library.Check(library.booster_update(booster.get(), round, matrix), "cannot train"));
  }
  if (const std::string categories = CategoriesOf(features.schema()); !categories.empty()) {
    RETURN_IF_ERROR(library.Check(
        library.booster_set_attribute(booster.get(), "mooring_categories", categories.c_str()),
        "cannot keep the categories"));
  }
  return booster;
}

Result<std::string> Save(const XgboostLibrary& library, bool as_json,
                         XgboostLibrary::Handle booster) {
  XgboostLibrary::Length size = 0;
  const char* bytes = nullptr;
  const char* form = as_json ? R"({"format": "json"})" : R"({"format": "ubj"})";
  RETURN_IF_ERROR(library.Check(library.booster_save(booster, form, &size, &bytes), "cannot save"));
  return std::string(bytes, size);
}

// The library names the features that are in use, in an order of its own.
Result<std::vector<double>> GainsOf(const XgboostLibrary& library, const data::Schema& schema,
                                    XgboostLibrary::Handle booster) {
  XgboostLibrary::Length count = 0, dimensions = 0;
  const XgboostLibrary::Length* shape = nullptr;
  const char** names = nullptr;
  const float* scores = nullptr;
  RETURN_IF_ERROR(
      library.Check(library.booster_feature_score(booster, R"({"importance_type": "total_gain"})",
                                                  &count, &names, &dimensions, &shape, &scores),
                    "cannot tell the importances"));
  std::vector<double> gains(schema.size(), 0.0);
  for (XgboostLibrary::Length i = 0; i < count; ++i) {
    const auto found = schema.Find(names[i]);
    if (found.has_value()) gains[*found] = static_cast<double>(scores[i]);
  }
  return gains;
}

// The library, the booster and the matrix that it learned from.
struct Trained {
  const XgboostLibrary* library;
  XgboostHandle matrix, booster;
};

Result<Trained> TrainBooster(const TrainOptions& options, const data::Batch& features,
                             std::span<const float> labels) {
  RETURN_IF_ERROR(CheckRows(features, labels));
  ASSIGN_OR_RETURN(const XgboostLibrary* library, XgboostLibrary::Open(options.library_directory));
  const std::vector<float> values = Flatten(features);
  ASSIGN_OR_RETURN(XgboostHandle matrix,
                   MakeMatrix(*library, values.data(), features.rows(), features.width()));
  RETURN_IF_ERROR(DescribeFeatures(*library, features, matrix.get(), library->matrix_set_texts));
  RETURN_IF_ERROR(library->Check(
      library->matrix_set_float(matrix.get(), "label", labels.data(), labels.size()), "labels"));
  ASSIGN_OR_RETURN(XgboostHandle booster, Boost(*library, options, features, matrix.get()));
  return Trained{library, std::move(matrix), std::move(booster)};
}

}  // namespace

Result<std::string> Train(const TrainOptions& options, const data::Batch& features,
                          std::span<const float> labels) {
  ASSIGN_OR_RETURN(const Trained trained, TrainBooster(options, features, labels));
  return Save(*trained.library, options.as_json, trained.booster.get());
}

Result<TrainedModel> TrainWithGains(const TrainOptions& options, const data::Batch& features,
                                    std::span<const float> labels) {
  ASSIGN_OR_RETURN(const Trained trained, TrainBooster(options, features, labels));
  TrainedModel model;
  ASSIGN_OR_RETURN(model.bytes, Save(*trained.library, options.as_json, trained.booster.get()));
  ASSIGN_OR_RETURN(model.gains,
                   GainsOf(*trained.library, features.schema(), trained.booster.get()));
  return model;
}

}  // namespace mooring::model
