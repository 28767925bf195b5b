#include "control/reviews/review_desk.h"

#include "control/reviews/review_fixture.h"

namespace mooring::control {
namespace {

using What = ReviewCall::What;

class ReviewDeskTest : public ReviewFixture {
 protected:
  void SetUp() override {
    ReviewFixture::SetUp();
    ReviewDesk::Options options;
    options.store = store_.get();
    options.clock = &clock_;
    options.follow = [this] { Follow(); };
    desk_ = std::make_unique<ReviewDesk>(std::move(options));
    decision_ = Decide(3);
  }
  Result<ReviewAnswer> Ask(What what, const std::string& body = "",
                           const std::string& author = "ann") {
    ReviewCall call;
    call.what = what;
    call.decision = decision_;
    call.author = author;
    call.body = body;
    return desk_->Answer(call);
  }
  std::optional<Code> CodeOf(What what, const std::string& body,
                             const std::string& author = "ann") {
    const auto answer = Ask(what, body, author);
    if (answer.ok()) return std::nullopt;
    return answer.error().code();
  }

  std::unique_ptr<ReviewDesk> desk_;
  DecisionId decision_;
};

TEST_F(ReviewDeskTest, ShowsADecisionThatNobodyFollowedYet) {
  const auto answer = Ask(What::kShow);
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_TRUE(answer->waits);
  EXPECT_EQ(answer->json,
            R"({"decision":"d1-1-)" + std::to_string(decision_.ordinal) +
                R"(","model":"flight-cover","version":1,"caller":"tester",)"
                R"("request_id":"request-3","at":"2023-11-14T22:13:20.000000Z",)"
                R"("deadline":"2023-11-14T23:13:20.000000Z","state":"waiting","reason":"limit",)"
                R"("values":"amount","currency":"RUB","default":{"action":"value","value":40.5},)"
                R"("inputs":{"distance":1.5,"origin":"LED","passenger":"passenger-3","serial":3},)"
                R"("limit_hits":[],"taken_by":"","taken":null,"decided_by":"","ended":null,)"
                R"("answer":null,"note":""})");
}

TEST_F(ReviewDeskTest, OneTakesItAndItIsDecidedOnce) {
  ASSERT_TRUE(Ask(What::kTake).ok());
  EXPECT_TRUE(Ask(What::kTake).ok());  // again, by the same
  EXPECT_EQ(CodeOf(What::kTake, "", "bob"), Code::kConflict);
  // Who decides need not be who looked first, but says so.
  const auto taken = Ask(What::kDecide, R"({"value": 55.25})", "bob");
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().ToString().find("by ann"), std::string::npos);
  const auto decided = Ask(
      What::kDecide,
      R"({"value": 55.25, "note": "known customer", "author": "bob", "take_over": true})", "bob");
  ASSERT_TRUE(decided.ok()) << decided.error().ToString();
  EXPECT_FALSE(decided->waits);
  const Json json = Json::Parse(decided->json).value();
  EXPECT_EQ(json.GetString("state").value(), "decided");
  EXPECT_EQ(json.GetString("taken_by").value(), "ann");
  EXPECT_EQ(json.GetString("decided_by").value(), "bob");
  EXPECT_EQ(json.GetString("note").value(), "known customer");
  EXPECT_EQ(json.Find("answer")->Find("value")->AsDouble().value(), 55.25);
  EXPECT_EQ(CodeOf(What::kDecide, R"({"deny": true})"), Code::kConflict);
  EXPECT_EQ(CodeOf(What::kTake, ""), Code::kConflict);
  EXPECT_FALSE(Ask(What::kShow)->waits);
}

TEST_F(ReviewDeskTest, ADenialHasNoValue) {
  const auto decided = Ask(What::kDecide, R"({"deny": true})");
  ASSERT_TRUE(decided.ok());
  EXPECT_NE(decided->json.find(R"("answer":{"action":"deny"})"), std::string::npos);
}

TEST_F(ReviewDeskTest, AValueThatLimitsRefuseLeavesTheDecisionWaiting) {
  Status said = Error(Code::kResourceExhausted, "the value does not fit the limits");
  std::vector<std::optional<double>> asked;
  ReviewDesk::Options options;
  options.store = store_.get();
  options.clock = &clock_;
  options.follow = [this] { Follow(); };
  options.spend = [&](const records::Review& ended) {
    asked.push_back(ended.value);
    return said;
  };
  desk_ = std::make_unique<ReviewDesk>(options);
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 12.5})"), Code::kConflict);
  EXPECT_EQ(List().size(), 1U);
  said = Error(Code::kUnavailable, "the disk is full");
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 12.5})"), Code::kUnavailable);
  EXPECT_EQ(List().size(), 1U);
  said = Ok();
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 12.5})"), std::nullopt);
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(asked.size(), 3U);
}

TEST_F(ReviewDeskTest, AfterTheDeadlineNobodyDecides) {
  ASSERT_TRUE(Ask(What::kShow).ok());
  clock_.Advance(std::chrono::hours(1));  // and nobody expired it yet
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 1})"), Code::kConflict);
  const auto shown = Ask(What::kShow);
  EXPECT_NE(shown->json.find(R"("state":"expired")"), std::string::npos) << shown->json;
  EXPECT_FALSE(shown->waits);
}

