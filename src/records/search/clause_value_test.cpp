#include "records/search/clause_value.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/limits.h"

namespace mooring::records::search {
namespace {

Result<Clause> Read(std::string_view text, Kind kind = Kind::kRuns) {
  const std::vector<Token> tokens = Lex(text);
  return ReadClause(kind, tokens);
}

std::string Refusal(std::string_view text) {
  const auto clause = Read(text);
  return clause.ok() ? "" : clause.error().message();
}

TEST(ReadClause, ReadsNumbersOfAnySize) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const struct {
    const char* text;
    double number;
  } rows[] = {{"0", 0},      {"-1.5e-3", -0.0015},     {".5", 0.5},
              {"5.", 5},     {"1e999", kInfinity},     {"-1e999", -kInfinity},
              {"1e-999", 0}, {"1700000000000", 1.7e12}};
  for (const auto& row : rows) {
    const auto clause = Read(std::string("metrics.a = ") + row.text);
    ASSERT_TRUE(clause.ok()) << row.text;
    EXPECT_TRUE(clause->numeric);
    EXPECT_EQ(clause->number, row.number) << row.text;
  }
}

TEST(ReadClause, ReadsLists) {
  EXPECT_EQ(Read("run_id IN ('a',\n\"b\" , 'c''d')")->list,
            (std::vector<std::string>{"a", "b", "c'd"}));
  EXPECT_EQ(Read("run_id NOT IN ('a',)")->list, std::vector<std::string>{"a"});
  EXPECT_EQ(Refusal("run_id IN ()"),
            "While parsing a list in the query, expected a non-empty list of string values, but "
            "got empty list");
  const std::string ill_formed =
      "While parsing a list in the query, expected a non-empty list of string values, but got "
      "ill-formed list.";
  EXPECT_EQ(Refusal("run_id IN (,'a')"), ill_formed);
  EXPECT_EQ(Refusal("run_id IN ('a' 'b')"), ill_formed);
  EXPECT_EQ(Refusal("run_id IN ('a',,'b')"), ill_formed);
  EXPECT_EQ(Refusal("run_id IN (1, 2)"),
            "While parsing a list in the query, expected string value, punctuation, or "
            "whitespace, but got different type in list: (1, 2)");
}

TEST(ReadClause, BoundsLists) {
  std::string list = "'a'";
  for (std::size_t i = 1; i < limits::kSearchListValues; ++i) list += ",'a'";
  EXPECT_TRUE(Read("run_id IN (" + list + ")").ok());
  EXPECT_FALSE(Read("run_id IN (" + list + ",'a')").ok());
}

TEST(ReadClause, TakesListsOnlyWhereTheyBelong) {
  const std::string only_run_id =
      "Only the 'run_id' attribute supports comparison with a list of quoted string values.";
  EXPECT_EQ(Refusal("status IN ('a')"), only_run_id);
  EXPECT_EQ(Refusal("tags.a IN ('a')"),
            "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('a')");
  EXPECT_EQ(Refusal("dataset.name = 5"),
            "Expected a quoted string value for dataset attributes. Got value 5");
  EXPECT_EQ(Refusal("metrics.a IN ('a')"), "Expected numeric value type for metric. Found ('a')");
  EXPECT_TRUE(Read("dataset.digest IN ('a')").ok());
}

TEST(ReadClause, NamesTheComparatorsThatItTakes) {
  EXPECT_EQ(Refusal("metrics.a ~ 1"),
            "Invalid comparator '~' not one of '{'>', '>=', '!=', '=', '<', '<='}");
  EXPECT_EQ(Refusal("params.a >= 'x'"),
            "Invalid comparator '>=' not one of '{'=', '!=', 'LIKE', 'ILIKE'}'");
  EXPECT_EQ(Refusal("tags.a < 'x'"),
            "Invalid comparator '<' not one of '{'=', '!=', 'LIKE', 'ILIKE'}");
  EXPECT_EQ(Refusal("status > 'x'"),
            "Invalid comparator '>' not one of '{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'");
  EXPECT_EQ(Refusal("start_time like 12"),
            "Invalid comparator 'LIKE' not one of '{'>', '>=', '!=', '=', '<', '<='}");
  EXPECT_EQ(Refusal("dataset.name == 'x'"),
            "Invalid comparator '==' not one of '{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}");
  EXPECT_EQ(Refusal("tags.a NOT LIKE 'x'"),
            "Invalid comparator 'NOT LIKE' not one of '{'=', '!=', 'LIKE', 'ILIKE'}");
}

TEST(ReadClause, BoundsPatterns) {
  const std::string pattern(limits::kSearchPatternBytes, 'a');
  EXPECT_TRUE(Read("tags.a LIKE '" + pattern + "'").ok());
  EXPECT_FALSE(Read("tags.a ILIKE '" + pattern + "a'").ok());
}

}  // namespace
}  // namespace mooring::records::search
