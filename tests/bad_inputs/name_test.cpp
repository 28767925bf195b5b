// Rows 27 to 29: request ids, names of models and versions.
#include <gtest/gtest.h>

#include <thread>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

const std::string kRow = R"({"inputs":{"price":7,"age":3}})";

std::string WithId(const std::string& id, const std::string& price = "7") {
  return Decide(R"({"inputs":{"price":)" + price + R"(,"age":3}})",
                "Idempotency-Key: " + id + "\r\n");
}

std::string OnlyId(const Answer& answer) {
  const std::vector<std::string> ids = DecisionIds(answer.body);
  EXPECT_EQ(ids.size(), 1U) << answer.body;
  return ids.empty() ? "" : ids[0];
}

TEST(BadInputs, Row27ARequestIdIsOneDecision) {
  Aftermath aftermath;
  LiveServer& server = LiveServer::Get();
  const Answer first = server.Send(WithId("order-1"));
  EXPECT_EQ(first.status, 200) << first.body;
  aftermath.Acknowledged(first);
  const Answer again = server.Send(WithId("order-1"));
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(OnlyId(again), OnlyId(first));
  EXPECT_NE(again.body.find("\"replayed\":true"), std::string::npos) << again.body;
  const Answer other = server.Send(WithId("order-1", "8"));
  EXPECT_EQ(other.status, 409) << other.body;
  ExpectStructured(other);
  server.Restart();
  const Answer after = server.Send(WithId("order-1"));
  EXPECT_EQ(after.status, 200) << after.body;
  EXPECT_EQ(OnlyId(after), OnlyId(first)) << "after a restart";
  EXPECT_EQ(server.Send(WithId("order-1", "8")).status, 409) << "after a restart";
  aftermath.Check();
}

