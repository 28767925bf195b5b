#include "records/incidents/incident_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "records/incidents/incident_limits.h"
#include "records/incidents/incident_schema.h"

namespace mooring::records {
namespace {

class IncidentStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = ::testing::TempDir() + "store_" + std::to_string(::getpid()) + "_" + test->name();
    Remove();
    Reopen();
  }
  void TearDown() override {
    store_.reset();
    Remove();
  }
  void Remove() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  void Reopen() {
    store_.reset();
    auto opened = IncidentStore::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(*opened);
  }
  void Write(const IncidentStore::Work& work) {
    const Status done = store_->Write(work);
    EXPECT_TRUE(done.ok()) << done.error().ToString();
  }
  static Time At(int hour) { return Time(std::chrono::hours(hour)); }
  static AlertRecord Alert(std::string subject) {
    AlertRecord alert;
    alert.cause = {"pricing", "drift", "feature_drift", std::move(subject)};
    alert.status.state = AlertState::kFiring;
    alert.status.severity = Severity::kCritical;
    alert.status.sightings = {{1, At(1), At(2), 3, true}, {2, At(2), At(3), 1, false}};
    alert.status.since = At(1);
    alert.status.times_fired = 2;
    alert.version = 4;
    alert.finding_json = "[{}]";
    alert.fired = At(3);
    alert.seen = At(4);
    return alert;
  }
  std::string path_;
  std::unique_ptr<IncidentStore> store_;
};

TEST_F(IncidentStoreTest, KeepsAlertsWholeAcrossAStart) {
  AlertRecord alert = Alert("distance");
  Write([&](IncidentTables& tables) { return tables.Save(alert); });
  Reopen();
  Write([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const AlertRecord read, tables.Alert(alert.id));
    EXPECT_EQ(read.cause, alert.cause);
    EXPECT_EQ(read.status, alert.status);
    EXPECT_EQ(read.version, 4u);
    EXPECT_EQ(read.finding_json, "[{}]");
    EXPECT_EQ(read.fired, At(3));
    EXPECT_EQ(read.resolved, kNever);
    // A change keeps the id; one that came to nothing goes.
    alert.status.severity = Severity::kWarning;
    RETURN_IF_ERROR(tables.Save(alert));
    EXPECT_EQ(tables.AlertsOf("pricing", "drift")->size(), 1u);
    EXPECT_EQ(tables.AlertsOf("pricing", "quality")->size(), 0u);
    alert.status.state = AlertState::kInactive;
    alert.status.times_fired = 0;
    RETURN_IF_ERROR(tables.Save(alert));
    EXPECT_EQ(tables.Alert(alert.id).error().code(), Code::kNotFound);
    return Ok();
  });
}

TEST_F(IncidentStoreTest, ListsFiringAlertsFirstAndKnowsWhatIsUntold) {
  Write([&](IncidentTables& tables) -> Status {
    AlertRecord pending = Alert("a"), resolved = Alert("b"), told = Alert("c"), firing = Alert("d");
    pending.status.state = AlertState::kPending;
    resolved.status.state = AlertState::kResolved;
    resolved.told = Severity::kWarning;
    told.told = Severity::kCritical;
    told.status.severity = Severity::kCritical;
    firing.status.severity = Severity::kWarning;
    for (AlertRecord* each : {&pending, &resolved, &told, &firing}) {
      RETURN_IF_ERROR(tables.Save(*each));
    }
    std::string active, all, untold;
    ASSIGN_OR_RETURN(const auto listed, tables.Alerts({}));
    for (const auto& each : listed) active += each.cause.subject;
    ASSIGN_OR_RETURN(const auto every, tables.Alerts({.active = false}));
    for (const auto& each : every) all += each.cause.subject;
    ASSIGN_OR_RETURN(const auto news, tables.Untold());
    for (const auto& each : news) untold += each.cause.subject;
    EXPECT_EQ(active, "cda");
    EXPECT_EQ(all, "cdab");
    EXPECT_EQ(untold, "bd");
    EXPECT_TRUE(tables.Alerts({.model = "other"})->empty());
    return Ok();
  });
}

TEST_F(IncidentStoreTest, WritesAllOrNothing) {
  const Status failed = store_->Write([&](IncidentTables& tables) -> Status {
    AlertRecord alert = Alert("a");
    RETURN_IF_ERROR(tables.Save(alert));
    RETURN_IF_ERROR(tables.SetCursor(9));
    return Error(Code::kUnavailable, "no");
  });
  EXPECT_FALSE(failed.ok());
  Write([&](IncidentTables& tables) -> Status {
    EXPECT_EQ(*tables.Cursor(), 0u);
    EXPECT_TRUE(tables.Alerts({})->empty());
    return tables.SetCursor(std::uint64_t{1} << 40);
  });
  Reopen();
  Write([&](IncidentTables& tables) -> Status {
    EXPECT_EQ(*tables.Cursor(), std::uint64_t{1} << 40);
    return Ok();
  });
}

