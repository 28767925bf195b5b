#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "base/text/json.h"
#include "records/journal/journal.h"

namespace mooring::app::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kContract = R"(model: cover
owner: {team: pricing}
inputs: {seat: string}
output: {name: probability}
decision: {amount: 120 * probability, currency: RUB}
limits:
  - {name: day, sum: amount, max: 100, over: 24h}
  - {name: seat, count: 1, over: 24h, per: [seat], advisory: true}
fallback: [deny]
)";

struct LimitTestTest : testing::Test {
  LimitTestTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    root = std::filesystem::path(testing::TempDir()) / ("limit-test-" + name);
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "data");
    world.context.environment["MOORING_DATA_DIR"] = (root / "data").string();
    contract = (root / "contract.yaml").string();
    EXPECT_TRUE(PosixFileSystem().WriteFileDurably(contract, AsBytes(std::string(kContract))).ok());
  }
  ~LimitTestTest() override { std::filesystem::remove_all(root); }

  // Four decisions of 40.00, a minute apart, of seats 1A, 1A, 2B, 2B.
  void WriteJournal() {
    auto binding = std::make_shared<records::Binding>();
    binding->model = "cover";
    binding->version = 3;
    binding->contract_hash = "c0ffee";
    binding->currency = "RUB";
    binding->inputs = std::make_shared<const data::Schema>(
        *data::Schema::Make({{.name = "seat", .type = data::Type::kString}}));
    binding->outputs = std::make_shared<const data::Schema>(
        *data::Schema::Make({{.name = "probability", .type = data::Type::kFloat64}}));
    auto journal = records::Journal::Open({.directory = (root / "data/journal").string(),
                                           .files = &PosixFileSystem(),
                                           .clock = &world.clock,
                                           .own_thread = false})
                       .value();
    for (const char* seat : {"1A", "1A", "2B", "2B"}) {
      data::Batch inputs(binding->inputs), outputs(binding->outputs);
      inputs.column(0).AppendText(seat);
      inputs.SetRows(1);
      outputs.column(0).Append(1.0 / 3);
      outputs.SetRows(1);
      records::RowDecision row;
      row.score = 1.0 / 3;
      row.amount_minor = 4000;
      records::DecisionBlock block;
      block.binding = binding;
      block.at = world.clock.Now();
      block.inputs = &inputs;
      block.outputs = &outputs;
      block.rows = {&row, 1};
      CHECK_OK_RESULT(journal->Append(block, nullptr));
      journal->CommitNow();
      world.clock.Advance(std::chrono::minutes(1));
    }
  }
  int Test(std::vector<std::string> more) {
    std::vector<std::string> words = {"limit", "test", contract};
    words.insert(words.end(), more.begin(), more.end());
    world.out.written.clear();
    world.err.written.clear();
    return world.Run(words);
  }

  std::filesystem::path root;
  FakeWorld world;
  std::string contract;
};

TEST_F(LimitTestTest, SaysWhatTheLimitsWouldHaveDone) {
  WriteJournal();
  ASSERT_EQ(Test({"-o", "json"}), 0) << world.err.written;
  const Json json = Json::Parse(world.out.written).value();
  const Json::Array& items = **json.GetArray("items");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(*items[0].GetString("limit"), "day");
  EXPECT_EQ(*items[0].GetUint("fired"), 2U);
  EXPECT_EQ(*items[0].GetString("first"), "2023-11-14T22:15:20.000000Z");
  EXPECT_EQ(*items[0].GetUint("stopped"), 2U);
  EXPECT_EQ(*items[0].GetDouble("stopped_amount"), 80);
  EXPECT_THAT(world.out.written, HasSubstr("\"stopped_amount\":80.00"));
  EXPECT_EQ(*items[0].GetDouble("tightest"), 0.8);
  EXPECT_EQ(*items[1].GetUint("fired"), 1U);  // those of 2B were not there to be counted
  EXPECT_EQ(*items[1].GetUint("stopped"), 0U);
  EXPECT_THAT(world.err.written, HasSubstr("4 decisions from 2023-11-14T22:13:20.000000Z to "
                                           "2023-11-14T22:16:20.000000Z: 2 kept back"));
}

TEST_F(LimitTestTest, PlaysThePeriodThatIsAskedFor) {
  WriteJournal();
  ASSERT_EQ(Test({"--last", "2m"}), 0) << world.err.written;
  EXPECT_THAT(world.err.written, HasSubstr("2 decisions"));
  ASSERT_EQ(Test({"--to", "2023-11-14T22:14:20Z"}), 0) << world.err.written;
  EXPECT_THAT(world.err.written, HasSubstr("1 decisions"));
  ASSERT_EQ(Test({"--model", "credit"}), 0) << world.err.written;
  EXPECT_THAT(world.err.written, HasSubstr("no decision of the model in that period"));
}

TEST_F(LimitTestTest, RefusesWhatItCannotPlay) {
  EXPECT_EQ(Test({}), 5);  // no journal
  WriteJournal();
  EXPECT_EQ(Test({"--last", "7d", "--from", "2023-11-14T22:14:20Z"}), 2);
  EXPECT_EQ(Test({"--from", "yesterday"}), 2);
  EXPECT_EQ(Test({"--last", "soon"}), 2);
  EXPECT_TRUE(PosixFileSystem()
                  .WriteFileDurably(contract, AsBytes(std::string("model: cover\n"
                                                                  "owner: {team: t}\n"
                                                                  "inputs: {seat: string}\n"
                                                                  "output: {name: p}\n")))
                  .ok());
  EXPECT_EQ(Test({}), 2);
  EXPECT_THAT(world.err.written, HasSubstr("no limits to test"));
}

}  // namespace
}  // namespace mooring::app::cli
