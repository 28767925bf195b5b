#include "records/contract/business_sql.h"

#include <gtest/gtest.h>

#include "data/store/duckdb.h"

namespace mooring::records {
namespace {

const std::string kLibrary = std::string(MOORING_DEPS_DIR) + "/lib";

// `measures` begin on line 10, each on one of its own.
Contract With(const std::string& measures, const std::string& inputs =
                                               "inputs: {distance: int32, origin: category, "
                                               "night: bool, booked: timestamp}") {
  auto parsed = ParseContract("model: m\nowner: {team: t}\n" + inputs +
                              "\noutput: {name: p, task: binary, positive: late}\n"
                              "outcome: {name: late}\n"
                              "monitor:\n"
                              "  quality:\n"
                              "    metric: auc\n"
                              "    business:\n" +
                              measures);
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
  return std::move(parsed).value();
}

TEST(BusinessSql, TheTableHasInputsOutputAmountAndOutcomeOnce) {
  const Contract contract = With("      - {name: a, expression: late}\n");
  const auto columns = DecisionColumns(contract, {{"distance", data::Type::kInt32},
                                                  {"origin", data::Type::kCategory},
                                                  {"amount", data::Type::kString},
                                                  {"booked", data::Type::kTimestamp}});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  const std::pair<const char*, data::Type> expected[] = {
      {"distance", data::Type::kFloat64}, {"origin", data::Type::kString},
      {"amount", data::Type::kString},    {"booked", data::Type::kTimestamp},
      {"p", data::Type::kFloat64},        {"late", data::Type::kFloat64}};
  ASSERT_EQ(columns->size(), std::size(expected));
  for (std::size_t i = 0; i < columns->size(); ++i) {
    EXPECT_EQ(columns->field(i).name, expected[i].first);
    EXPECT_EQ(columns->field(i).type, expected[i].second) << expected[i].first;
  }
}

TEST(BusinessSql, IsRightOrWrongAtItsPlaceInTheFile) {
  if (!data::DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
  const Contract good = With(
      "      - {name: a, sql: SELECT avg(amount) FROM decisions WHERE origin = 'SVO' AND night}\n"
      "      - {name: b, expression: late - p}\n"
      "      - {name: c, sql: 'SELECT sum(distance * late) FROM decisions WHERE year(booked) > "
      "1'}\n");
  const auto none = CheckBusinessSql(good, kLibrary);
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_TRUE(none->empty()) << none->front().ToString("c.yaml");
  EXPECT_TRUE(RequireBusinessSql(good, "c.yaml", kLibrary).ok());

  const Contract bad = With(
      "      - {name: a, sql: SELECT avg(distanse) FROM decisions}\n"
      "      - {name: b, sql: SELECT avg(p) FROM decisions}\n"
      "      - {name: c, sql: SELECT p FROM decisions}\n"
      "      - {name: d, sql: DROP TABLE decisions}\n"
      "      - {name: e, sql: SELECT avg(p) FROM journal}\n");
  const auto errors = CheckBusinessSql(bad, kLibrary);
  ASSERT_TRUE(errors.ok()) << errors.error().ToString();
  ASSERT_EQ(errors->size(), 4U);
  EXPECT_EQ((*errors)[0].ToString("c.yaml").find(
                "c.yaml:10:24: monitor.quality.business[0].sql: SQL: Binder Error: Referenced "
                "column \"distanse\" not found"),
            0U)
      << (*errors)[0].ToString("c.yaml");
  EXPECT_EQ((*errors)[1].line, 12U);
  EXPECT_EQ((*errors)[2].line, 13U);
  EXPECT_EQ((*errors)[3].line, 14U);
  EXPECT_EQ((*errors)[3].path, "monitor.quality.business[4].sql");

  const Status refused = RequireBusinessSql(bad, "c.yaml", kLibrary);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(refused.error().where(), "c.yaml:10:24");
}

TEST(BusinessSql, AContractWithoutInputsIsCheckedByWhatTheModelTakes) {
  if (!data::DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
  Contract contract = With("      - {name: a, sql: SELECT avg(x) FROM decisions}\n");
  contract.inputs.clear();
  EXPECT_TRUE(CheckBusinessSql(contract, kLibrary)->empty()) << "nothing is known yet";
  EXPECT_TRUE(CheckBusinessSql(contract, kLibrary, {{.name = "x"}})->empty());
  EXPECT_EQ(CheckBusinessSql(contract, kLibrary, {{.name = "y"}})->size(), 1U);
}

TEST(BusinessSql, WithoutDuckDbOnlyContractsWithSqlFail) {
  EXPECT_TRUE(
      RequireBusinessSql(With("      - {name: a, expression: late}\n"), "c.yaml", "/none").ok());
  const Status failed =
      RequireBusinessSql(With("      - {name: a, sql: SELECT 1}\n"), "c.yaml", "/none");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(failed.error().ToString().find("DuckDB's library cannot be loaded"), std::string::npos);
}

}  // namespace
}  // namespace mooring::records
