#include "control/respond.h"

#include "base/rng.h"
#include "base/text/json.h"
#include "control/incidents/incident_fixture.h"
#include "control/incidents/incident_json.h"
#include "records/registry/registry.h"

namespace mooring::control {
namespace {

using monitoring::Level;
using records::AlertState;
using records::Severity;

class RespondTest : public IncidentFixture {
 protected:
  static std::vector<monitoring::Finding> Distance(Level level = Level::kAlert) {
    return {Saw("feature_drift", "distance", level)};
  }
};

TEST_F(RespondTest, TurnsPersistentDriftIntoOneIncidentWithAnOwnerAndATimeline) {
  HourAndStep(Distance());
  ASSERT_EQ(Alerts().size(), 1u);
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kPending);
  EXPECT_EQ(Told(), "");
  HourAndStep(Distance());
  ASSERT_EQ(Incidents().size(), 1u);
  const records::IncidentRecord incident = Incidents()[0];
  EXPECT_EQ(incident.owner_team, "pricing");
  EXPECT_EQ(incident.escalation, "pager-pricing");
  EXPECT_EQ(incident.severity, Severity::kCritical);
  EXPECT_EQ(incident.summary, "distance moved");
  EXPECT_EQ(incident.opened, clock_.Now());
  HourAndStep(Distance());
  HourAndStep({});
  HourAndStep({});
  EXPECT_EQ(Told(), "opened pager, resolved pager");
  EXPECT_EQ(Timeline(incident.id), "opened, alert_fired, told, alert_resolved, resolved, told");
  EXPECT_FALSE(Incidents()[0].is_open());
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kResolved);
  EXPECT_EQ(Alerts()[0].told, Severity::kNone);
}

TEST_F(RespondTest, SaysWhatSinceWhenHowSureAndWhatHelps) {
  auto finding = Saw("feature_drift", "distance", Level::kAlert, true);
  finding.sureness = "q = 0.0004 over 25 features";
  finding.cost = "about 1,240.00 USD a day";
  HourAndStep({finding});
  ASSERT_EQ(Outbox().size(), 1u);
  const auto payload = Json::Parse(Outbox()[0].payload_json);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(*payload->GetString("schema"), "mooring.notification/1");
  const Json& alert = (**payload->GetArray("alerts"))[0];
  EXPECT_EQ(*alert.GetString("what"), "distance moved");
  EXPECT_EQ(*alert.GetString("since"), FormatTime(clock_.Now() - std::chrono::hours(1)));
  EXPECT_EQ(*alert.GetString("sureness"), "q = 0.0004 over 25 features");
  EXPECT_EQ(*alert.GetUint("n"), 1000u);
  EXPECT_EQ(*alert.GetString("cost"), "about 1,240.00 USD a day");
  EXPECT_EQ(*alert.GetString("help"), "mooring monitor drift pricing --version 1");
  EXPECT_EQ(OneLine(Alerts()[0]),
            "critical: distance moved (psi_adjusted 0.31, bound 0.2, n = 1000)");
}

TEST_F(RespondTest, GathersTheAlertsOfOneVerdictInOneIncidentAndOneNotification) {
  const std::vector<monitoring::Finding> many = {
      Saw("feature_drift", "distance", Level::kWarn, true),
      Saw("feature_drift", "hour", Level::kAlert, true),
      Saw("score_drift", "", Level::kAlert, true), Saw("feature_drift", "origin", Level::kHold)};
  HourAndStep(many);
  EXPECT_EQ(Alerts().size(), 3u);
  EXPECT_EQ(Incidents().size(), 1u);
  EXPECT_EQ(Told(), "opened pager");
  EXPECT_EQ(Incidents()[0].summary, "hour moved, and 2 more");
  // Another kind of verdict is another incident, and so is another model.
  Hour({Saw("latency", "", Level::kAlert)}, "pricing", monitoring::kServiceVerdict);
  Hour({Saw("latency", "", Level::kAlert)}, "scoring", monitoring::kServiceVerdict);
  Step();
  EXPECT_EQ(Incidents().size(), 3u);
}

