#include "monitoring/quality/decisions_table.h"

#include <gtest/gtest.h>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using data::Type;

const double kNan = std::nan("");

std::shared_ptr<const data::Schema> Inputs() {
  const auto carriers = data::Dictionary::Make({"AA", "BB"}).value();
  return std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "unread"},
                          {.name = "Distance", .type = Type::kInt32},
                          {.name = "carrier", .type = Type::kCategory, .dictionary = carriers},
                          {.name = "note", .type = Type::kString},
                          {.name = "night", .type = Type::kBool},
                          {.name = "booked", .type = Type::kTimestamp}})
          .value());
}

records::Contract Reading(const std::string& sql) {
  records::Contract contract = BinaryContract();
  contract.monitor.quality.business = {{.name = "m", .expression = "", .sql = sql}};
  return contract;
}

// Two rows; of the second everything is missing.
data::Batch TwoRows() {
  data::Batch rows(Inputs());
  rows.column(0).Append(1.0);
  rows.column(1).Append(std::int32_t{700});
  rows.column(2).AppendText("CC");  // a category that nobody knew
  rows.column(3).AppendText("early bird");
  rows.column(4).Append(std::uint8_t{1});
  rows.column(5).Append(std::int64_t{1'700'000'000'000'000});
  for (std::size_t i = 0; i < rows.width(); ++i) rows.column(i).AppendNull();
  rows.SetRows(2);
  return rows;
}

QualityRows Kept(DecisionsTable& table, const data::Batch& inputs) {
  QualityRows rows =
      RowsOf(std::vector<double>(inputs.rows(), 0.25), std::vector<double>(inputs.rows(), 1));
  rows.read_columns = table.kept();
  for (std::size_t row = 0; row < inputs.rows(); ++row) table.Append(inputs, row, rows.read);
  return rows;
}

TEST(DecisionsTable, KeepsInputsThatAMeasureNamesWhateverTheirCase) {
  const auto names = [](const records::Contract& contract) {
    std::string all;
    const auto table = DecisionsTable::Make(contract, *Inputs());
    for (const data::Field& field : table->schema()->fields()) all += field.name + " ";
    return all;
  };
  EXPECT_EQ(names(Reading("SELECT avg(DISTANCE) FROM decisions")), "Distance p amount late ");
  EXPECT_EQ(names(Reading("SELECT count(\"note\") FROM decisions")), "note p amount late ");
  records::Contract contract = Reading("SELECT 1");
  contract.effect.value = "if(night, 1, 0)";
  EXPECT_EQ(names(contract), "night p amount late ");
  contract.outcome.reset();
  EXPECT_EQ(names(contract), "night p amount ");
}

TEST(DecisionsTable, KeepsANameThatIsWrittenInSeveralWays) {
  const auto inputs = Columns({"size \"12\"\"", "unread"});
  const auto table =
      DecisionsTable::Make(Reading("SELECT sum(\"size \"\"12\"\"\"\"\") FROM decisions"), *inputs);
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->kept(), 1U);
}

TEST(DecisionsTable, GivesEveryTypeBackAsItCame) {
  auto table = DecisionsTable::Make(Reading("distance carrier note night booked"), *Inputs());
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->kept(), 5U);
  QualityRows rows = Kept(*table, TwoRows());
  rows.amounts = {10, kNan};
  const data::Batch batch = table->Of(rows, 0);
  ASSERT_EQ(batch.rows(), 2U);
  EXPECT_EQ(batch.Find("Distance")->Number(0), 700);
  EXPECT_EQ(batch.Find("carrier")->Text(0), "CC");
  EXPECT_EQ(batch.Find("note")->Text(0), "early bird");
  EXPECT_EQ(batch.Find("night")->Number(0), 1);
  EXPECT_EQ(batch.Find("booked")->Values<std::int64_t>()[0], 1'700'000'000'000'000);
  EXPECT_EQ(batch.Find("p")->Number(1), 0.25);
  EXPECT_EQ(batch.Find("amount")->Number(0), 10);
  EXPECT_EQ(batch.Find("late")->Number(1), 1);
  for (const char* name : {"Distance", "carrier", "note", "night", "booked", "amount"}) {
    EXPECT_TRUE(batch.Find(name)->IsNull(1)) << name;
  }
}

TEST(DecisionsTable, RowsWithoutTruthAreNotInIt) {
  auto table = DecisionsTable::Make(Reading("distance"), *Inputs());
  QualityRows rows = Kept(*table, TwoRows());
  rows.truth[0] = kNan;
  const data::Batch batch = table->Of(rows, 0);
  EXPECT_EQ(batch.rows(), 1U);
  EXPECT_TRUE(batch.Find("Distance")->IsNull(0));
  rows.truth[1] = kNan;
  EXPECT_EQ(table->Of(rows, 0).rows(), 0U);
}

TEST(DecisionsTable, ABlockThatLacksItsInputsHasThemMissing) {
  auto table = DecisionsTable::Make(Reading("distance note"), *Inputs());
  data::Batch none(Columns({"unread"}));
  none.column(0).Append(1.0);
  none.SetRows(1);
  const QualityRows rows = Kept(*table, none);
  EXPECT_TRUE(table->Of(rows, 0).Find("note")->IsNull(0));
}

TEST(DecisionsTable, KeepsSoManyTextsAndSaysWhenItIsFull) {
  auto table = DecisionsTable::Make(Reading("note"), *Inputs());
  data::Batch inputs(Inputs());
  for (std::size_t row = 0; row < DecisionsTable::kMostTexts + 1; ++row) {
    for (const std::size_t i : {0, 1, 2, 4, 5}) inputs.column(i).AppendNull();
    inputs.column(3).AppendText(std::to_string(row));
  }
  inputs.SetRows(DecisionsTable::kMostTexts + 1);
  std::vector<double> read;
  for (std::size_t row = 0; row < DecisionsTable::kMostTexts; ++row) {
    table->Append(inputs, row, read);
    table->Append(inputs, row, read);  // no text twice
  }
  EXPECT_FALSE(table->full());
  table->Append(inputs, DecisionsTable::kMostTexts, read);
  EXPECT_TRUE(table->full());
  EXPECT_TRUE(std::isnan(read.back()));
  table->Append(inputs, 7, read);
  EXPECT_EQ(read.back(), 7) << "what is known stays known";
}

TEST(DecisionsTable, ReadsNothingOfInputsThatAreNoColumns) {
  records::Contract contract = Reading("SELECT 1");
  contract.output.name = "late";
  const auto table = DecisionsTable::Make(contract, *Inputs());
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->schema()->size(), 2U) << "late, amount";
}

}  // namespace
}  // namespace mooring::monitoring
