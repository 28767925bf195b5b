#include "data/store/duckdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "data/table/parquet.h"
#include "data/table/random_batch.h"

namespace mooring::data {
namespace {

const std::string kLibrary = std::string(MOORING_DEPS_DIR) + "/lib";

class DuckDbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!DuckDbIsThere(kLibrary))
      GTEST_SKIP() << "no libduckdb.so in " << kLibrary << ": run ./dev deps";
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("mooring_duckdb_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    db_ = DuckDb::Open({.library_directory = kLibrary}).value();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Path(const char* name) { return (folder_ / name).string(); }

  std::filesystem::path folder_;
  std::unique_ptr<DuckDb> db_;
};

TEST_F(DuckDbTest, EveryTypeComesOutAsOurs) {
  const auto rows = db_->QueryAll(
      "SELECT true AS b, -1::TINYINT AS i8, 65535::USMALLINT AS u16, -5::INTEGER AS i32, "
      "4294967295::UINTEGER "
      "AS u32, 9007199254740993::BIGINT AS i64, 1::HUGEINT AS huge, 1.5::FLOAT AS f32, 0.1::DOUBLE "
      "AS f64, "
      "12.34::DECIMAL(9,2) AS dec, -7.5::DECIMAL(38,1) AS wide, 'короткий' AS s, "
      "'x'::ENUM('y','x') AS e, "
      "DATE '2001-01-01' AS d, TIMESTAMP '2001-01-01 00:00:00.000001' AS ts, TIMESTAMP_NS "
      "'2001-01-01' AS ns, "
      "'\\x00\\xFF'::BLOB AS bytes, 18446744073709551615::UBIGINT AS u64 "
      "UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
      "NULL, NULL, "
      "NULL, NULL, NULL, NULL",
      10);
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  ASSERT_EQ(rows->rows(), 2U);
  const std::pair<const char*, double> numbers[] = {{"b", 1},
                                                    {"i8", -1},
                                                    {"u16", 65535},
                                                    {"i32", -5},
                                                    {"u32", 4294967295.0},
                                                    {"huge", 1},
                                                    {"f32", 1.5},
                                                    {"f64", 0.1},
                                                    {"dec", 12.34},
                                                    {"wide", -7.5},
                                                    {"d", 978307200e6},
                                                    {"ts", 978307200e6 + 1},
                                                    {"ns", 978307200e6},
                                                    {"u64", 18446744073709551615.0},
                                                    {"e", 1}};
  for (const auto& [name, value] : numbers) EXPECT_EQ(rows->Find(name)->Number(0), value) << name;
  EXPECT_EQ(rows->Find("i64")->Values<std::int64_t>()[0], 9007199254740993);
  EXPECT_EQ(rows->Find("s")->Text(0), "короткий");
  EXPECT_EQ(rows->Find("e")->Text(0), "x");
  EXPECT_EQ(rows->Find("bytes")->Text(0), std::string_view("\0\xFF", 2));
  for (std::size_t i = 0; i < rows->width(); ++i) EXPECT_TRUE(rows->column(i).IsNull(1)) << i;
  const auto list = db_->QueryAll("SELECT [1, 2] AS l", 10);
  EXPECT_EQ(list.error().code(), Code::kUnsupported);
}

TEST_F(DuckDbTest, StreamsInBatchesAndStopsWhenTold) {
  std::size_t rows = 0, batches = 0;
  ASSERT_TRUE(db_->Query("SELECT * FROM range(10000)",
                         [&](const Batch& batch) -> Status {
                           rows += batch.rows();
                           ++batches;
                           return Ok();
                         })
                  .ok());
  EXPECT_EQ(rows, 10'000U);
  EXPECT_GT(batches, 3U);
  const Status stopped =
      db_->Query("SELECT * FROM range(100000000000)",
                 [](const Batch&) -> Status { return Error(Code::kConflict, "enough"); });
  EXPECT_EQ(stopped.error().code(), Code::kConflict);
  EXPECT_TRUE(db_->Run("SELECT 1").ok()) << "the connection works on";
}

TEST_F(DuckDbTest, ErrorsSayWhatTheCallerCanDo) {
  const std::pair<std::string, Code> cases[] = {
      {"SELEC 1", Code::kInvalidArgument},
      {"SELECT nothing", Code::kInvalidArgument},
      {"SELECT * FROM read_parquet(" + DuckDb::Quote(Path("absent.parquet")) + ")",
       Code::kNotFound},
      {"SET threads = 8", Code::kPermissionDenied},
      {"COPY (SELECT 1) TO " + DuckDb::Quote(Path("t.csv")), Code::kPermissionDenied},
      {"EXPLAIN ANALYZE COPY (SELECT 1) TO " + DuckDb::Quote(Path("t.csv")),
       Code::kPermissionDenied},
      {"CREATE TABLE t AS SELECT 1", Code::kPermissionDenied},
      {"SELECT error('late ' || i::VARCHAR) FROM range(100000) t(i) WHERE i > 90000",
       Code::kInvalidArgument},
      {"SELECT 1; SELECT 2", Code::kInvalidArgument},
  };
  for (const auto& [sql, code] : cases) {
    const Status status = db_->Query(sql, [](const Batch&) { return Ok(); });
    ASSERT_FALSE(status.ok()) << sql;
    EXPECT_EQ(status.error().code(), code) << sql << status.error().ToString();
  }
  EXPECT_EQ(db_->QueryAll("SELECT * FROM range(11)", 10).error().code(), Code::kTooLarge);
}

TEST_F(DuckDbTest, AMissingLibrarySaysWhatToDo) {
  const auto db = DuckDb::Open({.library_directory = Path("nowhere")});
  ASSERT_FALSE(db.ok());
  EXPECT_EQ(db.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(db.error().help(), ::testing::HasSubstr("./dev deps"));
  std::ofstream(Path("libduckdb.so")) << "not a library";
  EXPECT_EQ(DuckDb::Open({.library_directory = folder_.string()}).error().code(),
            Code::kFailedPrecondition);
}

TEST_F(DuckDbTest, FilesOutsideTheGivenDirectoriesAreOutOfReach) {
  std::filesystem::create_directories(folder_ / "in");
  std::ofstream(Path("secret.csv")) << "a\n1\n";
  std::ofstream(Path("in/open.csv")) << "a\n1\n";
  auto db = DuckDb::Open({.library_directory = kLibrary, .only_directories = {Path("in")}}).value();
  EXPECT_TRUE(
      db->QueryAll("SELECT * FROM read_csv(" + DuckDb::Quote(Path("in/open.csv")) + ")", 10).ok());
  for (const std::string& sql :
       {"SELECT * FROM read_csv(" + DuckDb::Quote(Path("secret.csv")) + ")",
        "SELECT * FROM read_csv(" + DuckDb::Quote(Path("in/../secret.csv")) + ")",
        "COPY (SELECT 1) TO " + DuckDb::Quote(Path("out.csv")),
        "ATTACH " + DuckDb::Quote(Path("other.db")),
        std::string("SET enable_external_access = true"), std::string("INSTALL httpfs"),
        std::string("LOAD httpfs")}) {
    EXPECT_FALSE(db->Run(sql).ok()) << sql;
  }
}

TEST_F(DuckDbTest, AFileDatabaseKeepsItsTables) {
  const DuckDbOptions options{.library_directory = kLibrary, .path = Path("kept.db")};
  {
    auto db = DuckDb::Open(options).value();
    ASSERT_TRUE(db->Run("CREATE TABLE t AS SELECT 42 AS x").ok());
  }
  DuckDbOptions reading = options;
  reading.read_only = true;
  auto db = DuckDb::Open(reading).value();
  EXPECT_EQ(db->QueryAll("SELECT x FROM t", 10)->column(0).Number(0), 42);
  EXPECT_FALSE(db->Run("INSERT INTO t VALUES (1)").ok());
}

TEST_F(DuckDbTest, AppendRefusesWhatDoesNotFit) {
  const Schema schema = Schema::Make({{.name = "s", .type = Type::kString}}).value();
  ASSERT_TRUE(db_->CreateTable("t", schema).ok());
  Batch batch(std::make_shared<const Schema>(schema));
  batch.column(0).AppendText("\xFF");
  batch.SetRows(1);
  EXPECT_EQ(db_->Append("t", batch).error().code(), Code::kInvalidArgument);
  EXPECT_FALSE(db_->Append("absent", batch).ok());
  Batch numbers(
      std::make_shared<const Schema>(Schema::Make({{.name = "a"}, {.name = "b"}}).value()));
  EXPECT_TRUE(db_->Append("t", numbers).ok()) << "no rows fit anywhere";
}

// Random batches through a file and back: every type, nulls, NaN, long texts.
TEST_F(DuckDbTest, ParquetGivesBackWhatItWasGiven) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 6);
    if (schema->size() == 0) continue;
    const Batch rows = RandomBatch(rng, schema, seed % 4 == 0 ? rng.Below(50) : 5000);
    const Status written = WriteParquet(*db_, rows, Path("t.parquet"));
    if (!written.ok()) {  // a random text that is not UTF-8
      EXPECT_EQ(written.error().message(), "text that is not UTF-8");
      continue;
    }
    ++compared;
    const auto back = ReadParquetAll(*db_, {.path = Path("t.parquet")}, 10'000);
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    ASSERT_EQ(back->rows(), rows.rows());
    for (std::size_t c = 0; c < schema->size(); ++c) {
      const bool text = schema->field(c).type == Type::kCategory;
      for (std::size_t r = 0; r < back->rows(); ++r) {
        const bool same = text ? rows.column(c).Text(r) == back->column(c).Text(r) &&
                                     rows.column(c).IsNull(r) == back->column(c).IsNull(r)
                               : SameSlot(rows.column(c), back->column(c), r, r);
        ASSERT_TRUE(same) << "seed " << seed << " column " << c << " row " << r;
      }
    }
  }
  EXPECT_GT(compared, 5);
}

TEST_F(DuckDbTest, RowsAreThereForOneStatementOnly) {
  Batch numbers(std::make_shared<const Schema>(Schema::Make({{.name = "a"}}).value()));
  for (int i = 0; i < 5000; ++i) numbers.column(0).Append(static_cast<double>(i));
  numbers.SetRows(5000);
  const std::string sql = "CREATE TABLE t AS SELECT sum(a) AS s FROM mooring_rows()";
  ASSERT_TRUE(db_->RunOver(numbers, sql).ok());
  EXPECT_EQ(db_->QueryAll("SELECT s FROM t", 1)->column(0).Number(0), 4999.0 * 5000 / 2);
  EXPECT_EQ(db_->Run(sql).error().code(), Code::kInvalidArgument);
}

TEST_F(DuckDbTest, ParquetReadsColumnsFilteredOrderedAndLimited) {
  ASSERT_TRUE(
      db_->Run("COPY (SELECT i AS a, i * 2 AS \"b \"\"c\", 'x' AS d FROM range(100) t(i)) TO " +
               DuckDb::Quote(Path("n.parquet")) + " (FORMAT parquet)")
          .ok());
  const auto rows = ReadParquetAll(*db_,
                                   {.path = Path("n.parquet"),
                                    .columns = {"b \"c"},
                                    .filter = "a >= 90",
                                    .order = "a DESC",
                                    .limit = 3,
                                    .offset = 1},
                                   100);
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  ASSERT_EQ(rows->width(), 1U);
  const auto values = rows->column(0).Values<std::int64_t>();
  EXPECT_THAT(std::vector(values.begin(), values.end()), ::testing::ElementsAre(196, 194, 192));
}

TEST_F(DuckDbTest, DamagedParquetIsAnErrorNeverACrash) {
  ASSERT_TRUE(db_->Run("COPY (SELECT i, i::VARCHAR || 'text' AS s FROM range(2000) t(i)) TO " +
                       DuckDb::Quote(Path("good.parquet")) + " (FORMAT parquet, COMPRESSION zstd)")
                  .ok());
  std::ifstream file(Path("good.parquet"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  const auto read = [&](const std::string& bytes) {
    std::ofstream(Path("bad.parquet"), std::ios::binary) << bytes;
    return ReadParquetAll(*db_, {.path = Path("bad.parquet")}, 1'000'000);
  };
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{11}, good.size() / 2, good.size() - 1}) {
    const auto cut = read(good.substr(0, size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().where(), Path("bad.parquet"));
  }
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    std::string damaged = good;
    // Mostly in the footer, where lengths and offsets are.
    const std::size_t from =
        round % 2 == 0 ? good.size() - std::min<std::size_t>(good.size(), 400) : 0;
    damaged[from + rng.Below(good.size() - from)] = static_cast<char>(rng.Below(256));
    static_cast<void>(read(damaged));
  }
  const auto healthy = read(good);
  EXPECT_TRUE(healthy.ok()) << healthy.error().ToString();
}

}  // namespace
}  // namespace mooring::data
