#include "records/search/like.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "base/rng.h"

namespace mooring::records::search {
namespace {

using Case = LikePattern::Case;

struct Row {
  std::string_view text, pattern;
  bool like, ilike;
};

TEST(LikePattern, MatchesAsSqlDoes) {
  const Row rows[] = {
      {"", "", true, true},           {"", "%", true, true},
      {"a", "", false, false},        {"", "_", false, false},
      {"abc", "abc", true, true},     {"ABC", "abc", false, true},
      {"abc", "a%", true, true},      {"abc", "%c", true, true},
      {"abc", "%b%", true, true},     {"abc", "b%", false, false},
      {"abc", "a_c", true, true},     {"abc", "a__c", false, false},
      {"aXbXc", "a%X_", true, true},  {"a.c", "a.c", true, true},
      {"abc", "a.c", false, false},   {"a\nb", "a%b", true, true},
      {"C+W", "C+%", true, true},     {"50%", "50%", true, true},
      {"модель", "мод%", true, true}, {"МОДЕЛЬ", "мод%", false, true},
      {"ÉTÉ", "été", false, true},    {"ΑΒΓ", "αβγ", false, true},
      {"я", "_", true, true},         {"я", "__", false, false},
      {"\xff\xfe", "__", true, true}, {"\xff", "\xfe", false, false},
      {"aaa", "%a%a%a%", true, true}, {"aa", "%a%a%a%", false, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(LikePattern(row.pattern, Case::kCounts).Matches(row.text), row.like)
        << row.text << " LIKE " << row.pattern;
    EXPECT_EQ(LikePattern(row.pattern, Case::kIgnored).Matches(row.text), row.ilike)
        << row.text << " ILIKE " << row.pattern;
  }
}

// The rule itself, by recursion.
bool Naive(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (Naive(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  return (pattern.front() == '_' || pattern.front() == text.front()) &&
         Naive(text.substr(1), pattern.substr(1));
}

TEST(LikePattern, AgreesWithTheRuleOnRandomTexts) {
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text, pattern;
    for (auto n = rng.Below(9); n > 0; --n) text += "ab"[rng.Below(2)];
    for (auto n = rng.Below(7); n > 0; --n) pattern += "ab%_"[rng.Below(4)];
    ASSERT_EQ(LikePattern(pattern, Case::kCounts).Matches(text), Naive(text, pattern))
        << text << " LIKE " << pattern;
  }
}

TEST(LikePattern, LongPatternsCrossWords) {
  for (const std::size_t size : {62u, 63u, 64u, 65u, 127u, 128u, 129u, 1024u}) {
    const std::string text(size, 'a');
    EXPECT_TRUE(LikePattern(text, Case::kCounts).Matches(text)) << size;
    EXPECT_FALSE(LikePattern(text, Case::kCounts).Matches(text + "a")) << size;
    EXPECT_FALSE(LikePattern(text, Case::kCounts).Matches(text.substr(1))) << size;
    EXPECT_TRUE(LikePattern("%" + text.substr(1), Case::kCounts).Matches("b" + text)) << size;
  }
}

TEST(LikePattern, RefusesPatternsOverTheLimit) {
  EXPECT_TRUE(CheckLikePattern(std::string(limits::kSearchPatternBytes, '%')).ok());
  EXPECT_FALSE(CheckLikePattern(std::string(limits::kSearchPatternBytes + 1, '%')).ok());
}

}  // namespace
}  // namespace mooring::records::search
