// Rows 35 and 36: tables in CSV and Parquet, through `predict`, registration, `outcomes import` and
// MLflow's CSV requests.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bad_inputs/table.h"
#include "base/rng.h"
#include "data/store/duckdb.h"

namespace mooring::bad_inputs {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr char kMlflow[] = "/serving-endpoints/quote/invocations";

FileDoor Predict(const char* file = "rows.csv") {
  return {{"predict", "--local", LiveServer::Get().path("quote.json")}, file};
}
std::string Csv(const std::string& body) {
  return Post(kMlflow, body, "Content-Type: text/csv\r\n");
}

std::string ManyColumns(int count) {
  std::string header;
  for (int i = 0; i < count; ++i) header += "c" + std::to_string(i) + ",";
  return header + "price\n";
}

TEST(BadInputs, Row35CsvFiles) {
  RunFiles(
      Predict(),
      {
          {"35", "empty", "", 2, "rows.csv"},
          {"35", "no header", "1.5,2\n3,4\n", 2, "rows.csv:1:1"},
          {"35", "a name twice", "price,age,price\n1,2,3\n", 2, "rows.csv:1:11"},
          {"35", "100,000 columns", ManyColumns(100'000), 2, "more than 4096 columns"},
          {"35", "too few fields", "price,age\n1,2\n3\n", 2, "rows.csv:3:"},
          {"35", "too many fields", "price,age\n1,2\n3,4,5\n", 2, "rows.csv:3:"},
          {"35", "semicolons between", "price;age\n1;2\n", 2, "separated by ;"},
          {"35", "tabs between", "price\tage\n1\t2\n", 2, "separated by tabs"},
          {"35", "semicolons in one line only", "price,age\n1;2\n", 2, "rows.csv:2:"},
          {"35", "a decimal comma in quotes", "price,age\n\"1,5\",2\n", 2, "decimals with a point"},
          {"35", "cp1251", "price,age,note\n1,2,\xEF\xF0\n", 2, "rows.csv:2:5"},
          {"35", "UTF-16", "\xFF\xFEp\0r\0i\0"s, 2, "UTF-16"},
          {"35", "a NUL", "price,age,note\n1,2,a\0b\n"s, 2, "rows.csv:2:6"},
          {"35", "a lone carriage return", "price,age\r1,2\r", 2, "rows.csv:1:10"},
          {"35", "a quote that stays open", "price,age\n\"1,2\n", 2, "rows.csv:2:1"},
          {"35", "a quote in the middle", "price,age\n1\"2,3\n", 2, "rows.csv:2:2"},
          {"35", "text behind a quote", "price,age\n\"1\"2,3\n", 2, "rows.csv:2:4"},
          {"35", "an empty line in between", "price,age\n1,2\n\n3,4\n", 2, "rows.csv:3:1"},
          {"35", "a word for a number", "price,age\n1,2\nmany,4\n", 2, "rows.csv:3:1"},
          {"35", "a line over the limit",
           "price,age,note\n1,2," + std::string(2'000'000, 'x') + "\n", 2, "rows.csv:2:"},
      });
}

TEST(BadInputs, Row35CsvThatIsOnlyUnusual) {
  RunFiles(Predict(),
           {
               {"35", "no rows", "price,age\n", 0, "prediction"},
               {"35", "a line end and a quote inside of quotes",
                "note,price,age\n\"a\n\"\"b\",1,2\n", 0, "prediction"},
               {"35", "both kinds of line ends", "price,age\r\n1,2\n3,4\r\n", 0, "prediction"},
               {"35", "a byte order mark", "\xEF\xBB\xBFprice,age\n1,2\n", 0, "prediction"},
               {"35", "no line end at the end", "price,age\n1,2", 0, "prediction"},
           });
}

TEST(BadInputs, Row35ALineOf1Gb) {
  LiveServer& server = LiveServer::Get();
  server.WriteFile("line.csv", "price,age,note\n1,2,x");
  fs::resize_file(server.path("line.csv"), 1ULL << 30);
  RunFile({"35", "1 GB without a line end", "", 2, "line.csv:2:"},
          {"predict", "--local", server.path("quote.json"), server.path("line.csv")});
  fs::remove(server.path("line.csv"));
}

TEST(BadInputs, Row35TrainingData) {
  LiveServer& server = LiveServer::Get();
  RunFiles({{"version", "register", "quote", server.path("quote.json"), "--training-data"},
            "bad_train.csv"},
           {
               {"35", "empty", "", 2, "bad_train.csv"},
               {"35", "no rows", "price,age,origin\n", 2, "no rows"},
               {"35", "a needed column missing", "price,origin\n1,SVO\n", 2, "age"},
               {"35", "a name twice", "price,age,age\n1,2,3\n", 2, "'age' is there twice"},
               {"35", "cp1251", "price,age,origin\n1,2,\xEF\n", 2, "bad_train.csv:2:5"},
               {"35", "a word for a number", "price,age\nmany,2\n", 2, "many"},
               {"35", "a fraction for an integer", "price,age\n1,2.5\n", 2, "bad_train.csv:2:3"},
           });
}

TEST(BadInputs, Row35OutcomesToImport) {
  LiveServer& server = LiveServer::Get();
  const std::string file = server.path("outcomes.csv");
  const std::string good = "request_id,value\nnone,1\n";
  const std::vector<FileRow> rows = {
      {"35", "empty", "", 2, "outcomes.csv"},
      {"35", "no value", "request_id\nnone\n", 2, "value"},
      {"35", "an unknown column", "request_id,value,valeu\nnone,1,1\n", 2, "did you mean"},
      {"35", "semicolons between", "request_id;value\nnone;1\n", 2, "'request_id;value'"},
      {"35", "too few fields", "request_id,value\nnone\n", 2, "outcomes.csv:2:"},
      {"35", "cp1251", "request_id,value\n\xEF\xF0,1\n", 2, "outcomes.csv:2:1"},
      {"35", "UTF-16", "\xFF\xFEr\0e\0"s, 2, "UTF-16"},
      {"35", "a decision that was never made", good, 1, "row 1: "},
      {"35", "a formula as a value", "request_id,value\nnone,=cmd()\n", 1, "row 1: "},
      {"35", "JSON lines cut short", "{\"request_id\":\"none\",\n", 2, "line 1"},
  };
  for (const FileRow& row : rows) {
    server.WriteFile("outcomes.csv", row.bytes);
    RunFile(row, {"outcomes", "import", file, "--name", "late"});
  }
}

TEST(BadInputs, Row35MlflowCsv) {
  RunRows({
      {"35", "no body", Csv(""), 400, "No columns"},
      {"35", "only line ends", Csv("\n\n"), 400, "No columns"},
      {"35", "no header", Csv("1,2\n3,4\n"), 400, "missing inputs"},
      {"35", "100,000 columns", Csv(ManyColumns(100'000)), 400, "too many columns"},
      {"35", "too many fields", Csv("price,age\n1,2,3\n"), 400, "line 2"},
      {"35", "semicolons between", Csv("price;age\n1;2\n"), 400, "missing inputs"},
      {"35", "a decimal comma", Csv("price,age\n\"1,5\",2\n"), 400, "'1,5'"},
      {"35", "a formula for a number", Csv("price,age\n=cmd(),2\n"), 400, "'=cmd()'"},
      {"35", "cp1251", Csv("price,age,note\n1,2,\xEF\xF0\n"), 400, "UTF-8"},
      {"35", "UTF-16", Csv("\xFF\xFEp\0"s), 400, ""},
      {"35", "a NUL", Csv("price,age\n1,\0\n"s), 400, "NUL"},
      {"35", "a quote that stays open", Csv("price,age\n\"1,2\n"), 400, "not closed"},
      {"35", "a line of 10 MB", Csv("price,age,note\n1,2," + std::string(10'000'000, 'x')), 400,
       "over the limit"},
      {"35", "no rows", Csv("price,age\n"), 200, "\"predictions\":[]"},
  });
}

TEST(BadInputs, Row35ExportsForSpreadsheetsRunNoFormulas) {
  LiveServer& server = LiveServer::Get();
  Aftermath aftermath;
  aftermath.Acknowledged(server.Send(With(R"j("note":"=cmd()")j")));
  aftermath.Check();
  for (const auto& [formula, cell] : std::initializer_list<std::pair<const char*, const char*>>{
           {"=cmd()", "'=cmd()"}, {"+1", "'+1"}, {"-1+2", "'-1+2"}, {"@a", "'@a"}}) {
    const CommandRun run = server.Mooring(
        {"log", "query", "select '" + std::string(formula) + "' as t, -1 as n", "-o", "csv"});
    EXPECT_EQ(run.exit, 0) << run.err;
    EXPECT_EQ(run.out, "t,n\n" + std::string(cell) + ",-1\n");
  }
}

// What DuckDB, which reads them, writes for a query.
std::string Parquet(const std::string& columns) {
  LiveServer& server = LiveServer::Get();
  const auto db = data::DuckDb::Open({.library_directory = server.library_directory()});
  EXPECT_TRUE(db.ok()) << db.error().ToString();
  const std::string file = server.path("made.parquet");
  const Status made = (*db)->Run("COPY (SELECT " + columns + " FROM range(1000) t(i)) TO " +
                                 data::DuckDb::Quote(file) + " (FORMAT parquet)");
  EXPECT_TRUE(made.ok()) << made.error().ToString();
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr char kGoodColumns[] =
    "i::DOUBLE AS price, (i % 90)::INT AS age, 'origin' || (i % 3) AS origin";

TEST(BadInputs, Row36ParquetFilesThatAreNone) {
  const std::string good = Parquet(kGoodColumns);
  ASSERT_TRUE(good.starts_with("PAR1"));
  std::string huge_footer = good, no_footer = good;
  huge_footer.replace(huge_footer.size() - 8, 4, "\xFF\xFF\xFF\x7F");
  no_footer.replace(no_footer.size() - 8, 4, std::string(4, '\0'));
  std::string wrong_footer = good;
  wrong_footer.replace(wrong_footer.size() - 60, 40, std::string(40, '\xFF'));
  RunFiles(
      Predict("rows.parquet"),
      {
          {"36", "only its first bytes", "PAR1", 2, "rows.parquet"},
          {"36", "its first and last bytes", "PAR1PAR1", 2, "rows.parquet"},
          {"36", "cut in half", good.substr(0, good.size() / 2), 2, "rows.parquet"},
          {"36", "cut before its last byte", good.substr(0, good.size() - 1), 2, "rows.parquet"},
          {"36", "a footer of 2 GB, as it says", huge_footer, 2, "rows.parquet"},
          {"36", "a footer of nothing", no_footer, 2, "rows.parquet"},
          {"36", "a footer that is none", wrong_footer, 2, "rows.parquet"},
          {"36", "encrypted, as it says", "PARE" + std::string(100, 'x') + "PARE", 2,
           "rows.parquet"},
          {"36", "a good one without the model's columns", Parquet("i AS x"), 2, "price"},
          {"36", "texts for numbers", Parquet("'x' AS price, 1 AS age"), 2, "price"},
          {"36", "lists in lists", Parquet("[[[[[[i]]]]]] AS price, 1 AS age"), 2, "'price'"},
          {"36", "a good one", good, 0, "prediction"},
      });
}

TEST(BadInputs, Row36FlippedBytesAreSurvived) {
  const std::string good = Parquet(kGoodColumns);
  const std::string file = LiveServer::Get().path("flipped.parquet");
  Aftermath aftermath;
  Rng rng(36);
  const int rounds = LongTests() ? 5'000 : 60;
  for (int i = 0; i < rounds; ++i) {
    std::string flipped = good;
    for (int k = 0; k < 4; ++k) flipped[rng.Below(good.size())] = static_cast<char>(rng.Next());
    LiveServer::Get().WriteFile("flipped.parquet", flipped);
    const CommandRun run = LiveServer::Get().Mooring(
        {"predict", "--local", LiveServer::Get().path("quote.json"), file});
    EXPECT_LE(run.exit, 3) << run.err;
  }
  aftermath.Check();
}

}  // namespace
}  // namespace mooring::bad_inputs
