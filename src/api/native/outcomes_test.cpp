#include "api/native/outcomes.h"

#include "api/api_fixture.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;
using testing::TestApi;

Answered Post(TestApi& api, const std::string& body) { return api.Post("/api/v1/outcomes", body); }

TEST(Outcomes, RecordsByDecisionIdAndRequestId) {
  TestApi api;
  const Answered answer = Post(api, R"({"outcomes":[
      {"decision_id":"d1-1-4","name":"late","value":1,"at":"2026-01-31T12:00:00Z"},
      {"request_id":"known","name":"late","value":false},
      {"request_id":"known","name":"class","value":"blue"}]})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body,
            R"({"recorded":3,"corrected":0,"repeated":0,"refused":0,"problems":[]})");
  const auto outcomes = api.journal.outcomes();
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].decision, (DecisionId{1, 1, 4}));
  EXPECT_EQ(FormatTime(outcomes[0].at), "2026-01-31T12:00:00.000000Z");
  EXPECT_EQ(outcomes[1].decision, (DecisionId{1, 1, 7}));
  EXPECT_EQ(outcomes[1].value, 0.0);
  EXPECT_EQ(outcomes[2].text, "blue");
}

TEST(Outcomes, TheSameBodyAgainChangesNothing) {
  TestApi api;
  const std::string body = R"({"outcomes":[{"request_id":"known","name":"late","value":1},
      {"decision_id":"d1-1-4","name":"late","value":0,"at":"2026-01-31T12:00:00Z"}]})";
  EXPECT_EQ(*Post(api, body).json().GetInt("recorded"), 2);
  const Answered again = Post(api, body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(*again.json().GetInt("repeated"), 2);
  EXPECT_EQ(api.journal.outcomes().size(), 2U);
  const Answered other = Post(api, R"({"outcomes":[{"request_id":"known","name":"late","value":0},
      {"decision_id":"d1-1-4","name":"late","value":0,"at":"2026-01-31T13:00:00Z"}]})");
  EXPECT_EQ(*other.json().GetInt("corrected"), 2) << other.body;
  EXPECT_EQ(api.journal.outcomes().size(), 4U) << "both are kept";
}

TEST(Outcomes, NameTheRowOfARequestThatHadSeveral) {
  TestApi api;
  const auto post = [&](const std::string& row) {
    return Post(api, R"({"outcomes":[{"request_id":"pair","name":"late","value":1)" + row + "}]}");
  };
  EXPECT_EQ(post("").status, 400);
  EXPECT_EQ(post(R"(,"row":2)").status, 400);
  EXPECT_EQ(post(R"(,"row":-1)").status, 400);
  EXPECT_EQ(post(R"(,"row":"1")").status, 400);
  EXPECT_EQ(post(R"(,"row":1)").status, 200);
  ASSERT_EQ(api.journal.outcomes().size(), 1U);
  EXPECT_EQ(api.journal.outcomes()[0].decision, (DecisionId{1, 1, 21}));
}

TEST(Outcomes, OfATimeBeforeTheDecisionAreRefused) {
  TestApi api;
  api.journal.decided = ParseTime("2026-01-31T12:00:00Z").value();
  const auto at = [&](const std::string& time) {
    return Post(api, R"({"outcomes":[{"decision_id":"d1-1-4","name":"late","value":1,"at":")" +
                         time + R"("}]})").status;
  };
  EXPECT_EQ(at("2026-01-31T11:59:59Z"), 400);
  EXPECT_EQ(at("2026-01-31T12:00:00Z"), 200);
  EXPECT_EQ(at("2999-01-31T12:00:00Z"), 400) << "nobody knows it yet";
}

