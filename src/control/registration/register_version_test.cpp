#include "control/registration/register_version.h"

#include <fstream>

#include "control/registration/registration_fixture.h"
#include "control/registration/stored_version.h"
#include "control/registration/version_blobs.h"
#include "model/artifact.h"

namespace mooring::control {
namespace {

constexpr const char* kTraining =
    "age,income,debt,score,children,late\n30,1000.5,0.25,0.5,2,0\n41,2000,0.5,-0.5,0,1\n"
    "52,,0.75,,1,0\n";

class RegisterVersionTest : public RegistrationFixture {
 protected:
  void SetUp() override {
    RegistrationFixture::SetUp();
    request_.artifact_path = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_ubj";
  }
};

TEST_F(RegisterVersionTest, RegistersAVersionWhoseStoredBytesGiveItsGoldenRows) {
  Apply();
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_EQ(registered->version.number, 1U);
  EXPECT_EQ(registered->golden_rows_from, "input example");
  EXPECT_EQ(registered->version.author, "ada");
  EXPECT_NE(registered->version.signature_json.find("\"children\""), std::string::npos);
  EXPECT_TRUE(registered->version.reference_blob.empty());
  ASSERT_EQ(registered->warnings.size(), 1U);
  EXPECT_NE(registered->warnings[0].find("no training data"), std::string::npos);
  EXPECT_TRUE(CheckStoredVersion({registrar_.files, blobs_.get(), ""}, registered->version).ok());
}

TEST_F(RegisterVersionTest, LearnsAReferenceOfInputsAndScore) {
  Apply();
  request_.training = Rows(kTraining);
  request_.label = "late";
  std::size_t scored = 0;
  registrar_.progress = [&scored](std::size_t rows) { scored += rows; };
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_EQ(scored, 3U);
  ASSERT_EQ(registered->warnings.size(), 1U);
  EXPECT_NE(registered->warnings[0].find("named 'score'"), std::string::npos);
  VersionBlobs blobs(*registrar_.files, *blobs_);
  const auto profile =
      data::BatchProfile::FromJson(*blobs.GetText(registered->version.reference_blob));
  ASSERT_TRUE(profile.ok());
  // The label is there for the next training data; "score" is the input of that name, with one
  // null.
  EXPECT_TRUE(profile->Find("late").has_value());
  ASSERT_TRUE(profile->Find("age").has_value());
  ASSERT_TRUE(profile->Find("score").has_value());
  EXPECT_EQ(profile->column(*profile->Find("score")).valid(), 2U);
}

TEST_F(RegisterVersionTest, LearnsEachClassOfAClassifierAndTheShareOfPredictions) {
  std::string contract = kContract;
  contract.replace(contract.find("{name: prediction}"), 18,
                   "{name: prediction_0, task: multiclass}");
  Apply(contract);
  request_.artifact_path = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_softprob_json";
  // The first two of the recorded inputs.
  request_.training = Rows(
      "age,income,debt,score,children\n65,62817.37,0.0355,-1.6721715,3\n"
      "22,,0.6696,1.4217824,3\n");
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  VersionBlobs blobs(*registrar_.files, *blobs_);
  const auto profile =
      data::BatchProfile::FromJson(*blobs.GetText(registered->version.reference_blob));
  ASSERT_TRUE(profile.ok());
  std::vector<std::string> names;
  for (std::size_t i = 5; i < profile->width(); ++i) names.push_back(profile->name(i));
  EXPECT_EQ(names, (std::vector<std::string>{"output:prediction_0", "output:prediction_1",
                                             "output:prediction_2", "predicted_class"}))
      << "an input is named score";
  double sum = 0;
  for (const std::size_t i : {5U, 6U, 7U}) sum += profile->Mean(i);
  EXPECT_NEAR(sum, 1, 1e-6);
  const auto& classes = std::get<data::CategoryBins>((*profile->bins())[8].bins);
  EXPECT_EQ(classes.named().size(), 3U) << "those that no row has too";
  EXPECT_EQ(profile->column(8).valid(), 2U);
}

TEST_F(RegisterVersionTest, RefusesWhatCannotServeAndRegistersNothing) {
  EXPECT_EQ(RegisterVersion(registrar_, request_).error().code(), Code::kNotFound);  // no model yet
  Apply();
  const RegisterRequest good = request_;
  request_.artifact_path = directory_ + "/absent";
  EXPECT_EQ(RegisterVersion(registrar_, request_).error().code(), Code::kNotFound);
  request_ = good;
  request_.training = Rows("age,debt\n30,0.5\n");
  EXPECT_EQ(RegisterVersion(registrar_, request_).error().code(), Code::kInvalidArgument);
  request_ = good;
  request_.training = Rows(kTraining);
  request_.label = "absent";
  EXPECT_EQ(RegisterVersion(registrar_, request_).error().code(), Code::kInvalidArgument);
  request_ = good;
  registrar_.shape = [](const auto&, const auto&, const auto&, const auto&) -> Result<data::Batch> {
    return Error(Code::kFailedPrecondition, "the contract does not fit");
  };
  EXPECT_EQ(RegisterVersion(registrar_, request_).error().code(), Code::kFailedPrecondition);
  EXPECT_TRUE(registry_->Versions("credit")->empty());
}

TEST_F(RegisterVersionTest, RefusesAnOutputThatTheModelDoesNotHave) {
  std::string contract = kContract;
  contract.replace(contract.find("name: prediction"), 16, "name: probabilit");
  Apply(contract);
  request_.training = Rows(kTraining);
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_FALSE(registered.ok());
  EXPECT_EQ(registered.error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(registered.error().why(), "its outputs: prediction");
}

TEST_F(RegisterVersionTest, ComparesGivenGoldenOutputsWithinTheTolerance) {
  Apply();
  request_.golden = Rows("age,income,debt,score,children,prediction\n30,1000.5,0.25,0.5,2,7\n");
  auto registered = RegisterVersion(registrar_, request_);
  ASSERT_FALSE(registered.ok());
  EXPECT_EQ(registered.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(registered.error().message().find("golden row 1"), std::string::npos);
  request_.golden =
      Rows("age,income,debt,score,children,prediction\n30,1000.5,0.25,0.5,2,0.1324619\n");
  request_.golden_tolerance = 0;
  const std::string close = RegisterVersion(registrar_, request_).error().message();
  EXPECT_NE(close.find("is 0.13246186077594757, recorded was 0.1324619"), std::string::npos)
      << "digits that differ: " << close;
  request_.golden_tolerance = 10;
  registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_EQ(registered->golden_rows_from, "given");
}

TEST_F(RegisterVersionTest, KeepsAVersionWithBadTrainingDataAsRefused) {
  Apply();
  request_.training = Rows(kTraining);
  request_.label = "late";
  bool saw_label = false;
  registrar_.validate = [&saw_label](const auto&, const data::Batch& rows,
                                     const TrainingLabel& label) -> Result<std::string> {
    saw_label = label.name == "late" && label.column->size() == rows.rows();
    return std::string(R"([{"feature":"age","severity":"refuse","message":"1 finding: age"}])");
  };
  auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_TRUE(saw_label);
  EXPECT_EQ(registered->version.state, records::VersionRecord::State::kRefused);
  EXPECT_EQ(registered->version.state_reason, "1 finding: age");
  request_.change.force = true;
  request_.change.reason = "we know";
  registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_EQ(registered->version.state, records::VersionRecord::State::kCandidate);
  EXPECT_EQ(registered->warnings.size(), 2U) << "findings, and an input named score";
}

TEST_F(RegisterVersionTest, KeepsIdentifiersOutOfEverythingStored) {
  std::string contract = kContract;
  contract += "privacy: {subject: name, pseudonymise: [name]}\n";
  contract.insert(contract.find("  age:"), "  name: {type: string}\n");
  Apply(contract);
  request_.training = Rows(
      "name,age,income,debt,score,children\nAnnabel,30,1.5,0.25,0.5,2\nBartholomew,3,1,1,1,1\n");
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    ++files;
    EXPECT_EQ(bytes.find("Annabel"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("Bartholomew"), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 3U);
}

TEST_F(RegisterVersionTest, NoticesBlobsThatWereDamagedLater) {
  Apply();
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok());
  const auto id = data::BlobId::Parse(registered->version.golden_blob).value();
  std::ofstream(blobs_->PathOf(id), std::ios::trunc) << "{}";
  EXPECT_FALSE(CheckStoredVersion({registrar_.files, blobs_.get(), ""}, registered->version).ok());
}

TEST_F(RegisterVersionTest, MakesTheCompiledFormAgainWhenItIsGone) {
  Apply();
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok());
  const auto id = data::BlobId::Parse(registered->version.artifact_blob).value();
  const std::string flat = *blobs_->Sidecar(id, "flat");
  ASSERT_TRUE(std::filesystem::remove(flat));
  EXPECT_TRUE(CheckStoredVersion({registrar_.files, blobs_.get(), ""}, registered->version).ok());
  EXPECT_TRUE(std::filesystem::exists(flat));
}

TEST_F(RegisterVersionTest, BringsADirectoryBackFileByFile) {
  const auto artifact = model::ReadArtifact(PosixFileSystem(), request_.artifact_path).value();
  VersionBlobs blobs(*registrar_.files, *blobs_);
  const auto id = blobs.PutArtifact(artifact, "flat");
  ASSERT_TRUE(id.ok());
  const auto back = blobs.GetArtifact(*id);
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->files().size(), artifact.files().size());
  for (std::size_t i = 0; i < artifact.files().size(); ++i) {
    EXPECT_EQ(back->files()[i].path, artifact.files()[i].path);
    EXPECT_EQ(AsText(back->files()[i].bytes), AsText(artifact.files()[i].bytes));
  }
  EXPECT_FALSE(blobs.GetArtifact(*blobs.PutText("no manifest")).ok());
}

}  // namespace
}  // namespace mooring::control
