#include "data/store/sqlite.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace mooring::data {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("mooring_sqlite_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "test.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Database Opened() {
    Result<Database> db = Database::Open(path_, {.busy_timeout = std::chrono::milliseconds(1)});
    return std::move(db).value();
  }
  static std::int64_t Count(Database& db, std::string_view table) {
    Statement count = db.Prepare("SELECT count(*) FROM " + std::string(table)).value();
    EXPECT_TRUE(count.Step().value());
    return count.Int(0);
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(SqliteTest, OpensInWalWithFullSyncAndForeignKeys) {
  Database db = Opened();
  const std::array<std::pair<const char*, const char*>, 3> expected = {
      {{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}}};
  for (const auto& [name, value] : expected) {
    Statement pragma = db.Prepare(std::string("PRAGMA ") + name).value();
    ASSERT_TRUE(pragma.Step().value());
    EXPECT_EQ(pragma.Text(0), value) << name;
  }
}

TEST_F(SqliteTest, ValuesOfEveryKindComeBack) {
  Database db = Opened();
  ASSERT_TRUE(db.Execute("CREATE TABLE t(i, r, s, b, n)").ok());
  const std::string text("a\0b\xC3\xA9", 5), bytes("\0\xFF", 2);
  Statement add = db.Prepare("INSERT INTO t VALUES(?,?,?,?,?)").value();
  ASSERT_TRUE(add.Run(std::int64_t{-9'223'372'036'854'775'807}, 0.1, text, AsBytes(bytes),
                      std::optional<std::int64_t>())
                  .ok());
  ASSERT_TRUE(add.Run(7U, -0.0, std::string_view(), ByteSpan(), nullptr).ok());
  EXPECT_EQ(db.last_insert_id(), 2);
  Statement all = db.Prepare("SELECT * FROM t ORDER BY rowid").value();
  ASSERT_EQ(all.columns(), 5);
  ASSERT_TRUE(all.Step().value());
  EXPECT_EQ(all.Int(0), -9'223'372'036'854'775'807);
  EXPECT_EQ(all.Real(1), 0.1);
  EXPECT_EQ(all.Text(2), text);
  EXPECT_EQ(AsText(all.Bytes(3)), bytes);
  EXPECT_TRUE(all.IsNull(4));
  ASSERT_TRUE(all.Step().value());
  EXPECT_EQ(all.Int(0), 7);
  EXPECT_FALSE(all.IsNull(2)) << "empty text is not null";
  EXPECT_FALSE(all.IsNull(3)) << "empty bytes are not null";
  EXPECT_FALSE(all.Step().value());
}

TEST_F(SqliteTest, ErrorsSayWhatTheCallerCanDo) {
  Database db = Opened();
  ASSERT_TRUE(db.Execute("CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);"
                         "CREATE TABLE b(a REFERENCES a(id)); INSERT INTO a VALUES(1, 'x')")
                  .ok());
  const std::array<std::pair<const char*, Code>, 6> cases = {{
      {"INSERT INTO a VALUES(1, 'y')", Code::kAlreadyExists},
      {"INSERT INTO a VALUES(2, 'x')", Code::kAlreadyExists},
      {"INSERT INTO a VALUES(3, NULL)", Code::kFailedPrecondition},
      {"INSERT INTO b VALUES(99)", Code::kFailedPrecondition},
      {"SELEC 1", Code::kInternal},
      {"", Code::kInternal},
  }};
  for (const auto& [sql, code] : cases) {
    Result<Statement> statement = db.Prepare(sql);
    const Status status = statement.ok() ? statement->Run() : Status(statement.error());
    ASSERT_FALSE(status.ok()) << sql;
    EXPECT_EQ(status.error().code(), code) << status.error().ToString();
  }
  Statement one = db.Prepare("SELECT ?").value();
  EXPECT_FALSE(one.Bind(2, 1).ok());
}

TEST_F(SqliteTest, AStatementWorksAgainAfterItsError) {
  Database db = Opened();
  ASSERT_TRUE(db.Execute("CREATE TABLE t(k PRIMARY KEY)").ok());
  Statement add = db.Prepare("INSERT INTO t VALUES(?)").value();
  ASSERT_TRUE(add.Run(1).ok());
  ASSERT_FALSE(add.Run(1).ok());
  EXPECT_TRUE(add.Run(2).ok());
  EXPECT_EQ(Count(db, "t"), 2);
}

TEST_F(SqliteTest, ATransactionThatIsNotCommittedLeavesNothing) {
  Database db = Opened();
  ASSERT_TRUE(db.Execute("CREATE TABLE t(k)").ok());
  {
    Transaction change = Transaction::Begin(db).value();
    ASSERT_TRUE(db.Execute("INSERT INTO t VALUES(1)").ok());
  }
  EXPECT_EQ(Count(db, "t"), 0);
  {
    Transaction change = Transaction::Begin(db).value();
    ASSERT_TRUE(db.Execute("INSERT INTO t VALUES(1)").ok());
    ASSERT_TRUE(change.Commit().ok());
  }
  EXPECT_EQ(Count(db, "t"), 1);
}

TEST_F(SqliteTest, ASecondWriterIsToldToComeBack) {
  Database first = Opened();
  ASSERT_TRUE(first.Execute("CREATE TABLE t(k)").ok());
  Database second = Opened();
  Transaction change = Transaction::Begin(first).value();
  Result<Transaction> other = Transaction::Begin(second);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::kUnavailable);
  ASSERT_TRUE(change.Commit().ok());
  EXPECT_TRUE(Transaction::Begin(second).ok());
}

