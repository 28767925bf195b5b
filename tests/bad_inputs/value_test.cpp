// Rows 7 to 16: values of features that are not what they seem.
#include <gtest/gtest.h>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

std::string Origin(const std::string& text) { return With("\"origin\":\"" + text + "\""); }
std::string Departs(const std::string& value) { return With("\"departs\":" + value); }
std::string Speed(const std::string& value) { return With("\"speed\":" + value); }
std::string Account(const std::string& value) { return With("\"account\":" + value); }
std::string Note(const std::string& value) { return With("\"note\":\"" + value + "\""); }

constexpr char kFlagged[] = "\"flagged\":true";

TEST(BadInputs, Row07UnknownMissingAndMisspeltFeatures) {
  RunRows({
      {"7", "an unknown feature", With(R"("z":1)"), 400, "the contract has no input 'z'"},
      {"7", "a missing feature", Decide(R"({"inputs":{"price":1}})"), 400, "\"field\":\"age\""},
      {"7", "null for a needed one", Price("null"), 400, "\"rule\":\"missing\""},
      {"7", "wrong case", Decide(R"({"inputs":{"Price":1,"age":3}})"), 400, "'Price'"},
      {"7", "a blank in the name", Decide(R"({"inputs":{"price ":1,"age":3}})"), 400, "'price '"},
      {"7", "the empty name", With(R"("":1)"), 400, "''"},
      {"7", "missing with a default: put in and flagged", With(R"("weight":null)"), 200, kFlagged},
      {"7", "missing and allowed: flagged", With(R"("origin":null)"), 200, kFlagged},
  });
}

TEST(BadInputs, Row08TextWhereANumberBelongs) {
  RunRows({
      {"8", "a number in quotes", Price(R"("12")"), 400, "expects float64, got the text '12'"},
      {"8", "a decimal comma", Price(R"("12,5")"), 400, "'12,5'"},
      {"8", "a blank between thousands", Price(R"("1 000")"), 400, "'1 000'"},
      {"8", "an exponent in quotes", Price(R"("1e3")"), 400, "'1e3'"},
      {"8", "full-width digits", Price("\"\xEF\xBC\x91\xEF\xBC\x92\""), 400, "float64"},
      {"8", "Arabic digits", Price("\"\xD9\xA1\xD9\xA2\""), 400, "float64"},
      {"8", "full-width digits without quotes", Price("\xEF\xBC\x91"), 400, "body:1:"},
      {"8", "a decimal comma without quotes", Price("12,5"), 400, "body:1:"},
      {"8", "a plus sign", Price("+1"), 400, "body:1:"},
      {"8", "a leading zero", Price("007"), 400, "body:1:"},
      {"8", "hexadecimal", Price("0x10"), 400, "body:1:"},
      {"8", "no digit before the point", Price(".5"), 400, "body:1:"},
      {"8", "no digit behind the point", Price("5."), 400, "body:1:"},
      {"8", "true", Price("true"), 400, "got true"},
      {"8", "a number for a bool", With(R"("signed":1)"), 400, "\"field\":\"signed\""},
      {"8", "a number for a text", With(R"("note":5)"), 400, "\"field\":\"note\""},
      {"8", "a list", Price("[1]"), 400, "an array"},
      {"8", "an object", Price(R"({"x":1})"), 400, "an object"},
  });
}

TEST(BadInputs, Row09NumbersThatAreNone) {
  RunRows({
      {"9", "NaN", Price("NaN"), 400, "body:1:"},
      {"9", "Infinity", Price("Infinity"), 400, "body:1:"},
      {"9", "-Infinity", Price("-Infinity"), 400, "body:1:"},
      {"9", "NaN as text", Price(R"("NaN")"), 400, "'NaN'"},
      {"9", "inf as text", Price(R"("inf")"), 400, "'inf'"},
      {"9", "1e400", Price("1e400"), 400, "too large"},
      {"9", "-1e400", Price("-1e400"), 400, "too large"},
      {"9", "over the model's float32", Speed("1e39"), 200, kFlagged},
      {"9", "-0.0 is 0.0", Price("-0.0"), 200, "\"amount_minor\":0,"},
      {"9", "-0 is 0", Price("-0"), 200, "\"amount_minor\":0,"},
      {"9", "a denormal", Price("5e-324"), 200, "\"amount_minor\":0,"},
      {"9", "less than any double", Price("1e-400"), 200, "\"amount_minor\":0,"},
      {"9", "MLflow: NaN for a needed one",
       Post("/serving-endpoints/quote/invocations",
            R"({"dataframe_records":[{"price":NaN,"age":3}]})"),
       400, "price"},
      {"9", "MLflow: Infinity",
       Post("/serving-endpoints/quote/invocations",
            R"({"dataframe_records":[{"price":Infinity,"age":3}]})"),
       400, "price"},
  });
}