TEST_F(RespondTest, TellsAgainWhenItGetsWorseAndOnlyThoseWhomItConcerns) {
  audiences_ = {{.sink = "chat"},
                {.sink = "pager", .severity = Severity::kCritical},
                {.sink = "other", .models = {"scor*"}}};
  Reopen();
  HourAndStep({Saw("feature_drift", "distance", Level::kWarn, true)});
  EXPECT_EQ(Told(), "opened chat");
  HourAndStep(Distance());
  HourAndStep(Distance());
  EXPECT_EQ(Told(), "opened chat, updated chat, updated pager");
  HourAndStep({});
  HourAndStep({});
  EXPECT_EQ(Told(), "opened chat, updated chat, updated pager, resolved chat, resolved pager");
}

TEST_F(RespondTest, OpensTheSameIncidentAgainWhenItFlaps) {
  for (int round = 0; round < 3; ++round) {
    HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
    HourAndStep({});
    HourAndStep({});
  }
  ASSERT_EQ(Incidents().size(), 1u);
  EXPECT_EQ(Incidents()[0].reopened, 2u);
  EXPECT_EQ(Told(),
            "opened pager, resolved pager, reopened pager, resolved pager, reopened pager, "
            "resolved pager");
  clock_.Advance(kReopenWithin);
  HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
  EXPECT_EQ(Incidents().size(), 2u);
}

TEST_F(RespondTest, AProfileSentLateChangesNoTextOfWhatIsOverAndHidesNothing) {
  const auto late = [&](int hours_ago, std::vector<monitoring::Finding> findings) {
    Verdict(findings);
    verdicts_.back().window_start -= std::chrono::hours(hours_ago);
    verdicts_.back().window_end -= std::chrono::hours(hours_ago);
    Step();
  };
  auto old = Saw("feature_drift", "distance", Level::kAlert, true);
  old.what = "distance moved in March";
  for (int hour = 0; hour < 2; ++hour) HourAndStep(Distance());
  late(1000, {old});
  late(1001, {});
  late(1002, {});
  ASSERT_EQ(Alerts()[0].status.state, AlertState::kFiring) << "as it is now";
  EXPECT_EQ(Alerts()[0].finding_json, monitoring::FindingsJson(Distance()));
  for (int hour = 0; hour < 2; ++hour) HourAndStep({});
  const records::AlertRecord over = Alerts()[0];
  ASSERT_EQ(over.status.state, AlertState::kResolved);
  late(1000, {old});
  EXPECT_EQ(Alerts()[0].status, over.status);
  EXPECT_EQ(Alerts()[0].finding_json, over.finding_json);
  EXPECT_EQ(Alerts()[0].seen, over.seen);
}

// Nothing was decided because everything was refused: there are no rows, and that is the news.
TEST_F(RespondTest, HearsOfRefusedRequestsWithoutRows) {
  HourAndStep(Distance());
  Hour({Saw("refused_inputs", "", Level::kAlert, true),
        Saw("feature_drift", "distance", Level::kAlert)});
  verdicts_.back().verdict = "not_enough_data";
  Step();
  ASSERT_EQ(Alerts().size(), 2u);
  for (const auto& alert : Alerts()) {
    const bool refused = alert.cause.kind == "refused_inputs";
    EXPECT_EQ(alert.status.state, refused ? AlertState::kFiring : AlertState::kPending)
        << alert.cause.kind;
  }
}

TEST_F(RespondTest, TakesTooFewRowsForNoWordAtAll) {
  HourAndStep(Distance());
  for (int hour = 0; hour < 5; ++hour) {
    Hour({});
    verdicts_.back().verdict = "not_enough_data";
    Step();
  }
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kPending);
  HourAndStep(Distance());
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kFiring);
}

