#include "control/limits/limit_desk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include <optional>

#include "records/audit/audit_sink_for_tests.h"
#include "records/registry/registry.h"

namespace mooring::control {
namespace {

using records::LimitKind;
using What = LimitCall::What;

class LimitDeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    book_ = std::move(records::LimitBook::Open(":memory:")).value();
    contract_.model = "cover";
    contract_.decision.currency = "RUB";
    contract_.decision.amount = "score";
    Limit("daily", LimitKind::kSum, 500'000).latch = true;
    Limit("price", LimitKind::kBound, 200);
    Limit("near", LimitKind::kCollar, 0).max.reset();
    options_.book = book_.get();
    options_.clock = &clock_;
    options_.contract = [this](std::string_view model) -> Result<LimitDesk::Contract> {
      if (model != "cover") return Error(Code::kNotFound, "no such model");
      return std::make_shared<const records::Contract>(contract_);
    };
    options_.kills = [this] { return kills_; };
    options_.release_kill = [this](const records::LimitChange& change, const LimitCall& approval) {
      released_.push_back(change.kill);
      approver_ = approval.author;
      return release_;
    };
    options_.write_off = [this](const std::string& decision, const std::string& author,
                                const std::string&) -> Status {
      written_off_ = decision + " by " + author;
      return Ok();
    };
    options_.changed = [this] {
      ++changed_;
      return Ok();
    };
    desk_.emplace(options_);
  }
  records::LimitRule& Limit(std::string name, LimitKind kind, std::int64_t max) {
    records::LimitRule& rule = contract_.limits.emplace_back();
    rule.name = std::move(name);
    rule.kind = kind;
    rule.max = data::Decimal(max);
    return rule;
  }
  Result<std::string> Answer(What what, std::uint64_t id, std::string author, std::string body) {
    return desk_->Answer(
        {.what = what, .id = id, .author = std::move(author), .body = std::move(body)});
  }
  Result<std::string> Lower(std::string limit, std::string body, std::string author = "ann") {
    return desk_->Answer({.what = What::kLower,
                          .model = "cover",
                          .limit = std::move(limit),
                          .author = std::move(author),
                          .body = std::move(body)});
  }
  static Json ChangeOf(const Result<std::string>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    if (!answer.ok()) return Json();
    const auto json = Json::Parse(*answer);
    return *json->Find("change");
  }
  static std::string Text(const Json& json, std::string_view key) {
    const auto text = json.GetString(key);
    return text.ok() ? std::string(*text) : "not a text";
  }
  static std::string Approval(const Json& change) {
    return R"({"hash":")" + Text(change, "hash") + R"("})";
  }
  static Code CodeOf(const Result<std::string>& answer) {
    EXPECT_FALSE(answer.ok());
    return answer.ok() ? Code::kInternal : answer.error().code();
  }
  std::string Max() { return book_->InForce()->Find("cover", "daily")->max; }

  SimulatedClock clock_;
  std::unique_ptr<records::LimitBook> book_;
  records::Contract contract_;
  std::vector<records::Kill> kills_;
  std::string approver_;
  std::vector<std::uint64_t> released_;
  std::string written_off_;
  Status release_;
  int changed_ = 0;
  LimitDesk::Options options_;
  std::optional<LimitDesk> desk_;
};

TEST_F(LimitDeskTest, LowersAtOnceByOnePerson) {
  const auto answer = Lower("daily", R"({"max":"400000.50","reason":"storm"})");
  const Json change = ChangeOf(answer);
  EXPECT_EQ(Text(change, "state"), "approved");
  EXPECT_EQ(Text(change, "contract_max"), "500000");
  EXPECT_EQ(Text(*Json::Parse(*answer), "names"), "claimed");
  EXPECT_EQ(changed_, 1);  // serving had it before the answer
  EXPECT_EQ(Max(), "400000.5");
  EXPECT_EQ(Text(ChangeOf(Lower("daily", R"({"max":300000,"reason":"r"})")), "max"), "300000");
}

TEST_F(LimitDeskTest, LowersFromMemoryWhereNothingCanBeWritten) {
  const std::string file = ::testing::TempDir() + "desk_" + std::to_string(::getpid()) + ".db";
  std::filesystem::remove(file);
  book_ = std::move(records::LimitBook::Open(file)).value();
  HeldLowers held;
  std::string told;
  options_.book = book_.get();
  options_.held = &held;
  options_.on_change = [&](std::string_view what, const records::LimitChange&) { told = what; };
  desk_.emplace(options_);
  std::filesystem::rename(file, file + ".away");  // as a full disk: nothing is taken
  const auto lowered = Lower("daily", R"({"max":"400000","reason":"storm"})");
  ASSERT_FALSE(lowered.ok()) << "it would not outlive a restart, and says so";
  EXPECT_EQ(lowered.error().message(), "it is lowered, but a restart would forget it");
  EXPECT_EQ(lowered.error().code(), Code::kUnavailable);
  EXPECT_FALSE(lowered.error().help().empty());
  EXPECT_EQ(changed_, 1) << "serving had it before the answer";
  EXPECT_EQ(told, "in force, not kept");
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"450000","reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann",
                          R"({"kind":"raise","model":"cover","limit":"daily","max":"1e9",)"
                          R"("reason":"r"})")),
            Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann",
                          R"({"kind":"raise","model":"cover","limit":"daily","max":"600000",)"
                          R"("reason":"r"})")),
            Code::kUnavailable);
  std::filesystem::rename(file + ".away", file);
  ASSERT_TRUE(held.Write(*book_, clock_.Now(), {}).ok());
  EXPECT_EQ(Max(), "400000");
  book_.reset();
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end);
}

