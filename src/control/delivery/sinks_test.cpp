// What each kind of sink sends, and what it makes of the answers.
#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "base/text/json.h"
#include "control/delivery/scripted_sinks.h"
#include "control/delivery/sink.h"
#include "control/incidents/incident_json.h"

namespace mooring::control {
namespace {

using Kind = SinkConfig::Kind;

class Sinks : public ::testing::Test {
 protected:
  std::unique_ptr<Sink> Make(SinkConfig config) {
    config.audience.sink = "s";
    if (config.url.empty()) config.url = "http://sink";
    return MakeSink(config, {&receiver_, &clock_, &programs_});
  }
  static records::Notification Opened() {
    records::IncidentRecord incident;
    incident.id = 4;
    incident.model = "pricing";
    records::AlertRecord alert;
    alert.id = 9;
    alert.cause = {"pricing", "drift", "feature_drift", "distance"};
    alert.status.state = records::AlertState::kFiring;
    alert.status.severity = records::Severity::kCritical;
    alert.version = 2;
    alert.finding_json =
        R"([{"kind":"feature_drift","subject":"distance","level":"alert","certain":true,"n":800,)"
        R"("value":0.31,"threshold":0.2,"p_value":null,"what":"distance moved","cost":"much"}])";
    alert.fired = Time(std::chrono::seconds(1'699'999'000));
    records::Notification notification;
    notification.key = "abc-1";
    notification.event = "opened";
    notification.payload_json =
        Payload("opened", Time(std::chrono::seconds(1'699'999'000)), incident, {&alert, 1});
    return notification;
  }
  SimulatedClock clock_;  // 1,700,000,000 s
  ScriptedReceiver receiver_;
  ScriptedPrograms programs_;
};

TEST_F(Sinks, WebhookSignsTheTimeAndTheBody) {
  SinkConfig config;
  config.secret = "0123456789abcdef";
  const auto sink = Make(config);
  EXPECT_TRUE(sink->Send(Opened()).delivered);
  ASSERT_EQ(receiver_.taken.size(), 1u);
  const HttpCall& call = receiver_.taken[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(ScriptedReceiver::Header(call, "Idempotency-Key"), "abc-1");
  const auto body = Json::Parse(call.body);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(*body->GetString("id"), "abc-1");
  EXPECT_EQ(*body->GetString("event"), "opened");
  // As a receiver would check it.
  const Digest digest = HmacSha256(AsBytes(config.secret), AsBytes("1700000000." + call.body));
  EXPECT_EQ(ScriptedReceiver::Header(call, "Mooring-Signature"), "t=1700000000,v1=" + Hex(digest));
}

TEST_F(Sinks, WebhookWithoutASecretIsUnsigned) {
  EXPECT_TRUE(Make({})->Send(Opened()).delivered);
  EXPECT_EQ(ScriptedReceiver::Header(receiver_.taken[0], "Mooring-Signature"), "");
}

TEST_F(Sinks, TellARefusalFromABadMoment) {
  const struct {
    int status;
    bool delivered, refused;
  } cases[] = {{200, true, false},  {204, true, false},  {302, false, false}, {400, false, true},
               {401, false, false}, {404, false, false}, {408, false, false}, {410, false, true},
               {413, false, true},  {422, false, true},  {429, false, false}, {500, false, false},
               {503, false, false}};
  for (const auto& each : cases) {
    receiver_.status = each.status;
    const SinkAnswer answer = Make({})->Send(Opened());
    EXPECT_EQ(answer.delivered, each.delivered) << each.status;
    EXPECT_EQ(answer.refused, each.refused) << each.status;
    EXPECT_EQ(answer.text, std::to_string(each.status));
  }
  receiver_.down = true;
  SinkConfig config;
  config.url = "https://hooks.example.org:8443/services/secret-token";
  const SinkAnswer answer = Make(config)->Send(Opened());
  EXPECT_EQ(answer.text, "cannot connect to https://hooks.example.org:8443");
  EXPECT_FALSE(answer.delivered || answer.refused);
  EXPECT_NE(answer.text.find("cannot connect"), std::string::npos);
}

TEST_F(Sinks, AlertmanagerGetsLabelsAnnotationsAndTimes) {
  SinkConfig config;
  config.kind = Kind::kAlertmanager;
  config.url = "http://am:9093/";
  EXPECT_TRUE(Make(config)->Send(Opened()).delivered);
  const HttpCall& call = receiver_.taken[0];
  EXPECT_EQ(call.url, "http://am:9093/api/v2/alerts");
  EXPECT_EQ(call.body,
            "[{\"labels\":{\"alertname\":\"Mooring_feature_drift\",\"model\":\"pricing\","
            "\"severity\":\"critical\",\"verdict_kind\":\"drift\",\"subject\":\"distance\"},"
            "\"annotations\":{\"summary\":\"distance moved\",\"sureness\":\"2 of 3 windows, at "
            "once when certain, over after 2 clear\",\"cost\":\"much\",\"help\":\"mooring monitor "
            "drift pricing --version 2\",\"rule\":\"2 of 3 windows, at once when certain, over "
            "after 2 clear\",\"value\":\"0.31\",\"threshold\":\"0.2\",\"n\":\"800\",\"version\":"
            "\"2\",\"incident\":\"0\"},\"startsAt\":\"2023-11-14T21:56:40.000000Z\",\"endsAt\":"
            "\"2023-11-14T22:16:20.000000Z\"}]");
}

TEST_F(Sinks, CommandGetsTheBodyAndAnswersByItsExitCode) {
  SinkConfig config;
  config.kind = Kind::kCommand;
  config.command = {"/bin/notify", "a b", "$(id)"};
  const auto sink = Make(config);
  EXPECT_TRUE(sink->Send(Opened()).delivered);
  EXPECT_EQ(programs_.runs[0].arguments, config.command);
  EXPECT_TRUE(Json::Parse(programs_.runs[0].input).ok());
  const struct {
    ProgramEnd end;
    bool refused;
    const char* text;
  } cases[] = {{{.exit_code = 1, .output = "no route"}, false, "exit code 1: no route"},
               {{.exit_code = 65}, true, "exit code 65"},
               {{.signal = 9}, false, "ended by signal 9"},
               {{.signal = 9, .timed_out = true}, false, "took too long and was ended"}};
  for (const auto& each : cases) {
    programs_.end = each.end;
    const SinkAnswer answer = sink->Send(Opened());
    EXPECT_FALSE(answer.delivered);
    EXPECT_EQ(answer.refused, each.refused) << each.text;
    EXPECT_EQ(answer.text, each.text);
  }
}

TEST_F(Sinks, AllTakeATest) {
  for (const Kind kind : {Kind::kWebhook, Kind::kAlertmanager, Kind::kCommand}) {
    SinkConfig config;
    config.kind = kind;
    EXPECT_TRUE(Make(config)->Send(TestNotification("s", clock_.Now())).delivered)
        << SinkKindName(kind);
  }
  EXPECT_NE(receiver_.taken[0].body.find("nothing is wrong"), std::string::npos);
  EXPECT_NE(receiver_.taken[1].body.find("MooringTest"), std::string::npos);
}

}  // namespace
}  // namespace mooring::control
