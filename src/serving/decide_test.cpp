#include "serving/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "base/io/simulated_file_system.h"
#include "base/limits.h"
#include "serving/decision_policy.h"
#include "serving/journal_for_tests.h"
#include "serving/row_builder.h"
#include "serving/served_for_tests.h"
#include "serving/serving_metrics.h"

namespace mooring::serving {
namespace {

using data::Type;
using records::Verdict;
using testing::AddingPredictor;
using testing::ContractOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Input;
using testing::MemoryJournal;

records::InputRule Hour() {
  records::InputRule rule = Input("hour", Type::kInt32);
  rule.min = 0;
  rule.max = 23;
  return rule;
}

class DecideTest : public ::testing::Test {
 protected:
  using Cost = model::Predictor::Cost;
  void Open(records::Contract contract, Cost cost = Cost::kInline) {
    predictor_ = std::make_shared<AddingPredictor>(testing::FloatInputs({"hour"}, Type::kFloat32),
                                                   100, cost);
    served_ = testing::Serve(contract, predictor_, 2).value();
    auto snapshot = std::make_shared<Snapshot>();
    ServedModel& model = snapshot->models["m"];
    model.champion = served_;
    model.versions[2] = served_;
    previous_ =
        std::make_shared<AddingPredictor>(testing::FloatInputs({"hour"}, Type::kFloat32), 5);
    model.previous = testing::Serve(std::move(contract), previous_, 1).value();
    model.versions[1] = model.previous;
    snapshot_ = std::move(snapshot);
    Decider::Options options;
    options.clock = &clock_;
    options.journal = &journal_;
    options.request_ids = &request_ids_;
    options.snapshot = [this] { return snapshot_; };
    options.limits = limits_;
    options.safety = safety_;
    decider_ = Decider::Make(std::move(options)).value();
  }
  void Open() { Open(ContractOf({Hour()})); }

  DecisionRequest Request(std::vector<std::int64_t> hours, std::string id = "",
                          std::uint64_t body = 1) {
    RowBuilder builder(served_, Coercion::kStrict);
    for (const std::int64_t hour : hours) {
      EXPECT_TRUE(builder.BeginRow());
      builder.SetInteger(0, hour);
      builder.EndRow();
    }
    DecisionRequest request;
    request.model = "m";
    request.caller = "shop";
    request.request_id = std::move(id);
    request.body_hash = body;
    request.received = clock_.Monotonic();
    builder.Finish(request);
    return request;
  }
  void Start(DecisionRequest request) {
    decider_->Decide(std::move(request),
                     [this](DecisionAnswer answer) { answers_.push_back(std::move(answer)); });
  }
  DecisionAnswer Ask(DecisionRequest request) {
    const std::size_t before = answers_.size();
    Start(std::move(request));
    EXPECT_EQ(answers_.size(), before + 1);
    return answers_.empty() ? DecisionAnswer() : answers_.back();
  }

  SimulatedClock clock_;
  MemoryJournal journal_;
  records::RequestIds request_ids_{{.clock = &clock_}};
  const StopLimits* limits_ = nullptr;
  Safety safety_;
  std::shared_ptr<AddingPredictor> predictor_, previous_;
  std::shared_ptr<const ServedVersion> served_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<DecisionAnswer> answers_;
  std::unique_ptr<Decider> decider_;
};

TEST_F(DecideTest, AnswersWithScoresIdsAndAJournalBlock) {
  Open();
  clock_.Advance(Micros(1000));
  DecisionRequest request = Request({7, 23});
  clock_.Advance(Micros(250));
  const DecisionAnswer answer = Ask(std::move(request));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error().ToString();
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].decision.score, 107);
  EXPECT_EQ(answer.rows[1].decision.score, 123);
  EXPECT_EQ(answer.rows[1].id, (DecisionId{1, 1, 2}));
  EXPECT_EQ(answer.outputs.column(0).Number(1), 123);
  EXPECT_EQ(answer.served->number, 2U);
  EXPECT_EQ(answer.latency_us, 250U);
  const auto blocks = journal_.blocks();
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].binding.model, "m");
  EXPECT_EQ(blocks[0].binding.version, 2U);
  EXPECT_EQ(blocks[0].caller, "shop");
  EXPECT_EQ(blocks[0].latency_us, 250U);
  EXPECT_EQ(blocks[0].inputs.column(0).Number(1), 23);
  EXPECT_EQ(blocks[0].outputs.column(0).Number(0), 107);
}