TEST_F(LimitDeskTest, RaisesWithTwo) {
  const Json asked = ChangeOf(
      Answer(What::kAsk, 0, "Ann",
             R"({"kind":"raise","model":"cover","limit":"daily","max":"600000","reason":"fair",)"
             R"("ramp":[{"factor":"0.5","for":"10m"}],"expires_in":"2h"})"));
  EXPECT_EQ(Text(asked, "state"), "pending");
  EXPECT_EQ(changed_, 0);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, " ANN", Approval(asked))), Code::kPermissionDenied);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "", Approval(asked))), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", R"({"hash":"00"})")), Code::kConflict);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", "{}")), Code::kConflict);
  const Json approved = ChangeOf(Answer(What::kApprove, 1, "eve", Approval(asked)));
  EXPECT_EQ(Text(approved, "state"), "approved");
  EXPECT_EQ(Text(approved, "checker"), "eve");
  EXPECT_EQ(changed_, 1);
  EXPECT_EQ(Max(), "600000");
}

TEST_F(LimitDeskTest, DoesNotApproveWhatExpired) {
  const Json asked = ChangeOf(Answer(
      What::kAsk, 0, "ann", R"({"kind":"release","model":"cover","limit":"daily","reason":"r"})"));
  clock_.Advance(std::chrono::hours(24));
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kFailedPrecondition);
  EXPECT_EQ(Text(ChangeOf(desk_->Answer({.what = What::kChange, .id = 1})), "state"), "expired");
}

TEST_F(LimitDeskTest, ApprovesOverTheContractThatItWasAskedOf) {
  const Json asked = ChangeOf(
      Answer(What::kAsk, 0, "ann",
             R"({"kind":"raise","model":"cover","limit":"daily","max":"600000","reason":"r"})"));
  contract_.limits[0].max = data::Decimal(100'000);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kConflict);
  contract_.limits.erase(contract_.limits.begin());
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kNotFound);
  EXPECT_EQ(book_->InForce()->revision, 0u);
}

TEST_F(LimitDeskTest, ApprovesOverTheShapeThatItWasAskedOf) {
  contract_.hash = "c1";
  contract_.limits[0].window.length = std::chrono::hours(24 * 30);
  const records::Contract before = contract_;
  for (const char* body :
       {R"({"kind":"raise","model":"cover","limit":"daily","max":"600000","reason":"r"})",
        R"({"kind":"release","model":"cover","limit":"daily","reason":"r"})"}) {
    contract_ = before;
    const Json asked = ChangeOf(Answer(What::kAsk, 0, "ann", body));
    const std::uint64_t id = *asked.GetUint("id");
    contract_.limits[0].window.length = std::chrono::hours(1);  // the same digits, an hour of them
    EXPECT_EQ(CodeOf(Answer(What::kApprove, id, "eve", Approval(asked))), Code::kConflict);
    contract_ = before;
    contract_.limits[0].quantity = "2 * amount";
    EXPECT_EQ(CodeOf(Answer(What::kApprove, id, "eve", Approval(asked))), Code::kConflict);
    contract_ = before;
    contract_.hash = "c2";
    EXPECT_EQ(CodeOf(Answer(What::kApprove, id, "eve", Approval(asked))), Code::kConflict);
    contract_ = before;
    ChangeOf(Answer(What::kApprove, id, "eve", Approval(asked)));
  }
}