TEST(BadInputs, Row27RequestIdsThatAreNone) {
  const auto in_body = [](const std::string& value) {
    return Decide(R"({"inputs":{"price":7,"age":3},"request_id":)" + value + "}");
  };
  RunRows({
      {"27", "129 bytes", WithId(std::string(129, 'i')), 400, "1 to 128 bytes"},
      {"27", "the empty text", in_body("\"\""), 400, "1 to 128 bytes"},
      {"27", "a number", in_body("5"), 400, "text"},
      {"27", "bytes that are no UTF-8", WithId("\xFF\xFE"), 400, "UTF-8"},
      {"27", "a NUL in the body", in_body("\"a\\u0000b\""), 400, "NUL"},
      {"27", "another in the header than in the body",
       Decide(R"({"inputs":{"price":7,"age":3},"request_id":"a"})", "Idempotency-Key: b\r\n"), 400,
       "differ"},
      {"27", "two in the header", Decide(kRow, "Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400,
       "Idempotency-Key"},
  });
}

TEST(BadInputs, Row28ModelNames) {
  const std::pair<std::string, int> names[] = {
      {"..%2Fx", 400},
      {"%2e%2e", 400},
      {"..", 400},
      {".", 400},
      {"", 400},
      {".hidden", 400},
      {std::string(300, 'm'), 400},
      {std::string(129, 'm'), 400},
      {"%D0%BC%D0%BE%D0%B4", 400},
      {"quote%00", 400},
      {"quote%20", 400},
      {"con", 404},
      {"nul", 404},
      {"QUOTE", 404},
      {"quote'%3B%20drop%20table%20models%3B--", 400},
      {"%25n%25n%25s", 400},
      {"%25n", 400},
      {"%7B%7B7*7%7D%7D", 400},
      {"%3Cscript%3Ealert(1)%3C%2Fscript%3E", 400},
      {"%3Cscript%3E", 400},
      {"%22%3E%3Cimg%20src=x%3E", 400},
      {"$%7Bjndi:ldap:x%7D", 400},
  };
  for (const auto& [name, status] : names) {
    const std::string requests[] = {
        Post("/api/v1/models/" + name + "/decide", kRow),
        Post("/v2/models/" + name + "/infer", "{}"),
        Post("/serving-endpoints/" + name + "/invocations", "{}"),
        bad_inputs::Get("/api/v1/models/" + name + "/versions"),
        bad_inputs::Get("/v2/models/" + name + "/ready"),
    };
    for (const std::string& request : requests) {
      SCOPED_TRACE("row 28: " + request.substr(0, 120));
      Aftermath aftermath;
      const Answer answer = LiveServer::Get().Send(request);
      EXPECT_EQ(answer.status, status) << answer.body;
      ExpectStructured(answer);
      EXPECT_EQ((answer.head + answer.body).find('<'), std::string::npos) << answer.body;
      EXPECT_EQ(answer.body.find("49"), std::string::npos) << answer.body;
      aftermath.Check();
    }
  }
}

TEST(BadInputs, Row28NamesOnTheCommandLine) {
  LiveServer& server = LiveServer::Get();
  for (const char* name : {"../x", "", ".", "a/b", "%n", "<script>", "м", "a b"}) {
    const CommandRun run = server.Mooring({"version", "register", name, server.path("quote.json")});
    EXPECT_EQ(run.exit, 5) << name << ": " << run.err;
    EXPECT_NE(run.err.find("no model '"), std::string::npos) << name << ": " << run.err;
  }
}

TEST(BadInputs, Row29Versions) {
  const auto version = [](const std::string& number) {
    return Post("/api/v1/models/quote/decide?version=" + number, kRow);
  };
  const auto promote = [](const std::string& number) {
    const std::string body = R"({"reason":"test","version":)" + number + "}";
    return "PUT /api/v1/models/quote/aliases/champion HTTP/1.1\r\nHost: localhost\r\n"
           "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  RunRows({
      {"29", "-1", version("-1"), 404, "'-1'"},
      {"29", "0", version("0"), 404, "'0'"},
      {"29", "one that is not there", version("9"), 404, "version"},
      {"29", "2^32 + 1, which is not 1", version("4294967297"), 404, "version"},
      {"29", "2^63", version("9223372036854775808"), 404, "version"},
      {"29", "latest: there is no such word", version("latest"), 404, "latest"},
      {"29", "01", version("01"), 404, "version"},
      {"29", "1.0", version("1.0"), 404, "version"},
      {"29", "one that is there", version("1"), 200, "\"version\":1"},
      {"29", "Open Inference: 2^63",
       Post("/v2/models/quote/versions/9223372036854775808/infer", "{}"), 404, "version"},
      {"29", "a promotion of -1", promote("-1"), 400, "version"},
      {"29", "a promotion of 2^32 + 1", promote("4294967297"), 404, "version"},
      {"29", "a promotion of one that is not there", promote("9"), 404, "version"},
      {"29", "a promotion of 1.5", promote("1.5"), 400, "version"},
  });
}

TEST(BadInputs, Row29OneVersionAnswersWhileTheChampionChanges) {
  Aftermath aftermath;
  LiveServer& server = LiveServer::Get();
  std::jthread promoter([port = server.port()](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested() || i % 2 != 0; ++i) {
      const std::string body = R"({"reason":"test","version":)" + std::to_string(2 - i % 2) + "}";
      api::SocketClient client(port);
      client.Send(
          "PUT /api/v1/models/quote/aliases/champion HTTP/1.1\r\nHost: localhost\r\n"
          "Content-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
      EXPECT_TRUE(client.ReadAnswer().starts_with("HTTP/1.1 200"));
    }
  });
  for (int i = 0; i < 300; ++i) {
    const Answer answer = server.Good();
    ASSERT_EQ(answer.status, 200) << answer.body;
    const bool first = answer.body.find("\"version\":1,") != std::string::npos;
    const bool second = answer.body.find("\"version\":2,") != std::string::npos;
    EXPECT_NE(first, second) << answer.body;
    aftermath.Acknowledged(answer);
  }
  promoter.request_stop();
  promoter.join();
  aftermath.Check();
}

}  // namespace
}  // namespace mooring::bad_inputs
