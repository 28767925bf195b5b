#include "monitoring/report/page.h"

#include <gtest/gtest.h>

#include <limits>

#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

TEST(Page, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(Escaped("<script>alert(\"1\")&'"), "&lt;script&gt;alert(&quot;1&quot;)&amp;&#39;");
}

TEST(Page, ReplacesWhatIsNoCharacterToShow) {
  EXPECT_EQ(Escaped(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(Escaped("a\x1b[31m\x7f"), "a\uFFFD[31m\uFFFD");
  EXPECT_EQ(Escaped("a\nb\tc"), "a b c");
  EXPECT_EQ(Escaped("\xff\xc3"), "\uFFFD\uFFFD");                    // not UTF-8
  EXPECT_EQ(Escaped("abc\u202Efdp"), "abc\uFFFDfdp");                // turns the direction
  EXPECT_EQ(Escaped("\u2066x\u2069\u200F"), "\uFFFDx\uFFFD\uFFFD");  // so do these
  EXPECT_EQ(Escaped("\u0085\u2028"), "\uFFFD\uFFFD");                // end lines
  EXPECT_EQ(Escaped("Zürich 東京 \u2264"), "Zürich 東京 \u2264");
}

TEST(Page, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(Escaped("äöüß", 2), "äö…");
  EXPECT_EQ(Escaped("äöüß", 4), "äöüß");
  EXPECT_EQ(Escaped("<<<", 1), "&lt;…");
}

TEST(Page, WritesNumbersForPeople) {
  EXPECT_EQ(Figure(0.43), "0.43");
  EXPECT_EQ(Figure(0.123456), "0.123");
  EXPECT_EQ(Figure(731.52), "731.5");
  EXPECT_EQ(Figure(12345.6), "12346");
  EXPECT_EQ(Figure(-1e300), "-1.00e+300");
  EXPECT_EQ(Figure(0), "0");
  EXPECT_EQ(Figure(std::numeric_limits<double>::quiet_NaN()), "–");
  EXPECT_EQ(ShareText(0.123), "12.3 %");
  EXPECT_EQ(ShareText(0.00001), "< 0.1 %");
  EXPECT_EQ(ShareText(0.99999), "> 99.9 %");
  EXPECT_EQ(ShareText(1), "100.0 %");
  EXPECT_EQ(ChanceText(0.0312), "0.031");
  EXPECT_EQ(ChanceText(4e-6), "4.0e-06");
  EXPECT_EQ(ChanceText(0), "< 1e-12");
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(1'234'567), "1,234,567");
  EXPECT_EQ(MomentText(*ParseTime("2026-01-31T23:59:59.5Z")), "2026-01-31 23:59 UTC");
}

TEST(Page, EveryLevelHasASignAndAWord) {
  for (const Level level : {Level::kClear, Level::kHold, Level::kWarn, Level::kAlert}) {
    const std::string mark = LevelMark(level);
    EXPECT_NE(mark.find(LevelSign(level)), mark.npos);
    EXPECT_NE(mark.find(std::string(LevelName(level)) + "</span>"), mark.npos);
  }
}

// The hash was computed apart: openssl dgst -sha256 -binary | base64 of the script's text must be
// what the page allows; here only that the policy names one hash and allows nothing else.
TEST(Page, ForbidsItselfTheNetworkAndForeignScripts) {
  const std::string html = Document("a <b>", "<p>x</p>\n");
  EXPECT_NE(html.find("default-src 'none'"), html.npos);
  EXPECT_NE(html.find("script-src 'sha256-"), html.npos);
  EXPECT_NE(html.find("='; base-uri 'none'"), html.npos);  // 32 bytes end with one '='
  EXPECT_NE(html.find("<title>a &lt;b&gt;</title>"), html.npos);
  EXPECT_EQ(Count(html, "<script>"), 1u);
  EXPECT_EQ(html.find("http://"), html.npos);
  EXPECT_EQ(html.find("https://"), html.npos);
  EXPECT_EQ(html.find("url("), html.npos);
  EXPECT_EQ(html.find("@import"), html.npos);
  EXPECT_EQ(Unbalanced(html), "");
}

}  // namespace
}  // namespace mooring::monitoring