TEST_F(RespondTest, OutcomesThatAreStillDueClearNothing) {
  HourAndStep(Distance());
  HourAndStep(Distance());
  ASSERT_EQ(Alerts()[0].status.state, AlertState::kFiring);
  for (int hour = 0; hour < 5; ++hour) {
    Hour({Saw("estimate", "f1", Level::kWarn)});
    verdicts_.back().verdict = "waiting";
    Step();
  }
  for (const records::AlertRecord& alert : Alerts()) {
    EXPECT_EQ(alert.status.state, AlertState::kFiring) << alert.cause.kind;
  }
}

TEST_F(RespondTest, ForgetsACauseThatCameToNothing) {
  HourAndStep(Distance());
  for (int hour = 0; hour < 3; ++hour) HourAndStep({});
  EXPECT_TRUE(Alerts().empty());
  EXPECT_EQ(Told(), "");
}

TEST_F(RespondTest, KeepsSilentUntilTheSilenceEnds) {
  const auto silence = [&](std::chrono::hours length, std::string subject) {
    const Status saved = store_->Write([&](records::IncidentTables& tables) -> Status {
      records::Silence made;
      made.model = "pricing";
      made.subject = std::move(subject);
      made.author = "ann";
      made.created = clock_.Now();
      made.until = clock_.Now() + length;
      return tables.Save(made);
    });
    ASSERT_TRUE(saved.ok());
  };
  silence(std::chrono::hours(4), "dist*");
  HourAndStep(Distance());
  HourAndStep(Distance());
  EXPECT_EQ(Incidents().size(), 1u);  // what is true is not silenced
  EXPECT_EQ(Told(), "");
  clock_.Advance(std::chrono::hours(2));
  Step();
  EXPECT_EQ(Told(), "opened pager");  // it outlived the silence
  // What begins and ends inside of a silence is never told.
  silence(std::chrono::hours(100), "hour");
  for (const bool there : {true, false, false}) {
    std::vector<monitoring::Finding> now = Distance();
    if (there) now.push_back(Saw("feature_drift", "hour", Level::kAlert, true));
    HourAndStep(now);
  }
  clock_.Advance(std::chrono::hours(200));
  Step();
  EXPECT_EQ(Told(), "opened pager");
}