TEST(BadInputs, Row10IntegersThatWouldBeRounded) {
  RunRows({
      {"10", "2^53 + 1 for a float64", Price("9007199254740993"), 400, "exactly"},
      {"10", "2^53 + 1 for an int64", Account("9007199254740993"), 200, "admit"},
      {"10", "2^63 - 1 for an int64", Account("9223372036854775807"), 200, "admit"},
      {"10", "2^63 for an int64", Account("9223372036854775808"), 400, "out of range"},
      {"10", "2^64 for an int64", Account("18446744073709551616"), 400, "\"field\":\"account\""},
      {"10", "2^31 for an int32", Decide(R"({"inputs":{"price":1,"age":2147483648}})"), 400,
       "out of range"},
      {"10", "40 digits for an int64", Account(std::string(40, '9')), 400, "64 bits"},
      {"10", "40 digits for a float64", Price(std::string(40, '9')), 400, "\"field\":\"price\""},
      {"10", "10,000 digits", Account(std::string(10'000, '9')), 400, "too large"},
      {"10", "a fraction for an integer", Account("1.5"), 400, "the number 1.5"},
      {"10", "2^53 + 1 with a point for an int64", Account("9007199254740993.0"), 400,
       "\"field\":\"account\""},
  });
}

// The amount is the price itself, in kopecks: half a kopeck goes away from zero.
TEST(BadInputs, Row11MoneyIsExact) {
  RunRows({
      {"11", "0.1 + 0.2 as doubles add it", Price("0.30000000000000004"), 200,
       "\"amount_minor\":30,"},
      {"11", "19.99", Price("19.99"), 200, "\"amount_minor\":1999,"},
      {"11", "1.005: the half goes up", Price("1.005"), 200, "\"amount_minor\":101,"},
      {"11", "2.675: the half goes up", Price("2.675"), 200, "\"amount_minor\":268,"},
      {"11", "three digits behind the point", Price("0.004"), 200, "\"amount_minor\":0,"},
      {"11", "999999.99", Price("999999.99"), 200, "\"amount_minor\":99999999,"},
      {"11", "an exponent", Price("1.999e1"), 200, "\"amount_minor\":1999,"},
  });
}

TEST(BadInputs, Row12TextThatIsNoText) {
  RunRows({
      {"12", "a byte that is no UTF-8", Note("\xFF"), 400, "UTF-8"},
      {"12", "an overlong slash", Note("\xC0\xAF"), 400, "UTF-8"},
      {"12", "a surrogate in UTF-8", Note("\xED\xA0\x80"), 400, "UTF-8"},
      {"12", "a character cut short", Note("\xE2\x82"), 400, "UTF-8"},
      {"12", "above U+10FFFF", Note("\xF4\x90\x80\x80"), 400, "UTF-8"},
      {"12", "a lone high surrogate", Note("\\ud800"), 400, "surrogate"},
      {"12", "a lone low surrogate", Note("\\udc00"), 400, "surrogate"},
      {"12", "two high surrogates", Note("\\ud800\\ud800"), 400, "surrogate"},
      {"12", "an escaped NUL", Note("\\u0000"), 400, "NUL"},
      {"12", "a NUL as it is", Note(std::string(1, '\0')), 400, "body:1:"},
      {"12", "a line end as it is", Note("a\nb"), 400, "body:1:"},
      {"12", "a broken escape", Note("\\x41"), 400, "body:1:"},
      {"12", "a feature's name that is no UTF-8", With("\"\xFF\":1"), 400, "UTF-8"},
      {"12", "marks from right to left",
       Note("\xE2\x80\x8F"
            "abc"),
       200, "admit"},
      {"12", "an emoji", Note("\xF0\x9F\x9A\x80"), 200, "admit"},
      {"12", "an emoji as a pair of escapes", Note("\\ud83d\\ude80"), 200, "admit"},
      {"12", "a blank of no width in a category", Origin("SVO\xE2\x80\x8B"), 200, kFlagged},
  });
}

TEST(BadInputs, Row12TextIsComparedByteForByte) {
  RunRows({
      {"12", "NFC, not listed", With("\"plan\":\"caf\xC3\xA9\""), 400, "\"rule\":\"one_of\""},
      {"12", "NFD, not listed", With("\"plan\":\"cafe\xCC\x81\""), 400, "\"rule\":\"one_of\""},
  });
}

TEST(BadInputs, Row13CategoriesWithoutEnd) {
  const std::string long_text(10'000'000, 'x');
  RunRows({
      {"13", "a category of 10 MB", Origin(long_text), 400, "over the limit"},
      {"13", "a category of 10 MB in escapes", Origin(std::string(1'000'000, '\\')), 400, ""},
      {"13", "a note longer than the contract allows", Note(std::string(65, 'x')), 400,
       "\"rule\":\"length\""},
      {"13", "a feature's name of 1 MB", With("\"" + std::string(1'000'000, 'x') + "\":1"), 400,
       "the contract has no input"},
  });
}

TEST(BadInputs, Row13NewCategoriesLeaveNoTrace) {
  Aftermath aftermath;
  const int requests = LongTests() ? 200 : 4;
  constexpr int kRows = 5'000;
  for (int request = 0; request < requests; ++request) {
    std::string body = "{\"inputs\":[";
    for (int row = 0; row < kRows; ++row) {
      body += row == 0 ? "" : ",";
      body += R"({"price":1,"age":3,"origin":"new)" + std::to_string(request * kRows + row) + "\"}";
    }
    const Answer answer = LiveServer::Get().Send(Decide(body + "]}"));
    EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 400);
    EXPECT_NE(answer.body.find(kFlagged), std::string::npos);
    aftermath.Acknowledged(answer);
  }
  aftermath.Check();
  RunRows({{"13", "and a known one is still known", Origin("SVO"), 200, "admit"}});
}

TEST(BadInputs, Row14CategoriesThatLookKnown) {
  RunRows({
      {"14", "unseen in training", Origin("XXX"), 200, kFlagged},
      {"14", "another case", Origin("svo"), 200, kFlagged},
      {"14", "a blank behind", Origin("SVO "), 200, kFlagged},
      {"14", "a Cyrillic look-alike", Origin("SV\xD0\x9E"), 200, kFlagged},
      {"14", "the empty text", Origin(""), 200, kFlagged},
      {"14", "unseen where the owner listed all", With(R"("plan":"FULL")"), 400,
       "is not one of the values allowed"},
  });
}

TEST(BadInputs, Row15ValuesOutOfBounds) {
  RunRows({
      {"15", "age -5", Decide(R"({"inputs":{"price":1,"age":-5}})"), 400, "below the minimum 0"},
      {"15", "age 900", Decide(R"({"inputs":{"price":1,"age":900}})"), 400, "above the maximum"},
      {"15", "a negative price", Price("-0.01"), 400, "below the minimum"},
      {"15", "a price of 0, which the contract allows", Price("0"), 200, "admit"},
      {"15", "out of bounds where the contract says flag", Speed("301"), 200, kFlagged},
  });
}

TEST(BadInputs, Row16DatesThatAreNone) {
  RunRows({
      {"16", "February 30", Departs(R"("2024-02-30T00:00:00Z")"), 400, "\"field\":\"departs\""},
      {"16", "February 29 of 2023", Departs(R"("2023-02-29T00:00:00Z")"), 400, "2023-02-29"},
      {"16", "the zero date", Departs(R"("0000-00-00T00:00:00Z")"), 400, "0000-00-00"},
      {"16", "hour 24", Departs(R"("2024-01-01T24:00:00Z")"), 400, "24:00"},
      {"16", "minute 60", Departs(R"("2024-01-01T23:60:00Z")"), 400, "23:60"},
      {"16", "no zone", Departs(R"("2024-01-01T00:00:00")"), 400, "timestamp"},
      {"16", "a date alone", Departs(R"("2024-01-01")"), 400, "timestamp"},
      {"16", "an offset of 25 hours", Departs(R"("2024-01-01T00:00:00+25:00")"), 400, "timestamp"},
      {"16", "the year 9999, beyond the contract", Departs(R"("9999-12-31T23:59:59Z")"), 400,
       "above the maximum"},
      {"16", "the year 10000", Departs(R"("10000-01-01T00:00:00Z")"), 400, "timestamp"},
      {"16", "epoch seconds", Departs("1700000000"), 400, "the integer 1700000000"},
      {"16", "epoch milliseconds", Departs("1700000000000"), 400, "timestamp"},
      {"16", "epoch seconds as text", Departs(R"("1700000000")"), 400, "timestamp"},
      {"16", "an offset is the same moment", Departs(R"("2024-01-01T03:00:00+03:00")"), 200,
       "admit"},
  });
}

}  // namespace
}  // namespace mooring::bad_inputs
