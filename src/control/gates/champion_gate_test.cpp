#include "control/gates/champion_gate.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "control/registration/registration_fixture.h"

namespace mooring::control {
namespace {

// Clients whose default depends on their debt; `debt_scale` is what a wrong unit would do.
std::string Clients(double debt_scale, std::uint64_t seed) {
  Rng rng(seed);
  std::string csv = "age,income,debt,score,children,late\n";
  for (int row = 0; row < 1000; ++row) {
    const double debt = rng.Uniform();
    const bool late = rng.Uniform() < 0.1 + 0.4 * debt;
    csv += std::to_string(20 + rng.Below(50)) + "," + std::to_string(500 + rng.Below(3000)) + "," +
           std::to_string(debt * debt_scale) + "," + std::to_string(rng.Uniform()) + "," +
           std::to_string(rng.Below(4)) + "," + (late ? "1" : "0") + "\n";
  }
  return csv;
}

class ChampionGateTest : public RegistrationFixture {
 protected:
  void SetUp() override {
    RegistrationFixture::SetUp();
    Apply();
    registrar_.validate = ChampionGate{
        .files = &PosixFileSystem(), .registry = registry_.get(), .blobs = blobs_.get()};
    request_.artifact_path =
        std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_models/booster_ubj";
    request_.label = "late";
  }
  records::VersionRecord Register(const std::string& csv) {
    request_.training = Rows(csv);
    auto registered = RegisterVersion(registrar_, request_);
    EXPECT_TRUE(registered.ok()) << registered.error().ToString();
    return registered.ok() ? registered->version : records::VersionRecord();
  }
};

TEST_F(ChampionGateTest, WithoutAChampionThereIsNothingToCompareWith) {
  EXPECT_EQ(Register(Clients(1, 1)).state, records::VersionRecord::State::kCandidate);
  EXPECT_EQ(Register(Clients(1.609, 2)).state, records::VersionRecord::State::kCandidate);
}

TEST_F(ChampionGateTest, DataUnlikeTheChampionsAreRefusedByName) {
  ASSERT_EQ(Register(Clients(1, 1)).state, records::VersionRecord::State::kCandidate);
  records::Change change;
  change.author = "ada";
  change.reason = "first";
  ASSERT_TRUE(registry_->SetAlias("credit", "champion", 1, change).ok());
  EXPECT_EQ(Register(Clients(1, 3)).state, records::VersionRecord::State::kCandidate);
  const records::VersionRecord refused = Register(Clients(1.609, 2));
  EXPECT_EQ(refused.state, records::VersionRecord::State::kRefused);
  EXPECT_NE(refused.validation_json.find("debt"), std::string::npos) << refused.validation_json;
}

}  // namespace
}  // namespace mooring::control
