#include "control/registration/holdout.h"

#include <fmt/format.h>

#include "base/rng.h"
#include "control/registration/registration_fixture.h"
#include "control/registration/version_blobs.h"
#include "monitoring/learned.h"
#include "monitoring/quality/quality_reference.h"

namespace mooring::control {
namespace {

// 3,000 rows of two inputs' worth of what the model takes, and whether the loan was repaid.
std::string Holdout(std::size_t rows, bool as_text = false) {
  Rng rng(1);
  std::string csv = "age,income,debt,score,children,late\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const bool late = rng.Uniform() < 0.3;
    const char* const label = as_text ? (late ? "late" : "repaid") : (late ? "1" : "0");
    csv += fmt::format("{},{:.1f},{:.2f},{:.1f},{},{}\n", 20 + rng.Below(50), 1000 * rng.Uniform(),
                       rng.Uniform(), rng.Uniform(), rng.Below(4), row % 100 == 99 ? "" : label);
  }
  return csv;
}

class HoldoutTest : public RegistrationFixture {
 protected:
  void SetUp() override {
    RegistrationFixture::SetUp();
    request_.artifact_path = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_ubj";
    request_.label = "late";
  }
  static std::string Contract(const std::string& output, const std::string& outcome) {
    std::string contract = kContract;
    const std::string was = "output: {name: prediction}\n";
    contract.replace(contract.find(was), was.size(), "output: " + output + "\n" + outcome);
    return contract;
  }
  Result<monitoring::QualityReference> Learned(const Registered& registered) {
    VersionBlobs blobs(*registrar_.files, *blobs_);
    ASSIGN_OR_RETURN(const std::string text, blobs.GetText(registered.version.watch_blob));
    ASSIGN_OR_RETURN(const monitoring::Learned learned, monitoring::ParseLearned(text, nullptr));
    return monitoring::QualityReference::FromJson(learned.Part("quality"));
  }
};

TEST_F(HoldoutTest, ALabelledHoldoutIsLearnedAndStoredWithTheVersion) {
  for (const bool as_text : {false, true}) {
    Apply(Contract("{name: prediction, task: binary, positive: late}", "outcome: {name: late}\n"));
    request_.holdout = Rows(Holdout(3000, as_text));
    const auto registered = RegisterVersion(registrar_, request_);
    ASSERT_TRUE(registered.ok()) << registered.error().ToString();
    const auto quality = Learned(*registered);
    ASSERT_TRUE(quality.ok()) << quality.error().ToString();
    EXPECT_EQ(quality->from(), "holdout");
    EXPECT_EQ(quality->rows(), 2970U) << "a row without a label takes no part";
    EXPECT_NE(quality->cbpe(), nullptr);
    EXPECT_GT(quality->metrics().find("log_loss")->second.mean, 0);
  }
}

TEST_F(HoldoutTest, AModelOfNumbersHasNoEstimate) {
  Apply(Contract("{name: prediction, task: regression}", "outcome: {name: paid}\n"));
  request_.holdout = Rows(Holdout(3000));
  const auto registered = RegisterVersion(registrar_, request_);
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  const auto quality = Learned(*registered);
  ASSERT_TRUE(quality.ok()) << quality.error().ToString();
  EXPECT_EQ(quality->cbpe(), nullptr);
  EXPECT_EQ(quality->metrics().count("mae"), 1U);
}

TEST_F(HoldoutTest, WhatCannotBeLearnedIsAClearErrorAndRegistersNothing) {
  const std::string binary = "{name: prediction, task: binary, positive: late}";
  const std::string outcome = "outcome: {name: late}\n";
  struct Case {
    std::string outcome, label;
    std::size_t rows;
    std::string message;
  };
  for (const Case& of : {Case{"", "late", 3000, "a holdout needs an outcome in the contract"},
                         Case{outcome, "absent", 3000, "the holdout lacks the label 'absent'"},
                         Case{outcome, "", 3000, "the holdout lacks the label ''"},
                         Case{outcome, "late", 500, "495 labelled rows are too few"},
                         Case{outcome, "age", 3000, "0 labelled rows are too few"}}) {
    Apply(Contract(binary, of.outcome));
    request_.holdout = Rows(Holdout(of.rows));
    request_.label = of.label;
    const auto registered = RegisterVersion(registrar_, request_);
    ASSERT_FALSE(registered.ok()) << of.message;
    EXPECT_EQ(registered.error().code(), Code::kInvalidArgument) << of.message;
    EXPECT_NE(registered.error().ToString().find(of.message), std::string::npos)
        << registered.error().ToString();
  }
  EXPECT_TRUE(registry_->Versions("credit")->empty());
}

}  // namespace
}  // namespace mooring::control
