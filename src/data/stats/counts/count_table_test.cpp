#include "data/stats/counts/count_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::data {
namespace {

TEST(Margins, ExpectWhatIndependenceWouldGive) {
  const std::vector<double> cells = {12, 5, 29, 2};
  const Margins margins = Margins::Of({.cells = cells, .columns = 2}).value();
  EXPECT_EQ(margins.total(), 48);
  EXPECT_EQ(margins.dof(), 1U);
  EXPECT_EQ(margins.rank(), 2U);
  EXPECT_DOUBLE_EQ(margins.Expected(0, 1), 17.0 * 7 / 48);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) sum += margins.Expected(i / 2, i % 2);
  EXPECT_NEAR(sum, 48, 1e-12);
}

TEST(Margins, RefuseWhatIsNoTable) {
  struct Case {
    std::vector<double> cells;
    std::size_t columns;
    const char* message;
  };
  for (const Case& one : {Case{{}, 2, "0 cells do not fill rows of 2 columns"},
                          {{1, 2, 3}, 2, "3 cells do not fill rows of 2 columns"},
                          {{1, 2}, 0, "2 cells do not fill rows of 0 columns"},
                          {{1, -2, 3, 4}, 2, "cell 1 is -2"},
                          {{1, 2, std::nan(""), 4}, 2, "cell 2 is nan"},
                          {{1, 2, 3, HUGE_VAL}, 2, "cell 3 is inf"},
                          {{0, 0, 3, 4}, 2, "row 0 of the table is empty"},
                          {{1, 0, 3, 0}, 2, "column 1 of the table is empty"}}) {
    const auto refused = Margins::Of({.cells = one.cells, .columns = one.columns});
    ASSERT_FALSE(refused.ok()) << one.message;
    EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(refused.error().message(), one.message);
  }
}

}  // namespace
}  // namespace mooring::data
