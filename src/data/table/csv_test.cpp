#include "data/table/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/limits.h"
#include "data/table/random_batch.h"

namespace mooring::data {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const Schema> Flights() {
  return std::make_shared<const Schema>(
      Schema::Make({{.name = "distance", .type = Type::kFloat32},
                    {.name = "origin",
                     .type = Type::kCategory,
                     .nullable = false,
                     .dictionary = Dictionary::Make({"SVO", "LED"}).value()},
                    {.name = "seats", .type = Type::kInt32},
                    {.name = "late", .type = Type::kBool},
                    {.name = "at", .type = Type::kTimestamp},
                    {.name = "note", .type = Type::kString}})
          .value());
}

Result<Batch> Parse(std::string_view text, CsvOptions options = {}) {
  options.name = "f.csv";
  return ParseCsv(text, Flights(), options, 100);
}

constexpr std::string_view kHeader = "distance,origin,seats,late,at,note\n";

TEST(Csv, ReadsTypedValuesInAnyOrderOfColumns) {
  const auto batch = Parse(
      "\xEF\xBB\xBFnote,late,seats,origin,distance,at\r\n"
      "\"a \"\"b\"\", \r\nc\",true,-12,SVO,1.5e2,2001-01-01T00:00:00Z\r\n"
      ",,,AER,,\n"
      "\"\",0,2147483647,LED,nan,1970-01-01T00:00:00.000001Z\n\r\n\n");
  ASSERT_TRUE(batch.ok()) << batch.error().ToString();
  ASSERT_EQ(batch->rows(), 3U);
  EXPECT_EQ(batch->column(5).Text(0), "a \"b\", \r\nc");
  EXPECT_EQ(batch->column(0).Values<float>()[0], 150);
  EXPECT_EQ(batch->column(2).Values<std::int32_t>()[0], -12);
  EXPECT_EQ(batch->column(4).Values<std::int64_t>()[0], 978'307'200'000'000);
  EXPECT_TRUE(batch->column(1).IsUnseen(1));
  for (const std::size_t column : {0, 2, 3, 4, 5})
    EXPECT_TRUE(batch->column(column).IsNull(1)) << column;
  EXPECT_FALSE(batch->column(5).IsNull(2)) << "quoted empty is text";
  EXPECT_TRUE(std::isnan(batch->column(0).Values<float>()[2]));
  EXPECT_FALSE(batch->column(0).IsNull(2)) << "nan is a value";
  EXPECT_EQ(batch->column(4).Values<std::int64_t>()[2], 1);
}

struct Refused {
  std::string text;
  const char* where;
  const char* message;
  const char* help = "";
};

TEST(Csv, RefusesWithLineAndColumn) {
  const std::string header(kHeader), row = "1,SVO,1,true,,x\n";
  const Refused cases[] = {
      {"", "f.csv:1:1", "no header"},
      {"\n\n", "f.csv:1:1", "no header"},
      {row, "f.csv:1:1", "unknown column '1'"},
      {"distance,origin,seats,late,at,note,origin\n", "f.csv:1:36",
       "column 'origin' is there twice"},
      {"distance,origin,seats,late,at\n", "f.csv:1:1", "column 'note' is missing"},
      {"distance,origin,seats,late,at,nota\n", "f.csv:1:31", "unknown column 'nota'",
       "did you mean 'note'?"},
      {"distance;origin;seats;late;at;note\n", "f.csv:1:1", "unknown column", "separated by ;"},
      {"distance\torigin\tseats\tlate\tat\tnote\n", "f.csv:1:1", "unknown column",
       "separated by tabs"},
      {header + row + "1,SVO,1\n", "f.csv:3:1", "record of 3 fields"},
      {header + "1,SVO,1,true,,x,y\n", "f.csv:2:1", "record of 7 fields"},
      {header + "1,5,SVO,1,true,,x\n", "f.csv:2:1", "record of 7 fields"},
      {header + "\"1,5\",SVO,1,true,,x\n", "f.csv:2:1", "is not a number", "with a point"},
      {header + "1,SVO,1.0,true,,x\n", "f.csv:2:7",
       "'1.0' in column 'seats' is not a whole number"},
      {header + "1,SVO, 1,true,,x\n", "f.csv:2:7", "is not a whole number", "remove the spaces"},
      {header + "1,SVO,+1,true,,x\n", "f.csv:2:7", "is not a whole number"},
      {header + "1,SVO,2147483648,true,,x\n", "f.csv:2:7", "does not fit in int32"},
      {header + "1e400,SVO,1,true,,x\n", "f.csv:2:1", "does not fit in float32"},
      {header + "0x10,SVO,1,true,,x\n", "f.csv:2:1", "is not a number"},
      {header + "1,SVO,1,yes,,x\n", "f.csv:2:9", "is not true or false"},
      {header + "1,SVO,1,true,2001-02-30T00:00:00Z,x\n", "f.csv:2:14", "is not an RFC 3339 time"},
      {header + "1,,1,true,,x\n", "f.csv:2:3", "column 'origin' is empty"},
      {header + row + "\n" + row, "f.csv:3:1", "empty line"},
      {header + "1,SVO,1,true,,a\"b\n", "f.csv:2:16", "a quote inside"},
      {header + "1,SVO,1,true,,\"a\"b\n", "f.csv:2:18", "text after the closing quote"},
      {header + "1,SVO,1,true,,\"a\n\n", "f.csv:2:15", "not closed"},
      {header + "1,SVO,1,true,,a\rb\n", "f.csv:2:16", "carriage return"},
      {header + "1,SVO,1,true,,\"\n\xE9\"\n", "f.csv:3:1", "not UTF-8", "convert"},
      {header + std::string("1,SVO,1,true,,a\0b\n", 18), "f.csv:2:16", "NUL"},
      {"\xFF\xFE"
       "d\0",
       "f.csv:1:1", "UTF-16", "convert"},
      {header + "1,SVO,1,true,," + std::string(limits::kStringBytes + 1, 'x'), "f.csv:2:15",
       "value of 8193 bytes"},
      {header + std::string(limits::kCsvLineBytes + 2, 'x'), "f.csv:2:1", "record of more than"},
      {header + "\"" + std::string(limits::kCsvLineBytes + 2, 'x'), "f.csv:2:1",
       "record of more than", "not closed"},
      {std::string(limits::kColumns + 1, ','), "f.csv:1:4098", "more than 4096 columns"},
  };
  for (const Refused& refused : cases) {
    const auto batch = Parse(refused.text);
    const std::string shown = refused.text.substr(0, 80);
    ASSERT_FALSE(batch.ok()) << shown;
    EXPECT_EQ(batch.error().where(), refused.where) << shown << batch.error().ToString();
    EXPECT_THAT(batch.error().message(), HasSubstr(refused.message)) << shown;
    EXPECT_THAT(batch.error().help(), HasSubstr(refused.help)) << shown;
  }
}

TEST(Csv, NoRowsAreNoError) { EXPECT_EQ(Parse(kHeader)->rows(), 0U); }

TEST(Csv, TakesTheDeclaredDelimiterAndSkipsUnknownColumnsOnRequest) {
  const auto batch = Parse("x;distance;origin;seats;late;at;note;y\n\"q;\";1.5;SVO;1;true;;a,b;z\n",
                           {.delimiter = ';', .skip_unknown = true});
  ASSERT_TRUE(batch.ok()) << batch.error().ToString();
  EXPECT_EQ(batch->column(5).Text(0), "a,b");
  EXPECT_FALSE(
      Parse("x;x;distance;origin;seats;late;at;note\n", {.delimiter = ';', .skip_unknown = true})
          .ok());
}

TEST(Csv, ReadsInPiecesAndKeepsWholeRowsBeforeAnError) {
  std::string text(kHeader);
  for (int i = 0; i < 25; ++i) text += std::to_string(i) + ",SVO,1,true,,x\n";
  text += "25,SVO,bad,true,,x\n";
  auto reader = CsvReader::Open(text, Flights(), {}).value();
  Batch batch(Flights());
  EXPECT_EQ(reader.Read(batch, 10).value(), 10U);
  EXPECT_EQ(reader.Read(batch, 10).value(), 10U);
  EXPECT_FALSE(reader.Read(batch, 10).ok());
  EXPECT_EQ(batch.rows(), 25U);
  EXPECT_EQ(batch.column(0).Values<float>()[24], 24);
  EXPECT_EQ(batch.column(5).size(), 25U);
  const auto too_many = ParseCsv(text.substr(0, text.find("25,")), Flights(), {}, 24);
  EXPECT_EQ(too_many.error().code(), Code::kTooLarge);
}

TEST(Csv, OneColumnMayHaveEmptyLines) {
  const auto schema =
      std::make_shared<const Schema>(Schema::Make({{.name = "x", .type = Type::kInt64}}).value());
  const auto batch = ParseCsv("x\n1\n\n3", schema, {}, 10);
  ASSERT_TRUE(batch.ok()) << batch.error().ToString();
  ASSERT_EQ(batch->rows(), 3U);
  EXPECT_TRUE(batch->column(0).IsNull(1));
}

TEST(Csv, WhatIsWrittenReadsBackTheSame) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 6);
    if (schema->size() < 2) continue;
    Batch batch = RandomBatch(rng, schema, rng.Below(20));
    std::vector<Field> fields = schema->fields();
    for (Field& field : fields) field.nullable = true;
    std::string text;
    WriteCsv(batch, {.delimiter = seed % 2 == 0 ? ',' : ';'}, text);
    const auto nullable = std::make_shared<const Schema>(Schema::Make(fields).value());
    const auto back = ParseCsv(text, nullable, {.delimiter = seed % 2 == 0 ? ',' : ';'}, 100);
    if (!back.ok()) {  // random bytes, and times outside 1970 to 9999, are rightly refused
      EXPECT_THAT(back.error().message(), ::testing::ContainsRegex("UTF-8|NUL|RFC 3339"));
      continue;
    }
    ++compared;
    ASSERT_EQ(back->rows(), batch.rows());
    for (std::size_t c = 0; c < batch.width(); ++c) {
      for (std::size_t r = 0; r < batch.rows(); ++r) {
        const bool nan = std::isnan(batch.column(c).Number(r)) && !batch.column(c).IsNull(r);
        if (nan && IsNumeric(batch.column(c).type()))
          continue;  // a NaN's spare bits are not written
        ASSERT_TRUE(SameSlot(batch.column(c), back->column(c), r, r)) << text;
      }
    }
  }
  EXPECT_GT(compared, 30);
}

