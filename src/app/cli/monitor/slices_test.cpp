// `monitor drift MODEL --slices` over a journal and a registry made by hand: what it prints, to the
// character. Flags and help are in tests/cli/drift.clitest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "app/cli/monitor/drift_ways.h"
#include "app/cli/testing/fake_process.h"
#include "base/check.h"
#include "base/text/json.h"
#include "data/stats/profile.h"
#include "data/store/blob_store.h"
#include "data/store/duckdb.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {
namespace {

using testing::HasSubstr;

constexpr char kContract[] =
    "model: m\npurpose: p\nowner: {team: t}\n"
    "inputs: {x: float64, origin: category, version: float64}\n"
    "output: {name: prediction, task: binary}\noutcome: {name: late}\n"
    "monitor: {slices: [origin, {x: [50]}]}\nfallback: [deny]\n";

std::shared_ptr<const data::Schema> SchemaOf(std::vector<data::Field> fields) {
  return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
}

// 1,000 decisions a minute apart: origin A twice of three, B else; x is i mod 100, of B 200 more;
// the score is x / 400. Every decision of A came out late. Version 1 has the training data of A,
// version 2 has none.
class SlicesOfLake : public testing::Test {
 protected:
  void SetUp() override {
    const std::string libraries = MOORING_DEPS_DIR "/lib";
    if (!data::DuckDbIsThere(libraries)) GTEST_SKIP() << "no DuckDB library in " << libraries;
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ + "/data");
    world_.context.environment["MOORING_DATA_DIR"] = root_ + "/data";
    world_.context.environment["MOORING_LIBRARY_DIR"] = libraries;
    MakeRegistry();
    auto journal = records::Journal::Open({.directory = root_ + "/data/journal",
                                           .files = &PosixFileSystem(),
                                           .clock = &clock_,
                                           .own_thread = false});
    CHECK_OK_RESULT(journal);
    for (int first = 0; first < 1000; first += 100) Decide(**journal, first, "m");
    for (int first = 0; first < 1000; first += 100) Decide(**journal, first, "steady");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static data::Batch Training() {
    data::Batch rows(SchemaOf({{.name = "x"}, {.name = "score"}, {.name = "late"}}));
    for (int i = 0; i < 1000; ++i) {
      rows.column(0).Append(i % 100 + 0.0);
      rows.column(1).Append(i % 100 / 400.0);
      rows.column(2).Append(i % 2 + 0.0);
    }
    rows.SetRows(1000);
    return rows;
  }

  void MakeRegistry() {
    auto registry = records::Registry::Open({.directory = root_ + "/data", .clock = &clock_});
    CHECK_OK_RESULT(registry);
    const records::Change change{.author = "ann", .reason = "first"};
    CHECK_OK_RESULT((*registry)->ApplyContract(kContract, change));
    auto blobs = data::BlobStore::Open(PosixFileSystem(), DataPaths(root_ + "/data").blobs);
    CHECK_OK_RESULT(blobs);
    const auto profile = data::LearnReference(Training());
    CHECK_OK_RESULT(profile);
    const auto blob = blobs->Put(AsBytes(profile->ToJson()));
    CHECK_OK_RESULT(blob);
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.reference_blob = blob->ToString();
    version.validation_json = "[]";
    std::string steady = kContract;
    steady.replace(0, std::string_view("model: m").size(), "model: steady");
    CHECK_OK_RESULT((*registry)->ApplyContract(steady, change));
    CHECK_OK_RESULT((*registry)->RegisterVersion("steady", version, change));
    CHECK_OK_RESULT((*registry)->RegisterVersion("m", version, change));
    version.reference_blob.clear();
    CHECK_OK_RESULT((*registry)->RegisterVersion("m", version, change));
  }