TEST_F(ReviewDeskTest, HoldsAValueToTheContractsBoundsAndTheCurrencysDigits) {
  ReviewDesk::Options options;
  options.store = store_.get();
  options.clock = &clock_;
  contract_.decision.min = 10;
  contract_.decision.max = 200;
  options.contract = [this](std::string_view) -> Result<std::shared_ptr<const records::Contract>> {
    return std::make_shared<const records::Contract>(contract_);
  };
  desk_ = std::make_unique<ReviewDesk>(std::move(options));
  Follow();
  for (const char* body : {R"({"value": 9.99})", R"({"value": 200.01})", R"({"value": -40})",
                           R"({"value": 40.505})"}) {
    EXPECT_EQ(CodeOf(What::kDecide, body), Code::kInvalidArgument) << body;
  }
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 200})"), std::nullopt);
}

TEST_F(ReviewDeskTest, RefusesWhatIsNoDecision) {
  for (const char* body :
       {"", "{}", R"({"value": 1, "deny": true})", R"({"deny": false})", R"({"value": "1"})",
        R"({"value": null})", R"({"value": 1e300})", R"({"valeu": 1})", R"([1])", R"({"value": 1)",
        R"({"value": 1, "note": 4})"}) {
    EXPECT_EQ(CodeOf(What::kDecide, body), Code::kInvalidArgument) << body;
  }
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 1})", ""), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 1, "note": ")" + std::string(20'000, 'x') + "\"}"),
            Code::kTooLarge);
  decision_.ordinal += 1000;
  EXPECT_EQ(CodeOf(What::kShow, ""), Code::kNotFound);
  EXPECT_EQ(CodeOf(What::kDecide, R"({"value": 1})"), Code::kNotFound);
}

// The model is seen by who may read its journal, one decision by who asked for it.
TEST_F(ReviewDeskTest, ShowsAndDoesWhatTheCallerMay) {
  using records::Grant;
  using records::Role;
  Follow();
  const auto principal = [](std::string name, Role role, std::string model) {
    const Grant grant{.role = role, .model = std::move(model)};
    return records::Principal(std::move(name), {&grant, 1});
  };
  struct Case {
    records::Principal caller;
    std::optional<Code> show, decide;
    std::size_t listed;
  };
  const std::optional<Code> fine, absent = Code::kNotFound, no = Code::kPermissionDenied;
  const std::vector<Case> cases = {
      {principal("ann", Role::kAuditor, "flight-cover"), fine, no, 1},
      {principal("ann", Role::kAuditor, "credit"), absent, absent, 0},
      {principal("ann", Role::kOperator, "credit"), absent, absent, 0},
      {principal("tester", Role::kScorer, "flight-cover"), fine, no, 1},
      {principal("other", Role::kScorer, "flight-cover"), absent, absent, 0},
      {principal("ann", Role::kViewer, "flight-cover"), absent, absent, 0},
      {principal("ann", Role::kOperator, "flight-cover"), fine, fine, 1},
  };
  for (const Case& each : cases) {
    ReviewCall call;
    call.caller = &each.caller;
    call.author = each.caller.name();
    call.decision = decision_;
    const auto list = desk_->Answer(call);
    EXPECT_EQ(Json::Parse(list->json)->GetArray("reviews").value()->size(), each.listed);
    const auto code = [&](What what, std::string body) -> std::optional<Code> {
      call.what = what;
      call.body = std::move(body);
      const auto answer = desk_->Answer(call);
      if (answer.ok()) return std::nullopt;
      return answer.error().code();
    };
    EXPECT_EQ(code(What::kShow, ""), each.show) << each.caller.name();
    EXPECT_EQ(code(What::kDecide, R"({"deny": true})"), each.decide) << each.caller.name();
  }
}

struct RememberingSink final : records::AuditSink {
  Result<std::uint64_t> Append(const records::ControlEntry& entry) override {
    if (broken) return Error(Code::kUnavailable, "the disk is full");
    entries.push_back(entry);
    return entries.size();
  }
  bool broken = false;
  std::vector<records::ControlEntry> entries;
};

TEST_F(ReviewDeskTest, AChangeIsInTheControlLogBeforeItIsMade) {
  RememberingSink sink;
  ReviewDesk::Options options;
  options.store = store_.get();
  options.clock = &clock_;
  options.audit = &sink;
  options.channel = "api";
  ReviewDesk desk(std::move(options));
  Follow();
  ReviewCall call;
  call.what = What::kDecide;
  call.decision = decision_;
  call.author = "ann";
  call.body = R"({"value": 12.5, "note": "known"})";
  sink.broken = true;
  EXPECT_FALSE(desk.Answer(call).ok());
  EXPECT_EQ(List().size(), 1U);
  sink.broken = false;
  EXPECT_TRUE(desk.Answer(call).ok());
  ASSERT_EQ(sink.entries.size(), 2U);  // and what came of it
  EXPECT_EQ(sink.entries[0].action, "review.decide");
  EXPECT_EQ(sink.entries[0].principal, "ann");
  EXPECT_EQ(sink.entries[0].object, decision_.ToString());
  EXPECT_EQ(sink.entries[0].detail, "value 12.5");
  EXPECT_EQ(sink.entries[0].reason, "known");
  EXPECT_EQ(sink.entries[1].outcome, "done");
}

TEST_F(ReviewDeskTest, ListsByModelAndState) {
  Follow();
  const auto ask = [&](std::string model, std::string state) {
    ReviewCall call;
    call.model = std::move(model);
    call.state = std::move(state);
    return desk_->Answer(call);
  };
  const auto count = [](const Result<ReviewAnswer>& answer) {
    return Json::Parse(answer->json)->GetArray("reviews").value()->size();
  };
  EXPECT_EQ(count(ask("", "")), 1U);
  EXPECT_EQ(count(ask("flight-cover", "waiting")), 1U);
  EXPECT_EQ(count(ask("credit", "")), 0U);
  EXPECT_EQ(count(ask("", "expired")), 0U);
  EXPECT_EQ(ask("", "lost").error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mooring::control