TEST(Outcomes, LargeBodiesAreReadBesideTheEventLoop) {
  TestApi api;
  std::vector<std::function<void()>> work;
  bool full = false;
  api.use.later = [&](std::function<void()> piece) {
    if (!full) {
      piece();
      work.push_back(std::move(piece));
    }
    return !full;
  };
  api.handler = MakeHandler(api.use);
  EXPECT_EQ(Post(api, R"({"outcomes":[]})").status, 200);
  EXPECT_TRUE(work.empty());
  const std::string large = R"({"outcomes":[)" + std::string(200'000, ' ') + "]}";
  EXPECT_EQ(Post(api, large).status, 200);
  EXPECT_EQ(work.size(), 1U);
  full = true;
  EXPECT_EQ(Post(api, large).status, 429);
}

TEST(Outcomes, RecordsTheGoodAndListsTheBad) {
  TestApi api;
  const Answered answer = Post(api, R"({"outcomes":[
      {"decision_id":"d1-1-4","name":"late","value":1},
      {"decision_id":"d9-1-4","name":"late","value":1},
      {"decision_id":"x","name":"late","value":1},
      {"request_id":"other","name":"late","value":1},
      {"name":"late","value":1},
      {"decision_id":"d1-1-4","request_id":"known","name":"late","value":1},
      {"decision_id":"d1-1-4","value":1},
      {"decision_id":"d1-1-4","name":"late"},
      {"decision_id":"d1-1-4","name":"late","value":null},
      {"decision_id":"d1-1-4","name":"late","value":1,
       "at":"2024-02-30T00:00:00Z"},
      {"decision_id":"d1-1-4","name":"late","value":1,
       "at":"2024-02-03T00:00:00"},
      {"decision_id":"d1-1-4","name":"late","value":1,"x":[1]}]})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json body = answer.json();
  EXPECT_EQ(*body.GetInt("recorded"), 1);
  ASSERT_EQ((**body.GetArray("problems")).size(), 11U);
  EXPECT_EQ(*body.GetInt("refused"), 11);
  EXPECT_EQ(*(**body.GetArray("problems"))[0].GetString("code"), "not_found");
  EXPECT_EQ(*(**body.GetArray("problems"))[1].GetInt("item"), 2);
  EXPECT_EQ(*(**body.GetArray("problems"))[2].GetInt("item"), 3) << "in the items' order";
}

TEST(Outcomes, AnswersWithTheFirstProblemWhenNothingWasRecorded) {
  TestApi api;
  EXPECT_EQ(Post(api, R"({"outcomes":[{"request_id":"no","name":"late","value":1}]})").status, 404);
  EXPECT_EQ(Post(api, R"({"outcomes":[{"name":"late","value":1}]})").status, 400);
  EXPECT_EQ(Post(api, R"({"outcomes":[]})").status, 200);
  for (const char* bad :
       {"", "{}", "[]", R"({"outcomes":{}})", R"({"outcomes":[1]})", R"({"outcomes":[{}]} x)",
        R"({"outcomes":[],"outcomes":[]})", R"({"outcomes":[{"value":1e400}]})"}) {
    EXPECT_EQ(Post(api, bad).status, 400) << bad;
  }
  EXPECT_TRUE(api.journal.outcomes().empty());
}

TEST(Outcomes, ReadsLinesAndBoundsTheirNumber) {
  TestApi api;
  const std::string line = R"({"decision_id":"d1-1-4","name":"late","value":1})"
                           "\n";
  const std::string type = "Content-Type: application/x-ndjson\r\n";
  EXPECT_EQ(Send(api.handler, "POST /api/v1/outcomes", line + "\r\n" + line, type).status, 200);
  EXPECT_EQ(api.journal.outcomes().size(), 1U) << "the second says the same";
  const Answered broken = Send(api.handler, "POST /api/v1/outcomes", line + "{\n", type);
  EXPECT_EQ(broken.status, 400);
  EXPECT_NE(broken.body.find("line 2"), std::string::npos);
  std::string many;
  const std::string least = R"({"request_id":"k","name":"n","value":1})" "\n";
  for (std::size_t i = 0; i <= limits::kOutcomesPerRequest; ++i) many += least;
  const Answered over = Send(api.handler, "POST /api/v1/outcomes", many, type);
  EXPECT_TRUE(over.status == 400 || over.status == 413) << over.status;
  EXPECT_EQ(api.journal.outcomes().size(), 1U);
}

}  // namespace
}  // namespace mooring::api
