// Profiles over the API, on a real registry in a directory of its own and a reference that lives in
// memory.
#include "api/native/profiles.h"

#include <unistd.h>

#include <filesystem>

#include "api/api_fixture.h"
#include "data/stats/profile.h"

namespace mooring::api {
namespace {

using testing::Answered;

constexpr const char* kProfiles =
    "/api/v1/models/m/profiles?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z";

// 400 rows of a = shift + 0 … 99 again and again.
data::Batch Rows(double shift) {
  auto schema = data::Schema::Make({{.name = "a"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int i = 0; i < 400; ++i) batch.column(0).Append(shift + i % 100);
  batch.SetRows(400);
  return batch;
}

class Profiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = ::testing::TempDir() + "profiles_" + std::to_string(::getpid()) + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    auto opened = records::Registry::Open({.directory = directory_, .clock = &SystemClock()});
    ASSERT_TRUE(opened.ok());
    registry_ = std::move(*opened);
    const records::Change change{.author = "ann", .reason = "first"};
    ASSERT_TRUE(registry_
                    ->ApplyContract("model: m\nowner: {team: sales}\ninputs: {a: float64}\n"
                                    "output: {name: score}\nfallback: [deny]\n",
                                    change)
                    .ok());
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    version.reference_blob = std::string(64, 'c');
    ASSERT_TRUE(registry_->RegisterVersion("m", version, change).ok());
    version.reference_blob.clear();
    ASSERT_TRUE(registry_->RegisterVersion("m", version, change).ok());
    ASSERT_TRUE(registry_->SetAlias("m", "champion", 1, change).ok());
    api_.use.registry = registry_.get();
    api_.use.read_blob = [this](std::string_view) { return Result<std::string>(reference_); };
    api_.handler = MakeHandler(api_.use);
  }
  void TearDown() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string ProfileOf(double shift) const {
    data::BatchProfile profile(data::BatchProfile::FromJson(reference_).value().bins());
    EXPECT_TRUE(profile.Add(Rows(shift)).ok());
    return profile.ToJson();
  }
  std::size_t Stored() { return registry_->Verdicts("m", {}).value().size(); }

  const std::string reference_ = data::LearnReference(Rows(0)).value().ToJson();
  std::string directory_;
  std::unique_ptr<records::Registry> registry_;
  testing::TestApi api_;
};

TEST_F(Profiles, ShowsTheReferenceWhoseBinsToCountOn) {
  for (const std::string version : {"1", "champion"}) {
    const Answered answered = api_.Get("/api/v1/models/m/versions/" + version + "/reference");
    EXPECT_EQ(answered.status, 200);
    EXPECT_EQ(answered.body, reference_);
  }
  EXPECT_EQ(api_.Get("/api/v1/models/m/versions/7/reference").status, 404);
  EXPECT_EQ(api_.Get("/api/v1/models/none/versions/1/reference").status, 404);
  const Answered bare = api_.Get("/api/v1/models/m/versions/2/reference");
  EXPECT_EQ(*bare.json().GetString("why"), "it was registered without training data");
}

TEST_F(Profiles, JudgesAndKeepsWhatWasSent) {
  const Answered answered = api_.Post(kProfiles, ProfileOf(60));
  ASSERT_EQ(answered.status, 200) << answered.body;
  const Json verdict = answered.json();
  EXPECT_EQ(*verdict.GetUint("rows"), 400U);
  EXPECT_EQ(*verdict.GetUint("version"), 1U);
  EXPECT_EQ(*verdict.GetString("start"), "2026-01-31T00:00:00.000000Z");
  EXPECT_EQ((*verdict.Get("evidence"))->GetArray("features").value()->size(), 1U);
  const auto stored = registry_->Verdicts("m", {.kind = "drift"}).value();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].verdict, *verdict.GetString("verdict"));
  EXPECT_EQ(stored[0].rows, 400U);
}

TEST_F(Profiles, TheSameWindowSentAgainReplacesIt) {
  ASSERT_EQ(api_.Post(kProfiles, ProfileOf(60)).status, 200);
  ASSERT_EQ(api_.Post(kProfiles, ProfileOf(0)).status, 200);
  const auto stored = registry_->Verdicts("m", {.kind = "drift"}).value();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].verdict, "ok");
}

TEST_F(Profiles, RefusesWhatIsNoProfileOfThisVersion) {
  const std::string good = ProfileOf(0);
  const std::string other = data::LearnReference(Rows(0.25)).value().ToJson();
  std::string miscounted = good;
  miscounted.replace(miscounted.find("\"rows\":400"), 10, "\"rows\":401");
  std::string huge = good;
  huge.replace(huge.find("\"rows\":400"), 10, "\"rows\":18446744073709551615");
  std::string deep = R"({"profile":1,"columns":)";
  for (int i = 0; i < 1000; ++i) deep += '[';
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("\xff\xfe"), deep, other,
        miscounted, huge, std::string(R"({"profile":2,"columns":[]})"),
        std::string(R"({"profile":1,"columns":[]})"), good.substr(0, good.size() / 2)}) {
    const Answered answered = api_.Post(kProfiles, body);
    EXPECT_EQ(answered.status, 400) << answered.body;
  }
  EXPECT_EQ(Stored(), 0U);
}

TEST_F(Profiles, RefusesTimesThatAreNoWindow) {
  const std::string path = "/api/v1/models/m/profiles";
  for (const char* query : {"", "?from=2026-01-31T00:00:00Z", "?from=x&to=y",
                            "?from=2026-02-01T00:00:00Z&to=2026-01-31T00:00:00Z",
                            "?from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z",
                            "?from=2026-02-01T00:00:00Z&to=9026-02-01T00:00:00Z"}) {
    EXPECT_EQ(api_.Post(path + query, ProfileOf(0)).status, 400) << query;
  }
  EXPECT_EQ(api_.Post(std::string(kProfiles) + "&version=9", ProfileOf(0)).status, 404);
  EXPECT_EQ(Stored(), 0U);
}

TEST_F(Profiles, WithoutAStoreOfReferencesThereAreNone) {
  api_.use.read_blob = nullptr;
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Post(kProfiles, ProfileOf(0)).status, 503);
}

}  // namespace
}  // namespace mooring::api
