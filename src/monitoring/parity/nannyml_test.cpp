#include "monitoring/parity/nannyml.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

data::Batch Table(std::size_t rows, double shift) {
  std::vector<double> x;
  std::vector<std::string> t;
  for (std::size_t i = 0; i < rows; ++i) {
    x.push_back(static_cast<double>(i * 37 % 101) + shift);
    t.push_back(i % 3 == 0 ? "a" : "b");
  }
  return FrameOf({{"x", x}}, {{"t", t}});
}

// The numbers of each part are checked in the part's own test.
TEST(NannyML, PutsItsPartsTogether) {
  const auto rows = RunNannyML(Table(500, 0), Table(210, 90), {.chunk_size = 100});
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  std::map<std::string, std::size_t> methods;
  for (const NannyRow& row : *rows) ++methods[row.column + " " + row.method];
  EXPECT_EQ(methods.size(), 4U + 4 + 2 + 1 + 1 + 4 + 1);
  for (const auto& [method, count] : methods) EXPECT_EQ(count, 8U) << method;
  const auto is = [](const NannyRow& row, const char* method, std::size_t chunk) {
    return !row.reference && row.method == method && row.chunk.index == chunk;
  };
  for (const NannyRow& row : *rows) {
    if (is(row, "wasserstein", 0) || is(row, "range_rate", 1)) {
      EXPECT_TRUE(row.alert) << row.method;
    }
    if (is(row, "missing_rate", 0)) {
      EXPECT_FALSE(row.alert);
    }
    EXPECT_EQ(row.chunk.rows(), row.chunk.index == 2 && !row.reference ? 10U : 100U);
  }
}

TEST(NannyML, PartsCanBeLeftOut) {
  const data::Batch table = Table(20, 0);
  EXPECT_TRUE(
      RunNannyML(table, table, {.univariate = false, .quality = false, .reconstruction = false})
          ->empty());
  EXPECT_EQ(RunNannyML(table, table, {.univariate = false, .quality = false})->size(), 2U);
}

TEST(NannyML, TablesThatDoNotFitAreRefused) {
  const data::Batch table = Table(20, 0);
  EXPECT_FALSE(RunNannyML(table, table, {.chunk_size = 0}).ok());
  EXPECT_FALSE(RunNannyML(table, Table(0, 0), {}).ok());
  EXPECT_FALSE(RunNannyML(table, FrameOf({{"x", {1}}}, {}), {}).ok());
  EXPECT_FALSE(RunNannyML(table, FrameOf({{"t", {1}}}, {{"x", {"a"}}}), {}).ok());
  const data::Batch nothing = FrameOf({{"x", {std::nan("")}}}, {});
  EXPECT_FALSE(RunNannyML(nothing, FrameOf({{"x", {1}}}, {}), {}).ok());
}

}  // namespace
}  // namespace mooring::monitoring
