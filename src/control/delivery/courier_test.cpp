#include "control/delivery/courier.h"

#include <set>

#include "base/text/json.h"
#include "control/delivery/scripted_sinks.h"
#include "control/incidents/incident_fixture.h"

namespace mooring::control {
namespace {

using monitoring::Level;
using records::DeliveryState;

class CourierTest : public IncidentFixture {
 protected:
  void SetUp() override {
    IncidentFixture::SetUp();
    Restart();
  }
  void TearDown() override {
    courier_.reset();
    IncidentFixture::TearDown();
  }
  void Restart() {
    courier_.reset();
    Reopen();
    std::vector<std::unique_ptr<Sink>> sinks;
    for (const Audience& audience : audiences_) {
      SinkConfig config;
      config.audience = audience;
      config.kind =
          audience.sink == "am" ? SinkConfig::Kind::kAlertmanager : SinkConfig::Kind::kWebhook;
      config.url = "https://sink/" + audience.sink;
      sinks.push_back(MakeSink(config, {&receivers_[audience.sink], &clock_, &programs_}));
    }
    courier_ = std::make_unique<Courier>(
        Courier::Options{.store = store_.get(), .clock = &clock_, .seed = 1}, std::move(sinks));
  }
  std::size_t Deliver() {
    const auto step = courier_->Step();
    EXPECT_TRUE(step.ok()) << step.error().ToString();
    return step.ok() ? *step : 0;
  }
  // Lets time pass in small steps, as the courier's thread would.
  void Pass(std::chrono::minutes time) {
    for (std::chrono::seconds gone{0}; gone < time; gone += std::chrono::seconds(5)) {
      clock_.Advance(std::chrono::seconds(5));
      Deliver();
    }
  }
  void Fire(std::string feature = "a") {
    HourAndStep({Saw("feature_drift", std::move(feature), Level::kAlert, true)});
  }
  static std::string EventOf(const HttpCall& call) {
    const auto json = Json::Parse(call.body);
    return json.ok() ? std::string(*json->GetString("event")) : "no json";
  }

