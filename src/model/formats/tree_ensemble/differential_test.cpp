// Random models, trained by libxgboost on random rows with missing values, ties and categories: our
// margins and predictions must be the library's own, bit for bit. MOORING_LONG_TESTS=1 runs
// thousands.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/rng.h"
#include "model/formats/xgboost_model.h"
#include "model/formats/tree_ensemble/flat_trees.h"
#include "model/formats/tree_ensemble/tree_predictor.h"
#include "model/testing/golden_files.h"
#include "model/xgboost_library.h"

namespace mooring::model {
namespace {

struct Case {
  std::vector<std::pair<std::string, std::string>> parameters;
  std::size_t columns = 0, rows = 0, classes = 1;
  int rounds = 0;
  std::vector<bool> is_category;
  std::vector<float> values, labels;
};

struct Objective {
  const char* name;
  const char* label;  // "01", "positive", "class", "any"
};
constexpr Objective kObjectives[] = {
    {"binary:logistic", "01"},     {"reg:squarederror", "any"}, {"multi:softprob", "class"},
    {"multi:softmax", "class"},    {"count:poisson", "count"},  {"reg:gamma", "positive"},
    {"reg:tweedie", "positive"},   {"reg:logistic", "01"},      {"binary:logitraw", "01"},
    {"binary:hinge", "01"},        {"reg:absoluteerror", "any"}, {"reg:pseudohubererror", "any"},
    {"rank:pairwise", "01"},       {"reg:squaredlogerror", "positive"},
};

float Label(std::string_view kind, double signal, std::size_t classes, Rng& rng) {
  const double noisy = signal + rng.Uniform() - 0.5;
  if (kind == "01") return noisy > 0.3 ? 1.0F : 0.0F;
  if (kind == "positive") return static_cast<float>(0.1 + std::fabs(noisy) * 3);
  if (kind == "count") return static_cast<float>(std::floor(std::fabs(noisy) * 4));
  if (kind == "class") {
    const auto all = static_cast<double>(classes);
    return static_cast<float>(std::min(all - 1, std::floor(std::fabs(noisy) * all)));
  }
  return static_cast<float>(noisy * 10);
}

void FillRows(Case& made, std::string_view label, Rng& rng) {
  for (std::size_t row = 0; row < made.rows; ++row) {
    double signal = 0;
    for (std::size_t i = 0; i < made.columns; ++i) {
      float value = static_cast<float>(std::round((rng.Uniform() - 0.3) * 200) / 100);
      if (made.is_category[i]) value = static_cast<float>(rng.Below(40));
      if (i % 7 == 3) value = rng.Below(2) == 0 ? 0.0F : -0.0F;
      if (i % 3 == 0 && rng.Below(5) == 0) value = std::numeric_limits<float>::quiet_NaN();
      made.values.push_back(value);
      if (value == value && i < 6) signal += static_cast<double>(value) * (i % 2 == 0 ? 0.4 : -0.2);
    }
    made.labels.push_back(Label(label, signal, made.classes, rng));
  }
}

Case MakeCase(std::uint64_t seed) {
  Rng rng(seed);
  Case made;
  const Objective& objective = kObjectives[seed % std::size(kObjectives)];
  made.classes = std::string_view(objective.label) == "class" ? 2 + rng.Below(5) : 1;
  made.columns = rng.Below(25) == 0 ? 260 + rng.Below(60) : 1 + rng.Below(30);
  made.rows = 60 + rng.Below(100);
  made.rounds = 1 + static_cast<int>(rng.Below(12));
  const bool categories = rng.Below(3) == 0;
  for (std::size_t i = 0; i < made.columns; ++i) {
    made.is_category.push_back(categories && i % 4 == 1);
  }
  auto& p = made.parameters;
  p = {{"objective", objective.name}, {"nthread", "1"}, {"verbosity", "0"},
       {"tree_method", categories || rng.Below(2) == 0 ? "hist" : "exact"},
       {"max_depth", std::to_string(1 + rng.Below(9))}, {"seed", std::to_string(seed)},
       {"eta", rng.Below(2) == 0 ? "0.3" : "1"}, {"min_child_weight", "0.1"},
       {"max_cat_to_onehot", rng.Below(2) == 0 ? "1" : "8"}};
  if (made.classes > 1) p.emplace_back("num_class", std::to_string(made.classes));
  if (rng.Below(3) == 0) p.emplace_back("base_score", rng.Below(2) == 0 ? "0.25" : "0.7");
  if (rng.Below(4) == 0) p.emplace_back("num_parallel_tree", "3");
  if (rng.Below(4) == 0) p.emplace_back("subsample", "0.6");
  switch (rng.Below(6)) {
    case 0:
      p.emplace_back("booster", "dart");
      p.emplace_back("rate_drop", "0.4");
      break;
    case 1:
      if (categories) break;
      p.emplace_back("booster", "gblinear");
      break;
    default: break;
  }
  FillRows(made, objective.label, rng);
  return made;
}

struct Peer {
  std::string model;
  std::vector<float> margins, predictions;
};

std::vector<float> PredictWith(const XgboostLibrary& library, XgboostLibrary::Handle booster,
                               XgboostLibrary::Handle matrix, int type) {
  const std::string config = R"({"type": )" + std::to_string(type) +
                             R"(, "training": false, "iteration_begin": 0, "iteration_end": 0,)"
                             R"( "strict_shape": true})";
  const XgboostLibrary::Length* shape = nullptr;
  XgboostLibrary::Length dimensions = 0;
  const float* values = nullptr;
  EXPECT_EQ(library.booster_predict(booster, matrix, config.c_str(), &shape, &dimensions,
      &values), 0)
      << library.get_last_error();
  std::size_t size = 1;
  for (XgboostLibrary::Length i = 0; i < dimensions; ++i) size *= shape[i];
  return {values, values + size};
}

// Trains, saves, loads again as a user of the file would, and predicts.
void TrainPeer(const XgboostLibrary& library, const Case& made, bool as_json, Peer& peer) {
  auto matrix = MakeMatrix(library, made.values.data(), made.rows, made.columns);
  ASSERT_TRUE(matrix.ok());
  std::vector<const char*> types;
  for (const bool category : made.is_category) types.push_back(category ? "c" : "float");
  ASSERT_EQ(library.matrix_set_texts(matrix->get(), "feature_type", types.data(), types.size()), 0);
  ASSERT_EQ(library.matrix_set_float(matrix->get(), "label", made.labels.data(), made.rows), 0);
  auto booster = MakeBooster(library, matrix->get());
  ASSERT_TRUE(booster.ok());
  for (const auto& [name, value] : made.parameters) {
    ASSERT_EQ(library.booster_set_param(booster->get(), name.c_str(), value.c_str()), 0);
  }
  for (int round = 0; round < made.rounds; ++round) {
    ASSERT_EQ(library.booster_update(booster->get(), round, matrix->get()), 0)
        << library.get_last_error();
  }
  XgboostLibrary::Length size = 0;
  const char* bytes = nullptr;
  const char* form = as_json ? R"({"format":"json"})" : R"({"format":"ubj"})";
  ASSERT_EQ(library.booster_save(booster->get(), form, &size, &bytes), 0);
  peer.model.assign(bytes, size);
  auto loaded = MakeBooster(library, nullptr);
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(library.booster_load(loaded->get(), peer.model.data(), peer.model.size()), 0);
  ASSERT_EQ(library.booster_set_param(loaded->get(), "nthread", "1"), 0);
  peer.margins = PredictWith(library, loaded->get(), matrix->get(), 1);
  peer.predictions = PredictWith(library, loaded->get(), matrix->get(), 0);
}

std::vector<float> PredictOurs(const Case& made, const std::string& model, bool margins) {
  std::vector<float> answers;
  auto document = ReadXgboostDocument(AsBytes(model));
  EXPECT_TRUE(document.ok()) << document.error().ToString();
  auto ensemble = ReadXgboostModel(*document, {});
  EXPECT_TRUE(ensemble.ok()) << ensemble.error().ToString();
  if (!ensemble.ok()) return answers;
  if (margins) ensemble->transform = Transform::kIdentity;
  auto flat = PackTrees(*ensemble, "xgboost");
  EXPECT_TRUE(flat.ok()) << flat.error().ToString();
  if (!flat.ok()) return answers;
  auto predictor = LoadTrees(AsBytes(*flat), nullptr, "xgboost");
  EXPECT_TRUE(predictor.ok());
  const Signature& signature = (*predictor)->signature();
  data::Batch rows(signature.inputs), predictions(signature.output_columns);
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    rows.column(i % made.columns).Append(made.values[i]);
  }
  rows.SetRows(made.rows);
  EXPECT_TRUE((*predictor)->Predict(rows, predictions).ok());
  for (std::size_t row = 0; row < made.rows; ++row) {
    for (std::size_t i = 0; i < predictions.width(); ++i) {
      answers.push_back(predictions.column(i).Values<float>()[row]);
    }
  }
  return answers;
}

void ExpectSameBits(const std::vector<float>& ours, const std::vector<float>& theirs,
    const char* what) {
  ASSERT_EQ(ours.size(), theirs.size()) << what;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(std::memcmp(&ours[i], &theirs[i], sizeof(float)), 0)
        << what << " " << i << ": " << ours[i] << " is not " << theirs[i];
  }
}

TEST(Differential, RandomModelsGiveTheLibrarysOwnBits) {
  auto library = XgboostLibrary::Open("");
  if (!library.ok()) GTEST_SKIP() << library.error().ToString();
  const std::uint64_t models = std::getenv("MOORING_LONG_TESTS") != nullptr ? 5000 : 280;
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 0; seed < models; ++seed) {
    const Case made = MakeCase(seed);
    std::string text;
    for (const auto& [name, value] : made.parameters) text += name + "=" + value + " ";
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + text);
    Peer peer;
    TrainPeer(**library, made, seed % 2 == 0, peer);
    if (HasFatalFailure()) return;
    // Some linear models diverge while they are trained: those we refuse, and a test of its own
    // says so.
    if (std::isnan(peer.margins[0]) || std::isinf(peer.margins[0])) continue;
    ++compared;
    ExpectSameBits(PredictOurs(made, peer.model, true), peer.margins, "margin");
    ExpectSameBits(PredictOurs(made, peer.model, false), peer.predictions, "prediction");
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(compared, models * 9 / 10);
}

}  // namespace
}  // namespace mooring::model
