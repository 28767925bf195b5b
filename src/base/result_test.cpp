#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error_table.h"

namespace mooring {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Error(Code::kInvalidArgument, "odd").Where("input");
  return n / 2;
}

Result<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(Result, CarriesValuesAndErrorsUp) {
  EXPECT_EQ(*Quarter(8), 2);
  ASSERT_FALSE(Quarter(6).ok());
  EXPECT_EQ(Quarter(6).error().ToString(), "odd (at input)");
}

TEST(Result, ContextIsPutInFront) {
  const Error error =
      Error(Code::kNotFound, "no version 4").Context("loading 'm'").Help("list them");
  EXPECT_EQ(error.ToString(), "loading 'm': no version 4; list them");
}

TEST(ErrorTable, EveryCodeHasItsRowAndANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const ErrorKind& kind : ErrorKinds()) {
    EXPECT_EQ(&KindOf(kind.code), &kind);
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_GE(kind.http_status, 400);
  }
  EXPECT_EQ(ErrorKinds().size(), static_cast<std::size_t>(Code::kInternal) + 1);
}

}  // namespace
}  // namespace mooring
