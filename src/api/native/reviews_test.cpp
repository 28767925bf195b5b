#include "api/native/reviews.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "control/reviews/review_desk.h"

namespace mooring::api {
namespace {

class Reviews : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = records::ReviewStore::Open(":memory:");
    ASSERT_TRUE(opened.ok());
    store_ = std::move(*opened);
    const Status added = store_->Write([&](records::ReviewTables& tables) -> Status {
      for (std::uint32_t ordinal = 1; ordinal <= 2; ++ordinal) {
        records::Review review;
        review.decision = {1, 7, ordinal};
        review.model = "m";
        review.version = 1;
        review.at = clock_.Now();
        review.deadline = clock_.Now() + std::chrono::hours(ordinal);
        review.reason = "limit";
        const auto is_new = tables.Add(review);
        if (!is_new.ok()) return is_new.error();
      }
      return Ok();
    });
    ASSERT_TRUE(added.ok());
    control::ReviewDesk::Options options;
    options.store = store_.get();
    options.clock = &clock_;
    desk_ = std::make_unique<control::ReviewDesk>(std::move(options));
    api_.use.reviews = desk_.get();
    api_.handler = MakeHandler(api_.use);
  }
  SimulatedClock clock_;
  std::unique_ptr<records::ReviewStore> store_;
  std::unique_ptr<control::ReviewDesk> desk_;
  testing::TestApi api_;
};

TEST_F(Reviews, AreListedByTheirDeadlineTakenAndDecided) {
  const Json list = api_.Get("/api/v1/reviews").json();
  ASSERT_EQ((*list.GetArray("reviews"))->size(), 2u);
  EXPECT_EQ(*(**list.GetArray("reviews"))[0].GetString("decision"), "d1-7-1");
  EXPECT_EQ((*api_.Get("/api/v1/reviews?model=x").json().GetArray("reviews"))->size(), 0u);
  EXPECT_EQ((*api_.Get("/api/v1/reviews?limit=1").json().GetArray("reviews"))->size(), 1u);
  EXPECT_EQ(api_.Get("/api/v1/reviews/d1-7-1").status, 202);
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/take", R"({"author":"ann"})").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/take", R"({"author":"bob"})").status, 409);
  EXPECT_EQ(api_.Get("/api/v1/reviews/d1-7-1").status, 202);
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/decide", R"({"value":0.25,"author":"bob"})").status,
            409)
      << "ann has taken it";
  const auto decided = api_.Post("/api/v1/reviews/d1-7-1/decide",
                                 R"({"value":0.25,"author":"bob","take_over":true})");
  EXPECT_EQ(decided.status, 200) << decided.body;
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/decide", R"({"deny":true})").status, 409);
  const auto shown = api_.Get("/api/v1/reviews/d1-7-1");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(*shown.json().GetString("decided_by"), "bob");
  EXPECT_EQ((*api_.Get("/api/v1/reviews").json().GetArray("reviews"))->size(), 1u);
}

TEST_F(Reviews, EndAtTheirDeadline) {
  clock_.Advance(std::chrono::hours(1));
  const auto shown = api_.Get("/api/v1/reviews/d1-7-1");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(*shown.json().GetString("state"), "expired");
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/decide", R"({"value":1})").status, 409);
  EXPECT_EQ(api_.Get("/api/v1/reviews/d1-7-2").status, 202);
}

TEST_F(Reviews, RefuseWhatIsNotThere) {
  for (const char* path : {"/api/v1/reviews/d1-7-3", "/api/v1/reviews/7", "/api/v1/reviews/d1-07-1",
                           "/api/v1/reviews/d99999-1-1"}) {
    EXPECT_EQ(api_.Get(path).status, 404) << path;
  }
  EXPECT_EQ(api_.Get("/api/v1/reviews?state=lost").status, 400);
  EXPECT_EQ(api_.Get("/api/v1/reviews?limit=0").status, 400);
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/decide", "no json").status, 400);
  EXPECT_EQ(api_.Post("/api/v1/reviews/d1-7-1/decide", "{}").status, 400);
  api_.use.reviews = nullptr;
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Get("/api/v1/reviews").status, 503);
}

}  // namespace
}  // namespace mooring::api