TEST_F(IncidentStoreTest, KeepsIncidentsWithTheirTimeline) {
  IncidentRecord incident;
  incident.model = "pricing";
  incident.verdict_kind = "drift";
  incident.owner_team = "sales";
  incident.opened = At(1);
  Write([&](IncidentTables& tables) -> Status {
    RETURN_IF_ERROR(tables.Save(incident));
    RETURN_IF_ERROR(tables.Add({.incident = incident.id, .at = At(1), .what = "opened"}));
    return tables.Add({.incident = incident.id, .at = At(2), .who = "ann", .text = "looked"});
  });
  Write([&](IncidentTables& tables) -> Status {
    incident.resolved = At(5);
    incident.summary = "over";
    RETURN_IF_ERROR(tables.Save(incident));
    EXPECT_EQ(tables.Facts(incident.id)->size(), 2u);  // a change keeps the timeline
    EXPECT_EQ((*tables.Facts(incident.id))[1].who, "ann");
    EXPECT_EQ(tables.Newest("pricing", "drift").value()->summary, "over");
    EXPECT_FALSE(tables.Newest("pricing", "quality").value().has_value());
    EXPECT_TRUE(tables.Incidents({.open = true})->empty());
    EXPECT_EQ(tables.Incidents({.model = "pricing"})->size(), 1u);
    EXPECT_FALSE(tables.Add({.incident = 99, .at = At(1)}).ok());
    RETURN_IF_ERROR(tables.Prune(At(6)));
    EXPECT_EQ(tables.Incident(incident.id).error().code(), Code::kNotFound);
    EXPECT_TRUE(tables.Facts(incident.id)->empty());
    return Ok();
  });
}

TEST_F(IncidentStoreTest, GivesNotificationsInOrderUnderKeysOfTheirOwn) {
  Write([&](IncidentTables& tables) -> Status {
    std::vector<Notification> made(3);
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].sink = i == 2 ? "chat" : "pager";
      made[i].created = At(1);
      RETURN_IF_ERROR(tables.Enqueue(made[i]));
      EXPECT_TRUE(made[i].key.ends_with("-" + std::to_string(i + 1))) << made[i].key;
      EXPECT_EQ(made[i].key.size(), 18u);
    }
    EXPECT_EQ(tables.Head("pager").value()->id, made[0].id);
    made[0].state = DeliveryState::kDelivered;
    made[0].attempts = 3;
    made[0].ended = At(2);
    RETURN_IF_ERROR(tables.Update(made[0]));
    EXPECT_EQ(tables.Head("pager").value()->id, made[1].id);
    EXPECT_EQ(*tables.Count(DeliveryState::kWaiting), 2u);
    EXPECT_EQ(tables.Notifications({.state = DeliveryState::kDelivered})->at(0).attempts, 3u);
    EXPECT_EQ(tables.Notifications({.sink = "chat"})->size(), 1u);
    RETURN_IF_ERROR(tables.Prune(At(3)));
    EXPECT_EQ(tables.Notifications({})->size(), 2u);  // what waits is never forgotten
    return Ok();
  });
}

TEST_F(IncidentStoreTest, KnowsWhichSilencesHaveNotEnded) {
  Silence silence;
  silence.kind = "feature*";
  silence.created = At(1);
  silence.until = At(5);
  Write([&](IncidentTables& tables) -> Status {
    RETURN_IF_ERROR(tables.Save(silence));
    EXPECT_EQ(tables.Silences(At(4))->size(), 1u);
    EXPECT_TRUE(tables.Silences(At(5))->empty());
    EXPECT_EQ(tables.SilenceOf(silence.id)->kind, "feature*");
    EXPECT_EQ(tables.SilenceOf(7).error().code(), Code::kNotFound);
    return Ok();
  });
  const Cause cause{"m", "drift", "feature_drift", "a"};
  EXPECT_FALSE(silence.Covers(cause, At(0)));
  EXPECT_TRUE(silence.Covers(cause, At(1)));
  EXPECT_FALSE(silence.Covers(cause, At(5)));
  silence.subject = "b";
  EXPECT_FALSE(silence.Covers(cause, At(2)));
}

TEST(IncidentWords, MatchByTheWholeOrByTheBeginning) {
  EXPECT_TRUE(Matches("", "x") && Matches("x", "x") && Matches("x*", "xy") && Matches("*", ""));
  EXPECT_FALSE(Matches("x", "xy") || Matches("xy*", "x"));
}

}  // namespace
}  // namespace mooring::records