TEST(Csv, KeepsAByteOrderMarkThatBelongsToTheFirstName) {
  const std::string text = "\xEF\xBB\xBF\xEF\xBB\xBFname\n1\n";
  const auto schema = std::make_shared<const Schema>(InferCsvSchema(text, {}).value());
  EXPECT_EQ(schema->field(0).name, "\xEF\xBB\xBFname");
  std::string written;
  WriteCsv(ParseCsv(text, schema, {}, 10).value(), {}, written);
  const auto again = ParseCsv(written, schema, {}, 10);
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(again->rows(), 1U);
}

TEST(Csv, NeutralisesFormulasOnRequestOnly) {
  Batch batch(std::make_shared<const Schema>(
      Schema::Make({{.name = "=a", .type = Type::kString}, {.name = "n", .type = Type::kInt32}})
          .value()));
  for (const char* text : {"=cmd()", "+1", "-1", "@x", "plain", "\tx", "a=b", ""}) {
    batch.column(0).AppendText(text);
    batch.column(1).Append(std::int32_t{-1});
  }
  batch.SetRows(8);
  std::string safe, plain;
  WriteCsv(batch, {.neutralise_formulas = true}, safe);
  WriteCsv(batch, {}, plain);
  EXPECT_EQ(safe,
            "\"'=a\",n\n\"'=cmd()\",-1\n\"'+1\",-1\n\"'-1\",-1\n\"'@x\",-1\nplain,-1\n\"'\tx\",-"
            "1\na=b,-1\n\"\",-1\n");
  EXPECT_EQ(plain.substr(0, 22), "=a,n\n=cmd(),-1\n+1,-1\n-");
}