TEST_F(LimitDeskTest, HoldsRequestsToTheContract) {
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"1.005","reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":1.5,"reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"-1","reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"1"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"1","reason":"r","x":1})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"600000","reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("daily", R"({"max":"1","reason":"r"})", "  ")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("near", R"({"max":"1","reason":"r"})")), Code::kUnsupported);
  EXPECT_EQ(CodeOf(Lower("other", R"({"max":"1","reason":"r"})")), Code::kNotFound);
  for (const char* body :
       {R"({"model":"cover","limit":"daily","reason":"r"})", R"({"kind":"raise","reason":"r"})",
        R"({"kind":"kill_release","reason":"r"})", R"({"kind":"write_off","reason":"r"})",
        R"({"kind":"promote","reason":"r"})", "[]", "no json",
        R"({"kind":"release","model":"cover","limit":"daily","reason":"r","expires_in":"8d"})",
        R"({"kind":"release","model":"cover","limit":"daily","reason":"r",)"
        R"("ramp":[{"factor":"2","for":"1m"}]})"}) {
    EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann", body)), Code::kInvalidArgument) << body;
  }
  EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann",
                          R"({"kind":"release","model":"cover","limit":"price","reason":"r"})")),
            Code::kFailedPrecondition);
  EXPECT_EQ(changed_, 0);
  EXPECT_TRUE(book_->Changes({}, clock_.Now())->empty());
}

TEST_F(LimitDeskTest, ReleasesKillsWithTwo) {
  const std::string body = R"({"kind":"kill_release","kill":7,"reason":"mended"})";
  EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann", body)), Code::kNotFound);
  kills_.emplace_back().id = 7;
  const Json asked = ChangeOf(Answer(What::kAsk, 0, "ann", body));
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "ann", Approval(asked))), Code::kPermissionDenied);
  EXPECT_TRUE(released_.empty());
  release_ = Error(Code::kUnavailable, "the disk is full");
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kUnavailable);
  release_ = Ok();
  const Json done = ChangeOf(Answer(What::kApprove, 1, "eve", Approval(asked)));
  EXPECT_NE(Text(done, "carried_out"), "not a text");
  EXPECT_EQ(released_, (std::vector<std::uint64_t>{7, 7}));
  EXPECT_EQ(approver_, "eve");
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kConflict);
}

TEST_F(LimitDeskTest, AReleaseIsOfTheKillThatItWasAskedForNotOfItsNumber) {
  kills_.emplace_back().id = 7;
  const std::string body = R"({"kind":"kill_release","kill":7,"reason":"mended"})";
  const Json asked = ChangeOf(Answer(What::kAsk, 0, "ann", body));
  kills_[0].scope = {records::KillScope::Kind::kModel, "other", 0, "", ""};
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kNotFound);
  kills_[0].scope = {};
  kills_[0].since += Micros(1);
  EXPECT_EQ(CodeOf(Answer(What::kApprove, 1, "eve", Approval(asked))), Code::kNotFound);
  EXPECT_TRUE(released_.empty());
}

TEST_F(LimitDeskTest, WritesOffAndLeavesTheRunningServerWhatIsIts) {
  const Json off = ChangeOf(
      Answer(What::kAsk, 0, "ann", R"({"kind":"write_off","decision":"d1-5-7","reason":"lost"})"));
  options_.write_off = nullptr;
  options_.release_kill = nullptr;
  options_.kills = nullptr;
  LimitDesk local(options_);
  const LimitCall call{.what = What::kApprove, .id = 1, .author = "eve", .body = Approval(off)};
  EXPECT_EQ(CodeOf(local.Answer(call)), Code::kUnavailable);
  EXPECT_EQ(CodeOf(local.Answer({.what = What::kAsk,
                                 .author = "ann",
                                 .body = R"({"kind":"kill_release","kill":7,"reason":"r"})"})),
            Code::kUnavailable);
  ChangeOf(desk_->Answer(call));
  EXPECT_EQ(written_off_, "d1-5-7 by eve");
}