  // A hundred rows in one block, a hundred minutes after the last. Those of "steady" are as the
  // training data, with a score that does not hang on x.
  void Decide(records::Journal& journal, int first, const std::string& model) {
    auto binding = std::make_shared<records::Binding>();
    binding->model = model;
    binding->version = 1;
    binding->contract_hash = "c0ffee";
    binding->inputs = SchemaOf(
        {{.name = "x"}, {.name = "origin", .type = data::Type::kString}, {.name = "version"}});
    binding->outputs = SchemaOf({{.name = "prediction"}});
    data::Batch inputs(binding->inputs), outputs(binding->outputs);
    std::vector<records::RowDecision> rows(100);
    for (int i = first; i < first + 100; ++i) {
      const bool b = i % 3 == 2;
      const double x = i % 100 + (b && model == "m" ? 200 : 0);
      const double score = (model == "m" ? x : i * 37 % 100) / 400;
      inputs.column(0).Append(x);
      inputs.column(1).AppendText(b ? "B" : "A");
      inputs.column(2).Append(1.0);
      outputs.column(0).Append(score);
      rows[static_cast<std::size_t>(i - first)].score = score;
    }
    inputs.SetRows(100);
    outputs.SetRows(100);
    const auto id = journal.Append(records::DecisionBlock{.binding = binding,
                                                          .at = clock_.Now(),
                                                          .caller = "",
                                                          .request_id = "",
                                                          .inputs = &inputs,
                                                          .outputs = &outputs,
                                                          .rows = rows},
                                   nullptr);
    CHECK_OK_RESULT(id);
    std::vector<records::Outcome> outcomes;
    for (int i = 0; i < 100; ++i) {
      if ((first + i) % 3 == 2) continue;
      DecisionId decision = *id;
      decision.ordinal += static_cast<std::uint32_t>(i);
      outcomes.push_back(
          {.decision = decision, .at = clock_.Now(), .name = "late", .value = 1, .text = ""});
    }
    CHECK(journal.Append(outcomes, nullptr).ok());
    journal.CommitNow();
    clock_.Advance(std::chrono::minutes(100));
  }

  int Run(std::vector<std::string> more) {
    more.insert(more.begin(), {"monitor", "drift", "m", "--slices"});
    return world_.Run(more);
  }

