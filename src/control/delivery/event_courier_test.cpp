#include "control/delivery/event_courier.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

namespace mooring::control {
namespace {

using records::Webhook;
using records::WebhookEvent;

class ScriptedPeer final : public Transport {
 public:
  std::vector<HttpCall> calls;
  std::vector<int> statuses;  // of the calls to come; 0: no answer; empty: 200
  Result<HttpAnswer> Send(const HttpCall& call) override {
    calls.push_back(call);
    const int status = calls.size() <= statuses.size() ? statuses[calls.size() - 1] : 200;
    if (status == 0) return Error(Code::kUnavailable, "cannot call");
    return HttpAnswer{.status = status};
  }
};

class EventCourierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = ::testing::TempDir() + "webhooks_" + std::to_string(::getpid()) +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove(file_);
    book_ = records::WebhookBook::Open({.file = file_, .clock = &clock_}).value();
  }
  void TearDown() override {
    book_.reset();
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file_ + end);
  }
  Webhook Make(const std::string& secret = "") {
    return book_
        ->Create({.name = "ci",
                  .url = "https://ci.example/hook",
                  .secret = secret,
                  .events = {kCreated}})
        .value();
  }
  EventCourier Courier() {
    return EventCourier({.book = book_.get(), .transport = &peer_, .clock = &clock_});
  }

  const WebhookEvent kCreated{"MODEL_VERSION", "CREATED"};
  std::string file_;
  SimulatedClock clock_;
  ScriptedPeer peer_;
  std::unique_ptr<records::WebhookBook> book_;
};

// Computed by Python's hmac and base64 from the rule.
TEST(WebhookSignature, SignsIdTimeAndBody) {
  const std::string one = WebhookSignature("key", "id", "1700000000", "{}");
  EXPECT_EQ(one, "v1,/Hqug/JsMUvI3mrKxx95W1oU9WZJN5/KNqtUvtF4fLc=");
  for (const std::string& other : {WebhookSignature("kez", "id", "1700000000", "{}"),
                                   WebhookSignature("key", "ie", "1700000000", "{}"),
                                   WebhookSignature("key", "id", "1700000001", "{}"),
                                   WebhookSignature("key", "id", "1700000000", "[]")}) {
    EXPECT_NE(one, other);
  }
}

TEST(WebhookUrls, AreHttpsWithAHost) {
  EXPECT_TRUE(CheckWebhookUrl("https://h/x?y=1", {}).ok());
  EXPECT_TRUE(CheckWebhookUrl("http://h", {.allow_http = true}).ok());
  for (const char* wrong : {"", "http://h/", "ftp://h/", "https://", "https:///x", "unix:/a:/b",
                            "https://u:p@h/", "https://h/ x", "https://h\\@i/", "https://h/\n"}) {
    EXPECT_FALSE(CheckWebhookUrl(wrong, {}).ok()) << wrong;
  }
}

TEST_F(EventCourierTest, TellsWhoWantsItOnce) {
  Make("s3cret");
  ASSERT_TRUE(book_->Tell(kCreated, R"({"name":"m"})").ok());
  ASSERT_TRUE(book_->Tell({"REGISTERED_MODEL", "CREATED"}, "{}").ok());  // nobody wants it
  EventCourier courier = Courier();
  EXPECT_EQ(*courier.Step(), 1u);
  EXPECT_EQ(*courier.Step(), 0u);
  ASSERT_EQ(peer_.calls.size(), 1u);
  const HttpCall& call = peer_.calls[0];
  EXPECT_EQ(call.body, R"({"entity":"model_version","action":"created",)"
                       R"("timestamp":"2023-11-14T22:13:20.000000Z","data":{"name":"m"}})");
  EXPECT_TRUE(call.public_only);
  ASSERT_EQ(call.headers.size(), 4u);
  EXPECT_EQ(call.headers[2].second, "1700000000");
  EXPECT_EQ(call.headers[3].second,
            WebhookSignature("s3cret", call.headers[1].second, "1700000000", call.body));
}

TEST_F(EventCourierTest, TriesAgainWhatMayHelpAndNothingElse) {
  Make();
  peer_.statuses = {503, 0, 429, 500, 404};
  ASSERT_TRUE(book_->Tell(kCreated, "{}").ok());
  EventCourier courier = Courier();
  EXPECT_EQ(*courier.Step(), 1u);
  EXPECT_EQ(*courier.Step(), 0u);  // not yet
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(std::chrono::seconds(60));
    ASSERT_TRUE(courier.Step().ok());
  }
  EXPECT_EQ(peer_.calls.size(), 4u);  // one and three more
  EXPECT_EQ(peer_.calls[0].headers[1].second, peer_.calls[3].headers[1].second);
  ASSERT_TRUE(book_->Tell(kCreated, "{}").ok());
  ASSERT_TRUE(courier.Step().ok());
  clock_.Advance(std::chrono::seconds(60));
  ASSERT_TRUE(courier.Step().ok());
  EXPECT_EQ(peer_.calls.size(), 5u);  // 404 is the end
}

TEST_F(EventCourierTest, WhatIsDisabledOrRemovedIsNotTold) {
  const Webhook webhook = Make();
  ASSERT_TRUE(book_->Update(webhook.id, {.active = false}).ok());
  ASSERT_TRUE(book_->Tell(kCreated, "{}").ok());
  EXPECT_EQ(*Courier().Step(), 0u);
  ASSERT_TRUE(book_->Update(webhook.id, {.active = true}).ok());
  ASSERT_TRUE(book_->Tell(kCreated, "{}").ok());
  ASSERT_TRUE(book_->Remove(webhook.id).ok());
  EXPECT_EQ(*Courier().Step(), 0u);
  EXPECT_EQ(book_->Remove(webhook.id).error().code(), Code::kNotFound);
  EXPECT_TRUE(book_->List()->empty());
}

// What an outbox holds survives; an unsigned delivery has no signature.
TEST_F(EventCourierTest, WhatWaitsSurvivesAKill) {
  Make();
  ASSERT_TRUE(book_->Tell(kCreated, "{}").ok());
  book_.reset();
  book_ = records::WebhookBook::Open({.file = file_, .clock = &clock_}).value();
  EXPECT_EQ(*Courier().Step(), 1u);
  EXPECT_EQ(peer_.calls[0].headers.size(), 3u);
}

}  // namespace
}  // namespace mooring::control
