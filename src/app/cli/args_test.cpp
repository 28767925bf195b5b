#include "app/cli/args.h"

namespace mooring::app::cli {
namespace {

const Command& Tool() {
  static const Command command = {
      .name = "tool run",
      .summary = "s",
      .arguments = {{.name = "A", .summary = "first"},
                    {.name = "B", .summary = "rest", .required = false, .repeated = true}},
      .flags = {{.name = "number", .value = "N", .letter = 'n'},
                {.name = "kind", .value = "K", .choices = {"x", "y"}},
                {.name = "tag", .value = "T", .repeated = true},
                {.name = "all", .letter = 'a'},
                {.name = "yes", .letter = 'y'}}};
  return command;
}

TEST(ParseArgs, SortsWordsIntoFlagsAndArguments) {
  const std::vector<std::string> words = {"--number=7", "one",    "-ay", "--tag", "p",    "--tag=q",
                                          "-",          "--kind", "x",   "--",    "--all"};
  const auto args = ParseArgs(Tool(), words);
  ASSERT_TRUE(args.ok()) << args.error().ToString();
  EXPECT_EQ(args->Text("number"), "7");
  EXPECT_EQ(*args->Number("number", 0, 9), 7U);
  EXPECT_EQ(args->All("tag"), (std::vector<std::string>{"p", "q"}));
  EXPECT_TRUE(args->Has("all") && args->Has("yes"));
  EXPECT_EQ(args->PositionalsFrom(0), (std::vector<std::string>{"one", "-", "--all"}));
  EXPECT_EQ(args->PositionalsFrom(9), std::vector<std::string>());
  EXPECT_EQ(args->positional(9), "");
}

TEST(ParseArgs, TakesTheValueOfALetterWhereverItStands) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"A", "-n7"}, {"A", "-n=7"}, {"A", "-n", "7"}, {"A", "-an7"}, {"A", "-an", "7"}}) {
    const auto args = ParseArgs(Tool(), words);
    ASSERT_TRUE(args.ok()) << words[1] << args.error().ToString();
    EXPECT_EQ(args->Text("number"), "7") << words[1];
  }
}

TEST(ParseArgs, RefusesWhatTheTableDoesNotAllow) {
  const struct {
    std::vector<std::string> words;
    const char* message;
    const char* why;
  } cases[] = {
      {{}, "missing argument A", "first"},
      {{"A", "--nubmer", "7"}, "unknown flag '--nubmer'", "did you mean '--number'?"},
      {{"A", "-z"}, "unknown flag '-z'", ""},
      {{"A", "--number"}, "flag '--number' needs a value: N", ""},
      {{"A", "-n"}, "flag '--number' needs a value: N", ""},
      {{"A", "--all=1"}, "flag '--all' takes no value", ""},
      {{"A", "--kind", "z"}, "'z' is no value of '--kind'", "values: x, y"},
      {{"A", "--number=1", "-n2"}, "flag '--number' stands twice", ""},
      {{"A", "--"}, "", ""},
  };
  for (const auto& each : cases) {
    const auto args = ParseArgs(Tool(), each.words);
    ASSERT_EQ(args.ok(), *each.message == '\0') << each.message;
    if (args.ok()) continue;
    EXPECT_EQ(args.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(args.error().message(), each.message);
    EXPECT_EQ(args.error().why(), each.why);
  }
}

TEST(ParseArgs, AsksForNothingWhenHelpIsWanted) {
  const std::vector<std::string> words = {"--help"};
  ASSERT_TRUE(ParseArgs(Tool(), words).ok());
}

TEST(ParseNumber, TakesWholeNumbersOfTheRangeOnly) {
  EXPECT_EQ(*ParseNumber("18446744073709551615", 0, ~std::uint64_t{0}, "N"), ~std::uint64_t{0});
  for (const char* wrong :
       {"", "-1", "+1", "1.0", "1 ", " 1", "0x1", "18446744073709551616", "11"}) {
    const bool over = std::string(wrong) == "11";
    EXPECT_FALSE(ParseNumber(wrong, 0, over ? 10 : ~std::uint64_t{0}, "N").ok()) << wrong;
  }
}

}  // namespace
}  // namespace mooring::app::cli