TEST(Csv, InfersTheNarrowestTypeThatFitsEverything) {
  const auto schema = InferCsvSchema(
      "int,real,flag,time,group,free,code,empty,big,zero\n"
      "1,1,true,2001-01-01T00:00:00Z,a,x1,007,,9223372036854775808,0\n"
      "-2,2.5,false,2001-01-01T00:00:00+03:00,b,x2,008,,1,-0\n"
      ",1e3,True,2001-01-01T00:00:00Z,a,x3,009,,1,0\n"
      "3,nan,FALSE,2001-01-01T00:00:00Z,b,\"\",010,,1,0\n",
      {});
  ASSERT_TRUE(schema.ok()) << schema.error().ToString();
  const Type types[] = {Type::kInt64,    Type::kFloat64, Type::kBool,   Type::kTimestamp,
                        Type::kCategory, Type::kString,  Type::kString, Type::kString,
                        Type::kFloat64,  Type::kInt64};
  for (std::size_t i = 0; i < std::size(types); ++i) {
    EXPECT_EQ(schema->field(i).type, types[i]) << schema->field(i).name;
    EXPECT_EQ(schema->field(i).nullable, i == 0 || i == 7) << schema->field(i).name;
  }
  EXPECT_EQ(schema->field(4).dictionary->values(), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(InferCsvSchema("a,a\n", {}).ok());
  EXPECT_FALSE(InferCsvSchema("a,b\n1\n", {}).ok());
  EXPECT_FALSE(InferCsvSchema("", {}).ok());
}

TEST(Csv, RandomTextsNeverCrash) {
  Rng rng(5);
  constexpr std::string_view kBytes = "\",\r\n;ab1.\xC3\xA9\0";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(round % 2 == 0 ? kHeader : "");
    for (std::uint64_t i = rng.Below(30); i-- != 0;)
      text.push_back(kBytes[rng.Below(kBytes.size())]);
    static_cast<void>(Parse(text));
    static_cast<void>(InferCsvSchema(text, {}));
  }
}

}  // namespace
}  // namespace mooring::data
