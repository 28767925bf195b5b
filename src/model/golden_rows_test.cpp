#include "model/golden_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using ::testing::HasSubstr;

// Answers with its first input, times a factor.
class Scaled final : public Predictor {
 public:
  explicit Scaled(double factor) : factor_(factor) {
    auto inputs = data::Schema::Make({{"x", data::Type::kFloat64, true, nullptr},
                                      {"id", data::Type::kInt64, true, nullptr},
                                      {"on", data::Type::kBool, true, nullptr},
                                      {"town", data::Type::kString, true, nullptr}});
    signature_ = MakeSignature(std::move(inputs).value(), {{"y", data::Type::kFloat64, 1}});
  }
  const Signature& signature() const override { return signature_; }
  Cost cost() const override { return Cost::kInline; }
  std::size_t memory_bytes() const override { return 0; }
  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    predictions.Clear();
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      predictions.column(0).Append(rows.column(0).Number(row) * factor_);
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  double factor_;
  Signature signature_;
};

data::Batch Rows(const Predictor& predictor) {
  data::Batch rows(predictor.signature().inputs);
  const double xs[] = {0.1, -1.5e-300, std::numeric_limits<double>::infinity()};
  for (const double x : xs) rows.column(0).Append(x);
  rows.column(1).Append(std::int64_t{9'007'199'254'740'993});
  rows.column(1).AppendNull();
  rows.column(1).Append(std::int64_t{-5});
  for (const int on : {1, 0, 1}) rows.column(2).Append(static_cast<std::uint8_t>(on));
  for (const char* town : {"a \"quoted\"\n", "Тверь", ""}) rows.column(3).AppendText(town);
  rows.SetRows(3);
  return rows;
}

TEST(GoldenRows, ComeBackFromTextWithTheSameBits) {
  const Scaled model(3);
  auto rows = RecordGoldenRows(model, Rows(model));
  ASSERT_TRUE(rows.ok());
  auto back = ReadGoldenRows(WriteGoldenRows(*rows), model.signature());
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_TRUE(CheckGoldenRows(model, *back, {}).ok());
  EXPECT_EQ(back->inputs.column(1).Values<std::int64_t>()[0], 9'007'199'254'740'993);
  EXPECT_TRUE(back->inputs.column(1).IsNull(1));
  EXPECT_EQ(back->inputs.column(3).Text(0), "a \"quoted\"\n");
  EXPECT_EQ(back->outputs.column(0).Values<double>()[0], 0.1 * 3);
}

TEST(GoldenRows, ADifferenceNamesRowOutputAndBothValues) {
  const Scaled model(3), other(3 + 1e-15);
  auto rows = RecordGoldenRows(model, Rows(model));
  ASSERT_TRUE(rows.ok());
  const Status status = CheckGoldenRows(other, *rows, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(status.error().message(), HasSubstr("golden row 0: 'y' is "));
  EXPECT_THAT(status.error().message(), HasSubstr("recorded was 0.30000000000000004"));
  EXPECT_TRUE(CheckGoldenRows(other, *rows, {.relative = 1e-12}).ok());
}

TEST(GoldenRows, OtherSignaturesAndDamagedTextsAreRefused) {
  const Scaled model(3);
  auto rows = RecordGoldenRows(model, Rows(model));
  ASSERT_TRUE(rows.ok());
  const std::string text = WriteGoldenRows(*rows);
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_FALSE(ReadGoldenRows(text.substr(0, size), model.signature()).ok()) << size;
  }
  std::string renamed = text;
  renamed.replace(renamed.find("\"town\""), 6, "\"tawn\"");
  auto back = ReadGoldenRows(renamed, model.signature());
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().code(), Code::kFailedPrecondition);
  std::string mistyped = text;
  mistyped.replace(mistyped.find("-5"), 2, "-.5");
  EXPECT_FALSE(ReadGoldenRows(mistyped, model.signature()).ok());
}

TEST(GoldenRows, RecordedModelsReproduceTheirs) {
  auto predictor = testing::CompileAndLoad(testing::GoldenArtifact("mlflow_models/booster_ubj"));
  ASSERT_TRUE(predictor.ok());
  const auto cells = testing::ReadCells("mlflow_models/booster_ubj.inputs.csv");
  auto rows = RecordGoldenRows(**predictor, testing::RowsOf((*predictor)->signature(), cells));
  ASSERT_TRUE(rows.ok());
  auto back = ReadGoldenRows(WriteGoldenRows(*rows), (*predictor)->signature());
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_TRUE(CheckGoldenRows(**predictor, *back, {}).ok());
}

}  // namespace
}  // namespace mooring::model
