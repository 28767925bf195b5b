// The rules themselves are checked by contract_errors_test.cpp, where their places show.
#include "records/contract/meaning.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace mooring::records {
namespace {

TEST(PlacedErrors, AnErrorWithoutAPlaceStandsAtItsNearestParent) {
  PlacedErrors errors;
  errors.Remember("limits", {3, 1});
  errors.Remember("limits[2]", {5, 5});
  errors.AddAt("limits[2].sum", "a");
  errors.AddAt("limits[4].sum", "b");
  errors.AddAt("owner", "c");
  EXPECT_TRUE(errors.Has("limits[2]"));
  EXPECT_FALSE(errors.Has("limits[2].sum"));
  EXPECT_TRUE(errors.Failed("owner"));
  const auto all = std::move(errors).InOrder();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].ToString("f"), "f:1:1: owner: c");
  EXPECT_EQ(all[1].ToString("f"), "f:3:1: limits[4].sum: b");
  EXPECT_EQ(all[2].ToString("f"), "f:5:5: limits[2].sum: a");
}

TEST(PlacedErrors, StayBoundedAndCountTheRest) {
  PlacedErrors errors;
  for (std::size_t i = 0; i < 50'000; ++i) errors.Add({50'000 - i, 1}, "p", "m", "");
  EXPECT_EQ(errors.count(), 50'000u);
  const auto all = std::move(errors).InOrder();
  ASSERT_EQ(all.size(), limits::kContractErrors + 1);
  EXPECT_EQ(all.back().message, "and 49900 more errors");
}

TEST(Meaning, AGoodContractHasNoErrors) {
  Contract contract;
  contract.owner.team = "t";
  contract.inputs.emplace_back().name = "a";
  contract.output.name = "s";
  PlacedErrors errors;
  errors.Remember("owner", {1, 1});
  errors.Remember("owner.team", {1, 1});
  CheckMeaning(contract, errors);
  EXPECT_EQ(errors.count(), 0u);
}

}  // namespace
}  // namespace mooring::records
