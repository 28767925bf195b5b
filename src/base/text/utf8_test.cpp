#include "base/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace mooring {
namespace {

TEST(Utf8, TakesWhatTheStandardAllows) {
  for (const char* text : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
                           "полёт из Москвы, 東京, 🛬"}) {
    EXPECT_EQ(FirstInvalidUtf8(text), std::string_view(text).size()) << text;
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  for (const char* bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC2", "\xE2\x82",
        "\xF0\x9F\x9B", "\xE2\x28\xA1", "\xC2\x41"}) {
    EXPECT_EQ(Utf8CharacterBytes(bad), 0U) << testing::PrintToString(bad);
    for (const std::size_t before : {0, 1, 7, 8, 20}) {
      const std::string text = std::string(before, 'a') + bad + "tail of the text";
      EXPECT_EQ(FirstInvalidUtf8(text), before) << testing::PrintToString(bad);
    }
  }
}

}  // namespace
}  // namespace mooring
