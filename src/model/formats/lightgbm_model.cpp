#include "model/formats/lightgbm_model.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "model/formats/document.h"
#include "model/formats/lightgbm_text.h"
#include "model/formats/lightgbm_tree.h"

namespace mooring::model {
namespace {

struct Objective {
  std::string_view name;
  Transform transform;
};
constexpr std::array kObjectives = {
    Objective{"regression", Transform::kIdentity},
    Objective{"regression_l1", Transform::kIdentity},
    Objective{"huber", Transform::kIdentity},
    Objective{"fair", Transform::kIdentity},
    Objective{"quantile", Transform::kIdentity},
    Objective{"mape", Transform::kIdentity},
    Objective{"lambdarank", Transform::kIdentity},
    Objective{"rank_xendcg", Transform::kIdentity},
    Objective{"poisson", Transform::kExp},
    Objective{"gamma", Transform::kExp},
    Objective{"tweedie", Transform::kExp},
    Objective{"binary", Transform::kSigmoid},
    Objective{"cross_entropy", Transform::kSigmoid},
    Objective{"xentropy", Transform::kSigmoid},
    Objective{"cross_entropy_lambda", Transform::kLog1pExp},
    Objective{"xentlambda", Transform::kLog1pExp},
    Objective{"multiclass", Transform::kSoftmax},
    Objective{"multiclassova", Transform::kSigmoidEach},
};

// "binary sigmoid:1": the name, then options. No objective at all gives raw margins, as in
// LightGBM.
Status ReadObjective(std::string_view text, Ensemble& ensemble) {
  const auto words = Words(text);
  if (words.empty()) return Ok();
  const auto found = std::ranges::find(kObjectives, words[0], &Objective::name);
  if (found == kObjectives.end()) {
    return Error(Code::kUnsupported, "objective '" + std::string(words[0].substr(0, 64)) + "'")
        .Why("how it turns margins into predictions is not known here");
  }
  ensemble.transform = found->transform;
  for (const std::string_view word : words) {
    if (word == "sqrt") ensemble.transform = Transform::kSignedSquare;
    if (!word.starts_with("sigmoid:")) continue;
    const std::string_view number = word.substr(8);
    double sigmoid = 0;
    const auto end = number.data() + number.size();
    if (std::from_chars(number.data(), end, sigmoid).ptr != end || !(sigmoid > 0)) {
      return Error(Code::kInvalidArgument, "'sigmoid' is not a positive number");
    }
    ensemble.transform_parameter = sigmoid;
  }
  return Ok();
}

// Features whose values are listed ("1:2:5") and not bounded ("[0:1]") are categories.
bool IsCategory(std::string_view feature) {
  return !feature.empty() && feature[0] != '[' && feature != "none";
}

// pandas_categorical:[["a","b"],…], one list a category column, in the columns' order.
Status ReadPandasCategories(const LightgbmText& text, std::vector<data::Field>& fields) {
  if (text.pandas_categories.empty() || text.pandas_categories == "null") return Ok();
  ASSIGN_OR_RETURN(const Document lists, ReadJson(text.pandas_categories, {.allow_nan = true}));
  if (lists.AsNumbers() != nullptr && lists.AsNumbers()->empty()) return Ok();
  std::vector<std::size_t> columns;
  const auto features = Words(text.head.Text("feature_infos"));
  for (std::size_t i = 0; i < features.size() && i < fields.size(); ++i) {
    if (IsCategory(features[i])) columns.push_back(i);
  }
  const Document::List* all = lists.AsList();
  if (all == nullptr || all->size() != columns.size()) {
    return Error(Code::kUnsupported, "category columns of pandas that do not match the features")
        .Help("train on the codes of the categories (column.cat.codes) and send codes");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::vector<std::string> values;
    const Document::List* list = (*all)[i].AsList();
    for (std::size_t j = 0; list != nullptr && j < list->size(); ++j) {
      if ((*list)[j].AsText() != nullptr) values.push_back(*(*list)[j].AsText());
    }
    if (list == nullptr || values.size() != list->size()) {
      return Error(Code::kUnsupported, "category columns of pandas that are not texts")
          .Help("train on the codes of the categories (column.cat.codes) and send codes");
    }
    fields[columns[i]].type = data::Type::kCategory;
    ASSIGN_OR_RETURN(fields[columns[i]].dictionary, data::Dictionary::Make(std::move(values)));
  }
  return Ok();
}

Status ReadInputs(const LightgbmText& text, Ensemble& ensemble) {
  const auto names = Words(text.head.Text("feature_names"));
  if (names.size() != ensemble.features) {
    return Error(Code::kInvalidArgument, std::to_string(names.size()) + " feature names for " +
                                             std::to_string(ensemble.features) + " features");
  }
  std::vector<data::Field> fields(names.size());
  for (std::uint32_t i = 0; i < ensemble.features; ++i) {
    fields[i] = {std::string(names[i]), data::Type::kFloat64, true, nullptr};
    ensemble.columns.push_back(i);
  }
  ensemble.has_names = !names.empty() && names[0] != "Column_0";
  RETURN_IF_ERROR(ReadPandasCategories(text, fields));
  ASSIGN_OR_RETURN(ensemble.inputs, data::Schema::Make(std::move(fields)));
  return Ok();
}

Status CheckVersion(std::string_view version) {
  constexpr std::array kKnown = {"v2", "v3", "v4"};
  if (std::ranges::find(kKnown, version) != kKnown.end()) return Ok();
  return Error(Code::kUnsupported, "a LightGBM model of version '" +
                                       std::string(version.substr(0, 32)) + "'")
      .Why("versions v2 to v4 are known here");
}

}  // namespace

Result<Ensemble> ReadLightgbmModel(std::string_view bytes) {
  ASSIGN_OR_RETURN(const LightgbmText text, SplitLightgbmText(bytes));
  RETURN_IF_ERROR(CheckVersion(text.head.Text("version")));
  Ensemble ensemble;
  ensemble.precision = Precision::kFloat64;
  ASSIGN_OR_RETURN(const auto last, text.head.Count("max_feature_idx", limits::kFeatures - 1));
  ensemble.features = static_cast<std::uint32_t>(last + 1);
  ASSIGN_OR_RETURN(const auto groups,
                   text.head.Count("num_tree_per_iteration", limits::kModelOutputs));
  if (groups == 0 || text.trees.size() % groups != 0) {
    return Error(Code::kInvalidArgument, std::to_string(text.trees.size()) + " trees for " +
                                             std::to_string(groups) + " classes");
  }
  ensemble.base_margins.assign(groups, 0.0);
  RETURN_IF_ERROR(ReadObjective(text.head.Text("objective"), ensemble));
  RETURN_IF_ERROR(ReadInputs(text, ensemble));
  for (std::size_t i = 0; i < text.trees.size(); ++i) {
    auto tree = ReadLightgbmTree(text.trees[i], ensemble);
    if (!tree.ok()) return std::move(tree).error().Context("tree " + std::to_string(i));
    tree->group = static_cast<std::uint32_t>(i % groups);
    ensemble.trees.push_back(std::move(tree).value());
  }
  if (text.head.Has("average_output") && !text.trees.empty()) {
    ensemble.divisor = static_cast<std::uint32_t>(text.trees.size() / groups);
  }
  return ensemble;
}

}  // namespace mooring::model
