// Flags and texts are in tests/cli/drift.clitest; here what the numbers must equal, and a journal.
#include "app/cli/monitor/drift_ways.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "app/cli/monitor/exact_source.h"
#include "app/cli/testing/fake_process.h"
#include "base/text/json.h"
#include "data/store/duckdb.h"
#include "data/table/parquet.h"
#include "monitoring/parity/golden_for_tests.h"
#include "monitoring/window_report.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {
namespace {

using monitoring::GoldenText;
using testing::HasSubstr;

const std::string kRoot = MOORING_SOURCE_DIR;
const std::string kGolden = kRoot + "/tests/golden/";

// What the command printed as JSON.
Json RunJson(FakeWorld& world, std::vector<std::string> words, int exit_code) {
  words.insert(words.end(), {"-o", "json"});
  EXPECT_EQ(world.Run(words), exit_code) << world.err.written;
  auto json = Json::Parse(world.out.written);
  EXPECT_TRUE(json.ok()) << world.out.written << world.err.written;
  return std::move(json).value();
}

std::vector<std::string> Files(const std::string& reference, const std::string& current) {
  return {"monitor", "drift", "--reference", kGolden + reference, "--current", kGolden + current};
}

// Evidently 0.7.21's own report on the same files.
TEST(DriftWays, LikeEvidentlyEqualsItsRecordedReports) {
  const Json golden = Json::Parse(GoldenText(kRoot, "evidently/default_preset.json")).value();
  for (const std::string set : {"large", "small"}) {
    SCOPED_TRACE(set);
    const Json& recorded = *golden.Find(set);
    const Json::Array& metrics = *recorded.GetArray("metrics").value();
    const Json::Array& tests = *recorded.GetArray("tests").value();
    const bool fails = tests[0].GetString("status").value() == "FAIL";
    auto words = Files("evidently/" + set + "_reference.csv", "evidently/" + set + "_current.csv");
    words.insert(words.end(), {"--like", "evidently"});
    FakeWorld world;
    const Json answer = RunJson(world, words, fails ? 1 : 0);
    EXPECT_THAT(world.err.written, HasSubstr(fails ? "say: drift" : "say: no drift"));
    const Json::Array& items = *answer.GetArray("items").value();
    ASSERT_EQ(items.size() + 1, metrics.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Json& config = *metrics[i + 1].Find("config");
      EXPECT_EQ(items[i].GetString("column").value(), config.GetString("column").value());
      EXPECT_EQ(items[i].GetString("method").value(), config.GetString("method").value());
      EXPECT_EQ(items[i].GetDouble("threshold").value(), config.GetDouble("threshold").value());
      const double theirs = metrics[i + 1].GetDouble("value").value();
      EXPECT_NEAR(items[i].GetDouble("score").value(), theirs, 1e-11 * theirs);
      const bool drifted = tests[i + 1].GetString("status").value() == "FAIL";
      EXPECT_EQ(items[i].GetString("verdict").value(), drifted ? "drift" : "ok");
    }
  }
}

// NannyML 0.13.1's own results, every chunk of the analysis.
TEST(DriftWays, LikeNannymlEqualsItsRecordedChunks) {
  const std::string folder = "nannyml_univariate/";
  const auto golden = monitoring::ReadGoldenRows(kRoot, folder + "univariate_6000.csv");
  auto words = Files(folder + "reference_1.csv", folder + "analysis.csv");
  words.insert(words.end(), {"--like", "nannyml", "--chunk-size", "1000"});
  FakeWorld world;
  const Json answer = RunJson(world, words, 1);
  std::size_t compared = 0;
  for (const Json& item : *answer.GetArray("items").value()) {
    if (item.GetString("part").value() != "univariate") continue;
    std::size_t alerts = 0, chunk = 0;
    for (const Json& cell : *item.GetArray("values").value()) {
      const monitoring::GoldenKey key(false, chunk++, std::string(item.GetString("column").value()),
                                      std::string(item.GetString("method").value()));
      const auto found = golden.find(key);
      ASSERT_NE(found, golden.end());
      const auto& row = found->second;
      EXPECT_EQ(cell.Find("alert")->AsBool().value() ? "1" : "0", row.at("alert"));
      EXPECT_EQ(std::to_string(cell.GetInt("end").value()), row.at("end"));
      ++compared;
      if (row.at("value").empty()) {
        EXPECT_TRUE(cell.Find("value")->IsNull());
        continue;
      }
      const double theirs = std::stod(row.at("value"));
      EXPECT_NEAR(cell.GetDouble("value").value(), theirs, 1e-9 * theirs + 1e-9);
      alerts += row.at("alert") == "1" ? 1 : 0;
    }
    EXPECT_EQ(static_cast<std::size_t>(item.GetInt("alerts").value()), alerts);
    EXPECT_EQ(item.GetString("verdict").value(), alerts == 0 ? "ok" : "drift");
  }
  EXPECT_GT(compared, 100U);
}

// SciPy's figures, as Evidently recorded them (missing values dropped).
TEST(DriftWays, ExactFiguresAreThoseOfSciPy) {
  const Json golden = Json::Parse(GoldenText(kRoot, "evidently/column_tests.json")).value();
  for (const std::string set : {"large", "small"}) {
    SCOPED_TRACE(set);
    auto words = Files("evidently/" + set + "_reference.csv", "evidently/" + set + "_current.csv");
    words.push_back("--exact");
    FakeWorld world;
    const Json answer = RunJson(world, words, set == "large" ? 1 : 0);
    EXPECT_THAT(world.err.written, HasSubstr("decided by the rule corrected"));
    std::size_t compared = 0;
    for (const Json& column : *answer.GetArray("columns").value()) {
      const Json* recorded = golden.Find(set)->Find(column.GetString("name").value());
      ASSERT_NE(recorded, nullptr);
      if (column.Find("ks") == nullptr || recorded->Find("ks") == nullptr) continue;
      const auto first = [&](const char* test) {
        return (**recorded->GetArray(test))[0].AsDouble().value();
      };
      const double p = first("ks"), w = first("wasserstein");
      EXPECT_NEAR(column.GetDouble("ks_p").value(), p, 1e-9 * p);
      EXPECT_NEAR(column.GetDouble("wasserstein_scaled").value(), w, 1e-9 * w);
      ++compared;
    }
    EXPECT_GE(compared, 4U);
  }
}

// The same rows out of Parquet, by a path or by a glob, give the same report.
TEST(DriftWays, ExactReadsParquetLikeCsv) {
  const std::string library = std::string(MOORING_DEPS_DIR) + "/lib";
  const std::string reference = kGolden + "evidently/small_reference.csv";
  const std::string parquet = testing::TempDir() + "drift_ways_1.parquet";
  {
    const auto db = data::DuckDb::Open({.library_directory = library});
    ASSERT_TRUE(db.ok()) << db.error().ToString();
    const data::Batch rows = monitoring::GoldenFrame(kRoot, {"evidently/small_reference.csv"});
    ASSERT_TRUE(data::WriteParquet(**db, rows, parquet).ok());
  }
  FakeWorld world;
  world.context.environment["MOORING_LIBRARY_DIR"] = library;
  const auto answer = [&](const std::string& path) {
    EXPECT_EQ(world.Run({"monitor", "drift", "--exact", "--reference", path, "--current",
                         kGolden + "evidently/small_current.csv"}),
              0)
        << world.err.written;
    return world.out.written;
  };
  const std::string expected = answer(reference);
  EXPECT_EQ(answer(parquet), expected);
  EXPECT_EQ(answer(testing::TempDir() + "drift_ways_*.parquet"), expected);
  std::filesystem::remove(parquet);
}

TEST(DriftWays, TheClassifierNamesWhatGaveTheRowsAway) {
  auto words = Files("evidently/large_reference.csv", "evidently/large_current.csv");
  words.push_back("--classifier");
  FakeWorld world;
  const Json answer = RunJson(world, words, 1);
  EXPECT_THAT(world.err.written, HasSubstr("3000 of 3000 reference rows"));
  EXPECT_THAT(world.err.written, HasSubstr(": drift (AUC 0."));
  const Json& first = (**answer.GetArray("items"))[0];
  EXPECT_GT(first.GetDouble("auc").value(), 0.65);
  EXPECT_LT(first.GetDouble("p_value").value(), 1e-10);
  EXPECT_GT(first.GetDouble("auc_drop").value(), 0.01);
  EXPECT_EQ(first.GetString("verdict").value(), "drift");
  // Against itself nothing tells rows apart.
  words = Files("evidently/small_reference.csv", "evidently/small_reference.csv");
  words.push_back("--classifier");
  RunJson(world, words, 0);
}

constexpr char kContract[] =
    "model: m\npurpose: p\nowner: {team: t}\n"
    "inputs: {x: float64, plan: string, who: string}\noutput: {name: prediction}\n"
    "privacy: {pseudonymise: [who]}\nmonitor: {drift: {psi: 0.25}}\nfallback: [deny]\n";

// A data directory with two closed windows: an hour of x from 0 to 1, then one of x from 5 to 6.
class ExactOfJournal : public testing::Test {
 protected:
  ExactOfJournal() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ + "/data");
    world_.context.environment["MOORING_DATA_DIR"] = root_ + "/data";
    auto registry = records::Registry::Open({.directory = root_ + "/data", .clock = &clock_});
    CHECK_OK_RESULT(registry);
    const records::Change change{.author = "ann", .reason = "first"};
    CHECK_OK_RESULT((*registry)->ApplyContract(kContract, change));
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    CHECK_OK_RESULT((*registry)->RegisterVersion("m", version, change));
    CHECK_OK_RESULT((*registry)->RegisterVersion("m", version, change));
    auto journal = records::Journal::Open({.directory = root_ + "/data/journal",
                                           .files = &PosixFileSystem(),
                                           .clock = &clock_,
                                           .own_thread = false});
    CHECK_OK_RESULT(journal);
    for (const double from : {0.0, 5.0}) {
      const Time start = clock_.Now();
      for (int block = 0; block < 3; ++block) Decide(**journal, from);
      monitoring::WindowReport report;
      report.model = "m";
      report.version = 1;
      report.start = start;
      report.end = clock_.Now() - std::chrono::minutes(20);
      report.rows = 300;
      const records::StoredVerdict stored = monitoring::ToStored(report);
      CHECK((*registry)->StoreVerdicts({&stored, 1}).ok());
    }
    std::string text = "x,plan,who,label\n";
    for (int i = 0; i < 300; ++i) {
      text += fmt::format("{},{},p{},1\n", (i % 100) / 100.0, 1 + i % 2, i);
    }
    CHECK(PosixFileSystem().WriteFileDurably(train_, AsBytes(text)).ok());
  }
  ~ExactOfJournal() override { std::filesystem::remove_all(root_); }

  // A hundred rows in one block, twenty minutes after the last.
  void Decide(records::Journal& journal, double from) {
    const auto schema = [](std::vector<data::Field> fields) {
      return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
    };
    auto binding = std::make_shared<records::Binding>();
    binding->model = "m";
    binding->version = 1;
    binding->contract_hash = "c0ffee";
    binding->inputs = schema({{.name = "x"},
                              {.name = "plan", .type = data::Type::kString},
                              {.name = "who", .type = data::Type::kString}});
    binding->outputs = schema({{.name = "prediction"}});
    data::Batch inputs(binding->inputs), outputs(binding->outputs);
    for (int i = 0; i < 100; ++i) {
      inputs.column(0).Append(from + i / 100.0);
      inputs.column(1).AppendText(std::to_string(1 + i % 2));
      inputs.column(2).AppendText("secret");
      outputs.column(0).Append(0.5);
    }
    inputs.SetRows(100);
    outputs.SetRows(100);
    const std::vector<records::RowDecision> rows(100);
    CHECK_OK_RESULT(journal.Append(records::DecisionBlock{.binding = binding,
                                                          .at = clock_.Now(),
                                                          .caller = "",
                                                          .request_id = "",
                                                          .inputs = &inputs,
                                                          .outputs = &outputs,
                                                          .rows = rows},
                                   nullptr));
    journal.CommitNow();
    clock_.Advance(std::chrono::minutes(20));
  }

  int Run(std::vector<std::string> more) {
    more.insert(more.begin(), {"monitor", "drift", "m", "--exact"});
    return world_.Run(more);
  }

  const std::string root_ = testing::TempDir() + "drift_ways";
  const std::string train_ = root_ + "/train.csv";
  SimulatedClock clock_;
  const Time start_ = clock_.Now();
  FakeWorld world_;
};

