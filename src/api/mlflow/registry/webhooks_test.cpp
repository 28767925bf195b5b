#include "api/mlflow/registry/webhooks.h"

#include "api/mlflow/registry/registry_calls_fixture.h"
#include "control/delivery/event_courier.h"
#include "records/webhooks/webhook.h"

namespace mooring::api::mlflow {
namespace {

class WebhookCalls : public RegistryCalls {
 protected:
  void SetUp() override {
    RegistryCalls::SetUp();
    book_ =
        records::WebhookBook::Open({.file = directory_ + "/webhooks.db", .clock = &clock_}).value();
    api_->use.webhooks = book_.get();
    api_->use.try_webhook = [this](const records::EventDelivery& delivery) -> Result<HttpAnswer> {
      tried_ = delivery.body;
      if (status_ == 0) return Error(Code::kUnavailable, "cannot call");
      return HttpAnswer{.status = status_, .body = "inside"};
    };
  }
  void TearDown() override {
    book_.reset();
    RegistryCalls::TearDown();
  }
  std::string Make(const std::string& event = R"({"entity":"MODEL_VERSION","action":"CREATED"})") {
    const Answered made = Post("webhooks", R"({"name":"ci","url":"https://ci.example/h","secret":)"
                                           R"("s3cret","events":[)" +
                                               event + "]}");
    EXPECT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(made.body.find("s3cret"), std::string::npos);
    const auto all = book_->List();
    return all->empty() ? "" : all->back().id;
  }

  std::unique_ptr<records::WebhookBook> book_;
  std::string tried_;
  int status_ = 204;
};

TEST_F(WebhookCalls, AreMadeShownChangedAndRemoved) {
  EXPECT_EQ(Get("webhooks").body, "{}");
  const std::string id = Make();
  const std::string shown =
      R"({"webhook_id":")" + id +
      R"(","name":"ci","url":"https://ci.example/h","events":)"
      R"([{"entity":"MODEL_VERSION","action":"CREATED"}],"status":"ACTIVE",)"
      R"("creation_timestamp":1700000000000,"last_updated_timestamp":1700000000000})";
  EXPECT_EQ(Get("webhooks/" + id).body, R"({"webhook":)" + shown + "}");
  EXPECT_EQ(Get("webhooks").body, R"({"webhooks":[)" + shown + "]}");
  const Answered changed =
      Patch("webhooks/" + id, R"({"status":"DISABLED","description":"d","secret":"other"})");
  EXPECT_NE(changed.body.find(R"("status":"DISABLED")"), std::string::npos);
  EXPECT_EQ(changed.body.find("other"), std::string::npos);
  EXPECT_EQ(book_->Get(id)->secret, "other");
  EXPECT_EQ(Delete("webhooks/" + id, "{}").body, "{}");
  EXPECT_EQ(Get("webhooks/" + id).status, 404);
}

TEST_F(WebhookCalls, RefuseWhatCannotBe) {
  struct Case {
    std::string body, says;
  };
  const std::string events = R"("events":[{"entity":"MODEL_VERSION","action":"CREATED"}])";
  const Case cases[] = {
      {R"({"url":"https://h/",)" + events + "}", "Missing value for required parameter 'name'"},
      {R"({"name":"n",)" + events + "}", "Missing value for required parameter 'url'"},
      {R"({"name":"n","url":"https://h/"})", "Missing value for required parameter 'events'"},
      {R"({"name":"n","url":"http://h/",)" + events + "}", "its scheme must be https"},
      {R"({"name":"n","url":"file:///etc",)" + events + "}", "it must start with https://"},
      {R"({"name":"n","url":"https://h/","events":[{"entity":"MODEL_VERSION","action":"X"}]})",
       "Invalid action 'X' for entity 'MODEL_VERSION'."},
      {R"({"name":"n","url":"https://h/","status":"OFF",)" + events + "}", "ACTIVE or DISABLED"},
  };
  for (const Case& each : cases) {
    const Answered refused = Post("webhooks", each.body);
    EXPECT_EQ(refused.status, 400) << each.body;
    EXPECT_NE(refused.message().find(each.says), std::string::npos) << refused.message();
  }
}

TEST_F(WebhookCalls, HearWhatClientsDo) {
  Make(R"({"entity":"REGISTERED_MODEL","action":"CREATED"})");
  Make();
  Make(R"({"entity":"MODEL_VERSION_TAG","action":"SET"})");
  Make(R"({"entity":"MODEL_VERSION_TAG","action":"DELETED"})");
  Make(R"({"entity":"MODEL_VERSION_ALIAS","action":"CREATED"})");
  Make(R"({"entity":"MODEL_VERSION_ALIAS","action":"DELETED"})");
  Post("registered-models/create", R"({"name":"m"})");
  Post("registered-models/create", R"({"name":"m"})");  // refused: tells nothing
  Post("model-versions/create", R"({"name":"m","source":"s3://b/m"})");
  Post("model-versions/set-tag", R"({"name":"m","version":"1","key":"k","value":"v"})");
  Delete("model-versions/delete-tag", R"({"name":"m","version":"1","key":"k"})");
  Post("registered-models/alias", R"({"name":"m","alias":"best","version":"1"})");
  Delete("registered-models/alias", R"({"name":"m","alias":"best"})");
  const std::vector<std::string> told = {
      R"("data":{"name":"m","description":""}})",
      R"("data":{"name":"m","version":"1","source":"s3://b/m","run_id":"","description":""}})",
      R"("data":{"name":"m","version":"1","key":"k","value":"v"}})",
      R"("data":{"name":"m","version":"1","key":"k"}})",
      R"("data":{"name":"m","alias":"best","version":"1"}})",
      R"("data":{"name":"m","alias":"best"}})",
  };
  for (const std::string& data : told) {
    const auto due = book_->Due();
    ASSERT_TRUE(due.ok() && due->has_value()) << data;
    EXPECT_TRUE((*due)->body.ends_with(data)) << (*due)->body;
    ASSERT_TRUE(book_->Finish((*due)->id).ok());
  }
  EXPECT_FALSE(book_->Due()->has_value());
}

TEST_F(WebhookCalls, ATestSaysWhatCameBackAndNotItsText) {
  const std::string id = Make();
  EXPECT_EQ(Post("webhooks/" + id + "/test", "{}").body,
            R"({"result":{"success":true,"response_status":204}})");
  EXPECT_NE(tried_.find(R"("entity":"model_version","action":"created")"), std::string::npos);
  status_ = 500;
  EXPECT_EQ(Post("webhooks/" + id + "/test", "{}").body,
            R"({"result":{"success":false,"response_status":500}})");
  status_ = 0;
  EXPECT_EQ(Post("webhooks/" + id + "/test", "{}").body,
            R"({"result":{"success":false,"error_message":"cannot call"}})");
  EXPECT_EQ(Post("webhooks/none/test", "{}").status, 404);
}

}  // namespace
}  // namespace mooring::api::mlflow
