#include "data/store/sql_over_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace mooring::data {
namespace {

const std::string kLibrary = std::string(MOORING_DEPS_DIR) + "/lib";

std::shared_ptr<const Schema> Columns() {
  return std::make_shared<const Schema>(Schema::Make({{.name = "amount"},
                                                      {.name = "carrier", .type = Type::kString},
                                                      {.name = "night", .type = Type::kBool},
                                                      {.name = "late"}})
                                            .value());
}

// amount 1 to 4, carriers AA and BB by turns, the last row late, the first amount not known.
Batch Rows() {
  Batch rows(Columns());
  for (int row = 0; row < 4; ++row) {
    rows.column(0).Append(row + 1.0);
    rows.column(1).AppendText(row % 2 == 0 ? "AA" : "BB");
    rows.column(2).Append(static_cast<std::uint8_t>(row < 2));
    rows.column(3).Append(row == 3 ? 1.0 : 0.0);
  }
  rows.column(0).SetNull(0);
  rows.SetRows(4);
  return rows;
}

class SqlOverRowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
    rows_ = SqlOverRows::Open({.library_directory = kLibrary}, "decisions", Rows()).value();
  }
  // The error's code and words, or the number.
  std::string Asked(const std::string& sql) {
    const auto number = rows_->Number(sql);
    if (!number.ok()) return number.error().message();
    return std::to_string(*number);
  }
  Code CodeOf(const std::string& sql) {
    const auto number = rows_->Number(sql);
    return number.ok() ? Code::kInternal : number.error().code();
  }
  std::unique_ptr<SqlOverRows> rows_;
};

TEST_F(SqlOverRowsTest, GivesOneNumberOfTheRows) {
  const std::pair<const char*, double> asked[] = {
      {"SELECT avg(amount) FROM decisions", 3},
      {"SELECT count(*) FROM decisions WHERE carrier = 'AA'", 2},
      {"SELECT sum(amount) FILTER (WHERE night) FROM decisions;", 2},
      {"SELECT count(*) > 3 FROM decisions", 1},
      {"SELECT sum(CASE WHEN late = 1 THEN -120 ELSE 10.5 END) FROM decisions", -88.5},
      {"WITH a AS (SELECT carrier, sum(late) l FROM decisions GROUP BY 1) SELECT max(l) FROM a", 1},
      {"FROM decisions SELECT count(DISTINCT carrier)", 2},
  };
  for (const auto& [sql, number] : asked) {
    const auto answer = rows_->Number(sql);
    ASSERT_TRUE(answer.ok()) << sql << ": " << answer.error().ToString();
    EXPECT_EQ(*answer, number) << sql;
  }
  for (const char* none : {"SELECT NULL::DOUBLE", "SELECT sum(amount) FROM decisions WHERE false",
                           "SELECT 'inf'::DOUBLE"}) {
    const auto answer = rows_->Number(none);
    ASSERT_TRUE(answer.ok()) << none << ": " << answer.error().ToString();
    EXPECT_TRUE(std::isnan(*answer)) << none;
  }
}

TEST_F(SqlOverRowsTest, RefusesWhatIsNotOneNumber) {
  EXPECT_EQ(Asked("SELECT amount FROM decisions"), "SQL: gives more than one row");
  EXPECT_EQ(Asked("SELECT 1 WHERE false"), "SQL: gives no row");
  EXPECT_EQ(Asked("SELECT 1 AS a, 2 AS b"), "SQL: gives 2 columns, not one");
  EXPECT_EQ(Asked("SELECT max(carrier) FROM decisions"), "SQL: gives a string, not a number");
  EXPECT_NE(Asked("SELECT avg(absent) FROM decisions").find("absent"), std::string::npos);
  EXPECT_EQ(CodeOf("SELECT avg(absent) FROM decisions"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("SELEC 1"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(""), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("SELECT 1; SELECT 2"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("SELECT 1 WHERE 1 = ?"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("SELECT 1 -- " + std::string(SqlOverRows::kMostSqlBytes, 'x')), Code::kTooLarge);
}

TEST_F(SqlOverRowsTest, ChangesNothingAndReadsNoFile) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "mooring_sql_over_rows";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "secret.csv").string();
  std::ofstream(file) << "n\n42\n";
  const std::string refused[] = {
      "DROP TABLE decisions",
      "DELETE FROM decisions",
      "INSERT INTO decisions VALUES (1, 'AA', true, 0)",
      "CREATE TABLE other AS SELECT 1",
      "COPY decisions TO '" + file + ".out'",
      "ATTACH '" + file + ".db' AS other",
      "SET enable_external_access = true",
      "PRAGMA enable_external_access = true",
      "INSTALL httpfs",
      "LOAD httpfs",
      "EXPLAIN ANALYZE SELECT 1",
      "SELECT n FROM '" + file + "'",
      "SELECT n FROM read_csv('" + file + "')",
      "SELECT length(content) FROM read_text('" + file + "')",
      "SELECT count(*) FROM glob('" + folder.string() + "/*')",
      "SELECT n FROM 'http://127.0.0.1:9/secret.csv'",
      "SELECT count(*) FROM mooring_rows()",
  };
  for (const std::string& sql : refused) EXPECT_FALSE(rows_->Number(sql).ok()) << sql;
  EXPECT_FALSE(std::filesystem::exists(file + ".out"));
  EXPECT_FALSE(std::filesystem::exists(file + ".db"));
  EXPECT_EQ(Asked("SELECT count(*) FROM decisions"), "4.000000");
  std::filesystem::remove_all(folder);
}

TEST_F(SqlOverRowsTest, TakesNoMoreTimeOrMemoryThanItMay) {
  const auto hasty =
      SqlOverRows::Open({.library_directory = kLibrary, .most_time = std::chrono::milliseconds(50)},
                        "decisions", Rows());
  const std::string forever =
      "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = 7";
  for (int again = 0; again < 2; ++again) {
    const auto late = (*hasty)->Number(forever);
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().code(), Code::kDeadlineExceeded);
    EXPECT_EQ(late.error().message(), "SQL: not done within 50 ms");
  }
  EXPECT_EQ(*(*hasty)->Number("SELECT count(*) FROM decisions"), 4) << "it goes on afterwards";
  const auto small = SqlOverRows::Open(
      {.library_directory = kLibrary, .memory_bytes = 32 * limits::kMiB}, "decisions", Rows());
  const auto greedy =
      (*small)->Number("SELECT count(DISTINCT repeat('x', 100) || range) FROM range(10000000)");
  ASSERT_FALSE(greedy.ok());
  EXPECT_EQ(greedy.error().code(), Code::kResourceExhausted) << greedy.error().ToString();
}

TEST_F(SqlOverRowsTest, AnEmptyTableTellsWhetherSqlIsRight) {
  const auto empty =
      SqlOverRows::Open({.library_directory = kLibrary}, "decisions", Batch(Columns()));
  ASSERT_TRUE(empty.ok()) << empty.error().ToString();
  EXPECT_EQ(*(*empty)->Number("SELECT count(*) FROM decisions"), 0);
  EXPECT_TRUE(std::isnan(*(*empty)->Number("SELECT avg(amount) FROM decisions")));
  EXPECT_FALSE((*empty)->Number("SELECT avg(carrier) FROM decisions").ok());
  EXPECT_FALSE((*empty)->Number("SELECT avg(late) FROM decisions GROUP BY carrier").ok());
}

TEST(SqlOverRows, ALibraryThatIsMissingIsAnError) {
  const auto rows = SqlOverRows::Open({.library_directory = "/nowhere"}, "decisions", Rows());
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::data