  std::map<std::string, ScriptedReceiver> receivers_;
  ScriptedPrograms programs_;
  std::unique_ptr<Courier> courier_;
};

// The bar of the issue: a sink that is down for an hour gets everything once it is back, in order,
// none twice; what detects never waited.
TEST_F(CourierTest, DeliversEverythingOnceWhenASinkWasDownForAnHour) {
  audiences_ = {{.sink = "pager"}, {.sink = "chat"}};
  Restart();
  receivers_["pager"].down = true;
  for (int minute = 0; minute < 60; ++minute) {
    clock_.Advance(std::chrono::minutes(1));
    std::vector<monitoring::Finding> now;
    if (minute % 10 < 5) now.push_back(Saw("feature_drift", "a", Level::kAlert, true));
    Verdict(now);
    Step();
    EXPECT_EQ(responder_->Figures()->cursor, verdicts_.size());  // detection goes on
    Deliver();
    if (minute == 30) Restart();
  }
  EXPECT_TRUE(receivers_["pager"].taken.empty());
  EXPECT_EQ(receivers_["chat"].taken.size(), 12u);  // nobody else was held up
  EXPECT_LT(receivers_["pager"].attempts, 40);      // and nobody was hammered
  receivers_["pager"].down = false;
  Pass(std::chrono::minutes(10));
  const auto& taken = receivers_["pager"].taken;
  ASSERT_EQ(taken.size(), 12u);
  std::set<std::string> keys;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    EXPECT_EQ(EventOf(taken[i]), i % 2 == 1 ? "resolved" : i == 0 ? "opened" : "reopened");
    keys.insert(ScriptedReceiver::Header(taken[i], "Idempotency-Key"));
  }
  EXPECT_EQ(keys.size(), 12u);
  Restart();
  Pass(std::chrono::minutes(10));
  EXPECT_EQ(receivers_["pager"].taken.size(), 12u);
}

TEST_F(CourierTest, WaitsLongerAfterEveryFailureButNotForEver) {
  receivers_["pager"].down = true;
  Fire();
  std::vector<std::chrono::seconds> waits;
  for (int attempt = 0; attempt < 14; ++attempt) {
    const int before = receivers_["pager"].attempts;
    std::chrono::seconds waited{0};
    while (receivers_["pager"].attempts == before) {
      clock_.Advance(std::chrono::seconds(1));
      waited += std::chrono::seconds(1);
      Deliver();
    }
    waits.push_back(waited);
  }
  for (std::size_t i = 1; i < waits.size(); ++i) {
    const double full = std::min(2.0 * static_cast<double>(1 << (i - 1)), 300.0);
    const auto waited = static_cast<double>(waits[i].count());
    EXPECT_GE(waited, 0.5 * full) << i;
    EXPECT_LE(waited, full + 1) << i;
  }
  EXPECT_NE(waits[12], waits[13]);  // not all at the same moment
}

TEST_F(CourierTest, KeepsADeadLetterWhenItGivesUp) {
  receivers_["pager"].down = true;
  Fire();
  clock_.Advance(std::chrono::hours(25));
  Deliver();
  auto outbox = Outbox();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(outbox[0].state, DeliveryState::kDead);
  EXPECT_NE(outbox[0].last_answer.find("cannot connect"), std::string::npos);
  EXPECT_TRUE(Timeline(1).ends_with("told, not_delivered"));
  EXPECT_EQ(courier_->figures().dead, 1u);
  receivers_["pager"].down = false;
  EXPECT_EQ(Deliver(), 0u);  // dead is dead; it is listed
}

TEST_F(CourierTest, DoesNotRepeatWhatWasRefusedForGood) {
  receivers_["pager"].status = 422;
  receivers_["pager"].answer = "no such field";
  Fire();
  Deliver();
  EXPECT_EQ(Outbox()[0].state, DeliveryState::kDead);
  EXPECT_EQ(Outbox()[0].last_answer, "422: no such field");
  // A refusal of one holds up nothing behind it.
  receivers_["pager"].status = 503;
  HourAndStep({});
  HourAndStep({});
  Deliver();
  EXPECT_EQ(Outbox()[0].state, DeliveryState::kWaiting);
  receivers_["pager"].status = 204;
  Pass(std::chrono::minutes(1));
  EXPECT_EQ(receivers_["pager"].taken.size(), 1u);
  EXPECT_EQ(EventOf(receivers_["pager"].taken[0]), "resolved");
}

TEST_F(CourierTest, SendsTheSameKeyAgainAfterAKillBeforeItWasNoted) {
  Fire();
  const std::string before = Outbox()[0].key;
  Deliver();
  // What a kill between sending and noting leaves: the row as it was.
  auto waiting = Outbox()[0];
  waiting.state = DeliveryState::kWaiting;
  const Status undone =
      store_->Write([&](records::IncidentTables& tables) { return tables.Update(waiting); });
  ASSERT_TRUE(undone.ok());
  Restart();
  Deliver();
  ASSERT_EQ(receivers_["pager"].taken.size(), 2u);
  for (const HttpCall& call : receivers_["pager"].taken) {
    EXPECT_EQ(ScriptedReceiver::Header(call, "Idempotency-Key"), before);
  }
}

TEST_F(CourierTest, DoesNotWaitForATimeThatAClockSetBackHasMoved) {
  receivers_["pager"].down = true;
  Fire();
  Deliver();
  receivers_["pager"].down = false;
  clock_.JumpWall(-std::chrono::hours(48));
  EXPECT_EQ(Deliver(), 1u);
  EXPECT_EQ(receivers_["pager"].taken.size(), 1u);
}

TEST_F(CourierTest, GivesUpWhatWaitsForASinkThatIsGone) {
  receivers_["pager"].down = true;
  Fire();
  Deliver();
  audiences_ = {{.sink = "other"}};
  Restart();
  Deliver();
  EXPECT_EQ(Outbox()[0].state, DeliveryState::kWaiting);  // it may come back
  clock_.Advance(std::chrono::hours(25));
  Deliver();
  EXPECT_EQ(Outbox()[0].state, DeliveryState::kDead);
  EXPECT_EQ(Outbox()[0].last_answer, "no sink has this name any more");
}

TEST_F(CourierTest, TellsTheWorstOfManyAndCountsTheRest) {
  std::vector<monitoring::Finding> many;
  for (int i = 0; i < 150; ++i) {
    many.push_back(Saw("feature_drift", "f" + std::to_string(i),
                       i == 149 ? Level::kAlert : Level::kWarn, true));
  }
  HourAndStep(many);
  Deliver();
  const auto body = Json::Parse(receivers_["pager"].taken.at(0).body);
  ASSERT_TRUE(body.ok());
  const Json::Array& alerts = **body->GetArray("alerts");
  EXPECT_EQ(alerts.size(), 100u);
  EXPECT_EQ(*alerts[0].GetString("subject"), "f149");
  EXPECT_EQ(*body->GetUint("more"), 50u);
}

TEST_F(CourierTest, TellsAnAlertmanagerAgainAsLongAsItFires) {
  audiences_ = {{.sink = "am"}};
  Restart();
  Fire("distance");
  Deliver();
  Deliver();
  ASSERT_EQ(receivers_["am"].taken.size(), 2u);  // told, and the first repetition
  Pass(std::chrono::minutes(5));
  EXPECT_EQ(receivers_["am"].taken.size(), 7u);
  const auto posted = Json::Parse(receivers_["am"].taken.back().body);
  ASSERT_TRUE(posted.ok());
  const Json& alert = (**posted->AsArray())[0];
  const Time ends = *ParseTime(*alert.GetString("endsAt"));
  EXPECT_GT(ends, clock_.Now() + std::chrono::minutes(2));
  HourAndStep({});
  HourAndStep({});
  Deliver();
  const std::size_t after = receivers_["am"].taken.size();
  const auto over = Json::Parse(receivers_["am"].taken.back().body);
  EXPECT_EQ(*ParseTime(*(**over->AsArray())[0].GetString("endsAt")), clock_.Now());
  Pass(std::chrono::minutes(5));
  EXPECT_EQ(receivers_["am"].taken.size(), after);  // what is over is told once
}

}  // namespace
}  // namespace mooring::control
