#include "serving/row_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/limits.h"
#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using data::Type;
using testing::AddingPredictor;
using testing::ContractOf;
using testing::Input;

// A version whose contract declares one input "x" of the type.
std::shared_ptr<const ServedVersion> OneInput(Type type, bool declared = true) {
  std::vector<records::InputRule> inputs;
  if (declared) inputs.push_back(Input("x", type));
  const Type model_type = declared ? Type::kFloat64 : type;
  auto model = std::make_shared<AddingPredictor>(
      declared ? data::Schema() : testing::FloatInputs({"x"}, model_type));
  return testing::Serve(ContractOf(std::move(inputs)), std::move(model)).value();
}

// One cell of one row: its text form when it passed, "null", or the rule that refused it.
template <typename Setter>
std::string Cell(Type type, Coercion coercion, Setter set) {
  RowBuilder builder(OneInput(type), coercion);
  EXPECT_TRUE(builder.BeginRow());
  set(builder);
  builder.EndRow();
  DecisionRequest request;
  builder.Finish(request);
  if (!request.problems.empty()) return request.problems.front().rule;
  const data::Column& column = request.rows.column(0);
  EXPECT_EQ(column.size(), 1U);
  if (column.IsNull(0)) return "null";
  const std::string flag = request.flags.empty() || request.flags[0] == 0 ? "" : " flagged";
  switch (type) {
    case Type::kInt32: return std::to_string(column.Values<std::int32_t>()[0]) + flag;
    case Type::kInt64:
    case Type::kTimestamp: return std::to_string(column.Values<std::int64_t>()[0]) + flag;
    case Type::kString:
    case Type::kCategory: return std::string(column.Text(0));
    default: break;
  }
  std::ostringstream out;
  out.precision(17);
  out << column.Number(0) << (std::signbit(column.Number(0)) && column.Number(0) == 0 ? "neg" : "");
  return out.str();
}