// A kill between any two calls: the store is opened again, the same verdicts are there.
TEST_F(RespondTest, LosesNothingAndDoesNothingTwiceWhenItStartsAgainAnywhere) {
  Rng rng(3);
  std::string expected_told, expected_alerts;
  for (const bool restarts : {false, true}) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Reopen();
    clock_.JumpWall(Time(std::chrono::days(20'000)) - clock_.Now());
    verdicts_.clear();
    Rng letters(5);
    for (int hour = 0; hour < 60; ++hour) {
      std::vector<monitoring::Finding> now;
      for (const char* feature : {"a", "b"}) {
        const auto level = static_cast<Level>(letters.Below(4));
        now.push_back(Saw("feature_drift", feature, level, letters.Below(10) == 0));
      }
      Hour(now);
      if (restarts && rng.Below(3) == 0) Reopen();
      if (restarts && rng.Below(3) == 0) {
        lost_ = true;
        EXPECT_FALSE(responder_->Step().ok());
        lost_ = false;
      }
      Step();
      if (restarts && rng.Below(3) == 0) Step();
    }
    std::string alerts;
    for (const auto& alert : Alerts()) {
      alerts += alert.cause.subject + std::to_string(alert.status.times_fired) + " ";
    }
    if (!restarts) {
      expected_told = Told();
      expected_alerts = alerts;
      EXPECT_NE(expected_told, "");
    }
    EXPECT_EQ(Told(), expected_told);
    EXPECT_EQ(alerts, expected_alerts);
  }
}

// What fails in the middle of the transaction leaves the verdict for the next step, whole.
TEST_F(RespondTest, ChangesNothingWhenAStepFails) {
  Hour({Saw("feature_drift", "a", Level::kAlert, true)});
  const Status broken = store_->Write([](records::IncidentTables& tables) -> Status {
    RETURN_IF_ERROR(tables.SetCursor(77));
    return Error(Code::kUnavailable, "the disk is gone");
  });
  EXPECT_FALSE(broken.ok());
  Step();
  EXPECT_EQ(Told(), "opened pager");
  EXPECT_EQ(responder_->Figures()->cursor, 1u);
}

TEST_F(RespondTest, PassesOverADamagedVerdict) {
  Hour(Distance());
  verdicts_.back().findings_json = "no json";
  HourAndStep({Saw("feature_drift", "a", Level::kAlert, true)});
  EXPECT_EQ(problems_.size(), 1u);
  EXPECT_EQ(Told(), "opened pager");
}

TEST_F(RespondTest, CountsForWhoeverLooks) {
  HourAndStep({Saw("feature_drift", "a", Level::kAlert, true),
               Saw("feature_drift", "b", Level::kAlert, true),
               Saw("feature_drift", "c", Level::kWarn, true),
               Saw("feature_drift", "d", Level::kWarn)});
  const auto figures = responder_->Figures();
  ASSERT_EQ(figures->firing.size(), 2u);
  EXPECT_EQ(figures->firing[0].alerts, 1u);
  EXPECT_EQ(figures->firing[1].severity, Severity::kCritical);
  EXPECT_EQ(figures->firing[1].alerts, 2u);
  EXPECT_EQ(figures->pending, 1u);
  EXPECT_EQ(figures->open_incidents, 1u);
  EXPECT_EQ(figures->waiting, 1u);
}

TEST_F(RespondTest, CatchesUpInBatchesAndForgetsWhatIsLongOver) {
  for (int hour = 0; hour < 600; ++hour) {
    Hour(hour < 300 ? Distance() : std::vector<monitoring::Finding>());
  }
  std::size_t steps = 0;
  for (std::size_t taken = 1; taken > 0; ++steps) taken = *responder_->Step();
  EXPECT_EQ(steps, 4u);
  EXPECT_EQ(Told(), "opened pager, resolved pager");
  clock_.Advance(std::chrono::hours(100 * 24));
  Step();
  EXPECT_TRUE(Alerts().empty());
  EXPECT_TRUE(Incidents().empty());
}

TEST_F(RespondTest, EndsWhatNoVerdictSpeaksOfAnyMore) {
  HourAndStep(
      {Saw("feature_drift", "a", Level::kAlert, true), Saw("feature_drift", "b", Level::kAlert)});
  clock_.Advance(kRetireAfter - std::chrono::hours(1));
  Step();
  EXPECT_EQ(Alerts().size(), 2u);
  EXPECT_TRUE(Incidents()[0].is_open());
  clock_.Advance(std::chrono::hours(2));
  Step();
  Step();
  ASSERT_EQ(Alerts().size(), 1u);
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kResolved);
  EXPECT_EQ(Told(), "opened pager, resolved pager");
  EXPECT_EQ(Timeline(1), "opened, alert_fired, told, unheard_of, alert_resolved, resolved, told");
}

TEST_F(RespondTest, WhatFiresAfterASilenceBeganAfterIt) {
  HourAndStep(Distance());
  HourAndStep(Distance());
  clock_.Advance(kRetireAfter + std::chrono::hours(1));
  Step();
  Step();
  ASSERT_EQ(Alerts()[0].status.state, AlertState::kResolved);
  HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
  ASSERT_EQ(Alerts()[0].status.state, AlertState::kFiring);
  EXPECT_EQ(Alerts()[0].status.since, clock_.Now() - std::chrono::hours(1));
}

TEST_F(RespondTest, EndsAnAlertWhenItsVersionLeavesService) {
  version_ = 4;
  HourAndStep(Distance());
  HourAndStep(Distance());
  Hour({Saw("feature_drift", "hour", Level::kAlert)});  // pending
  Step();
  ASSERT_EQ(Told(), "opened pager");
  clock_.Advance(std::chrono::minutes(5));
  left_[4] = {clock_.Now(), "version 4 left service for version 3 (ann: drift)"};
  clock_.Advance(std::chrono::seconds(2));
  Step();
  ASSERT_EQ(Alerts().size(), 1U);  // what was only pending is forgotten
  EXPECT_EQ(Alerts()[0].status.state, AlertState::kResolved);
  EXPECT_EQ(Told(), "opened pager, resolved pager");
  EXPECT_EQ(Timeline(1), "opened, alert_fired, told, left_service, alert_resolved, resolved, told");
  const Status read = store_->Read([&](records::IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto facts, tables.Facts(1));
    EXPECT_EQ(facts[3].text, "version 4 left service for version 3 (ann: drift)");
    return Ok();
  });
  EXPECT_TRUE(read.ok());
  // Its last windows, and those scored again, raise nothing; another version's do.
  Verdict({Saw("feature_drift", "distance", Level::kAlert, true)});
  Step();
  EXPECT_EQ(Told(), "opened pager, resolved pager");
  version_ = 3;
  HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
  EXPECT_EQ(Told(), "opened pager, resolved pager, reopened pager");
  // Who asks for it by name later is told again.
  version_ = 4;
  HourAndStep({Saw("feature_drift", "origin", Level::kAlert, true)});
  EXPECT_EQ(Alerts().size(), 2U);
}

TEST_F(RespondTest, WhatOtherVersionsSayStaysWhenOneLeaves) {
  version_ = 3;
  HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
  version_ = 4;
  HourAndStep({Saw("feature_drift", "distance", Level::kAlert, true)});
  Hour({Saw("latency", "", Level::kAlert)}, "pricing", monitoring::kServiceVerdict);
  Step();
  left_[4] = {clock_.Now(), "version 4 left service"};
  clock_.Advance(std::chrono::seconds(2));
  Step();
  ASSERT_EQ(Alerts().size(), 2U);
  for (const records::AlertRecord& alert : Alerts()) {
    EXPECT_EQ(alert.status.state, AlertState::kFiring) << alert.cause.kind;
  }
  // The service level is the model's: the next version's minutes clear what the one before did.
  version_ = 3;
  for (int hour = 0; hour < 2; ++hour) Hour({}, "pricing", monitoring::kServiceVerdict);
  Step();
  for (const records::AlertRecord& alert : Alerts()) {
    EXPECT_EQ(alert.status.state == AlertState::kResolved, alert.cause.kind == "latency");
  }
  left_[3] = {clock_.Now(), "version 3 left service"};
  clock_.Advance(std::chrono::seconds(2));
  Step();
  for (const records::AlertRecord& alert : Alerts()) {
    EXPECT_EQ(alert.status.state, AlertState::kResolved) << alert.cause.kind;
  }
}

TEST_F(RespondTest, FollowsARealRegistryAndItsContractsOwners) {
  auto registry = records::Registry::Open({.directory = directory_, .clock = &clock_});
  ASSERT_TRUE(registry.ok());
  records::Change change;
  change.author = "ann";
  ASSERT_TRUE((*registry)
                  ->ApplyContract("model: pricing\nowner: {team: sales, escalation: night}\n"
                                  "inputs: {a: float64}\noutput: {name: score}\n",
                                  change)
                  .ok());
  Hour({Saw("score_drift", "", Level::kAlert, true)});
  ASSERT_TRUE((*registry)->StoreVerdicts(verdicts_).ok());
  Responder responder(
      {.verdicts = [&](std::uint64_t after,
                       std::size_t limit) { return (*registry)->VerdictsAfter(after, limit); },
       .store = store_.get(),
       .clock = &clock_,
       .owner_of = OwnersOf(**registry)});
  EXPECT_EQ(*responder.Step(), 1u);
  EXPECT_EQ(*responder.Step(), 0u);
  ASSERT_EQ(Incidents().size(), 1u);
  EXPECT_EQ(Incidents()[0].owner_team, "sales");
  EXPECT_EQ(Incidents()[0].escalation, "night");
}

}  // namespace
}  // namespace mooring::control