  const std::string root_ = testing::TempDir() + "slices_of_lake";
  SimulatedClock clock_;
  const Time start_ = clock_.Now();
  FakeWorld world_;
};

TEST_F(SlicesOfLake, ShowsEverySliceOfTheContractAgainstTheTrainingData) {
  EXPECT_EQ(Run({"--version", "1", "--fields",
                 "slice,verdict,rows,worst,drifted_share,outcomes,mean_outcome"}),
            1)
      << world_.err.written;
  EXPECT_EQ(world_.out.written,
            "slice\tverdict\trows\tworst\tdrifted_share\toutcomes\tmean_outcome\n"
            "origin=A\tok\t667\tx\t0\t667\t1\n"
            "origin=B\tdrift\t333\tx\t1\t0\t\n"
            "x >= 50\tdrift\t666\t\t0\t333\t1\n"
            "x < 50\tdrift\t334\t\t0\t334\t1\n")
      << "the score drifts; x, by which the slices are cut, does not count";
  EXPECT_THAT(world_.err.written, HasSubstr("against the training data of version 1"));
  EXPECT_THAT(world_.err.written, HasSubstr("1000 decisions of m: 3 slices drifted"));
}

// A range of x has no other x than that: against all training data it would always have moved.
TEST_F(SlicesOfLake, TheColumnThatSlicesAreCutByIsLeftOut) {
  const std::vector<std::string> asked = {
      "monitor",   "drift", "steady",   "--slices",
      "--by",      "x",     "--cuts",   "50",
      "--version", "1",     "--fields", "slice,verdict,rows,worst,drifted_share"};
  EXPECT_EQ(world_.Run(asked), 0) << world_.err.written;
  EXPECT_EQ(world_.out.written,
            "slice\tverdict\trows\tworst\tdrifted_share\n"
            "x < 50\tok\t500\t\t0\n"
            "x >= 50\tok\t500\t\t0\n");
  EXPECT_THAT(world_.err.written, HasSubstr("'x' is left out of the verdict of slices by 'x'"));
}

TEST_F(SlicesOfLake, AnyColumnWillDo) {
  EXPECT_EQ(Run({"--version", "1", "--by", "x", "--cuts", "100,250", "--fields", "slice,rows"}), 0)
      << world_.err.written;
  EXPECT_EQ(world_.out.written, "slice\trows\nx < 100\t667\nx >= 250\t167\n100 <= x < 250\t166\n");
  EXPECT_EQ(Run({"--by", "version", "--fields", "slice,rows"}), 0) << world_.err.written;
  EXPECT_EQ(world_.out.written, "slice\trows\ninput_version=1.0\t1000\n")
      << "an input that is called like a column of the lake";
}

TEST_F(SlicesOfLake, WithoutTrainingDataSlicesAreHeldAgainstAllTogether) {
  EXPECT_EQ(Run({"--by", "origin", "--fields", "slice,verdict,worst"}), 1) << world_.err.written;
  EXPECT_EQ(world_.out.written, "slice\tverdict\tworst\norigin=A\tdrift\tx\norigin=B\tdrift\tx\n");
  EXPECT_THAT(world_.err.written, HasSubstr("against all slices together"));
  EXPECT_EQ(Run({"--by", "origin", "--version", "2"}), 0) << "it decided nothing";
  EXPECT_EQ(world_.out.written.find('\n'), world_.out.written.size() - 1) << world_.out.written;
}

TEST_F(SlicesOfLake, ASpanOfTimeNarrowsItAndFewRowsAreNotJudged) {
  EXPECT_EQ(Run({"--version", "1", "--by", "origin", "--from", FormatTime(start_), "--to",
                 FormatTime(start_ + std::chrono::minutes(150)), "--fields", "slice,verdict,rows"}),
            0)
      << world_.err.written;
  EXPECT_EQ(world_.out.written,
            "slice\tverdict\trows\norigin=A\tnot_enough_data\t134\n"
            "origin=B\tnot_enough_data\t66\n");
  EXPECT_EQ(Run({"--from", FormatTime(start_), "--to", "2001-01-01T00:00:00Z"}), 2);
  EXPECT_THAT(world_.err.written, HasSubstr("--to is before --from"));
}

TEST_F(SlicesOfLake, JsonHasEveryFeature) {
  EXPECT_EQ(Run({"--version", "1", "--by", "origin", "-o", "json"}), 1) << world_.err.written;
  const auto json = Json::Parse(world_.out.written);
  ASSERT_TRUE(json.ok()) << world_.out.written;
  EXPECT_EQ(json->GetString("schema").value(), "mooring.drift_slices/1");
  const Json::Array& items = *json->GetArray("items").value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].GetString("slice").value(), "origin=B");
  const Json* features = items[1].Find("features");
  ASSERT_NE(features, nullptr);
  EXPECT_EQ(features->GetDouble("x").value(), items[1].GetDouble("worst_psi").value());
  EXPECT_EQ(features->GetDouble("score").value(), items[1].GetDouble("score_psi").value());
  EXPECT_NEAR(items[1].GetDouble("mean_score").value(), 249.5 / 400, 0.01);
}

TEST_F(SlicesOfLake, SaysWhatIsNotThere) {
  EXPECT_EQ(Run({"--by", "nowhere"}), 2);
  EXPECT_THAT(world_.err.written, HasSubstr("nowhere"));
  EXPECT_EQ(Run({"--version", "7"}), 5);
  EXPECT_EQ(Run({"--by", "x", "--cuts", "1,b"}), 2);
  EXPECT_THAT(world_.err.written, HasSubstr("--cuts '1,b' are no numbers"));
  EXPECT_EQ(Run({"--server", "http://127.0.0.1:1"}), 2);
}

}  // namespace
}  // namespace mooring::app::cli
