// Every scoring exchange recorded from MLflow's own server, sent to ours on the same model
// directory: equal status and equal predictions (tests/golden/mlflow_models/README.md). What
// differs on purpose is listed with its reason, so that nothing else can begin to differ.
#include <gtest/gtest.h>

#include <fstream>

#include "api/api_fixture.h"
#include "model/format.h"

namespace mooring {
namespace {

struct Difference {
  const char *model, *exchange;  // "" any model
  int status;                    // ours
  const char* why;
};

constexpr Difference kDifferences[] = {
    {"", "no content type", 415, "MLflow fails with 500; a missing type is the caller's mistake"},
    {"regressor_poisson_ubj_nosignature", "split columns reordered", 200,
     "XGBoost refuses names in another order; we place columns by name"},
    {"regressor_poisson_ubj_nosignature", "split no rows", 200, "no rows are no predictions"},
    {"regressor_poisson_ubj_nosignature", "instances of objects", 200,
     "MLflow loses the names; we do not"},
    {"regressor_poisson_ubj_nosignature", "inputs of columns", 200,
     "MLflow loses the names; we do not"},
    {"regressor_poisson_ubj_nosignature", "inputs of rows", 200,
     "MLflow loses the names; we do not"},
    {"regressor_poisson_ubj_nosignature", "extra column", 200, "dropped, as with a signature"},
    {"regressor_poisson_ubj_nosignature", "null in required double", 200,
     "an object column there; a missing value here"},
    {"regressor_poisson_ubj_nosignature", "null in optional float", 200,
     "an object column there; a missing value here"},
    {"regressor_poisson_ubj_nosignature", "string for double", 200, "cast, as with a signature"},
    {"regressor_poisson_ubj_nosignature", "double over float range", 400,
     "1e300 is no float32 and never becomes infinity in silence"},
};

const Difference* Expected(const std::string& model, std::string_view exchange) {
  for (const Difference& one : kDifferences) {
    if (exchange == one.exchange && (one.model[0] == '\0' || model == one.model)) return &one;
  }
  return nullptr;
}

// The model directory served under a contract that declares no inputs.
class GoldenServer {
 public:
  explicit GoldenServer(const std::string& directory) {
    auto artifact = model::ReadArtifact(PosixFileSystem(), directory);
    CHECK_OK_RESULT(artifact);
    auto flat = model::Compile(*artifact);
    CHECK_OK_RESULT(flat);
    const auto bytes = std::make_shared<const std::string>(std::move(*flat));
    auto predictor = model::Load(AsBytes(*bytes), bytes, {});
    CHECK_OK_RESULT(predictor);
    serving::VersionParts parts;
    parts.model = "m";
    parts.number = 1;
    parts.format = "mlflow";
    auto contract = std::make_shared<records::Contract>();
    contract->model = "m";
    contract->owner.team = "tests";
    contract->hash = "c0ffee";
    contract->output.name = (*predictor)->signature().output_columns->field(0).name;
    parts.contract = contract;
    parts.predictor = std::move(*predictor);
    auto served = serving::AssembleVersion(std::move(parts));
    CHECK_OK_RESULT(served);
    auto next = std::make_shared<serving::Snapshot>();
    next->models["m"].name = "m";
    next->models["m"].champion = *served;
    next->models["m"].versions[1] = *served;
    snapshot_ = next;
    serving::Decider::Options options;
    options.clock = &SystemClock();
    options.journal = &journal_;
    options.snapshot = [this] { return snapshot_; };
    decider_ = serving::Decider::Make(options).value();
    api::Dependencies use;
    use.decider = decider_.get();
    use.snapshot = options.snapshot;
    use.clock = options.clock;
    handler = api::MakeHandler(std::move(use));
  }
  api::Handler handler;

 private:
  serving::testing::MemoryJournal journal_;
  std::shared_ptr<const serving::Snapshot> snapshot_;
  std::unique_ptr<serving::Decider> decider_;
};

void ExpectSamePredictions(const api::testing::Answered& ours, std::string_view theirs,
                           const std::string& name) {
  const auto want = Json::Parse(theirs);
  const Json got = ours.json();
  ASSERT_TRUE(want.ok()) << theirs;
  ASSERT_TRUE(got.IsObject()) << name << " " << ours.body;
  const Json::Array& w = **want->GetArray("predictions");
  const Json::Array& g = **got.GetArray("predictions");
  ASSERT_EQ(g.size(), w.size()) << name << " " << ours.body;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!w[i].IsArray()) {
      EXPECT_EQ(*g[i].AsDouble(), *w[i].AsDouble()) << name << " row " << i;
      continue;
    }
    const Json::Array &wr = **w[i].AsArray(), &gr = **g[i].AsArray();
    ASSERT_EQ(gr.size(), wr.size()) << name;
    for (std::size_t k = 0; k < wr.size(); ++k)
      EXPECT_EQ(*gr[k].AsDouble(), *wr[k].AsDouble()) << name;
  }
}

class MlflowGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(MlflowGolden, AnswersEveryRecordedExchange) {
  const std::string model = GetParam();
  const std::string root = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/";
  GoldenServer server(root + model);
  std::ifstream exchanges(root + model + ".requests.jsonl");
  int seen = 0;
  for (std::string line; std::getline(exchanges, line); ++seen) {
    const auto exchange = Json::Parse(line);
    ASSERT_TRUE(exchange.ok()) << line;
    const std::string name(*exchange->GetString("case"));
    const Json* const type = exchange->Find("content_type");
    const Json* const body = exchange->Find("request");
    const auto answer = api::testing::Send(
        server.handler,
        std::string(*exchange->GetString("method")) + " " +
            std::string(*exchange->GetString("path")),
        body->IsNull() ? "" : std::string(*body->AsString()),
        type->IsNull() ? "" : "Content-Type: " + std::string(*type->AsString()) + "\r\n");
    const Difference* const different = Expected(model, name);
    const auto status = static_cast<int>(*exchange->GetInt("status"));
    EXPECT_EQ(answer.status, different ? different->status : status) << name << ": " << answer.body;
    if (different == nullptr && status == 200 && *exchange->GetString("method") == "POST") {
      ExpectSamePredictions(answer, *exchange->GetString("answer"), name);
    }
  }
  EXPECT_GE(seen, 9);
}

INSTANTIATE_TEST_SUITE_P(Models, MlflowGolden,
                         ::testing::Values("booster_json", "booster_ubj_optional_columns",
                                           "booster_softprob_json", "classifier_binary_ubj",
                                           "regressor_poisson_ubj_nosignature"));

TEST(MlflowGolden, ThePickledModelIsRefusedWithoutAPython) {
  auto artifact = model::ReadArtifact(
      PosixFileSystem(), MOORING_SOURCE_DIR "/tests/golden/mlflow_models/sklearn_logreg_pickle");
  ASSERT_TRUE(artifact.ok());
  const auto flat = model::Compile(*artifact);
  ASSERT_TRUE(flat.ok());
  const auto made = model::Load(AsBytes(*flat), nullptr, {});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring
