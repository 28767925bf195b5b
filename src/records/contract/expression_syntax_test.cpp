#include "records/contract/expression_syntax.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace mooring::records {
namespace {

TEST(ExpressionSyntax, AcceptsWhatContractsSay) {
  for (const std::string_view good : {"120 * probability * 1.3", "premium - 120 * late", "a", "1",
                                      "(a)", "min(a, max(b, 2))", "if(hour < 6, 0.5, 1) * price"}) {
    const Status checked = CheckExpressionSyntax(good);
    EXPECT_TRUE(checked.ok()) << good << ": " << checked.error().ToString();
  }
}

TEST(ExpressionSyntax, RefusesWhatCannotBeOne) {
  const std::string deep(limits::kExpressionDepth + 1, '('),
      closing(limits::kExpressionDepth + 1, ')');
  for (const std::string& bad :
       {std::string("(a"), std::string("a)"), std::string("a) + (b"), deep + "a" + closing,
        std::string(limits::kExpressionBytes + 1, '1')}) {
    EXPECT_FALSE(CheckExpressionSyntax(bad).ok()) << bad.substr(0, 80);
  }
}

}  // namespace
}  // namespace mooring::records