TEST_F(ExactOfJournal, TakesTheNewestClosedWindowAndTheContractsRule) {
  EXPECT_EQ(Run({"--reference", train_, "--fields", "feature,verdict,ks,psi_rule,rows"}), 1);
  // The plans are codes: numbers in the file, texts in the contract.
  EXPECT_EQ(world_.out.written,
            "feature\tverdict\tks\tpsi_rule\trows\nx\tdrift\t1\tdrift\t300\nplan\tok\t\tok\t300\n");
  EXPECT_THAT(world_.err.written, HasSubstr("pseudonyms in the journal: who"));
  EXPECT_THAT(world_.err.written, HasSubstr("only in the reference: label"));
  EXPECT_THAT(world_.err.written, HasSubstr("only in the current rows: score"));
  EXPECT_THAT(world_.err.written, HasSubstr("m version 1, 300 rows up to"));
  EXPECT_THAT(world_.err.written, HasSubstr("PSI without chance > 0.25"));
}

TEST_F(ExactOfJournal, TakesTheDecisionsBetweenTwoTimes) {
  const std::string from = FormatTime(start_), to = FormatTime(start_ + std::chrono::minutes(20));
  EXPECT_EQ(Run({"--reference", train_, "--from", from, "--to", to, "--fields", "feature,ks,rows"}),
            0)
      << world_.err.written;
  EXPECT_EQ(world_.out.written, "feature\tks\trows\nx\t0\t200\nplan\t\t200\n");
  EXPECT_EQ(Run({"--reference", train_, "--from", from, "--version", "1", "-o", "json"}), 1)
      << world_.err.written;
  EXPECT_THAT(world_.out.written, HasSubstr(R"("current":{"rows":600,)"));
  EXPECT_EQ(Run({"--reference", train_, "--from", to, "--to", from}), 2);
  EXPECT_THAT(world_.err.written, HasSubstr("--to is before --from"));
}

TEST_F(ExactOfJournal, SaysWhatIsNotThere) {
  EXPECT_EQ(Run({"--reference", train_, "--version", "2"}), 5);
  EXPECT_THAT(world_.err.written, HasSubstr("no window of 'm' version 2 has been closed yet"));
  EXPECT_EQ(Run({"--reference", train_, "--version", "7"}), 5);
  EXPECT_EQ(Run({"--reference", train_, "--version", "2", "--from", FormatTime(start_)}), 5);
  EXPECT_THAT(world_.err.written, HasSubstr("m version 2"));
  EXPECT_EQ(Run({}), 2);
  EXPECT_THAT(world_.err.written, HasSubstr("keeps a profile of the training data"));
  EXPECT_EQ(Run({"--reference", train_, "--psi", "0.1"}), 2);
  EXPECT_EQ(Run({"--reference", train_, "--from", "yesterday"}), 2);
  EXPECT_EQ(Run({"--reference", train_, "--server", "http://127.0.0.1:1"}), 2);
}

}  // namespace
}  // namespace mooring::app::cli
