#include "api/http/exchange.h"

#include "base/text/json.h"

namespace mooring::api {
namespace {

class Box final : public Mailbox {
 public:
  bool own = true;
  std::vector<std::shared_ptr<Exchange>> letters;
  bool OnOwnThread() const override { return own; }
  void Put(std::shared_ptr<Exchange> exchange) override { letters.push_back(std::move(exchange)); }
  void Nudge(std::shared_ptr<Exchange> exchange) override { exchange->Nudged(); }
};

class Sink final : public AnswerSink {
 public:
  int answers = 0;
  void OnAnswered(Exchange&) override { ++answers; }
};

TEST(Exchange, DeliversTheFirstAnswerOnlyAndWhereItBelongs) {
  const auto box = std::make_shared<Box>();
  Sink sink;
  const auto exchange = std::make_shared<Exchange>(box);
  exchange->Reset(&sink);
  exchange->Answer({.status = 201});
  exchange->Answer({.status = 500});
  EXPECT_EQ(sink.answers, 1);
  EXPECT_EQ(exchange->response.status, 201);
  EXPECT_FALSE(exchange->AnswerHere({}));

  exchange->Reset(&sink);
  box->own = false;
  exchange->Answer({});
  EXPECT_EQ(box->letters.size(), 1U);
  EXPECT_FALSE(exchange->ready);
  exchange->sink = nullptr;  // the connection ended meanwhile
  box->letters[0]->Deliver();
  EXPECT_TRUE(exchange->ready);
  EXPECT_EQ(sink.answers, 1);
  box->letters.clear();
}

std::string Written(Response response, bool close, Method method = Method::kGet) {
  Exchange exchange(std::make_shared<Box>());
  exchange.Reset(nullptr);
  exchange.message.request.method = method;
  exchange.AnswerHere(std::move(response));
  std::string out;
  AppendAnswer(exchange, close, "Date: x\r\n", out);
  return out;
}

TEST(Exchange, WritesHeads) {
  EXPECT_EQ(Written({.body = "{}"}, false),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: application/json\r\nContent-Length: "
            "2\r\n\r\n{}");
  EXPECT_EQ(Written({.status = 204}, true),
            "HTTP/1.1 204 No Content\r\nDate: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(Written({.body = "{}"}, false, Method::kHead).ends_with("Content-Length: 2\r\n\r\n"));
  const std::string split = Written({.headers = {{"A", "b\r\nC: d"}, {"E", "f"}}}, false);
  EXPECT_EQ(split.find("C: d"), std::string::npos);
  EXPECT_NE(split.find("E: f\r\n"), std::string::npos);
}

TEST(Exchange, RefusesInAShapeThatAllProtocolsRead) {
  for (const int status : {400, 403, 405, 408, 413, 414, 415, 417, 421, 431, 501, 503, 504}) {
    const Response response = Refusal(status, "so it is");
    const auto body = Json::Parse(response.body);
    ASSERT_TRUE(body.ok()) << response.body;
    for (const char* key : {"code", "message", "error", "error_code"}) {
      EXPECT_TRUE(body->GetString(key).ok()) << status << key;
    }
    for (const char* key : {"field", "decision_id"}) {
      ASSERT_NE(body->Find(key), nullptr) << status << key;
      EXPECT_TRUE(body->Find(key)->IsNull()) << status << key;
    }
  }
}

}  // namespace
}  // namespace mooring::api