TEST_F(LimitDeskTest, AWriteOffIsOfADecisionThatHoldsSomethingAndOfItsModel) {
  bool holds = true;
  options_.find_decision = [&](const std::string& decision) -> Result<DecisionAtDesk> {
    if (decision == "d1-9-9") return Error(Code::kNotFound, "gone");
    return DecisionAtDesk{decision == "d1-8-8" ? "other" : "cover", holds};
  };
  options_.write_off = [&](const std::string&, const std::string&, const std::string&) -> Status {
    return Error(Code::kNotFound, "holds nothing open");  // it was done before
  };
  LimitDesk desk(options_);
  const auto ask = [&](std::string decision, std::string more = "") {
    LimitCall call{.what = What::kAsk, .author = "ann"};
    call.body =
        R"({"kind":"write_off","decision":")" + decision + R"(","reason":"lost")" + more + "}";
    call.sees = [](const records::LimitChange& change) { return change.model == "cover"; };
    call.may = [](What, const records::LimitChange& change) -> Status {
      if (change.model == "cover") return Ok();
      return Error(Code::kPermissionDenied, "not yours");
    };
    return desk.Answer(call);
  };
  EXPECT_EQ(CodeOf(ask("d1-9-9")), Code::kNotFound);
  EXPECT_EQ(CodeOf(ask("d1-5-7", R"(,"model":"cover")")), Code::kInvalidArgument);
  // Another model's is as if it were not there, and told in the same words.
  const auto others = ask("d1-8-8"), unknown = ask("d1-9-9");
  ASSERT_FALSE(others.ok() || unknown.ok());
  EXPECT_EQ(others.error().code(), Code::kNotFound);
  EXPECT_EQ(others.error().message(), "there is no decision d1-8-8");
  EXPECT_EQ(unknown.error().message(), "there is no decision d1-9-9");
  holds = false;
  EXPECT_EQ(CodeOf(ask("d1-5-7")), Code::kFailedPrecondition);
  EXPECT_EQ(CodeOf(ask("d1-8-8")), Code::kNotFound);
  holds = true;
  const Json asked = ChangeOf(ask("d1-5-7"));
  EXPECT_EQ(Text(asked, "model"), "cover");
  const LimitCall approve{
      .what = What::kApprove, .id = 1, .author = "eve", .body = Approval(asked)};
  holds = false;  // its outcome came meanwhile
  EXPECT_EQ(CodeOf(desk.Answer(approve)), Code::kFailedPrecondition);
  holds = true;
  EXPECT_EQ(Text(ChangeOf(desk.Answer(approve)), "state"), "approved");
}

TEST_F(LimitDeskTest, LowersARateAShareAndAGrowth) {
  Limit("pace", LimitKind::kRate, 0).max.reset();
  contract_.limits.back().rate_count = 100;
  Limit("dear", LimitKind::kShare, 1).max = data::Decimal::Parse("0.2");
  Limit("pull", LimitKind::kGrowth, 1).max = data::Decimal::Parse("1.5");
  struct Row {
    std::string limit, lower, over;
  };
  for (const Row& row :
       {Row{"pace", "40", "100"}, Row{"dear", "0.05", "0.2"}, Row{"pull", "1.125", "1.5"}}) {
    const std::string body = R"({"max":")" + row.lower + R"(","reason":"storm"})";
    const Json change = ChangeOf(Lower(row.limit, body));
    EXPECT_EQ(Text(change, "contract_max"), row.over);
    EXPECT_EQ(book_->InForce()->Find("cover", row.limit)->max, row.lower);
    EXPECT_EQ(CodeOf(Lower(row.limit, body)), Code::kInvalidArgument) << "no lower than it is";
  }
  EXPECT_EQ(CodeOf(Lower("pace", R"({"max":"1.5","reason":"r"})")), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Lower("dear", R"({"max":"0.0000000001","reason":"r"})")),
            Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(Answer(What::kAsk, 0, "ann",
                          R"({"kind":"raise","model":"cover","limit":"dear","max":"1.1",)"
                          R"("reason":"r"})")),
            Code::kInvalidArgument);
}

TEST_F(LimitDeskTest, ReleasesByTheTimeOfTheBudgets) {
  const std::int64_t ahead = clock_.Now().time_since_epoch().count() + 5'000'000;
  options_.budget_time = [ahead] { return ahead; };
  LimitDesk desk(options_);
  const Json asked = ChangeOf(Answer(
      What::kAsk, 0, "ann", R"({"kind":"release","model":"cover","limit":"daily","reason":"r"})"));
  ChangeOf(
      desk.Answer({.what = What::kApprove, .id = 1, .author = "eve", .body = Approval(asked)}));
  EXPECT_EQ(book_->InForce()->Find("cover", "daily")->released, Time(Micros(ahead)));
}

