#include "base/text/pattern.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace mooring {
namespace {

TEST(Pattern, MatchesWholeValuesOnly) {
  struct Case {
    std::string_view pattern, value;
    bool matches;
  };
  for (const Case& c : {Case{"[A-Z]{3}", "JFK", true},
                        {"[A-Z]{3}", "JFKX", false},
                        {"[A-Z]{3}", "xJFK", false},
                        {"", "", true},
                        {"", "a", false},
                        {"a|ab", "ab", true},
                        {".", "ж", true},
                        {".", "\xff", false},
                        {"[а-я]+", "море", true},
                        {"a.c", "a\nc", false}}) {
    EXPECT_EQ(Pattern::Compile(c.pattern)->Matches(c.value), c.matches)
        << c.pattern << " on " << c.value;
  }
}

TEST(Pattern, RefusesWhatIsNotARegularExpression) {
  for (const std::string_view bad :
       {"[a-", "(", "a**", "(?=x)", "(a)\\1", "\xff\xfe", "a{99999}"}) {
    const auto pattern = Pattern::Compile(bad);
    ASSERT_FALSE(pattern.ok()) << bad;
    EXPECT_EQ(pattern.error().code(), Code::kInvalidArgument);
    EXPECT_FALSE(pattern.error().why().empty()) << bad;
  }
}

TEST(Pattern, RefusesWhatWouldCostTooMuch) {
  EXPECT_FALSE(Pattern::Compile(std::string(limits::kPatternBytes + 1, 'a')).ok());
  EXPECT_FALSE(Pattern::Compile("((a{100}){100}){100}").ok());
}

TEST(Pattern, AnswersHostileInputInLinearTime) {
  // Exponential for a backtracking engine: it would not end.
  const Pattern pattern = *Pattern::Compile("(a+)+b");
  EXPECT_FALSE(pattern.Matches(std::string(8192, 'a')));
  EXPECT_EQ(pattern.text(), "(a+)+b");
}

}  // namespace
}  // namespace mooring
