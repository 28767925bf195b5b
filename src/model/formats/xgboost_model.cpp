#include "model/formats/xgboost_model.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "model/formats/xgboost_fields.h"
#include "model/formats/xgboost_objective.h"
#include "model/formats/xgboost_tree.h"

namespace mooring::model {
namespace {

struct Learner {
  std::uint32_t features = 0;
  std::uint32_t groups = 1;
  bool is_dart = false;
  const Document* booster = nullptr;  // what holds "model"
};

Result<std::uint32_t> Count(const Document& object, std::string_view key, std::size_t limit) {
  ASSIGN_OR_RETURN(const auto number, IntegerParameter(object, key, 0));
  if (number < 0 || static_cast<std::uint64_t>(number) > limit) {
    return Error(Code::kTooLarge, "'" + std::string(key) + "' is " + std::to_string(number))
        .Why("the limit is " + std::to_string(limit));
  }
  return static_cast<std::uint32_t>(number);
}

Status CheckVersion(const Document& document) {
  ASSIGN_OR_RETURN(const auto* version, NumbersMember(document, "version", 3));
  const double major = (*version)[0];
  if (major >= 1 && major <= 3) return Ok();
  return Error(Code::kUnsupported, "a model of XGBoost " + std::to_string(static_cast<int>(major)))
      .Why("formats of XGBoost 1 to 3 are known here");
}

// base_score: "5E-1" up to 3.0, "[4.6E-1]" or one number a group from 3.1 on.
Result<std::vector<float>> ReadBaseScore(const Document& parameters, std::uint32_t groups) {
  ASSIGN_OR_RETURN(const std::string* text, TextMember(parameters, "base_score"));
  std::vector<float> scores;
  if (text->starts_with('[')) {
    ASSIGN_OR_RETURN(const Document list, ReadJson(*text, {}));
    if (list.AsNumbers() == nullptr) {
      return Error(Code::kInvalidArgument, "'base_score' is not a list of numbers");
    }
    for (const double score : *list.AsNumbers()) scores.push_back(static_cast<float>(score));
  } else {
    scores.push_back(static_cast<float>(NumberOf(*text)));
  }
  if (scores.size() == 1) scores.resize(groups, scores[0]);
  if (scores.size() != groups) {
    return Error(Code::kInvalidArgument, "'base_score' has " + std::to_string(scores.size()) +
                                             " elements for " + std::to_string(groups) +
                                                 " outputs");
  }
  for (const float score : scores) {
    if (!std::isfinite(score)) return Error(Code::kInvalidArgument, "'base_score' is '" + *text +
        "'");
  }
  return scores;
}

Result<Learner> ReadLearner(const Document& learner, bool for_library, Ensemble& ensemble) {
  ASSIGN_OR_RETURN(const Document* parameters, Member(learner, "learner_model_param"));
  RETURN_IF_ERROR(OnlyKnown(
      *parameters, {"base_score", "boost_from_average", "num_class", "num_feature", "num_target"},
      "learner_model_param"));
  Learner read;
  ASSIGN_OR_RETURN(read.features, Count(*parameters, "num_feature", limits::kFeatures));
  ASSIGN_OR_RETURN(const auto classes, Count(*parameters, "num_class", limits::kModelOutputs));
  ASSIGN_OR_RETURN(const auto targets, Count(*parameters, "num_target", limits::kModelOutputs));
  read.groups = std::max({classes, targets, 1U});
  ASSIGN_OR_RETURN(const auto scores, ReadBaseScore(*parameters, read.groups));
  ASSIGN_OR_RETURN(const Document* objective_document, Member(learner, "objective"));
  ASSIGN_OR_RETURN(const std::string* name, TextMember(*objective_document, "name"));
  auto known = FindObjective(*name);
  if (!known.ok() && !for_library) return std::move(known).error();
  const XgboostObjective objective = known.ok() ? *known : XgboostObjective{};
  ensemble.transform = objective.transform;
  for (const float score : scores) ensemble.base_margins.push_back(BaseMargin(objective, score));
  ensemble.features = read.features;
  ASSIGN_OR_RETURN(read.booster, Member(learner, "gradient_booster"));
  return read;
}

// The dictionaries that Train() keeps in an attribute of the model, {"origin": ["ATL", …], …}:
// those features take texts.
Status ReadDictionaries(const Document& learner, std::vector<data::Field>& fields) {
  const Document* attributes = learner.Find("attributes");
  const Document* stored = attributes == nullptr ? nullptr : attributes->Find("mooring_categories");
  if (stored == nullptr || stored->AsText() == nullptr) return Ok();
  ASSIGN_OR_RETURN(const Document dictionaries, ReadJson(*stored->AsText(), {}));
  for (data::Field& field : fields) {
    const Document* dictionary = dictionaries.Find(field.name);
    if (dictionary == nullptr || dictionary->AsList() == nullptr) continue;
    std::vector<std::string> values;
    for (const Document& value : *dictionary->AsList()) {
      if (value.AsText() == nullptr) return Error(Code::kInvalidArgument,
          "a category that is not text");
      values.push_back(*value.AsText());
    }
    field.type = data::Type::kCategory;
    ASSIGN_OR_RETURN(field.dictionary, data::Dictionary::Make(std::move(values)));
  }
  return Ok();
}

// Names of the document, or f0, f1, …; all inputs are float32 and may be missing.
Status ReadInputs(const Document& learner, Ensemble& ensemble) {
  const Document* names = learner.Find("feature_names");
  const Document::List* texts = names == nullptr ? nullptr : names->AsList();
  if (texts != nullptr && texts->size() != ensemble.features) {
    return Error(Code::kInvalidArgument,
                 std::to_string(texts->size()) + " feature names for " +
                     std::to_string(ensemble.features) + " features");
  }
  ensemble.has_names = texts != nullptr;
  std::vector<data::Field> fields(ensemble.features);
  for (std::uint32_t i = 0; i < ensemble.features; ++i) {
    fields[i] = {"f" + std::to_string(i), data::Type::kFloat32, true, nullptr};
    ensemble.columns.push_back(i);
    if (texts == nullptr) continue;
    if ((*texts)[i].AsText() == nullptr) {
      return Error(Code::kInvalidArgument, "a feature name that is not text");
    }
    fields[i].name = *(*texts)[i].AsText();
  }
  RETURN_IF_ERROR(ReadDictionaries(learner, fields));
  ASSIGN_OR_RETURN(ensemble.inputs, data::Schema::Make(std::move(fields)));
  return Ok();
}

// DART's weights; none for other boosters.
using Weights = std::vector<std::optional<float>>;

Result<Weights> ReadWeights(const Learner& learner, const Document& booster, std::size_t trees) {
  Weights weights(trees);
  // 3.3 calls the booster gbtree and shows DART by the weights alone.
  if (!learner.is_dart && booster.Find("weight_drop") == nullptr) return weights;
  ASSIGN_OR_RETURN(const auto* dropped, NumbersMember(booster, "weight_drop", trees));
  for (std::size_t i = 0; i < trees; ++i) weights[i] = static_cast<float>((*dropped)[i]);
  return weights;
}

// Trees up to and with the best iteration; all of them where early stopping was not used.
Result<std::size_t> TreesInUse(const Document& learner, const Document& model, std::size_t trees) {
  const Document* attributes = learner.Find("attributes");
  if (attributes == nullptr || attributes->Find("best_iteration") == nullptr) return trees;
  ASSIGN_OR_RETURN(const auto best, IntegerParameter(*attributes, "best_iteration", 0));
  ASSIGN_OR_RETURN(const Document* parameters, Member(model, "gbtree_model_param"));
  ASSIGN_OR_RETURN(const auto parallel, IntegerParameter(*parameters, "num_parallel_tree", 1));
  ASSIGN_OR_RETURN(const Document* learner_parameters, Member(learner, "learner_model_param"));
  ASSIGN_OR_RETURN(const auto classes, Count(*learner_parameters, "num_class",
      limits::kModelOutputs));
  ASSIGN_OR_RETURN(const auto targets, Count(*learner_parameters, "num_target",
      limits::kModelOutputs));
  const std::int64_t groups = std::max({classes, targets, 1U});
  const auto limit = static_cast<std::int64_t>(limits::kTrees);
  if (best < 0 || best >= limit || parallel < 1 || parallel > limit) {
    return Error(Code::kInvalidArgument, "'best_iteration' or 'num_parallel_tree' out of range");
  }
  return std::min(trees, static_cast<std::size_t>((best + 1) * parallel * groups));
}

// The number that an estimator takes for missing: XGBoost up to 1.7 stores its parameters as JSON
// text.
Result<std::optional<double>> MissingNumber(const Document& learner) {
  const Document* attributes = learner.Find("attributes");
  const Document* stored = attributes == nullptr ? nullptr : attributes->Find("scikit_learn");
  if (stored == nullptr || stored->AsText() == nullptr) return std::optional<double>();
  ASSIGN_OR_RETURN(const Document parameters, ReadJson(*stored->AsText(), {.allow_nan = true}));
  const Document* missing = parameters.Find("missing");
  if (missing == nullptr || missing->AsNumber() == nullptr || std::isnan(*missing->AsNumber())) {
    return std::optional<double>();
  }
  return std::optional(*missing->AsNumber());
}

Status CheckNoCategories(const Document& model) {
  const Document* categories = model.Find("cats");
  if (categories == nullptr) return Ok();
  RETURN_IF_ERROR(OnlyKnown(*categories, {"enc", "feature_segments", "sorted_idx"}, "cats"));
  ASSIGN_OR_RETURN(const auto* encodings, ListMember(*categories, "enc"));
  if (encodings->empty()) return Ok();
  return Error(Code::kUnsupported, "a model with a category encoding of its own")
      .Why("it was trained on a data frame with named categories")
      .Help("train on the codes of the categories (column.cat.codes) and send codes");
}

Status ReadTrees(const Document& document, const Learner& learner, const XgboostReading& reading,
                 Ensemble& ensemble) {
  // DART keeps its trees one level further down, except in 3.3.
  const Document* nested = learner.booster->Find("gbtree");
  ASSIGN_OR_RETURN(const Document* model,
                   Member(nested != nullptr ? *nested : *learner.booster, "model"));
  RETURN_IF_ERROR(OnlyKnown(
      *model, {"gbtree_model_param", "tree_info", "trees", "iteration_indptr", "cats"}, "model"));
  RETURN_IF_ERROR(CheckNoCategories(*model));
  ASSIGN_OR_RETURN(const auto* trees, ListMember(*model, "trees"));
  if (trees->size() > limits::kTrees) {
    return Error(Code::kTooLarge, std::to_string(trees->size()) + " trees")
        .Why("the limit is " + std::to_string(limits::kTrees));
  }
  ASSIGN_OR_RETURN(const auto* groups, NumbersMember(*model, "tree_info", trees->size()));
  ASSIGN_OR_RETURN(const auto weights, ReadWeights(learner, *learner.booster, trees->size()));
  std::size_t used = trees->size();
  if (reading.is_estimator) {
    ASSIGN_OR_RETURN(used, TreesInUse(document, *model, used));
  }
  for (std::size_t i = 0; i < used; ++i) {
    auto tree = ReadXgboostTree((*trees)[i], reading.for_library, weights[i], ensemble);
    if (!tree.ok()) return std::move(tree).error().Context("tree " + std::to_string(i));
    const double group = (*groups)[i];
    if (!(group >= 0 && group < learner.groups) || group != std::floor(group)) {
      return Error(Code::kInvalidArgument, "tree " + std::to_string(i) + " has no such output");
    }
    tree->group = static_cast<std::uint32_t>(group);
    ensemble.trees.push_back(std::move(tree).value());
  }
  return Ok();
}

Status ReadLinear(const Learner& learner, Ensemble& ensemble) {
  ASSIGN_OR_RETURN(const Document* model, Member(*learner.booster, "model"));
  RETURN_IF_ERROR(OnlyKnown(*model, {"boosted_rounds", "weights", "param"}, "model"));
  const std::size_t size = (learner.features + std::size_t{1}) * learner.groups;
  ASSIGN_OR_RETURN(const auto* weights, NumbersMember(*model, "weights", size));
  ensemble.linear_weights = *weights;
  return Ok();
}

}  // namespace

Result<Document> ReadXgboostDocument(ByteSpan bytes) {
  // Facts about the training that predictions do not need.
  static constexpr std::string_view kSkipped[] = {"base_weights", "loss_changes", "sum_hessian",
                                                  "parents"};
  const ReadOptions options{.skipped = kSkipped, .allow_nan = true};
  const std::string_view text = AsText(bytes);
  const bool is_json = text.size() > 1 && text[0] == '{' && (text[1] == '"' || text[1] <= ' ');
  return is_json ? ReadJson(text, options) : ReadUbjson(bytes, options);
}

Result<Ensemble> ReadXgboostModel(const Document& document, const XgboostReading& reading) {
  RETURN_IF_ERROR(OnlyKnown(document, {"learner", "version", "config"}, "model file"));
  RETURN_IF_ERROR(CheckVersion(document));
  ASSIGN_OR_RETURN(const Document* learner_document, Member(document, "learner"));
  RETURN_IF_ERROR(OnlyKnown(*learner_document,
                            {"attributes", "feature_names", "feature_types", "gradient_booster",
                             "learner_model_param", "objective", "metrics"},
                            "learner"));
  Ensemble ensemble;
  ensemble.refuse_infinite = true;
  if (reading.is_classifier) ensemble.answer = Answer::kLabelAndProbability;
  ASSIGN_OR_RETURN(Learner learner, ReadLearner(*learner_document, reading.for_library, ensemble));
  RETURN_IF_ERROR(ReadInputs(*learner_document, ensemble));
  RETURN_IF_ERROR(OnlyKnown(*learner.booster, {"model", "name", "gbtree", "weight_drop"},
                            "gradient_booster"));
  ASSIGN_OR_RETURN(const std::string* booster, TextMember(*learner.booster, "name"));
  learner.is_dart = *booster == "dart";
  if (*booster == "gblinear") {
    RETURN_IF_ERROR(ReadLinear(learner, ensemble));
  } else if (*booster == "gbtree" || learner.is_dart) {
    RETURN_IF_ERROR(ReadTrees(*learner_document, learner, reading, ensemble));
  } else {
    return Error(Code::kUnsupported, "booster '" + booster->substr(0, 64) + "'");
  }
  if (reading.is_estimator) {
    ASSIGN_OR_RETURN(ensemble.missing, MissingNumber(*learner_document));
  }
  return ensemble;
}

}  // namespace mooring::model
