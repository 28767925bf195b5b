#include "api/http/problem.h"

#include "base/text/json.h"

namespace mooring::api {
namespace {

const serving::RowProblem kRows[] = {{2, "age", "min", "expects at least 0, got -5"},
                                     {3, "<b>", "type", "a \"quoted\" text"}};

TEST(Problem, HasTheShapeOfTheProtocol) {
  const Error error =
      Error(Code::kInvalidArgument, "2 values are refused").Where("body:1:2").Why("so");
  const Response native = ProblemResponse(Protocol::kNative, error, {kRows, 7});
  EXPECT_EQ(native.status, 400);
  const auto body = Json::Parse(native.body);
  ASSERT_TRUE(body.ok()) << native.body;
  EXPECT_EQ(*body->GetString("code"), "invalid_argument");
  EXPECT_EQ(*body->GetString("field"), "age");
  EXPECT_TRUE(body->Find("decision_id")->IsNull());
  EXPECT_TRUE(body->Find("help")->IsNull());
  EXPECT_EQ((*body->GetArray("problems"))->size(), 2U);
  EXPECT_EQ(*body->GetInt("unlisted_problems"), 7);

  const auto open = Json::Parse(ProblemResponse(Protocol::kOpenInference, error, {kRows, 0}).body);
  EXPECT_EQ(*open->GetString("error"), "2 values are refused (at body:1:2): so");
  EXPECT_EQ(*open->GetString("input"), "age");
  EXPECT_EQ(*open->GetInt("row"), 2);
  EXPECT_EQ(*open->GetString("reason"), "min");

  const auto mlflow = Json::Parse(ProblemResponse(Protocol::kMlflow, error).body);
  EXPECT_EQ(*mlflow->GetString("error_code"), "BAD_REQUEST");
}

// The statuses that MLflow's clients know; they try again after 429, 500 and 502 to 504 alone.
TEST(Problem, TrackingHasCodesAndStatusesOfMlflow) {
  struct Case {
    Code code;
    const char* name;
    int status;
  };
  const Case cases[] = {{Code::kInvalidArgument, "INVALID_PARAMETER_VALUE", 400},
                        {Code::kTooLarge, "INVALID_PARAMETER_VALUE", 400},
                        {Code::kAlreadyExists, "RESOURCE_ALREADY_EXISTS", 400},
                        {Code::kUnauthenticated, "UNAUTHENTICATED", 401},
                        {Code::kPermissionDenied, "PERMISSION_DENIED", 403},
                        {Code::kNotFound, "RESOURCE_DOES_NOT_EXIST", 404},
                        {Code::kConflict, "RESOURCE_CONFLICT", 409},
                        {Code::kResourceExhausted, "RESOURCE_EXHAUSTED", 429},
                        {Code::kDataLoss, "DATA_LOSS", 500},
                        {Code::kInternal, "INTERNAL_ERROR", 500},
                        {Code::kUnsupported, "NOT_IMPLEMENTED", 501},
                        {Code::kUnavailable, "TEMPORARILY_UNAVAILABLE", 503},
                        {Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", 504}};
  for (const Case& one : cases) {
    const Response response = ProblemResponse(Protocol::kTracking, Error(one.code, "x"));
    EXPECT_EQ(response.status, one.status) << one.name;
    EXPECT_EQ(response.body, std::string(R"({"error_code":")") + one.name + R"(","message":"x"})");
  }
  EXPECT_EQ(
      ProblemResponse(Protocol::kTracking, Error(Code::kInvalidArgument, "x"), {}, 415).status,
      415);
}

TEST(Problem, TakesStatusAndRetryFromTheTable) {
  EXPECT_EQ(ProblemResponse(Protocol::kNative, Error(Code::kNotFound, "x")).status, 404);
  EXPECT_EQ(ProblemResponse(Protocol::kNative, Error(Code::kInvalidArgument, "x"), {}, 415).status,
            415);
  const Response busy = ProblemResponse(Protocol::kOpenInference, Error(Code::kUnavailable, "x"));
  EXPECT_EQ(busy.status, 503);
  ASSERT_EQ(busy.headers.size(), 1U);
  EXPECT_EQ(busy.headers[0].first, "Retry-After");
}

}  // namespace
}  // namespace mooring::api
