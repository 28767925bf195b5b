#include "api/native/changes.h"

#include <gtest/gtest.h>

#include <optional>

#include "api/api_fixture.h"
#include "control/limits/limit_desk.h"

namespace mooring::api {
namespace {

using testing::Answered;

class Changes : public ::testing::Test {
 protected:
  void SetUp() override {
    book_ = std::move(records::LimitBook::Open(":memory:")).value();
    control::LimitDesk::Options desk;
    desk.book = book_.get();
    desk.clock = &clock_;
    desk.contract = [](std::string_view model) -> Result<control::LimitDesk::Contract> {
      if (model != "m") return Error(Code::kNotFound, "no such model");
      auto contract = std::make_shared<records::Contract>();
      contract->model = "m";
      records::LimitRule& rule = contract->limits.emplace_back();
      rule.name = "daily";
      rule.kind = records::LimitKind::kSum;
      rule.max = data::Decimal(500);
      rule.latch = true;
      return control::LimitDesk::Contract(std::move(contract));
    };
    desk.changed = [this] {
      ++changed_;
      return Ok();
    };
    desk_.emplace(std::move(desk));
    api_.use.limit_desk = &*desk_;
    api_.handler = MakeHandler(api_.use);
  }
  std::string HashOf(const Answered& answered) {
    const Json json = answered.json();
    return std::string(*json.Find("change")->GetString("hash"));
  }
  SimulatedClock clock_;
  std::unique_ptr<records::LimitBook> book_;
  std::optional<control::LimitDesk> desk_;
  int changed_ = 0;
  testing::TestApi api_;
};

TEST_F(Changes, LowerAtOnceAndSayThatNamesAreClaimed) {
  const Answered lower =
      api_.Post("/api/v1/limits/m/daily/lower", R"({"max":"400","reason":"storm","author":"ann"})");
  ASSERT_EQ(lower.status, 200) << lower.body;
  EXPECT_EQ(*lower.json().GetString("names"), "claimed");
  EXPECT_EQ(*lower.json().Find("change")->GetString("maker"), "ann");
  EXPECT_EQ(changed_, 1);
  EXPECT_EQ(book_->InForce()->Find("m", "daily")->max, "400");
  EXPECT_EQ(api_.Post("/api/v1/limits/m/daily/lower", R"({"max":"450","reason":"r","author":"a"})")
                .status,
            400);
  EXPECT_EQ(
      api_.Post("/api/v1/limits/m/none/lower", R"({"max":"1","reason":"r","author":"a"})").status,
      404);
  // Nobody at all is not a name.
  EXPECT_EQ(api_.Post("/api/v1/limits/m/daily/lower", R"({"max":"1","reason":"r"})").status, 400);
}

TEST_F(Changes, RaiseByTwo) {
  const Answered asked = api_.Post(
      "/api/v1/changes",
      R"({"kind":"raise","model":"m","limit":"daily","max":"600","reason":"r","author":"ann"})");
  ASSERT_EQ(asked.status, 200) << asked.body;
  const std::string hash = HashOf(asked);
  const auto approve = [&](const std::string& author, const std::string& of) {
    return api_.Post("/api/v1/changes/1/approve",
                     R"({"author":")" + author + R"(","hash":")" + of + R"("})");
  };
  EXPECT_EQ(approve(" Ann ", hash).status, 403);
  EXPECT_EQ(approve("", hash).status, 400);
  EXPECT_EQ(approve("eve", "00").status, 409);
  EXPECT_EQ(changed_, 0);
  EXPECT_EQ(approve("eve", hash).status, 200);
  EXPECT_EQ(changed_, 1);
  EXPECT_EQ(approve("eve", hash).status, 409);
  EXPECT_EQ(*api_.Get("/api/v1/changes/1").json().Find("change")->GetString("state"), "approved");
}

TEST_F(Changes, AreListedRejectedAndWithdrawn) {
  const std::string release =
      R"({"kind":"release","model":"m","limit":"daily","reason":"r","author":"ann"})";
  for (int i = 0; i < 3; ++i) ASSERT_EQ(api_.Post("/api/v1/changes", release).status, 200);
  EXPECT_EQ(api_.Post("/api/v1/changes/1/reject", R"({"author":"eve","note":"no"})").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/changes/2/withdraw", R"({"author":"eve"})").status, 403);
  EXPECT_EQ(api_.Post("/api/v1/changes/2/withdraw", R"({"author":"ann"})").status, 200);
  const auto listed = [&](const std::string& query) {
    const Json json = api_.Get("/api/v1/changes" + query).json();
    return (*json.GetArray("changes"))->size();
  };
  EXPECT_EQ(listed(""), 3u);
  EXPECT_EQ(listed("?state=pending"), 1u);
  EXPECT_EQ(listed("?model=other"), 0u);
  EXPECT_EQ(listed("?limit=2"), 2u);
  EXPECT_EQ(api_.Get("/api/v1/changes?state=lost").status, 400);
  for (const char* path : {"/api/v1/changes/9", "/api/v1/changes/x", "/api/v1/changes/-1",
                           "/api/v1/changes/99999999999999999999"}) {
    EXPECT_EQ(api_.Get(path).status, 404) << path;
  }
  EXPECT_EQ(api_.Post("/api/v1/changes", "no json").status, 400);
}

TEST_F(Changes, NeedADesk) {
  api_.use.limit_desk = nullptr;
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Get("/api/v1/changes").status, 503);
  EXPECT_EQ(api_.Post("/api/v1/changes", "{}").status, 503);
}

}  // namespace
}  // namespace mooring::api
