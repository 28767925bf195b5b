#include "records/search/lexer.h"

#include <gtest/gtest.h>

#include <string>

namespace mooring::records::search {
namespace {

std::string Shape(std::string_view text) {
  constexpr std::string_view kLetters = "nsd<kp;?";
  std::string shape;
  for (const Token& token : Lex(text)) {
    shape += shape.empty() ? "" : " ";
    shape += kLetters[static_cast<std::size_t>(token.kind)];
    shape += ":";
    shape += token.text;
  }
  return shape;
}

TEST(Lexer, CutsNamesWithTheirDotsAndQuotes) {
  EXPECT_EQ(Shape("metrics.auc>0.9"), "n:metrics.auc <:> d:0.9");
  EXPECT_EQ(Shape("params.\"my key\" = 'a b'"), "n:params.\"my key\" <:= s:'a b'");
  EXPECT_EQ(Shape("tags.`mlflow.parentRunId`!=\"x\""), "n:tags.`mlflow.parentRunId` <:!= n:\"x\"");
  EXPECT_EQ(Shape("params.'a'.b"), "n:params.'a'.b");
  EXPECT_EQ(Shape("имя = 'я'"), "n:имя <:= s:'я'");
}

TEST(Lexer, ReadsNumbersUntilALetterFollows) {
  EXPECT_EQ(Shape("1 -1.5e-3 .5 5. 1e+5 2E3"), "d:1 d:-1.5e-3 d:.5 d:5. d:1e+5 d:2E3");
  EXPECT_EQ(Shape("1e 0abc -"), "n:1e n:0abc ?:-");
}

TEST(Lexer, KnowsKeywordsInAnyCaseUnlessQuotedOrDotted) {
  EXPECT_EQ(Shape("a And b oR not in iS null like iLike"),
            "n:a k:And n:b k:oR k:not k:in k:iS k:null <:like <:iLike");
  EXPECT_EQ(Shape("tags.and `or`"), "n:tags.and n:`or`");
}

TEST(Lexer, DoubledQuotesDoNotEndAText) {
  EXPECT_EQ(Shape("'it''s' ''"), "s:'it''s' s:''");
  EXPECT_EQ(Shape("'C:\\' x"), "s:'C:\\' n:x");
}

TEST(Lexer, TakesListsWhole) {
  EXPECT_EQ(Shape("IN ('a', (')'), \"(\")"), "k:IN p:('a', (')'), \"(\")");
}

TEST(Lexer, LeavesWhatNeverEndsToTheParser) {
  EXPECT_EQ(Shape("'LR"), "?:' n:LR");
  EXPECT_EQ(Shape("`a.b"), "?:` n:a.b");
  EXPECT_EQ(Shape("(a ("), "?:( n:a ?:(");
  EXPECT_EQ(Shape("a; b, )"), "n:a ;:; n:b ?:, ?:)");
}

TEST(Lexer, EveryByteIsInATokenOrBlank) {
  std::string text;
  for (int c = 1; c < 256; ++c) text += static_cast<char>(c);
  text += text;
  std::string rest;
  for (const Token& token : Lex(text)) rest += token.text;
  std::string wanted;
  for (const char c : text) {
    if (!IsSpace(c)) wanted += c;
  }
  std::erase_if(rest, IsSpace);  // those inside quotes
  EXPECT_EQ(rest, wanted);
}

TEST(Lexer, LongNonsenseIsReadOnce) {
  for (const char c : {'\'', '"', '`', '(', '.', '-'}) {
    EXPECT_FALSE(Lex(std::string(200'001, c)).empty()) << c;
  }
}

}  // namespace
}  // namespace mooring::records::search
