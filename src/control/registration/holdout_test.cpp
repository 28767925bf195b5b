#include "control/registration/holdout.h"

#include <algorithm>

#include "base/rng.h"
#include "control/registration/registration_fixture.h"
#include "control/registration/version_blobs.h"
#include "control/training/loss_booster.h"
#include "monitoring/learned.h"
#include "monitoring/quality/quality_reference.h"

namespace mooring::control {
namespace {

// Paid is off the model's word by ten times as much from 50 years on.
std::string Holdout(std::size_t rows) {
  Rng rng(5);
  std::string csv = "age,income,debt,score,children,name,paid\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const auto age = 20 + rng.Below(60);
    const double paid = (rng.Uniform() - 0.5) * (age >= 50 ? 20 : 2);
    csv += std::to_string(age) + ",1000," + std::to_string(rng.Uniform()) + ",0.5," +
           std::to_string(rng.Below(3)) + ",n" + std::to_string(row % 5) + "," +
           std::to_string(paid) + "\n";
  }
  return csv;
}

std::string ContractOf(const std::string& task) {
  std::string contract = kContract;
  const std::string output = "output: {name: prediction}\n";
  contract.replace(contract.find(output), output.size(),
                   "output: {name: prediction" + task + "}\noutcome: {name: paid}\n" +
                       "privacy: {subject: name, pseudonymise: [name]}\n");
  contract.insert(contract.find("  age:"), "  name: {type: string}\n");
  return contract;
}

class HoldoutTest : public RegistrationFixture {
 protected:
  monitoring::Learned Register(const std::string& contract, const std::string& csv) {
    Apply(contract);
    request_.artifact_path = MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_ubj";
    request_.training = Rows(csv);
    request_.holdout = Rows(csv);
    request_.label = "paid";
    const auto registered = RegisterVersion(registrar_, request_);
    EXPECT_TRUE(registered.ok()) << registered.error().ToString();
    if (!registered.ok()) return {};
    warnings_ = registered->warnings;
    VersionBlobs blobs(*registrar_.files, *blobs_);
    const auto profile =
        data::BatchProfile::FromJson(*blobs.GetText(registered->version.reference_blob)).value();
    const std::string text = *blobs.GetText(registered->version.watch_blob);
    size_ = text.size();
    return monitoring::ParseLearned(text, profile.bins()).value();
  }
  bool Warned(std::string_view of) const {
    return std::ranges::any_of(warnings_, [&](const auto& w) { return w.find(of) != w.npos; });
  }

  std::vector<std::string> warnings_;
  std::size_t size_ = 0;
};

// |uniform on [-0.5, 0.5]| is 0.25 in the mean: 5 from 50 years on, about 0.5 before.
TEST_F(HoldoutTest, ARegressionLearnsWhatLossesToExpect) {
  const auto learned = Register(ContractOf(", task: regression"), Holdout(4000));
  EXPECT_FALSE(Warned("not estimated"));
  const auto quality = monitoring::QualityReference::FromJson(learned.Part("quality"));
  ASSERT_TRUE(quality.ok()) << quality.error().ToString();
  EXPECT_GT(quality->gap_deviation(), 0);
  EXPECT_LT(quality->gap_deviation(), 0.5);
  const auto losses = monitoring::DleModel::FromJson(learned.Part("dle"), OpenLossBooster);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_EQ(losses->losses(),
            (std::vector{monitoring::RowLoss::kAbsolute, monitoring::RowLoss::kSquare}))
      << "no share of a truth that is nearly zero";
  const data::Batch asked = Rows("age,debt,children\n70,0.5,1\n30,0.5,1\n");
  const std::vector<double> predicted = {0.1, 0.1};
  const auto expected = losses->PredictLosses(asked, predicted);
  ASSERT_TRUE(expected.ok()) << expected.error().ToString();
  EXPECT_NEAR((*expected)[0][0], 5, 1.2);
  EXPECT_NEAR((*expected)[0][1], 0.5, 0.3);
  EXPECT_LT(size_, 1U << 20) << "bytes of all that was learned";
}

TEST_F(HoldoutTest, AClassificationLearnsNoLosses) {
  std::string csv = Holdout(2500);
  // The sign alone: a truth of two classes.
  std::string classes = csv.substr(0, csv.find('\n') + 1);
  for (std::size_t at = classes.size(); at < csv.size();) {
    const std::size_t end = csv.find('\n', at), comma = csv.rfind(',', end);
    classes += csv.substr(at, comma - at) + (csv[comma + 1] == '-' ? ",0\n" : ",1\n");
    at = end + 1;
  }
  const auto learned = Register(ContractOf(", task: binary"), classes);
  EXPECT_FALSE(learned.Part("quality").empty());
  EXPECT_TRUE(learned.Part("dle").empty());
}

// The same as RegisterVersion asks, with a trainer that fails.
TEST_F(HoldoutTest, WithoutATrainerQualityIsLearnedAllTheSame) {
  auto contract = std::make_shared<const records::Contract>(
      records::ParseContract(ContractOf(", task: regression")).value());
  const data::Batch inputs = Rows(Holdout(2500));
  data::Batch outputs(
      std::make_shared<const data::Schema>(data::Schema::Make({{.name = "prediction"}}).value()));
  for (std::size_t row = 0; row < 2500; ++row) outputs.column(0).Append(0.0);
  outputs.SetRows(2500);
  const HoldoutRows rows{.inputs = &inputs, .outputs = &outputs, .label = inputs.Find("paid")};
  bool saw_name = false;
  const auto failed = LearnQuality(
      contract, rows,
      [&](const data::Batch& seen, std::span<const double>) -> Result<monitoring::LossRegressor> {
        saw_name = seen.Find("name") != nullptr;
        return Error(Code::kFailedPrecondition, "no library");
      });
  ASSERT_TRUE(failed.ok());
  EXPECT_NE(failed->problem.find("no library"), std::string::npos);
  EXPECT_TRUE(failed->losses.empty());
  EXPECT_FALSE(saw_name) << "what is pseudonymised is something else when it is journalled";
  const auto without = LearnQuality(contract, rows);
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without->quality, failed->quality);
  EXPECT_TRUE(without->problem.empty());
}

}  // namespace
}  // namespace mooring::control