TEST_F(DecideTest, RefusesTheWholeRequestForOneBadRowAndNamesAllProblems) {
  Open();
  DecisionRequest request = Request({7, 24, -1});
  const DecisionAnswer answer = Ask(std::move(request));
  ASSERT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.status.error().code(), Code::kInvalidArgument);
  EXPECT_THAT(answer.status.error().message(), HasSubstr("24 is above the maximum 23"));
  ASSERT_EQ(answer.problems.size(), 2U);
  EXPECT_EQ(answer.problems[1].row, 2U);
  EXPECT_EQ(answer.problems[1].rule, "min");
  EXPECT_TRUE(journal_.blocks().empty());
  EXPECT_THAT(journal_.refusals(), ElementsAre("invalid_argument hour max"));
  EXPECT_THAT(journal_.refused_versions(), ElementsAre(answer.served->number));
  EXPECT_EQ(predictor_->calls.load(), 0U);
}

TEST_F(DecideTest, KeepsCallersNamesOfWhatNobodyKnowsOffTheDisk) {
  Open();
  SimulatedFileSystem files;
  const auto journal =
      records::Journal::Open(
          {.directory = "journal", .files = &files, .clock = &clock_, .own_thread = false})
          .value();
  Decider::Options options;
  options.clock = &clock_;
  options.journal = journal.get();
  options.snapshot = [this] { return snapshot_; };
  decider_ = Decider::Make(std::move(options)).value();
  RowBuilder builder(served_, Coercion::kStrict);
  EXPECT_TRUE(builder.BeginRow());
  builder.SetInteger(builder.FindColumn("planted-ann@example.org"), 7);
  builder.EndRow();
  DecisionRequest input, model;
  input.model = "m";
  input.caller = "shop-of-refusals";
  builder.Finish(input);
  model.model = "planted-bob";
  EXPECT_EQ(Ask(std::move(input)).problems.at(0).feature, "planted-ann@example.org");
  EXPECT_EQ(Ask(std::move(model)).status.error().code(), Code::kNotFound);
  journal->CommitNow();
  EXPECT_EQ(journal->Stats().refusals, 2U);
  std::string disk;
  for (const std::string& name : files.List("journal").value()) {
    const auto mapped = files.Map("journal/" + name);
    if (!mapped.ok()) continue;
    const ByteSpan bytes = (*mapped)->bytes();
    disk.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  EXPECT_NE(disk.find("shop-of-refusals"), std::string::npos);
  EXPECT_EQ(disk.find("planted"), std::string::npos);
  decider_.reset();  // before the journal
}

TEST_F(DecideTest, RefusesNoRowsStrictlyAndAnswersThemAsMlflowDoes) {
  Open();
  EXPECT_FALSE(Ask(Request({})).status.ok());
  DecisionRequest request = Request({});
  request.coercion = Coercion::kMlflow;
  const DecisionAnswer answer = Ask(std::move(request));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_TRUE(answer.rows.empty());
  EXPECT_TRUE(journal_.blocks().empty());
}

TEST_F(DecideTest, AnswersOnlyAfterTheCommit) {
  Open();
  journal_.hold = true;
  Start(Request({7}));
  EXPECT_TRUE(answers_.empty());
  journal_.CommitNow();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_TRUE(answers_[0].status.ok());
  EXPECT_EQ(answers_[0].rows[0].id.ordinal, 1U);
}

TEST_F(DecideTest, GivesNoDecisionAwayThatCouldNotBeWritten) {
  Open();
  journal_.fail_append = true;
  DecisionAnswer answer = Ask(Request({7}));
  EXPECT_EQ(answer.status.error().code(), Code::kUnavailable);
  EXPECT_EQ(answer.outputs.rows(), 0U);
  EXPECT_TRUE(answer.rows.empty());
  journal_.fail_append = false;
  journal_.fail_commit = true;
  answer = Ask(Request({7}));
  EXPECT_EQ(answer.status.error().code(), Code::kUnavailable);
  EXPECT_TRUE(answer.rows.empty());
  EXPECT_EQ(decider_->metrics().Read().refused[static_cast<std::size_t>(Code::kUnavailable)], 2U);
}

TEST_F(DecideTest, AMedianMovesByWhatWasRecordedAlone) {
  records::Contract contract = ContractOf({Hour()});
  records::LimitRule rule;
  rule.name = "near";
  rule.kind = records::LimitKind::kCollar;
  rule.collar.kind = records::CollarReference::Kind::kMedian;
  rule.collar.decisions = 1;
  rule.collar.constant = data::Decimal(105);
  rule.within_absolute = data::Decimal(10);
  rule.then = records::LimitAction::kDeny;
  contract.limits = {rule};
  LimitLedger ledger({.clock = &clock_});
  const StopLimits stop_limits(ledger);
  limits_ = &stop_limits;
  Open(contract);
  const auto verdict = [&](std::vector<std::int64_t> hours, std::size_t row = 0) {
    return Ask(Request(std::move(hours))).rows.at(row).decision.verdict;
  };
  EXPECT_EQ(verdict({5}), Verdict::kAdmit);
  journal_.fail_append = true;
  EXPECT_FALSE(Ask(Request({14})).status.ok()) << "admitted, and never recorded";
  journal_.fail_append = false;
  EXPECT_EQ(verdict({16}), Verdict::kDeny) << "beyond 105 + 10, within 114 + 10";
  DecisionRequest late = Request({14});
  late.deadline = clock_.Monotonic() + std::chrono::milliseconds(1);
  predictor_->hook = [this](const data::Batch&) {
    clock_.Advance(std::chrono::seconds(1));
    return Ok();
  };
  EXPECT_FALSE(Ask(std::move(late)).status.ok()) << "judged, and too late to be recorded";
  predictor_->hook = nullptr;
  EXPECT_EQ(verdict({16}), Verdict::kDeny);
  EXPECT_EQ(verdict({14, 16}, 1), Verdict::kDeny) << "rows of one request move nothing";
  EXPECT_EQ(verdict({16}), Verdict::kAdmit) << "114 was recorded";
  decider_.reset();
}

TEST_F(DecideTest, GivesARetryTheSameAnswerAndDecidesOnce) {
  records::Contract contract = ContractOf({Hour()});
  contract.decision.max = 110;
  Open(std::move(contract));
  const DecisionAnswer first = Ask(Request({7, 20}, "order-1"));
  const DecisionAnswer again = Ask(Request({7, 20}, "order-1"));
  EXPECT_FALSE(first.replayed);
  ASSERT_TRUE(again.status.ok()) << again.status.error().ToString();
  EXPECT_TRUE(again.replayed);
  ASSERT_EQ(again.rows.size(), 2U);
  EXPECT_EQ(again.rows[1].id, first.rows[1].id);
  EXPECT_EQ(again.rows[1].decision.verdict, Verdict::kClamp);
  EXPECT_EQ(again.rows[0].decision.score, first.rows[0].decision.score);
  EXPECT_EQ(again.outputs.column(0).Number(0), 107);
  EXPECT_TRUE(again.outputs.column(0).IsNull(1));  // a clamped row's raw value stays inside
  EXPECT_EQ(again.served, served_);
  EXPECT_EQ(journal_.blocks().size(), 1U);  // and no second spend
  EXPECT_EQ(predictor_->calls.load(), 1U);
  EXPECT_EQ(Ask(Request({8}, "order-1", 2)).status.error().code(), Code::kConflict);
  EXPECT_EQ(decider_->metrics().Read().replayed, 1U);
}

TEST_F(DecideTest, NamesTheVersionOfAReplayThatIsNotLoadedAnyMore) {
  records::Contract contract = ContractOf({Hour()});
  contract.decision.currency = "RUB";
  Open(std::move(contract));
  const DecisionAnswer first = Ask(Request({7}, "order-1"));
  DecisionRequest retry = Request({7}, "order-1");
  snapshot_ = std::make_shared<const Snapshot>();
  const DecisionAnswer again = Ask(std::move(retry));
  ASSERT_TRUE(again.replayed);
  EXPECT_EQ(again.served->model, "m");
  EXPECT_EQ(again.served->number, 2U);
  EXPECT_EQ(again.served->contract->hash, first.served->contract->hash);
  EXPECT_EQ(again.served->contract->decision.currency, "RUB");
  EXPECT_EQ(again.rows.at(0).decision.amount_minor, first.rows.at(0).decision.amount_minor);
  // Protocols look at these to shape the answer.
  EXPECT_EQ(again.served->predictor->signature().outputs.at(0).name, "score");
  EXPECT_EQ(again.served->shape->schema()->size(), 1U);
}

TEST_F(DecideTest, AsksForPatienceWhileTheSameIdIsBeingDecided) {
  Open();
  journal_.hold = true;
  Start(Request({7}, "order-1"));
  EXPECT_EQ(Ask(Request({7}, "order-1")).status.error().code(), Code::kUnavailable);
  journal_.CommitNow();
  EXPECT_TRUE(Ask(Request({7}, "order-1")).replayed);
}

TEST_F(DecideTest, FreesAnIdWhoseDecisionFailed) {
  Open();
  journal_.fail_commit = true;
  EXPECT_FALSE(Ask(Request({7}, "order-1")).status.ok());
  journal_.fail_commit = false;
  EXPECT_FALSE(Ask(Request({99}, "order-1")).status.ok());
  const DecisionAnswer answer = Ask(Request({7}, "order-1"));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_FALSE(answer.replayed);
}

TEST_F(DecideTest, LeavesIdsOfOtherCallersAlone) {
  Open();
  journal_.hold = true;
  Start(Request({7}, "order-1"));
  DecisionRequest other = Request({8}, "order-1", 2);
  other.caller = "bank";
  Start(std::move(other));
  journal_.CommitNow();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_TRUE(answers_[0].status.ok() && answers_[1].status.ok());
}

TEST_F(DecideTest, BoundsWhatIsInFlight) {
  Open();
  journal_.hold = true;
  for (std::size_t i = 0; i < limits::kInFlight; ++i) Start(Request({7}));
  EXPECT_EQ(decider_->metrics().Read().in_flight, limits::kInFlight);
  EXPECT_EQ(Ask(Request({7})).status.error().code(), Code::kResourceExhausted);
  journal_.CommitNow();
  EXPECT_EQ(answers_.size(), limits::kInFlight + 1);
  EXPECT_EQ(decider_->metrics().Read().in_flight, 0U);
  journal_.hold = false;
  EXPECT_TRUE(Ask(Request({7})).status.ok());
}

TEST_F(DecideTest, RefusesWhatIsTooLate) {
  Open();
  DecisionRequest request = Request({7});
  request.deadline = clock_.Monotonic() + Nanos(1000);
  clock_.Advance(Micros(1));
  EXPECT_EQ(Ask(std::move(request)).status.error().code(), Code::kDeadlineExceeded);

  predictor_->hook = [this](const data::Batch&) {
    clock_.Advance(Micros(100));
    return Ok();
  };
  request = Request({7});
  request.deadline = clock_.Monotonic() + Nanos(50'000);
  EXPECT_EQ(Ask(std::move(request)).status.error().code(), Code::kDeadlineExceeded);
  EXPECT_TRUE(journal_.blocks().empty());
}

TEST_F(DecideTest, ClampsAndNeverShowsTheRawValue) {
  records::Contract contract = ContractOf({Hour()});
  contract.decision.min = 102;
  contract.decision.max = 110;
  Open(std::move(contract));
  const DecisionAnswer answer = Ask(Request({0, 5, 20}));
  ASSERT_EQ(answer.rows.size(), 3U);
  EXPECT_EQ(answer.rows[0].decision.verdict, Verdict::kClamp);
  EXPECT_EQ(answer.rows[0].decision.score, 102);
  EXPECT_EQ(answer.rows[1].decision.verdict, Verdict::kAdmit);
  EXPECT_EQ(answer.rows[2].decision.score, 110);
  EXPECT_EQ(ReasonName(answer.rows[2].decision.reason), "above_bounds");
  EXPECT_TRUE(answer.outputs.column(0).IsNull(0));
  EXPECT_EQ(answer.outputs.column(0).Number(1), 105);
  EXPECT_TRUE(answer.outputs.column(0).IsNull(2));
  EXPECT_EQ(journal_.blocks()[0].outputs.column(0).Number(2), 120);  // the journal keeps it
}

TEST_F(DecideTest, FallsBackToThePreviousVersionUnderTheSameBounds) {
  records::Contract contract = ContractOf({Hour()});
  contract.output.max = 110;  // the champion gives 100 + hour, the previous one 5 + hour
  contract.fallback = {{records::FallbackStep::Kind::kPrevious, 0},
                       {records::FallbackStep::Kind::kConstant, 45}};
  Open(std::move(contract));
  DecisionAnswer answer = Ask(Request({3, 20}));
  EXPECT_EQ(answer.rows[0].decision.verdict, Verdict::kAdmit);
  EXPECT_EQ(answer.rows[1].decision.verdict, Verdict::kFallback);
  EXPECT_EQ(answer.rows[1].decision.score, 25);
  EXPECT_TRUE(answer.outputs.column(0).IsNull(1));

  previous_->hook = [](const data::Batch&) { return Status(Error(Code::kInternal, "broken")); };
  answer = Ask(Request({20}));
  EXPECT_EQ(answer.rows[0].decision.verdict, Verdict::kFallback);
  EXPECT_EQ(answer.rows[0].decision.score, 45);
}

TEST_F(DecideTest, DeniesWithoutAFallback) {
  records::Contract contract = ContractOf({Hour()});
  contract.output.max = 110;
  Open(std::move(contract));
  const DecisionAnswer answer = Ask(Request({20}));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.rows[0].decision.verdict, Verdict::kDeny);
  EXPECT_TRUE(std::isnan(answer.rows[0].decision.score));
  EXPECT_TRUE(answer.outputs.column(0).IsNull(0));
  EXPECT_EQ(decider_->metrics().Read().versions[0].verdicts[4], 1U);
}

TEST_F(DecideTest, GivesTheDefaultToTheModelAndKeepsWhatCameInTheJournal) {
  records::InputRule hour = Hour();
  hour.missing = records::OnBreach::kDefault;
  hour.default_value = 12.0;
  Open(ContractOf({hour}));
  DecisionRequest request = Request({7});
  request.rows.column(0).SetNull(0);
  const DecisionAnswer answer = Ask(std::move(request));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.rows[0].decision.score, 112);
  EXPECT_TRUE(answer.rows[0].decision.flagged);
  EXPECT_TRUE(journal_.blocks()[0].inputs.column(0).IsNull(0));
  const std::vector<records::Imputed> imputed = {{0, 0}};
  EXPECT_EQ(answer.imputed, imputed);
  EXPECT_EQ(journal_.blocks()[0].imputed, imputed);
  const VersionFigures figures = decider_->metrics().Read().versions.at(0);
  ASSERT_EQ(figures.breaches.size(), 1U);
  EXPECT_EQ(figures.breaches[0].feature + " " + figures.breaches[0].rule, "hour missing");
}