TEST_F(SqliteTest, MigratesOnceAndRefusesANewerFile) {
  const std::array<std::string_view, 2> steps = {"CREATE TABLE a(x)", "INSERT INTO a VALUES(1)"};
  {
    Database db = Opened();
    ASSERT_TRUE(db.Migrate(std::span(steps).first(1)).ok());
    ASSERT_TRUE(db.Migrate(steps).ok());
    ASSERT_TRUE(db.Migrate(steps).ok());
    EXPECT_EQ(Count(db, "a"), 1);
  }
  Database db = Opened();
  EXPECT_EQ(Count(db, "a"), 1);
  const Status status = db.Migrate(std::span(steps).first(1));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kFailedPrecondition);
}

TEST_F(SqliteTest, AFailedMigrationChangesNothing) {
  const std::array<std::string_view, 2> steps = {"CREATE TABLE a(x)", "CREATE TABLE a(y)"};
  Database db = Opened();
  EXPECT_FALSE(db.Migrate(steps).ok());
  EXPECT_TRUE(db.Execute("CREATE TABLE a(z)").ok());
}

TEST_F(SqliteTest, AFileThatIsNotADatabaseIsDataLoss) {
  std::ofstream(path_) << std::string(4096, 'x');
  const Result<Database> db = Database::Open(path_, {});
  ASSERT_FALSE(db.ok());
  EXPECT_EQ(db.error().code(), Code::kDataLoss) << db.error().ToString();
  EXPECT_EQ(db.error().where(), path_);
}

TEST_F(SqliteTest, ReadOnlyReadsAndRefusesToWrite) {
  {
    Database db = Opened();
    ASSERT_TRUE(db.Execute("CREATE TABLE t(k); INSERT INTO t VALUES(5)").ok());
    EXPECT_TRUE(db.CheckIntegrity().ok());
  }
  Database db = Database::Open(path_, {.read_only = true}).value();
  EXPECT_EQ(Count(db, "t"), 1);
  const Status write = db.Execute("INSERT INTO t VALUES(6)");
  ASSERT_FALSE(write.ok());
  EXPECT_EQ(write.error().code(), Code::kPermissionDenied);
  EXPECT_FALSE(Database::Open((folder_ / "absent.db").string(), {.read_only = true}).ok());
}

TEST_F(SqliteTest, AStatementThatIsPreparedAgainBeginsAnew) {
  Database db = Opened();
  ASSERT_TRUE(db.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2),(3)").ok());
  const char* const sql = "SELECT a FROM t WHERE a >= ?1 OR ?1 IS NULL ORDER BY a";
  {
    Statement between_rows = db.Prepare(sql).value();
    ASSERT_TRUE(between_rows.Start(2).ok());
    ASSERT_TRUE(between_rows.Step().value());
    EXPECT_EQ(between_rows.Int(0), 2);
  }
  {
    Statement again = db.Prepare(sql).value(), other = db.Prepare(sql).value();
    ASSERT_TRUE(again.Step().value());
    EXPECT_EQ(again.Int(0), 1);  // its parameter is null
    ASSERT_TRUE(other.Start(3).ok());
    ASSERT_TRUE(other.Step().value());
    EXPECT_EQ(other.Int(0), 3);
    ASSERT_TRUE(again.Step().value());
    EXPECT_EQ(again.Int(0), 2);
  }
  ASSERT_TRUE(db.Execute("ALTER TABLE t ADD COLUMN b; DELETE FROM t WHERE a = 1").ok());
  Statement after = db.Prepare(sql).value();
  ASSERT_TRUE(after.Step().value());
  EXPECT_EQ(after.Int(0), 2);
}

TEST_F(SqliteTest, MoreTextsThanAreKeptAndStatementsThatOutliveTheirDatabase) {
  std::optional<Database> db = Opened();
  std::optional<Statement> late;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 200; ++i) {
      Statement say = db->Prepare("SELECT " + std::to_string(i)).value();
      ASSERT_TRUE(say.Step().value());
      EXPECT_EQ(say.Int(0), i);
      late = std::move(say);
    }
  }
  ASSERT_TRUE(db->Execute("CREATE TABLE t(a)").ok());
  db.reset();
  late.reset();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));  // it was closed in order
}

}  // namespace
}  // namespace mooring::data
