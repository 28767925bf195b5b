#include "base/text/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace mooring {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  struct Case {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const Case& c : {Case{"", "", 0},
                        {"", "abc", 3},
                        {"abc", "", 3},
                        {"kitten", "sitting", 3},
                        {"ab", "ba", 1},
                        {"invlaid", "invalid", 1},
                        {"flaw", "lawn", 2},
                        {"same", "same", 0}}) {
    EXPECT_EQ(EditDistance(c.a, c.b), c.distance) << c.a << " / " << c.b;
    EXPECT_EQ(EditDistance(c.b, c.a), c.distance) << c.b << " / " << c.a;
  }
}

TEST(EditDistance, LongTextsAreCut) {
  EXPECT_EQ(EditDistance(std::string(100'000, 'a'), std::string(100'000, 'b')), 64u);
}

constexpr std::array<std::string_view, 5> kNames = {"min", "max", "missing", "max_length", "owner"};

TEST(NearestName, FindsWhatWasMeantAndNothingElse) {
  struct Case {
    std::string_view word, nearest;
  };
  for (const Case& c : {Case{"mim", "min"},
                        {"misssing", "missing"},
                        {"maxlength", "max_length"},
                        {"Owner", "owner"},
                        {"MAX", "max"},
                        {"onwer", "owner"},
                        {"zzz", ""},
                        {"", ""},
                        {"temperature", ""}}) {
    EXPECT_EQ(NearestName(c.word, kNames), c.nearest) << c.word;
  }
}

TEST(NearestName, OfEqualsTheOneThatBeginsAlikeIsNearer) {
  constexpr std::array<std::string_view, 3> kCodes = {"EUR", "RUB", "RUX"};
  EXPECT_EQ(NearestName("RUR", kCodes), "RUB");
}

TEST(NearestName, DidYouMeanIsASentenceOrNothing) {
  EXPECT_EQ(DidYouMean("misssing", kNames), "did you mean 'missing'?");
  EXPECT_EQ(DidYouMean("quality", kNames), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
}

}  // namespace
}  // namespace mooring
