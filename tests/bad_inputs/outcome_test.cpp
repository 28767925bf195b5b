// Row 37: outcomes that are none, or of decisions that were never made.
#include <gtest/gtest.h>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

constexpr char kOutcomes[] = "/api/v1/outcomes";

std::string One(const std::string& members) {
  return Post(kOutcomes, R"({"outcomes":[{)" + members + "}]}");
}
std::string About(const std::string& id, const std::string& value) {
  return One("\"decision_id\":\"" + id + R"(","name":"late","value":)" + value);
}
std::string MadeDecision(Aftermath& aftermath) {
  const Answer answer = LiveServer::Get().Good();
  aftermath.Acknowledged(answer);
  const std::vector<std::string> ids = DecisionIds(answer.body);
  return ids.empty() ? "" : ids[0];
}

TEST(BadInputs, Row37OutcomesThatAreNone) {
  RunRows({
      {"37", "no body", Post(kOutcomes, ""), 400, "body:1:1"},
      {"37", "no outcomes", Post(kOutcomes, "{}"), 400, "outcomes"},
      {"37", "an unknown request id", One(R"("request_id":"none","name":"late","value":1)"), 404,
       "not_found"},
      {"37", "an id that is none", About("d1", "1"), 400, "invalid_argument"},
      {"37", "an id with a path", About("../../x", "1"), 400, "invalid_argument"},
      {"37", "neither id", One(R"("name":"late","value":1)"), 400, "decision_id or request_id"},
      {"37", "no name", One(R"("request_id":"none","value":1)"), 400, "'name' is missing"},
      {"37", "no value", One(R"("request_id":"none","name":"late")"), 400, "'value' is missing"},
      {"37", "a value of null", One(R"("request_id":"none","name":"late","value":null)"), 400,
       "'value'"},
      {"37", "NaN", About("d1-1-1", "NaN"), 400, "body:1:"},
      {"37", "1e400", About("d1-1-1", "1e400"), 400, "too large"},
      {"37", "an unknown key", One(R"("request_id":"none","name":"late","value":1,"x":1)"), 400,
       "a key that is none of"},
      {"37", "a key twice", One(R"("request_id":"a","request_id":"b","name":"late","value":1)"),
       400, "twice"},
      {"37", "a time without a zone",
       One(R"("request_id":"none","name":"late","value":1,"at":"2024-01-01T00:00:00")"), 400,
       "'at'"},
      {"37", "a line that is cut short",
       Post(kOutcomes, "{\"request_id\":\"none\",\"name\"\n",
            "Content-Type: application/x-ndjson\r\n"),
       400, "line 1"},
  });
}

TEST(BadInputs, Row37TwiceAndCorrected) {
  Aftermath aftermath;
  LiveServer& server = LiveServer::Get();
  const std::string id = MadeDecision(aftermath);
  for (const auto& [value, told] : {std::pair("1", "recorded"), std::pair("1", "repeated"),
                                    std::pair("0", "corrected")}) {
    const Answer answer = server.Send(About(id, value));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string count = "\"" + std::string(told) + "\":1";
    EXPECT_NE(answer.body.find(count), std::string::npos) << answer.body;
  }
  aftermath.Check();
}

TEST(BadInputs, Row37OfDecisionsThatWereNeverMadeOrNotYet) {
  Aftermath aftermath;
  const std::string id = MadeDecision(aftermath);
  aftermath.Check();
  RunRows({
      {"37", "an id nobody gave", About("d1-1-4000000000", "1"), 404, "not_found"},
      {"37", "another replica's id", About("d9-1-0", "1"), 404, "not_found"},
      {"37", "a time before the decision",
       One("\"decision_id\":\"" + id +
           R"(","name":"late","value":1,"at":"2001-01-01T00:00:00Z")"),
       400, "older than its decision"},
  });
}

TEST(BadInputs, Row37ManyAtOnce) {
  Aftermath aftermath;
  const std::string id = MadeDecision(aftermath);
  std::string lines;
  const std::string line = "{\"decision_id\":\"" + id + R"(","name":"late","value":1})" + "\n";
  const auto send = [&](std::size_t count) {
    while (lines.size() < count * line.size()) lines += line;
    return LiveServer::Get().Send(Post(kOutcomes, lines, "Content-Type: application/x-ndjson\r\n"));
  };
  const Answer most = send(limits::kOutcomesPerRequest);
  EXPECT_EQ(most.status, 200) << most.body.substr(0, 400);
  const Answer more = send(limits::kOutcomesPerRequest + 1);
  EXPECT_EQ(more.status, 400) << more.body.substr(0, 400);
  EXPECT_NE(more.body.find("more outcomes than"), std::string::npos) << more.body.substr(0, 400);
  aftermath.Check(kBulkBytes);
}

}  // namespace
}  // namespace mooring::bad_inputs
