#include "records/contract/fallback_rule.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(FallbackCause, EachHasAWordThatIsFoundAgain) {
  for (int cause = 0; cause <= static_cast<int>(FallbackCause::kUnavailable); ++cause) {
    const auto one = static_cast<FallbackCause>(cause);
    EXPECT_EQ(FallbackCauseOf(FallbackCauseName(one)), one);
  }
  EXPECT_EQ(FallbackCauseOf("weather"), std::nullopt);
}

}  // namespace
}  // namespace mooring::records
