#include "api/native/decide.h"

#include "api/api_fixture.h"
#include "api/decision/begin.h"
#include "api/decision/outputs.h"
#include "records/journal/told_hit.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::TestApi;

TEST(NativeDecide, AnswersOneRowWithEverythingThatIsKnown) {
  TestApi api;
  const Answered answer = api.Decide(R"({"inputs":{"a":1.5,"b":2,"c":"red","t":"x"}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json body = answer.json();
  EXPECT_EQ(*body.GetString("model"), "m");
  EXPECT_EQ(*body.GetInt("version"), 1);
  EXPECT_EQ(*body.GetString("contract"), "c0ffee");
  const Json& decision = (**body.GetArray("decisions"))[0];
  EXPECT_EQ(*decision.GetString("id"), "d1-1-1");
  EXPECT_EQ(*decision.GetString("verdict"), "admit");
  EXPECT_EQ(*decision.GetDouble("score"), 3.5);
  EXPECT_EQ(*decision.Find("outputs")->GetDouble("score"), 3.5);
  EXPECT_EQ(api.journal.blocks().size(), 1U);
}

TEST(NativeDecide, NamesTheInputsThatTookTheDefault) {
  using serving::testing::Input;
  TestApi api;
  auto a = Input("a", data::Type::kFloat64), b = Input("b", data::Type::kInt32);
  a.min = 0;
  a.invalid = a.missing = b.missing = records::OnBreach::kDefault;
  a.default_value = 1.0;
  b.default_value = 5.0;
  auto inputs = data::Schema::Make(
      {{"a", data::Type::kFloat64, true, nullptr}, {"b", data::Type::kInt32, true, nullptr}});
  auto next = std::make_shared<serving::Snapshot>(*api.snapshot);
  next->models["m"].champion =
      serving::testing::Serve(
          serving::testing::ContractOf({a, b}),
          std::make_shared<serving::testing::AddingPredictor>(std::move(inputs).value()), 3, {})
          .value();
  api.snapshot = next;
  const Answered answer = api.Decide(R"({"inputs":[{"a":-7},{"a":2,"b":3},{"a":2,"b":null}]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json body = answer.json();
  const Json::Array& rows = **body.GetArray("decisions");
  EXPECT_EQ(*rows[0].GetDouble("score"), 6);
  EXPECT_NE(answer.body.find(R"("imputed":["a","b"])"), std::string::npos) << answer.body;
  EXPECT_EQ(rows[1].Find("imputed"), nullptr);
  EXPECT_EQ((**rows[2].GetArray("imputed")).size(), 1U);
  EXPECT_EQ(api.journal.blocks()[0].imputed.size(), 3U);
}

TEST(NativeDecide, AnAmountThatNobodyGaveIsNull) {
  using records::Verdict;
  TestApi api;
  records::Contract contract =
      serving::testing::ContractOf({serving::testing::Input("a", data::Type::kFloat64)});
  contract.decision.currency = "EUR";
  serving::DecisionAnswer answer;
  auto inputs = data::Schema::Make({{"a", data::Type::kFloat64, true, nullptr}});
  answer.served =
      serving::testing::Serve(
          contract, std::make_shared<serving::testing::AddingPredictor>(std::move(inputs).value()))
          .value();
  for (const Verdict verdict : {Verdict::kDeny, Verdict::kReview, Verdict::kClamp}) {
    serving::DecidedRow row;
    row.decision.verdict = verdict;
    answer.rows = {row};
    const bool null = DecisionJson(answer, "").find(R"("amount_minor":null,)") != std::string::npos;
    EXPECT_EQ(null, verdict != Verdict::kClamp) << records::VerdictName(verdict);
  }
}

TEST(NativeDecide, TellsOfLimitsNumbersOnlyWhereThereAreAny) {
  using records::LimitKind;
  records::Contract contract =
      serving::testing::ContractOf({serving::testing::Input("a", data::Type::kFloat64)});
  for (const auto& [name, kind] :
       {std::pair("sum", LimitKind::kSum), std::pair("near", LimitKind::kCollar)}) {
    records::LimitRule& rule = contract.limits.emplace_back();
    rule.name = name;
    rule.kind = kind;
  }
  auto served = std::make_shared<serving::ServedVersion>(**serving::testing::Serve(
      serving::testing::ContractOf({serving::testing::Input("a", data::Type::kFloat64)}),
      std::make_shared<serving::testing::AddingPredictor>(serving::testing::FloatInputs({"a"}))));
  served->contract = std::make_shared<const records::Contract>(std::move(contract));
  serving::DecisionAnswer answer;
  answer.served = served;
  answer.rows.emplace_back().decision.verdict = records::Verdict::kDeny;
  const auto told = [&](std::string limit, std::int64_t current, std::int64_t threshold) {
    records::LimitHit hit;
    hit.limit = std::move(limit);
    hit.digits = 2;
    hit.current = current;
    hit.threshold = threshold;
    answer.limit_hits = {hit};
    const std::string body = DecisionJson(answer, "");
    const std::size_t from = body.find("limit_hits"), to = body.find(']', from);
    return body.substr(from, to - from);
  };
  EXPECT_EQ(told("sum", 4500, 4000),
            R"(limit_hits":[{"limit":"sum","current":"45.00","threshold":"40.00",)"
            R"("state":"over the limit"})");
  EXPECT_EQ(told("sum", records::kNotComputed, 4000),
            R"(limit_hits":[{"limit":"sum","current":null,"threshold":"40.00",)"
            R"("state":"the quantity could not be computed"})");
  EXPECT_EQ(told("near", 0, 0), R"(limit_hits":[{"limit":"near","current":null,"threshold":null,)"
                                R"("state":"out of its collar, or without a reference"})");
}

TEST(NativeDecide, TakesRowsAndColumnsAndVersions) {
  TestApi api;
  const char* const bodies[] = {
      R"({"inputs":[{"a":1,"b":1},{"b":2,"a":2}]})",
      R"({"columns":{"a":[1,2],"b":[1,2]}})",
      R"({"columns":{"b":[1,2],"a":[1.0,2.0],"c":[null,"blue"]},"request_id":"r1"})",
  };
  for (const char* text : bodies) {
    const Answered answer = api.Decide(text);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json body = answer.json();
    ASSERT_EQ((**body.GetArray("decisions")).size(), 2U);
    EXPECT_EQ(*(**body.GetArray("decisions"))[1].GetDouble("score"), 4.0);
  }
  const Json second = api.Post("/api/v1/models/m/decide?version=2", R"({"inputs":{"a":1}})").json();
  EXPECT_EQ(*second.GetInt("version"), 2);
}

struct Bad {
  std::string body;
  int status;
  const char* mentions;
};

TEST(NativeDecide, RefusesEveryKindOfBadBodyAndRecordsNoDecision) {
  TestApi api;
  const Bad cases[] = {
      {"", 400, "too early"},
      {"{}", 400, "no rows"},
      {"[]", 400, "object"},
      {"null", 400, "object"},
      {R"({"inputs":[]})", 400, "no rows"},
      {R"({"inputs":{}})", 400, "missing"},
      {R"({"inputs":{"a":1}} x)", 400, "follows"},
      {R"({"inputs":{"a":1}}{})", 400, "follows"},
      {"\xEF\xBB\xBF{\"inputs\":{\"a\":1}}", 400, "byte order mark"},
      {R"({'inputs':{}})", 400, "quotes"},
      {R"({"inputs":{"a":1},/**/"x":1})", 400, ""},
      {std::string(100'000, '['), 400, ""},
      {R"({"inputs":{"a":)" + std::string(100'000, '[') + "}}", 400, "deep"},
      {R"({"inputs":{"a":1,"a":2}})", 400, "twice"},
      {R"({"inputs":{"a":1},"inputs":{"a":1}})", 400, "twice"},
      {R"({"inputs":{"a":1,"z":2}})", 400, "'z'"},
      {R"({"inputs":{"A":1}})", 400, "'A'"},
      {R"({"inputs":{"b":1}})", 400, "missing"},
      {R"({"inputs":{"a":null}})", 400, "missing"},
      {R"({"inputs":{"a":"1"}})", 400, "type"},
      {R"({"inputs":{"a":"12,5"}})", 400, "type"},
      {R"({"inputs":{"a":true}})", 400, "type"},
      {R"({"inputs":{"a":[1]}})", 400, "array"},
      {R"({"inputs":{"a":{"x":1}}})", 400, "object"},
      {R"({"inputs":{"a":NaN}})", 400, ""},
      {R"({"inputs":{"a":-Infinity}})", 400, ""},
      {R"({"inputs":{"a":"NaN"}})", 400, "type"},
      {R"({"inputs":{"a":1e400}})", 400, "too large"},
      {R"({"inputs":{"a":9007199254740993}})", 400, "exactly"},
      {R"({"inputs":{"a":1,"b":2147483648}})", 400, "range"},
      {R"({"inputs":{"a":1,"b":1.5}})", 400, "type"},
      {R"({"inputs":{"a":1,"b":9223372036854775808}})", 400, "type"},
      {R"({"inputs":{"a":1,"b":1234567890123456789012345678901234567890}})", 400, "64 bits"},
      {R"({"inputs":{"a":1001}})", 400, "max"},
      {R"({"inputs":{"a":-101}})", 400, "min"},
      {"{\"inputs\":{\"a\":1,\"t\":\"\xFF\"}}", 400, "UTF-8"},
      {R"({"inputs":{"a":1,"t":"\ud800"}})", 400, "surrogate"},
      {R"({"inputs":{"a":1,"t":"\u0000"}})", 400, "NUL"},
      {"{\"inputs\":{\"a\":1,\"t\":\"\xC0\xAF\"}}", 400, "UTF-8"},
      {R"({"inputs":{"a":1,"t":")" + std::string(10'000, 'x') + "\"}}", 400, "limit"},
      {R"({"inputs":{"a":1},"request_id":""})", 400, "request id"},
      {R"({"inputs":{"a":1},"request_id":5})", 400, "text"},
      {R"({"inputs":{"a":1},"request_id":")" + std::string(200, 'i') + "\"}", 400, "request id"},
      {R"({"inputs":{"a":1},"shadow":1})", 400, "key"},
      {R"({"columns":{"a":[1,2],"b":[1]}})", 400, "where others have"},
      {R"({"columns":{"a":[1],"a":[1]}})", 400, "twice"},
      {R"({"columns":{"a":1}})", 400, "array"},
      {R"({"inputs":[{"a":1},{"a":"x"},{"a":2}]})", 400, "\"row\":1"},
  };
  for (const Bad& c : cases) {
    const Answered answer = api.Decide(c.body);
    EXPECT_EQ(answer.status, c.status) << c.body.substr(0, 80) << " → " << answer.body;
    EXPECT_NE(answer.body.find(c.mentions), std::string::npos)
        << c.body.substr(0, 80) << " → " << answer.body;
    const Json body = answer.json();
    EXPECT_TRUE(body.GetString("code").ok()) << answer.body;
    EXPECT_TRUE(body.Find("decision_id") != nullptr && body.Find("decision_id")->IsNull());
  }
  EXPECT_TRUE(api.journal.blocks().empty());
}

TEST(NativeDecide, RefusesEveryTruncationOfAGoodBody) {
  TestApi api;
  const std::string good = R"({"inputs":[{"a":1.5,"b":2,"c":"red","t":"é"}],"request_id":"r"})";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(api.Decide(good.substr(0, size)).status, 400) << size;
  }
  EXPECT_EQ(api.Decide(good).status, 200);
}

TEST(NativeDecide, KeepsUnusualButExactValues) {
  TestApi api;
  const std::pair<const char*, double> cases[] = {
      {R"({"inputs":{"a":-0.0}})", 0.0},
      {R"({"inputs":{"a":5e-324}})", 5e-324},
      {R"({"inputs":{"a":0.30000000000000004}})", 0.30000000000000004},
      {R"({"inputs":{"a":1,"c":"unseen","t":"\ud83d\ude00"}})", 1.0},
      {R"({"inputs":{"a":1,"b":7.0}})", 8.0},
  };
  for (const auto& [text, score] : cases) {
    const Answered answer = api.Decide(text);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(*(**answer.json().GetArray("decisions"))[0].GetDouble("score"), score) << text;
  }
}

TEST(NativeDecide, RefusesModelNamesAndVersionsThatAreNone) {
  TestApi api;
  const std::string row = R"({"inputs":{"a":1}})";
  const std::pair<std::string, int> cases[] = {
      {"/api/v1/models/absent/decide", 404},
      {"/api/v1/models/..x/decide", 400},
      {"/api/v1/models/" + std::string(300, 'm') + "/decide", 400},
      {"/api/v1/models/%D0%B0/decide", 400},
      {"/api/v1/models/%3Cscript%3E/decide", 400},
      {"/api/v1/models/m'%3B--/decide", 400},
      {"/api/v1/models/%7B%7B7*7%7D%7D/decide", 400},
      {"/api/v1/models/m/decide?version=3", 404},
      {"/api/v1/models/m/decide?version=-1", 404},
      {"/api/v1/models/m/decide?version=0", 404},
      {"/api/v1/models/m/decide?version=latest", 404},
      {"/api/v1/models/m/decide?version=9223372036854775808", 404},
      {"/api/v1/models//decide", 400},
      {"/api/v1/models/m/decide/", 404},
  };
  for (const auto& [target, status] : cases) {
    const Answered answer = api.Post(target, row);
    EXPECT_EQ(answer.status, status) << target << " " << answer.body;
    EXPECT_EQ(answer.body.find("<script"), std::string::npos);
  }
  EXPECT_TRUE(api.journal.blocks().empty());
}

TEST(NativeDecide, RepeatsARequestIdOnlyForTheVersionThatWasAskedFor) {
  TestApi api;
  serving::Decider::Options options;
  options.clock = &SystemClock();
  options.journal = &api.journal;
  options.request_ids = &api.request_ids;
  options.snapshot = [&] { return api.snapshot; };
  const auto decider = serving::Decider::Make(options).value();
  api.use.decider = decider.get();
  api.handler = MakeHandler(api.use);
  const std::string body = R"({"inputs":{"a":1},"request_id":"r"})";
  const std::string target = "/api/v1/models/m/decide";
  ASSERT_EQ(api.Post(target + "?version=2", body).status, 200);
  EXPECT_TRUE(*api.Post(target + "?version=2", body).json().GetBool("replayed"));
  EXPECT_EQ(api.Post(target + "?version=1", body).status, 409);
  EXPECT_EQ(api.Post(target, body).status, 409);
  EXPECT_EQ(api.journal.blocks().size(), 1U);
}

TEST(NativeDecide, RepeatsARequestIdOnlyWithItsBody) {
  TestApi api;
  api.journal.hold = true;
  const std::string body = R"({"inputs":{"a":1},"request_id":"r"})";
  EXPECT_EQ(api.Post("/api/v1/models/m/decide", body, "Idempotency-Key: other\r\n").status, 400);
  const std::string twice = "Idempotency-Key: r\r\nIdempotency-Key: r\r\n";
  EXPECT_EQ(api.Post("/api/v1/models/m/decide", body, twice).status, 400);
  const std::string broken = "Idempotency-Key: \xFF\r\n";
  EXPECT_EQ(api.Post("/api/v1/models/m/decide", R"({"inputs":{"a":1}})", broken).status, 400);
  EXPECT_EQ(api.Post("/api/v1/models/m/decide", body, "Authorization: Bearer x\r\n").status, 401);
}

}  // namespace
}  // namespace mooring::api
