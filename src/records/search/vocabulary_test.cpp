#include "records/search/vocabulary.h"

#include <gtest/gtest.h>

namespace mooring::records::search {
namespace {

TEST(Vocabulary, EveryAttributeIsReadAsItsCanonicalName) {
  for (const Kind kind : {Kind::kRuns, Kind::kExperiments, Kind::kLoggedModels,
                          Kind::kRegisteredModels, Kind::kModelVersions}) {
    for (const Attribute& attribute : AttributesOf(kind)) {
      for (const Use use : {Use::kFilter, Use::kOrder}) {
        const auto id = ReadIdentifier(kind, use, "`" + std::string(attribute.name) + "`");
        const bool allowed = use == Use::kFilter ? attribute.filtered : attribute.ordered;
        ASSERT_EQ(id.ok(), allowed) << attribute.name;
        if (!allowed) continue;
        EXPECT_EQ(id->key, attribute.canonical);
        EXPECT_EQ(id->numeric, attribute.numeric);
      }
    }
  }
}

TEST(Vocabulary, CutsIdentifiersAtTheFirstDot) {
  const auto id = ReadIdentifier(Kind::kRuns, Use::kFilter, "metrics.a.b");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->entity, Entity::kMetric);
  EXPECT_EQ(id->key, "a.b");
  EXPECT_TRUE(id->numeric);
  EXPECT_EQ(ReadIdentifier(Kind::kRuns, Use::kFilter, "`metrics.A`").error().message(),
            "Invalid entity type '`metrics'. Valid values are ['metric', 'parameter', 'tag', "
            "'attribute', 'dataset']");
}

TEST(Vocabulary, TakesQuotesOff) {
  for (const char* text : {"tags.\"a b\"", "tags.`a b`", "tags.'a b'", "`tags`.\"a b\""}) {
    EXPECT_EQ(ReadIdentifier(Kind::kRuns, Use::kFilter, text)->key, "a b") << text;
  }
  std::string storage;
  std::string_view text = "'it''s'";
  EXPECT_TRUE(Unquote(text, '\'', storage));
  EXPECT_EQ(text, "it's");
  text = "'";
  EXPECT_FALSE(Unquote(text, '\'', storage));
  text = "a'";
  EXPECT_FALSE(Unquote(text, '\'', storage));
}

TEST(Vocabulary, QuotesAsPythonDoes) {
  EXPECT_EQ(PythonQuoted("zz"), "'zz'");
  EXPECT_EQ(PythonQuoted("it's"), "\"it's\"");
  EXPECT_EQ(PythonQuoted("'\""), "'\\'\"'");
  EXPECT_EQ(PythonQuoted("a\nb\\"), "'a\\nb\\\\'");
}

TEST(Vocabulary, NamesComparators) {
  EXPECT_EQ(NameOf(Comparator::kEqual), "=");
  EXPECT_EQ(NameOf(Comparator::kGreaterEqual), ">=");
  EXPECT_EQ(NameOf(Comparator::kIsNotNull), "IS NOT NULL");
}

}  // namespace
}  // namespace mooring::records::search
