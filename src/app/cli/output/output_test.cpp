// What commands print: listings in all formats, errors, progress.
#include <cmath>

#include "app/cli/output/error.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/progress.h"
#include "app/cli/output/row_json.h"
#include "app/cli/output/table.h"
#include "app/cli/testing/fake_process.h"

namespace mooring::app::cli {
namespace {

Args Words(const std::vector<std::string>& words) {
  static const Command command = {.name = "x", .summary = "s", .flags = OutputFlags()};
  return ParseArgs(command, words).value();
}

Listing Sample(const FakeWorld& world) {
  Listing listing("mooring.samples/1",
                  {{"name", "n"}, {"value", "v"}, {"at", "t"}, {"more", "m", false}});
  listing.Add({"plain", 0.1, world.clock.Now() - std::chrono::seconds(90), RawJson{"{\"a\":1}"}});
  listing.Add({"tab\tquote\"comma,\nline", std::nan(""), Cell(), Cell()});
  return listing;
}

TEST(PrintListing, KeepsOneRecordALineInPlainAndEveryDigit) {
  FakeWorld world;
  ASSERT_TRUE(PrintListing(world.context, Words({}), Sample(world)).ok());
  EXPECT_EQ(world.out.written,
            "name\tvalue\tat\tmore\n"
            "plain\t0.1\t2023-11-14T22:11:50.000000Z\t{\"a\":1}\n"
            "tab\\tquote\"comma,\\nline\t\t\t\n");
}

TEST(PrintListing, QuotesCsvAsRfc4180Says) {
  FakeWorld world;
  ASSERT_TRUE(PrintListing(world.context, Words({"-ocsv", "--no-header", "--fields=name,value"}),
                           Sample(world))
                  .ok());
  EXPECT_EQ(world.out.written, "plain,0.1\n\"tab\tquote\"\"comma,\nline\",\n");
}

TEST(PrintListing, PutsAnApostropheBeforeFormulasInCsvAlone) {
  FakeWorld world;
  Listing listing("mooring.samples/1", {{"name", "n"}, {"value", "v"}});
  for (const char* text : {"=cmd()", "+1", "-1", "@a", "\ta", "a=b"}) listing.Add({text, -1});
  ASSERT_TRUE(PrintListing(world.context, Words({"-ocsv", "--no-header"}), listing).ok());
  EXPECT_EQ(world.out.written, "'=cmd(),-1\n'+1,-1\n'-1,-1\n'@a,-1\n'\ta,-1\na=b,-1\n");
  world.out.written.clear();
  ASSERT_TRUE(PrintListing(world.context, Words({"-oplain", "--no-header"}), listing).ok());
  EXPECT_TRUE(world.out.written.starts_with("=cmd()\t-1\n")) << world.out.written;
}

TEST(PrintListing, WritesJsonWithASchemaAndNullForNothing) {
  FakeWorld world;
  ASSERT_TRUE(
      PrintListing(world.context, Words({"-o", "json", "--fields", "value,more"}), Sample(world))
          .ok());
  EXPECT_EQ(world.out.written,
            "{\"schema\":\"mooring.samples/1\",\"items\":[{\"value\":0.1,\"more\":{\"a\":1}},"
            "{\"value\":null,\"more\":null}]}\n");
  world.out.written.clear();
  ASSERT_TRUE(
      PrintListing(world.context, Words({"-ojsonl", "--fields=value"}), Sample(world)).ok());
  EXPECT_EQ(world.out.written, "{\"value\":0.1}\n{\"value\":null}\n");
}

TEST(PrintListing, ShowsPeopleAlignedRelativeAndHarmlessText) {
  FakeWorld world;
  world.context.terminal.out = true;
  world.context.environment["NO_COLOR"] = "1";
  Listing listing = Sample(world);
  listing.Add({"bell\x07\x1b[31m", 12, Time(), Cell()});
  ASSERT_TRUE(PrintListing(world.context, Words({}), listing).ok());
  EXPECT_EQ(world.out.written,
            "NAME                   VALUE  AT\n"
            "plain                    0.1  1 min ago\n"
            "tab?quote\"comma, line      -  -\n"
            "bell??[31m                12  19675 d ago\n");
}

TEST(PrintListing, ListsFieldsAndRefusesUnknownOnes) {
  FakeWorld world;
  ASSERT_TRUE(PrintListing(world.context, Words({"--fields", "help"}), Sample(world)).ok());
  EXPECT_EQ(world.out.written, "name\tn\nvalue\tv\nat\tt\nmore\tm\n");
  const auto wrong = PrintListing(world.context, Words({"--fields", "vlaue"}), Sample(world));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().why(), "did you mean 'value'?");
}

TEST(RelativeTime, LooksBothWays) {
  const Time now = Time(std::chrono::hours(1000));
  EXPECT_EQ(RelativeTime(now, now), "now");
  EXPECT_EQ(RelativeTime(now - std::chrono::seconds(59), now), "59 s ago");
  EXPECT_EQ(RelativeTime(now - std::chrono::hours(25), now), "1 d ago");
  EXPECT_EQ(RelativeTime(now + std::chrono::hours(3), now), "in 3 h");
}

TEST(ErrorText, IndentsTheLinesOfAPartAndLeavesEmptyPartsOut) {
  FakeWorld world;
  const Error error = Error(Code::kNotFound, "no model 'm'").Why("one\ntwo");
  EXPECT_EQ(ErrorText(world.context, error),
            "error: no model 'm'\n  why: one\n       two\n"
            "  code: not_found · exit 5 · mooring help exit-codes\n");
  EXPECT_EQ(ErrorJson(error),
            "{\"error\":{\"code\":\"not_found\",\"exit\":5,\"message\":\"no model 'm'\","
            "\"why\":\"one\\ntwo\"}}\n");
}

TEST(Progress, IsSilentForShortWorkAndRedrawsOneLine) {
  FakeWorld world;
  world.context.terminal.err = true;
  {
    Progress progress(world.context, "rows", 1000);
    progress.Advance(10);
    EXPECT_EQ(world.err.written, "");
    world.clock.Advance(std::chrono::milliseconds(500));
    progress.Advance(90);
    EXPECT_EQ(world.err.written, "\rrows 100/1000, 200/s, 4 s left\x1b[K");
    progress.Advance(1);  // no more than ten times a second
  }
  EXPECT_EQ(world.err.written, "\rrows 100/1000, 200/s, 4 s left\x1b[K\r\x1b[K");
}

TEST(Progress, WritesPlainLinesWhereNoTerminalIsAndNothingWhenQuiet) {
  for (const bool quiet : {false, true}) {
    FakeWorld world;
    world.context.quiet = quiet;
    Progress progress(world.context, "rows", 0);
    world.clock.Advance(std::chrono::seconds(10));
    progress.Advance(50);
    EXPECT_EQ(world.err.written, quiet ? "" : "rows 50, 5/s\n");
  }
}

TEST(RowJson, WritesEveryTypeSoThatItReadsBack) {
  auto schema = data::Schema::Make({{"i", data::Type::kInt64},
                                    {"f", data::Type::kFloat32},
                                    {"s", data::Type::kString},
                                    {"b", data::Type::kBool},
                                    {"t", data::Type::kTimestamp},
                                    {"n", data::Type::kFloat64}});
  data::Batch batch(std::make_shared<const data::Schema>(*schema));
  batch.column(0).Append(std::int64_t{9007199254740993});
  batch.column(1).Append(0.1F);
  batch.column(2).AppendText("a\"b");
  batch.column(3).Append(std::uint8_t{1});
  batch.column(4).Append(std::int64_t{0});
  batch.column(5).AppendNull();
  batch.SetRows(1);
  EXPECT_EQ(RowJson(batch, 0),
            "{\"i\":9007199254740993,\"f\":0.1,\"s\":\"a\\\"b\",\"b\":true,"
            "\"t\":\"1970-01-01T00:00:00.000000Z\",\"n\":null}");
}

}  // namespace
}  // namespace mooring::app::cli
