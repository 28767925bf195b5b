#include "api/native/limits.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "base/io/simulated_file_system.h"

namespace mooring::api {
namespace {

using serving::testing::Input;

class Limits : public ::testing::Test {
 protected:
  void SetUp() override {
    auto contract = serving::testing::ContractOf({Input("a", data::Type::kFloat64)});
    Add(contract, "daily", 100).latch = true;
    Add(contract, "each", 10).per = {"a"};
    Add(contract, "watched", 1).advisory = true;
    auto predictor =
        std::make_shared<serving::testing::AddingPredictor>(serving::testing::FloatInputs({"a"}));
    auto served = serving::testing::Serve(contract, predictor);
    ASSERT_TRUE(served.ok()) << served.error().ToString();
    auto snapshot = std::make_shared<serving::Snapshot>();
    serving::ServedModel& model = snapshot->models["m"];
    model.name = "m";
    model.champion = *served;
    snapshot->models["bare"].name = "bare";
    api_.snapshot = snapshot;
    controls_ = std::make_shared<serving::LimitControls>();
    api_.use.budgets = &ledger_;
    api_.use.kills = &kills_;
    api_.use.controls = [this] { return controls_; };
    api_.handler = MakeHandler(api_.use);
  }
  static records::LimitRule& Add(records::Contract& contract, std::string name, int max) {
    records::LimitRule& rule = contract.limits.emplace_back();
    rule.name = std::move(name);
    rule.kind = records::LimitKind::kSum;
    rule.window.kind = records::LimitWindow::Kind::kLifetime;
    rule.max = data::Decimal(max);
    return rule;
  }
  SimulatedClock clock_;
  SimulatedFileSystem files_;
  serving::KillSwitch kills_{{.files = &files_, .clock = &clock_, .list_file = "/kills.json"}};
  serving::LimitLedger ledger_{{.clock = &clock_}};
  std::shared_ptr<serving::LimitControls> controls_;
  testing::TestApi api_;
};

TEST_F(Limits, AreListedWithWhatIsInForce) {
  const testing::Answered answered = api_.Get("/api/v1/limits");
  ASSERT_EQ(answered.status, 200) << answered.body;
  const Json json = answered.json();
  const Json::Array& limits = **json.GetArray("limits");
  ASSERT_EQ(limits.size(), 3u);
  EXPECT_EQ(*limits[0].GetString("limit"), "daily");
  EXPECT_EQ(*limits[0].GetString("max"), "100.000000");  // scores, in millionths
  EXPECT_EQ(*limits[0].GetString("current"), "0.000000");
  EXPECT_EQ(*limits[0].GetDouble("used"), 0.0);
  EXPECT_EQ(*limits[0].GetString("state"), "in force");
  EXPECT_TRUE(limits[0].Find("latched")->IsNull());
  EXPECT_TRUE(limits[1].Find("current")->IsNull());  // divided: no key's usage is told
  EXPECT_EQ(*limits[1].GetString("state"), "a budget for each key or caller");
  EXPECT_EQ(*limits[2].GetString("state"), "watched only: it stops nothing");
  const Json::Array& sets = **json.GetArray("sets");
  ASSERT_EQ(sets.size(), 1u);
  const std::string hash(*sets[0].GetString("hash"));
  EXPECT_EQ(hash.size(), 64u);

  auto lowered = std::make_shared<serving::LimitControls>();
  lowered->limits["m/daily"].max = 50'000'000;
  lowered->revision = 1;
  controls_ = lowered;
  const Json after = api_.Get("/api/v1/limits?model=m").json();
  const Json& daily = (**after.GetArray("limits"))[0];
  EXPECT_EQ(*daily.GetString("max"), "50.000000");
  EXPECT_EQ(*daily.GetString("contract_max"), "100.000000");
  EXPECT_TRUE(*daily.GetBool("changed"));
  EXPECT_NE(*(**after.GetArray("sets"))[0].GetString("hash"), hash);
  EXPECT_TRUE((**api_.Get("/api/v1/limits?model=bare").json().GetArray("limits")).empty());
  EXPECT_EQ(api_.Get("/api/v1/limits?model=none").status, 404);
}

TEST_F(Limits, SayTheirBoundsAndHowManyKeysLive) {
  const auto& champion = *api_.snapshot->models.at("m").champion;
  const serving::TermShape& shape = champion.limits->OfPlace(1).shape;
  for (std::uint64_t key = 1; key <= 7; ++key) {
    serving::LimitTerm term;
    term.shape = &shape;
    term.state = {key, key};
    term.amount = static_cast<std::int64_t>(key) * 1'000'000;
    term.max = shape.max;
    records::LimitNote note;
    std::vector<std::uint16_t> rules;
    ASSERT_TRUE(ledger_.TryAdmit(std::span(&term, 1), {}, note, rules).admitted);
    ledger_.Recorded(note, {1, 1, static_cast<std::uint32_t>(key)});
  }
  const Json answer = api_.Get("/api/v1/limits").json();
  const Json::Array& limits = **answer.GetArray("limits");
  EXPECT_TRUE(limits[0].Find("keys")->IsNull());
  EXPECT_EQ(*limits[0].GetString("bounds"), "at most 100.000000 for good");
  const Json& keys = *limits[1].Find("keys");
  EXPECT_EQ(*keys.GetUint("in_use"), 7u);
  EXPECT_EQ(*keys.GetUint("latched"), 0u);
  const Json::Array& first = **keys.GetArray("first");
  ASSERT_EQ(first.size(), 5u);
  EXPECT_EQ(*first[0].GetString("key"), "00000000000000070000000000000007");
  EXPECT_EQ(*first[0].GetString("current"), "7.000000");
  EXPECT_EQ(*first[0].GetDouble("used"), 0.7);
  const Json more = api_.Get("/api/v1/limits?keys=1000").json();
  EXPECT_EQ((**(**more.GetArray("limits"))[1].Find("keys")->GetArray("first")).size(), 7u);
  EXPECT_EQ(api_.Get("/api/v1/limits?keys=1001").status, 400);
  EXPECT_EQ(api_.Get("/api/v1/limits?keys=x").status, 400);
}

TEST_F(Limits, AreGaugesWithoutKeys) {
  kills_.Throw({}, {"ann"}, "r", [](const auto&) {});
  const std::string text = api_.Get("/metrics").body;
  EXPECT_NE(text.find("mooring_limit_usage_ratio{model=\"m\",limit=\"daily\"} 0"), text.npos);
  EXPECT_NE(text.find("mooring_limit_latched{model=\"m\",limit=\"daily\"} 0"), text.npos);
  EXPECT_EQ(text.find("limit=\"each\""), text.npos);
  EXPECT_NE(text.find("mooring_kills_in_force{scope=\"all\"} 1"), text.npos);
  EXPECT_NE(text.find("mooring_kills_in_force{scope=\"caller\"} 0"), text.npos);
}

TEST_F(Limits, NeedBudgets) {
  api_.use.budgets = nullptr;
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Get("/api/v1/limits").status, 503);
  EXPECT_EQ(api_.Get("/metrics").body.find("mooring_limit_latched"), std::string::npos);
}

}  // namespace
}  // namespace mooring::api