std::string Number(Type type, double value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetNumber(0, value); });
}
std::string Integer(Type type, std::int64_t value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetInteger(0, value); });
}
std::string Unsigned(Type type, std::uint64_t value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetUnsigned(0, value); });
}
std::string Text(Type type, std::string_view value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetText(0, value); });
}
std::string Bool(Type type, bool value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetBool(0, value); });
}
std::string Lexical(Type type, std::string_view value, Coercion coercion = Coercion::kStrict) {
  return Cell(type, coercion, [&](RowBuilder& b) { b.SetLexical(0, value); });
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(StrictCells, TakeIntegersOnlyExactlyAndInRange) {
  EXPECT_EQ(Integer(Type::kInt32, 2147483647), "2147483647");
  EXPECT_EQ(Integer(Type::kInt32, -2147483648LL), "-2147483648");
  EXPECT_EQ(Integer(Type::kInt32, 2147483648LL), "type");
  EXPECT_EQ(Integer(Type::kInt64, INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(Unsigned(Type::kInt64, 1ULL << 63), "type");
  EXPECT_EQ(Unsigned(Type::kInt64, 7), "7");
  EXPECT_EQ(Number(Type::kInt32, 30.0), "30");
  EXPECT_EQ(Number(Type::kInt32, -0.0), "0");
  EXPECT_EQ(Number(Type::kInt32, 30.5), "type");
  EXPECT_EQ(Number(Type::kInt64, 9007199254740991.0), "9007199254740991");
  EXPECT_EQ(Number(Type::kInt64, 9007199254740992.0), "type");  // may have been 2^53 + 1
  for (const double value : {kNan, kInf, -kInf, 1e300}) {
    EXPECT_EQ(Number(Type::kInt64, value), "type") << value;
  }
}

TEST(StrictCells, TakeNumbersThatAreFinite) {
  EXPECT_EQ(Number(Type::kFloat64, 1e308), "1e+308");
  EXPECT_EQ(Number(Type::kFloat64, 5e-324), "4.9406564584124654e-324");
  EXPECT_EQ(Number(Type::kFloat64, -0.0), "0");
  EXPECT_EQ(Number(Type::kFloat32, -0.0), "0");
  EXPECT_EQ(Number(Type::kFloat32, 0.5), "0.5");
  EXPECT_EQ(Number(Type::kFloat32, 1e300), "type");
  EXPECT_EQ(Number(Type::kFloat32, 3.5e38), "type");
  for (const Type type : {Type::kFloat32, Type::kFloat64}) {
    for (const double value : {kNan, kInf, -kInf}) EXPECT_EQ(Number(type, value), "type") << value;
  }
}

TEST(StrictCells, RefuseIntegersThatADoubleWouldRound) {
  EXPECT_EQ(Integer(Type::kFloat64, 1LL << 53), "9007199254740992");
  EXPECT_EQ(Integer(Type::kFloat64, (1LL << 53) + 1), "type");
  EXPECT_EQ(Integer(Type::kFloat64, INT64_MAX), "type");
  EXPECT_EQ(Integer(Type::kFloat64, INT64_MIN), "-9.2233720368547758e+18");
  EXPECT_EQ(Unsigned(Type::kFloat64, 1ULL << 63), "9.2233720368547758e+18");
  EXPECT_EQ(Unsigned(Type::kFloat64, (1ULL << 63) + 1), "type");
  EXPECT_EQ(Unsigned(Type::kFloat64, UINT64_MAX), "type");
  EXPECT_EQ(Integer(Type::kFloat32, (1LL << 24) + 1), "16777216");  // a float32 rounds by nature
}

TEST(StrictCells, RefuseOtherJsonTypes) {
  for (const Type type : {Type::kInt32, Type::kInt64, Type::kFloat32, Type::kFloat64}) {
    EXPECT_EQ(Bool(type, true), "type");
    for (const char* text : {"5", "12,5", "1 000", "1e3", "５", "٥", "NaN", ""}) {
      EXPECT_EQ(Text(type, text), "type") << text;
    }
  }
  EXPECT_EQ(Bool(Type::kBool, true), "1");
  EXPECT_EQ(Integer(Type::kBool, 1), "type");
  EXPECT_EQ(Text(Type::kBool, "true"), "type");
  EXPECT_EQ(Integer(Type::kString, 1), "type");
  EXPECT_EQ(Bool(Type::kString, true), "type");
  EXPECT_EQ(Integer(Type::kTimestamp, 1'700'000'000), "type");
  EXPECT_EQ(Cell(Type::kInt32, Coercion::kStrict,
                 [](RowBuilder& b) { b.SetWrong(0, "an array"); }), "type");
}

TEST(StrictCells, TakeTextThatIsWholeUtf8) {
  for (const Type type : {Type::kString, Type::kCategory}) {
    EXPECT_EQ(Text(type, "Ямбург ✈ 🛫"), "Ямбург ✈ 🛫");
    EXPECT_EQ(Text(type, ""), "");
    EXPECT_EQ(Text(type, std::string_view("a\0b", 3)), "type");
    EXPECT_EQ(Text(type, std::string_view("abcdefgh\0bcdefghi", 17)), "type");
    EXPECT_EQ(Text(type, "\xC0\xAF"), "type");          // overlong
    EXPECT_EQ(Text(type, "\xED\xA0\x80"), "type");      // surrogate
    EXPECT_EQ(Text(type, "\xF4\x90\x80\x80"), "type");  // beyond U+10FFFF
    EXPECT_EQ(Text(type, "abcdefghij\xE2\x82"), "type");
    EXPECT_EQ(Text(type, std::string(limits::kStringBytes, 'a')).size(), limits::kStringBytes);
    EXPECT_EQ(Text(type, std::string(limits::kStringBytes + 1, 'a')), "type");
  }
}

TEST(StrictCells, TakeTimesWithAZone) {
  EXPECT_EQ(Text(Type::kTimestamp, "1970-01-01T00:00:01Z"), "1000000");
  EXPECT_EQ(Text(Type::kTimestamp, "1970-01-01T01:00:00+01:00"), "0");
  for (const char* text : {"2024-02-30T00:00:00Z", "2024-01-01T00:00:00", "2024-01-01",
                           "2024-01-01T24:00:00Z", "0000-00-00T00:00:00Z", "now"}) {
    EXPECT_EQ(Text(Type::kTimestamp, text), "type") << text;
  }
}

TEST(StrictCells, FromCsvAreParsedByType) {
  EXPECT_EQ(Lexical(Type::kInt32, "30"), "30");
  EXPECT_EQ(Lexical(Type::kInt32, "30.5"), "type");
  EXPECT_EQ(Lexical(Type::kInt32, "x"), "type");
  EXPECT_EQ(Lexical(Type::kFloat64, "-1.5e3"), "-1500");
  EXPECT_EQ(Lexical(Type::kFloat64, "1,5"), "type");
  EXPECT_EQ(Lexical(Type::kFloat64, "inf"), "type");
  EXPECT_EQ(Lexical(Type::kFloat64, ""), "null");
  EXPECT_EQ(Lexical(Type::kBool, "true"), "1");
  EXPECT_EQ(Lexical(Type::kString, "30"), "30");
}

// As recorded from MLflow's scoring server (booster_json.requests.jsonl and its README).
TEST(MlflowCells, AreCastAsItsScoringServerDoes) {
  const Coercion mlflow = Coercion::kMlflow;
  EXPECT_EQ(Number(Type::kInt64, 30.5, mlflow), "30");
  EXPECT_EQ(Number(Type::kInt64, -30.5, mlflow), "-30");
  EXPECT_EQ(Integer(Type::kInt32, 3'000'000'000, mlflow), "-1294967296 flagged");
  EXPECT_EQ(Unsigned(Type::kInt64, 1ULL << 63, mlflow), "-9223372036854775808 flagged");
  EXPECT_EQ(Text(Type::kFloat64, "0.25", mlflow), "0.25");
  EXPECT_EQ(Text(Type::kFloat64, "abc", mlflow), "type");
  EXPECT_EQ(Bool(Type::kFloat64, true, mlflow), "1");
  EXPECT_EQ(Bool(Type::kInt64, true, mlflow), "1");
  EXPECT_EQ(Number(Type::kFloat64, kNan, mlflow), "null");
  EXPECT_EQ(Number(Type::kFloat64, kInf, mlflow), "type");
  EXPECT_EQ(Number(Type::kFloat32, 1e300, mlflow), "type");
  EXPECT_EQ(Number(Type::kInt64, kNan, mlflow), "type");
  EXPECT_EQ(Integer(Type::kFloat64, 1, mlflow), "1");
  EXPECT_EQ(Integer(Type::kFloat64, (1LL << 53) + 1, mlflow), "9007199254740992");
  EXPECT_EQ(Text(Type::kInt64, "30", mlflow), "30");
  EXPECT_EQ(Text(Type::kInt64, "30.5", mlflow), "type");
  EXPECT_EQ(Text(Type::kTimestamp, "1970-01-02", mlflow), "86400000000");
  EXPECT_EQ(Text(Type::kTimestamp, "1970-01-01 00:00:01", mlflow), "1000000");
}

TEST(RowBuilder, FillsAbsentCellsWithNullsAndNotesUnknownNames) {
  RowBuilder builder(OneInput(Type::kInt32), Coercion::kStrict);
  ASSERT_TRUE(builder.BeginRow());
  builder.SetInteger(builder.FindColumn("X"), 1);  // another case is another name
  builder.EndRow();
  ASSERT_TRUE(builder.BeginRow());
  builder.SetInteger(builder.FindColumn("x"), 5);
  builder.EndRow();
  DecisionRequest request;
  builder.Finish(request);
  ASSERT_EQ(request.rows.rows(), 2U);
  EXPECT_TRUE(request.rows.column(0).IsNull(0));
  EXPECT_EQ(request.rows.column(0).Number(1), 5);
  ASSERT_EQ(request.problems.size(), 1U);
  EXPECT_EQ(request.problems[0].rule, "unknown");
  EXPECT_EQ(request.problems[0].feature, "X");
}

TEST(RowBuilder, RefusesACellGivenTwiceAndMlflowKeepsTheLast) {
  for (const Coercion coercion : {Coercion::kStrict, Coercion::kMlflow}) {
    RowBuilder builder(OneInput(Type::kInt32), coercion);
    ASSERT_TRUE(builder.BeginRow());
    builder.SetInteger(0, 30);
    builder.SetInteger(0, 31);
    builder.EndRow();
    DecisionRequest request;
    builder.Finish(request);
    ASSERT_EQ(request.rows.rows(), 1U);
    EXPECT_EQ(request.rows.column(0).Number(0), coercion == Coercion::kStrict ? 30 : 31);
    EXPECT_EQ(request.problems.size(), coercion == Coercion::kStrict ? 1U : 0U);
  }
}

TEST(RowBuilder, BuildsByColumnsAndFindsUnequalLengths) {
  auto served = testing::Serve(ContractOf({Input("a", Type::kInt32), Input("b", Type::kFloat32),
                                           Input("c", Type::kFloat32)}),
                               std::make_shared<AddingPredictor>(data::Schema())).value();
  RowBuilder builder(served, Coercion::kStrict);
  const std::size_t b = builder.FindColumn("b"), a = builder.FindColumn("a");
  ASSERT_TRUE(builder.BeginColumn(b));
  builder.SetNumber(b, 0.5);
  ASSERT_TRUE(builder.BeginColumn(a));
  for (int i = 0; i < 3; ++i) builder.SetInteger(a, i);
  EXPECT_FALSE(builder.BeginColumn(a));
  EXPECT_FALSE(builder.BeginColumn(RowBuilder::kNoColumn));
  DecisionRequest request;
  builder.Finish(request);
  EXPECT_EQ(request.rows.rows(), 3U);
  EXPECT_EQ(request.rows.column(2).null_count(), 3U);  // absent: the missing rule decides
  ASSERT_EQ(request.problems.size(), 2U);
  EXPECT_EQ(request.problems[0].rule, "duplicate");
  EXPECT_EQ(request.problems[1].rule, "length");
  EXPECT_EQ(request.problems[1].feature, "b");
}

TEST(RowBuilder, RefusesAbsentColumnsAsMlflowDoesOnlyWithoutADeclaration) {
  for (const bool declared : {true, false}) {
    RowBuilder builder(OneInput(Type::kFloat64, declared), Coercion::kMlflow);
    ASSERT_TRUE(builder.BeginRow());
    builder.EndRow();
    DecisionRequest request;
    builder.Finish(request);
    ASSERT_EQ(request.problems.size(), declared ? 0U : 1U);
    if (!declared) { EXPECT_EQ(request.problems[0].rule, "missing"); }
  }
}

TEST(RowBuilder, BoundsProblemsAndRows) {
  RowBuilder builder(OneInput(Type::kInt32), Coercion::kStrict);
  for (std::size_t i = 0; i < limits::kRowsPerRequest; ++i) {
    ASSERT_TRUE(builder.BeginRow());
    builder.SetBool(0, true);
    builder.EndRow();
  }
  EXPECT_FALSE(builder.BeginRow());
  EXPECT_FALSE(builder.BeginRow());
  DecisionRequest request;
  builder.Finish(request);
  EXPECT_EQ(request.problems.size(), kListedProblems);
  EXPECT_EQ(request.unlisted_problems, limits::kRowsPerRequest - kListedProblems + 2);
  EXPECT_EQ(request.rows.rows(), limits::kRowsPerRequest);
  EXPECT_EQ(request.problems[7].row, 7U);
}

TEST(RowBuilder, NeverRepeatsAPseudonymisedValue) {
  records::Contract contract = ContractOf({Input("passenger", Type::kInt64)});
  contract.privacy.pseudonymise = {"passenger"};
  RowBuilder builder(testing::Serve(std::move(contract),
                                    std::make_shared<AddingPredictor>(data::Schema())).value(),
                     Coercion::kStrict);
  ASSERT_TRUE(builder.BeginRow());
  builder.SetText(0, "ivanov-4711");
  builder.EndRow();
  DecisionRequest request;
  builder.Finish(request);
  ASSERT_EQ(request.problems.size(), 1U);
  EXPECT_THAT(request.problems[0].message, ::testing::Not(::testing::HasSubstr("4711")));
}

}  // namespace
}  // namespace mooring::serving
