#include "monitoring/exact/parquet_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/rng.h"
#include "data/table/parquet.h"
#include "monitoring/exact/batch_source.h"
#include "monitoring/exact/exact_drift.h"
#include "monitoring/exact/journal_of_rows.h"

namespace mooring::monitoring {
namespace {

const std::string kLibrary = std::string(MOORING_DEPS_DIR) + "/lib";

void AppendSome(Rng& rng, data::Column& column, const std::string& text) {
  if (rng.Below(15) == 0) {
    column.AppendNull();
  } else {
    column.AppendText(text);
  }
}

// Every type a contract may have, nulls, NaN, and "score" last.
data::Batch Rows(std::uint64_t seed, std::size_t count, double shift) {
  using data::Type;
  const auto places = data::Dictionary::Make({"LED", "SVO", "VKO"}).value();
  data::Batch rows(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "whole", .type = Type::kInt32},
                          {.name = "long", .type = Type::kInt64},
                          {.name = "half", .type = Type::kFloat32},
                          {.name = "full", .type = Type::kFloat64},
                          {.name = "yes", .type = Type::kBool},
                          {.name = "origin", .type = Type::kCategory, .dictionary = places},
                          {.name = "the \"name\"", .type = Type::kString},
                          {.name = "score", .type = Type::kFloat64}})
          .value()));
  Rng rng(seed);
  for (std::size_t row = 0; row < count; ++row) {
    const double x = shift + rng.Uniform() + rng.Uniform();
    rows.column(0).Append(static_cast<std::int32_t>(10 * x));
    rows.column(1).Append(static_cast<std::int64_t>(1e9 * x));
    rows.column(2).Append(static_cast<float>(x));
    rows.column(3).Append(rng.Below(50) == 0 ? std::nan("") : std::exp(x));
    rows.column(4).Append(static_cast<std::uint8_t>(x < 1));
    AppendSome(rng, rows.column(5), x < 1 ? "LED" : (x < 1.2 ? "SVO" : "JFK"));
    AppendSome(rng, rows.column(6), "Пункт " + std::to_string(rng.Below(5)));
    rows.column(7).Append(2 * x);
    for (std::size_t i = 0; i < 5; ++i) {
      if (rng.Below(15) == 0) rows.column(i).SetNull(row);
    }
  }
  rows.SetRows(count);
  return rows;
}

class ParquetSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!data::DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / (std::string("exact_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ParquetSource Source(const char* name) { return ParquetSource((folder_ / name).string(), pool_); }
  ParquetSource Written(const char* name, const data::Batch& rows) {
    const auto db = data::DuckDb::Open({.library_directory = kLibrary}).value();
    EXPECT_TRUE(data::WriteParquet(*db, rows, (folder_ / name).string()).ok());
    return Source(name);
  }

  std::filesystem::path folder_;
  std::shared_ptr<DuckDbPool> pool_ = std::make_shared<DuckDbPool>(kLibrary);
};

TEST_F(ParquetSourceTest, MemoryFileAndJournalGiveTheSameBits) {
  const data::Batch reference = Rows(1, 1500, 0), current = Rows(2, 1100, 0.1);
  const BatchSource memory_before(reference), memory_now(current);
  const auto memory = CompareExactly(memory_before, memory_now);
  ASSERT_TRUE(memory.ok()) << memory.error().ToString();
  ASSERT_EQ(memory->columns.size(), 8U);
  EXPECT_GT(memory->Find("origin")->js, 0.01) << "there is something to find";

  const ParquetSource file_before = Written("before.parquet", reference);
  const ParquetSource file_now = Written("now.parquet", current);
  const auto file = CompareExactly(file_before, file_now);
  ASSERT_TRUE(file.ok()) << file.error().ToString();
  EXPECT_EQ(ExactReportJson(*memory), ExactReportJson(*file));
  EXPECT_LE(pool_->ready(), 2U) << "no more than there were threads";

  JournalOfRows journal;
  journal.Decide(current, 3, 64);
  journal.Decide(reference, 4, 500);
  const auto gathered =
      GatherDecisions(journal.Span(), {.model = "price", .version = 3, .score_output = "score"});
  ASSERT_TRUE(gathered.ok()) << gathered.error().ToString();
  const auto replayed = CompareExactly(file_before, BatchSource(*gathered));
  ASSERT_TRUE(replayed.ok()) << replayed.error().ToString();
  EXPECT_EQ(ExactReportJson(*memory), ExactReportJson(*replayed));
}

TEST_F(ParquetSourceTest, SomeRowsAreTheFirstAndWhole) {
  const data::Batch rows = Rows(1, 1500, 0);
  const auto some = Written("rows.parquet", rows).SomeRows(100);
  ASSERT_TRUE(some.ok()) << some.error().ToString();
  EXPECT_EQ(some->rows(), 100U);
  EXPECT_EQ(some->width(), 8U);
  EXPECT_EQ(some->column(7).Number(99), rows.column(7).Number(99));
  EXPECT_FALSE(Source("nothing.parquet").SomeRows(100).ok());
}

TEST_F(ParquetSourceTest, ManyFilesAreOneTable) {
  const data::Batch all = Rows(3, 900, 0);
  Written("part-1.parquet", all);
  Written("part-2.parquet", all);
  NumberSample numbers;
  CategorySample texts;
  const ParquetSource parts = Source("part-*.parquet");
  EXPECT_EQ(parts.Fields().value(), ColumnSource::FieldsOf(all.schema()));
  const auto reader = parts.OpenReader().value();
  ASSERT_TRUE(reader->ReadNumbers("full", numbers).ok());
  ASSERT_TRUE(reader->ReadCategories("origin", texts).ok());
  EXPECT_EQ(numbers.rows, 1800U);
  EXPECT_EQ(texts.rows, 1800U);
  EXPECT_EQ(texts.missing, 2 * all.Find("origin")->null_count());
}

TEST_F(ParquetSourceTest, WhatIsNoTableIsTold) {
  const auto missing = Source("none.parquet").Fields();
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().ToString(), testing::HasSubstr("none.parquet"));
  std::ofstream(folder_ / "text.parquet") << "a,b\n1,2\n";
  EXPECT_EQ(Source("text.parquet").Fields().error().code(), Code::kInvalidArgument);
  const auto there = Written("rows.parquet", Rows(1, 10, 0)).OpenReader().value();
  CategorySample texts;
  EXPECT_FALSE(there->ReadCategories("no such column", texts).ok());
  const ParquetSource unreachable("x", std::make_shared<DuckDbPool>("/nowhere"));
  EXPECT_EQ(unreachable.Fields().error().code(), Code::kFailedPrecondition);
}

TEST_F(ParquetSourceTest, TooManyValuesEndTheCount) {
  data::Batch rows(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "id", .type = data::Type::kString}}).value()));
  for (std::size_t i = 0; i <= CategorySample::kMost; ++i) {
    rows.column(0).AppendText(std::to_string(i));
  }
  rows.SetRows(rows.column(0).size());
  const auto reader = Written("ids.parquet", rows).OpenReader().value();
  CategorySample ids;
  ASSERT_TRUE(reader->ReadCategories("id", ids).ok());
  EXPECT_TRUE(ids.too_many);
  EXPECT_EQ(ids.rows, rows.rows());
}

TEST_F(ParquetSourceTest, ThePoolLendsWhatCameBack) {
  {
    const auto first = pool_->Take(), second = pool_->Take();
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(pool_->ready(), 0U);
    EXPECT_EQ((*first)->QueryAll("SELECT 1", 1)->rows(), 1U);
  }
  EXPECT_EQ(pool_->ready(), 2U);
  const auto again = pool_->Take();
  EXPECT_EQ(pool_->ready(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring
