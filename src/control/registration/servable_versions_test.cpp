#include "control/registration/servable_versions.h"

#include <algorithm>
#include <map>

#include "control/registration/registration_fixture.h"

namespace mooring::control {
namespace {

// Directories of this machine in place of the artifact store.
class CopiedArtifacts final : public records::ArtifactStore {
 public:
  std::map<std::string, std::string> directories;
  Status Materialise(std::string_view directory, const std::string& target) const override {
    const auto found = directories.find(std::string(directory));
    if (found == directories.end()) return Error(Code::kNotFound, "no such artifact");
    std::filesystem::copy(found->second, target, std::filesystem::copy_options::recursive);
    return Ok();
  }
  Result<std::unique_ptr<records::ArtifactUpload>> Begin() override { return No(); }
  Result<std::unique_ptr<records::ArtifactReader>> Get(std::string_view) const override {
    return No();
  }
  Result<std::vector<records::ArtifactEntry>> List(std::string_view) const override { return No(); }
  Result<std::vector<records::ArtifactEntry>> ListAll(std::string_view) const override {
    return No();
  }
  Status Remove(std::string_view) override { return No(); }
  Result<std::size_t> Sweep() { return std::size_t{0}; }

 private:
  static Error No() { return Error(Code::kUnsupported, "not here"); }
};

class ServableVersionsTest : public RegistrationFixture {
 protected:
  void SetUp() override {
    RegistrationFixture::SetUp();
    Apply();
    catalogue_ = records::Catalogue::Open({.directory = directory_, .clock = &clock_}).value();
    const std::string models = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/";
    artifacts_.directories["1/models/m-1/artifacts"] = models + "booster_ubj";
    change_.author = "ada";
    change_.reason = "set by an MLflow client";
    scratch_ = directory_ + "/scratch";
  }
  VersionNumber Add(const std::string& source) {
    return catalogue_->CreateVersion({.model = "credit", .source = source})->number;
  }
  Status Make(VersionNumber number) {
    ServableVersions servable({.registrar = registrar_,
                               .catalogue = catalogue_.get(),
                               .artifacts = &artifacts_,
                               .scratch = scratch_});
    return servable.Make("credit", number, change_);
  }

  CopiedArtifacts artifacts_;
  std::unique_ptr<records::Catalogue> catalogue_;
  records::Change change_;
  std::string scratch_;
};

TEST_F(ServableVersionsTest, RegistersUnderTheNumberThatItHasAndLeavesNothingBehind) {
  Add("s3://elsewhere/model");
  ASSERT_EQ(Add("mlflow-artifacts:/1/models/m-1/artifacts"), 2u);
  // What a crash left is in nobody's way.
  std::filesystem::create_directories(scratch_ + "/model/deep");
  const Status made = Make(2);
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const auto version = registry_->Version("credit", 2);
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(version->format, "xgboost");
  EXPECT_EQ(version->author, "ada");
  EXPECT_FALSE(version->golden_blob.empty());
  EXPECT_TRUE(catalogue_->Version("credit", 2)->native);
  EXPECT_FALSE(std::filesystem::exists(scratch_));
  EXPECT_TRUE(registry_->SetAlias("credit", "champion", 2, change_).ok());
  EXPECT_TRUE(Make(2).ok());  // again: nothing to do
  EXPECT_EQ(registry_->Versions("credit")->size(), 1u);
}

TEST_F(ServableVersionsTest, FollowsCopiesToTheirFiles) {
  Add("mlflow-artifacts:/1/models/m-1/artifacts");
  ASSERT_EQ(Add("models:/credit/1"), 2u);
  EXPECT_TRUE(Make(2).ok());
  EXPECT_FALSE(catalogue_->Version("credit", 1)->native);
}

TEST_F(ServableVersionsTest, SaysWhyAVersionCannotServe) {
  struct Case {
    std::string source, why;
  };
  const Case cases[] = {
      {"s3://bucket/model", "its files are not in this server's artifact store"},
      {"mlflow-artifacts:/none", "no such artifact"},
      {"models:/credit/99", "Model Version (name=credit, version=99) not found"},
      {"runs:/r/model", "this server tracks no runs"},
      {"mlflow-artifacts:/", "its source is the whole artifact store"},
  };
  for (const Case& each : cases) {
    const Status made = Make(Add(each.source));
    ASSERT_FALSE(made.ok()) << each.source;
    EXPECT_EQ(made.error().code(), Code::kFailedPrecondition) << each.source;
    EXPECT_NE(made.error().message().find("cannot serve: " + each.why), std::string::npos)
        << made.error().message();
  }
  EXPECT_TRUE(registry_->Versions("credit")->empty());
  EXPECT_EQ(Make(77).error().code(), Code::kNotFound);
}

TEST_F(ServableVersionsTest, AModelThatDoesNotFitItsContractIsRefused) {
  std::string other(kContract);
  other.replace(other.find("age: {type: int64}"), 18, "years: {type: int64}");
  Apply(other);
  registrar_.shape = [](const auto& contract, const model::Signature&, const Dictionaries&,
                        const data::Batch&) -> Result<data::Batch> {
    return Error(Code::kFailedPrecondition, "the model takes 'age'").Why(contract->model);
  };
  const Status made = Make(Add("mlflow-artifacts:/1/models/m-1/artifacts"));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(scratch_));
}

}  // namespace
}  // namespace mooring::control
