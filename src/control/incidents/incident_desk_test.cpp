#include "control/incidents/incident_desk.h"

#include "control/incidents/incident_fixture.h"
#include "records/audit/audit_sink_for_tests.h"

namespace mooring::control {
namespace {

using monitoring::Level;
using What = DeskCall::What;

class Desk : public IncidentFixture {
 protected:
  Result<Json> Ask(DeskCall call) {
    IncidentDesk desk(*store_, clock_);
    if (call.author.empty()) call.author = "ann";
    ASSIGN_OR_RETURN(const std::string text, desk.Answer(call));
    return Json::Parse(text);
  }
  Code Refused(DeskCall call) {
    const auto answer = Ask(std::move(call));
    return answer.ok() ? Code::kInternal : answer.error().code();
  }
  void Fire() { HourAndStep({Saw("feature_drift", "a", Level::kAlert, true)}); }
  static std::size_t Size(const Result<Json>& answer, std::string_view key) {
    return answer.ok() ? (*answer->GetArray(key))->size() : 999;
  }
};

TEST_F(Desk, ShowsAlertsAndIncidents) {
  EXPECT_EQ(Size(Ask({.what = What::kAlerts}), "alerts"), 0u);
  Fire();
  EXPECT_EQ(Size(Ask({.what = What::kAlerts}), "alerts"), 1u);
  EXPECT_EQ(Size(Ask({.what = What::kAlerts, .model = "other"}), "alerts"), 0u);
  EXPECT_EQ(*Ask({.what = What::kAlert, .id = 1})->GetString("state"), "firing");
  EXPECT_EQ(Size(Ask({.what = What::kIncidents, .open = true}), "incidents"), 1u);
  const auto incident = Ask({.what = What::kIncident, .id = 1});
  EXPECT_EQ(Size(incident, "alerts"), 1u);
  EXPECT_EQ(Size(incident, "timeline"), 3u);
  EXPECT_EQ(Size(Ask({.what = What::kNotifications, .state = "waiting"}), "notifications"), 1u);
  EXPECT_EQ(Size(Ask({.what = What::kNotifications, .state = "dead"}), "notifications"), 0u);
  EXPECT_EQ(Refused({.what = What::kNotifications, .state = "lost"}), Code::kInvalidArgument);
  EXPECT_EQ(Refused({.what = What::kAlert, .id = 2}), Code::kNotFound);
  EXPECT_EQ(Refused({.what = What::kIncident, .id = 2}), Code::kNotFound);
  HourAndStep({});
  HourAndStep({});
  EXPECT_EQ(Size(Ask({.what = What::kAlerts}), "alerts"), 0u);
  EXPECT_EQ(Size(Ask({.what = What::kAlerts, .all = true}), "alerts"), 1u);
}

TEST_F(Desk, AcknowledgesAnIncidentForTheFirstWhoSaysSo) {
  Fire();
  const auto first = Ask({.what = What::kAcknowledge, .id = 1, .body = R"({"note":"on it"})"});
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(*first->GetString("acknowledged_by"), "ann");
  EXPECT_TRUE(Ask({.what = What::kAcknowledge, .id = 1, .author = "bob"}).ok());
  EXPECT_EQ(Incidents()[0].acknowledged_by, "ann");
  EXPECT_TRUE(Ask({.what = What::kNote, .id = 1, .body = R"({"text":"feed was down"})"}).ok());
  EXPECT_EQ(Timeline(1), "opened, alert_fired, told, acknowledged, acknowledged, note");
  EXPECT_EQ(Refused({.what = What::kAcknowledge, .id = 7}), Code::kNotFound);
  EXPECT_EQ(Refused({.what = What::kNote, .id = 7, .body = R"({"text":"x"})"}), Code::kNotFound);
  EXPECT_EQ(Refused({.what = What::kNote, .id = 1}), Code::kInvalidArgument);
  EXPECT_EQ(Refused({.what = What::kAcknowledge, .id = 1, .body = R"({"nte":"x"})"}),
            Code::kInvalidArgument);
  HourAndStep({});
  HourAndStep({});
  EXPECT_EQ(Refused({.what = What::kAcknowledge, .id = 1}), Code::kConflict);
}

TEST_F(Desk, GivesEverySilenceAnEndAndAReason) {
  const auto made =
      Ask({.what = What::kSilence, .body = R"({"model":"pricing","for":"2h","reason":"release"})"});
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  EXPECT_EQ(*made->GetString("until"), FormatTime(clock_.Now() + std::chrono::hours(2)));
  EXPECT_EQ(Size(Ask({.what = What::kSilences}), "silences"), 1u);
  for (const char* body :
       {"{}", R"({"reason":"r"})", R"({"for":"2h"})", R"({"for":"31d","reason":"r"})",
        R"({"for":"2h","until":"2030-01-01T00:00:00Z","reason":"r"})",
        R"({"for":"2","reason":"r"})", R"({"until":"2001-01-01T00:00:00Z","reason":"r"})", "[]",
        "x"}) {
    EXPECT_EQ(Refused({.what = What::kSilence, .body = body}), Code::kInvalidArgument) << body;
  }
  EXPECT_TRUE(Ask({.what = What::kEndSilence, .id = 1}).ok());
  EXPECT_EQ(Refused({.what = What::kEndSilence, .id = 1}), Code::kConflict);
  EXPECT_EQ(Refused({.what = What::kEndSilence, .id = 2}), Code::kNotFound);
  EXPECT_EQ(Size(Ask({.what = What::kSilences}), "silences"), 0u);
}

TEST_F(Desk, TellsWhenASilenceIsEndedEarly) {
  ASSERT_TRUE(Ask({.what = What::kSilence, .body = R"({"for":"9h","reason":"r"})"}).ok());
  Fire();
  EXPECT_EQ(Told(), "");
  ASSERT_TRUE(Ask({.what = What::kEndSilence, .id = 1}).ok());
  Step();
  EXPECT_EQ(Told(), "opened pager");
}

TEST_F(Desk, EveryChangeIsToldFirstAndLookingIsNot) {
  Fire();
  records::RecordingSink sink;
  IncidentDesk desk(*store_, clock_);
  desk.TellOf(sink, "api");
  const auto change = [&desk](What what, const std::string& body) {
    DeskCall call{.what = what, .id = 1};
    call.author = "ann";
    call.body = body;
    call.address = "127.0.0.1";
    return desk.Answer(call).ok();
  };
  EXPECT_TRUE(change(What::kIncident, ""));
  EXPECT_TRUE(sink.entries.empty());
  EXPECT_TRUE(change(What::kAcknowledge, R"({"note": "seen"})"));
  EXPECT_TRUE(change(What::kNote, R"({"text": "the feed"})"));
  EXPECT_TRUE(change(What::kSilence, R"({"model": "m", "for": "2h", "reason": "release"})"));
  EXPECT_TRUE(change(What::kEndSilence, ""));
  EXPECT_FALSE(change(What::kEndSilence, "")) << "it is over";
  const char* const words[] = {"incident.acknowledge", "incident.note", "silence.make",
                               "silence.end", "silence.end"};
  const char* const reasons[] = {"seen", "the feed", "release", "", ""};
  ASSERT_EQ(sink.entries.size(), 2 * std::size(words));
  for (std::size_t i = 0; i < std::size(words); ++i) {
    const records::ControlEntry& asked = sink.entries[2 * i];
    const records::ControlEntry& outcome = sink.entries[2 * i + 1];
    EXPECT_EQ(asked.action, words[i]);
    EXPECT_EQ(asked.reason, reasons[i]);
    EXPECT_EQ(asked.principal + asked.channel + asked.address, "annapi127.0.0.1");
    EXPECT_EQ(outcome.outcome_of, asked.sequence);
    EXPECT_EQ(outcome.outcome == "done", i < 4);
  }
  EXPECT_EQ(sink.entries[4].object, "m//");
}

TEST_F(Desk, NothingIsChangedWhenItCannotBeTold) {
  Fire();
  records::RecordingSink sink;
  sink.refuse = Error(Code::kResourceExhausted, "the disk is full");
  IncidentDesk desk(*store_, clock_);
  desk.TellOf(sink, "cli");
  DeskCall call{.what = What::kAcknowledge, .id = 1};
  call.author = "ann";
  EXPECT_EQ(desk.Answer(call).error().code(), Code::kResourceExhausted);
  const auto incident = Ask({.what = What::kIncident, .id = 1});
  EXPECT_EQ(Size(incident, "timeline"), 3u);
}

}  // namespace
}  // namespace mooring::control