TEST_F(LimitDeskTest, ListsRejectsAndWithdraws) {
  const std::string release = R"({"kind":"release","model":"cover","limit":"daily","reason":"r"})";
  for (int i = 0; i < 3; ++i) ChangeOf(Answer(What::kAsk, 0, "ann", release));
  EXPECT_EQ(Text(ChangeOf(Answer(What::kReject, 1, "eve", R"({"note":"no"})")), "note"), "no");
  EXPECT_EQ(CodeOf(Answer(What::kWithdraw, 2, "eve", "")), Code::kPermissionDenied);
  EXPECT_EQ(Text(ChangeOf(Answer(What::kWithdraw, 2, "ann", "")), "state"), "withdrawn");
  const auto listed = [&](std::string state) {
    const auto json =
        Json::Parse(*desk_->Answer({.what = What::kChanges, .state = std::move(state)}));
    return (*json->GetArray("changes"))->size();
  };
  EXPECT_EQ(listed(""), 3u);
  EXPECT_EQ(listed("pending"), 1u);
  EXPECT_EQ(listed("rejected"), 1u);
  EXPECT_EQ(CodeOf(desk_->Answer({.what = What::kChanges, .state = "lost"})),
            Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(desk_->Answer({.what = What::kChange, .id = 9})), Code::kNotFound);
}

TEST_F(LimitDeskTest, TellsTheControlLogOfWhichModelAndLimit) {
  records::RecordingSink audit;
  options_.audit = &audit;
  desk_.emplace(options_);
  kills_.emplace_back().id = 7;
  const Json asked = ChangeOf(
      Answer(What::kAsk, 0, "ann",
             R"({"kind":"raise","model":"cover","limit":"daily","max":"600000","reason":"r"})"));
  ChangeOf(Answer(What::kApprove, 1, "eve", Approval(asked)));
  ChangeOf(Lower("daily", R"({"max":"1","reason":"r"})"));
  ChangeOf(Answer(What::kAsk, 0, "ann", R"({"kind":"kill_release","kill":7,"reason":"r"})"));
  ChangeOf(Answer(What::kReject, 3, "eve", ""));
  EXPECT_FALSE(Answer(What::kReject, 9, "eve", "").ok());
  std::string told;
  for (const records::ControlEntry& entry : audit.entries) {
    if (!entry.outcome_of) {
      told += entry.action + " " + entry.object_kind + " " + entry.object + "\n";
    }
  }
  EXPECT_EQ(told,
            "change.ask limit cover/daily\n"
            "change.approve limit cover/daily\n"
            "limit.lower limit cover/daily\n"
            "change.ask kill 7\n"
            "change.reject kill 7\n"
            "change.reject change 9\n");
  EXPECT_TRUE(audit.entries[2].detail.starts_with("change 1: ")) << audit.entries[2].detail;
}

TEST_F(LimitDeskTest, DoesNothingThatTheCallerMayNot) {
  const std::string release = R"({"kind":"release","model":"cover","limit":"daily","reason":"r"})";
  const Json asked = ChangeOf(Answer(What::kAsk, 0, "ann", release));
  LimitCall call{.what = What::kApprove, .id = 1, .author = "eve", .body = Approval(asked)};
  call.may = [](What, const records::LimitChange& change) -> Status {
    return Error(Code::kPermissionDenied, "not over " + change.model);
  };
  EXPECT_EQ(CodeOf(desk_->Answer(call)), Code::kPermissionDenied);
  call.what = What::kReject;
  call.body = "";
  EXPECT_EQ(CodeOf(desk_->Answer(call)), Code::kPermissionDenied);
  call.what = What::kAsk;
  call.body = release;
  EXPECT_EQ(CodeOf(desk_->Answer(call)), Code::kPermissionDenied);
  // What is not seen is not there.
  call.sees = [](const records::LimitChange&) { return false; };
  for (const What what : {What::kChange, What::kApprove, What::kReject, What::kWithdraw}) {
    call.what = what;
    EXPECT_EQ(CodeOf(desk_->Answer(call)), Code::kNotFound);
  }
  call.what = What::kChanges;
  EXPECT_EQ(*desk_->Answer(call), R"({"changes":[],"names":"claimed"})");
  EXPECT_EQ(book_->Change(1, clock_.Now())->state, records::LimitChangeState::kPending);
}

}  // namespace
}  // namespace mooring::control
