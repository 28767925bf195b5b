#include "records/contract/currency.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mooring::records {
namespace {

TEST(Currency, KnowsMinorUnits) {
  struct Case {
    std::string_view code;
    std::optional<int> digits;
  };
  for (const Case& c : {Case{"RUB", 2},
                        {"USD", 2},
                        {"EUR", 2},
                        {"JPY", 0},
                        {"KRW", 0},
                        {"KWD", 3},
                        {"BHD", 3},
                        {"AED", 2},
                        {"ZWG", 2}}) {
    EXPECT_EQ(CurrencyDigits(c.code), c.digits) << c.code;
  }
}

TEST(Currency, RefusesWhatIsNoCurrency) {
  for (const std::string_view code : {"", "RUR", "rub", "RUBL", "XAU", "XXX", "A"}) {
    EXPECT_EQ(CurrencyDigits(code), std::nullopt) << code;
  }
}

TEST(Currency, CodesAreSortedDistinctAndOfThreeLetters) {
  const auto codes = CurrencyCodes();
  EXPECT_TRUE(std::ranges::is_sorted(codes));
  EXPECT_EQ(std::ranges::adjacent_find(codes), codes.end());
  for (const std::string_view code : codes) EXPECT_EQ(code.size(), 3u) << code;
}

}  // namespace
}  // namespace mooring::records