TEST_F(DecideTest, ScoresPooledModelsOnTheirOwnThread) {
  Open(ContractOf({Hour()}), model::Predictor::Cost::kPooled);
  std::thread::id scored;
  predictor_->hook = [&scored](const data::Batch&) {
    scored = std::this_thread::get_id();
    return Ok();
  };
  std::atomic<int> answered{0};
  for (int i = 0; i < 20; ++i) {
    decider_->Decide(Request({i}), [&answered, i](DecisionAnswer answer) {
      EXPECT_TRUE(answer.status.ok());
      EXPECT_EQ(answer.rows[0].decision.score, 100 + i);
      answered.fetch_add(1);
      answered.notify_all();
    });
  }
  for (int seen = answered.load(); seen < 20; seen = answered.load()) answered.wait(seen);
  EXPECT_NE(scored, std::this_thread::get_id());
}

TEST_F(DecideTest, PassesOnThatTheModelRefuses) {
  Open();
  predictor_->hook = [](const data::Batch&) {
    return Status(Error(Code::kInvalidArgument, "an infinite input"));
  };
  EXPECT_EQ(Ask(Request({7})).status.error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(journal_.blocks().empty());
}

TEST_F(DecideTest, FindsVersionsByNumberAndSaysWhatIsAbsent) {
  Open();
  EXPECT_EQ(decider_->Resolve("m", 0).value()->number, 2U);
  EXPECT_EQ(decider_->Resolve("m", 1).value()->number, 1U);
  EXPECT_EQ(decider_->Resolve("m", 3).error().code(), Code::kNotFound);
  EXPECT_EQ(decider_->Resolve("n", 0).error().code(), Code::kNotFound);
  auto empty = std::make_shared<Snapshot>();
  empty->models["m"].problem = LoadProblem{4, "golden row 3 differs"};
  snapshot_ = empty;
  const auto nothing = decider_->Resolve("m", 0);
  EXPECT_EQ(nothing.error().code(), Code::kUnavailable);
  EXPECT_THAT(nothing.error().ToString(), HasSubstr("golden row 3 differs"));
}

TEST_F(DecideTest, SkipsWhatABenchSwitchesOff) {
  safety_ = {.validate = false, .journal = false};
  Open();
  const DecisionAnswer answer = Ask(Request({99}));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.rows[0].decision.score, 199);
  EXPECT_TRUE(journal_.blocks().empty());
}

}  // namespace
}  // namespace mooring::serving
