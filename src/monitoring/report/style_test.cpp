#include "monitoring/report/style.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

// The colour "--name:#rrggbb" of the sheet's light (0) or dark (1) part.
std::string ColourOf(std::string_view name, int dark) {
  const std::size_t from = dark == 0 ? 0 : kPageStyle.find("@media(prefers-color-scheme:dark)");
  const std::string wanted = "--" + std::string(name) + ":#";
  const std::size_t at = kPageStyle.find(wanted, from);
  std::string hex(kPageStyle.substr(at + wanted.size(), 6));
  if (hex[3] == ';' || hex[3] == '}') {
    hex = {hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]};
  }
  return hex;
}

// Relative luminance and contrast as WCAG 2.1 defines them.
double Luminance(const std::string& hex) {
  const std::array<double, 3> weights = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double part =
        static_cast<double>(std::strtol(hex.substr(2 * i, 2).c_str(), nullptr, 16)) / 255;
    sum += weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double Contrast(std::string_view one, std::string_view other, int dark) {
  const double a = Luminance(ColourOf(one, dark)), b = Luminance(ColourOf(other, dark));
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

TEST(Style, TextCanBeReadOnEveryGroundInLightAndDark) {
  for (const int dark : {0, 1}) {
    for (const std::string_view ground : {"back", "panel"}) {
      for (const std::string_view text : {"text", "dim", "good", "warn", "bad", "over", "cur"}) {
        EXPECT_GE(Contrast(text, ground, dark), 4.5) << text << " on " << ground << " " << dark;
      }
    }
    EXPECT_GE(Contrast("text", "badback", dark), 4.5);
    EXPECT_GE(Contrast("text", "goodback", dark), 4.5);
    EXPECT_GE(Contrast("text", "warnback", dark), 4.5);
    EXPECT_GE(Contrast("cur", "ref", dark), 1.9) << "the bar in front of the other " << dark;
  }
}

TEST(Style, PrintsAndBracesAreBalanced) {
  EXPECT_NE(kPageStyle.find("@media print"), kPageStyle.npos);
  EXPECT_EQ(Count(kPageStyle, "{"), Count(kPageStyle, "}"));
  EXPECT_EQ(Count(kPageScript, "{"), Count(kPageScript, "}"));
  EXPECT_EQ(Count(kPageScript, "("), Count(kPageScript, ")"));
}

TEST(Style, NothingEndsTheElementTheyStandIn) {
  EXPECT_EQ(kPageStyle.find('<'), kPageStyle.npos);
  EXPECT_EQ(kPageScript.find("</"), kPageScript.npos);
  EXPECT_EQ(kPageScript.find("innerHTML"), kPageScript.npos);
}

}  // namespace
}  // namespace mooring::monitoring
