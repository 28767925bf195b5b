#include "records/registry/registry.h"

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "records/registry/registry_fixture.h"
#include "records/registry/sqlite_registry.h"

namespace mooring::records {
namespace {

using State = VersionRecord::State;

class RegistryTest : public RegistryFixture {};

TEST_F(RegistryTest, AContractMakesTheModelAndItsRoute) {
  const ModelRecord model = *registry_->Model("pricing");
  EXPECT_EQ(model.name, "pricing");
  EXPECT_EQ(model.owner_team, "sales");
  EXPECT_EQ(model.created, clock_.Now());
  EXPECT_EQ(model.contract_hash, Hex(Sha256Of(AsBytes(kPricing))));
  EXPECT_EQ(*registry_->ContractText(model.contract_hash), kPricing);
  EXPECT_EQ(Route().contract_hash, model.contract_hash);
  EXPECT_EQ(Route().champion, 0u);
  EXPECT_EQ(registry_->Desired()->revision, 1u);
}

TEST_F(RegistryTest, TheSameContractAgainChangesNothing) {
  ASSERT_TRUE(registry_->ApplyContract(kPricing, Because("again")).ok());
  EXPECT_EQ(registry_->Desired()->revision, 1u);
  EXPECT_EQ(Route().revision, 1u);
}

TEST_F(RegistryTest, ANewContractKeepsTheOldText) {
  const std::string old_hash = registry_->Model("pricing")->contract_hash;
  clock_.Advance(std::chrono::hours(1));
  const std::string next = std::string(kPricing) + "purpose: prices\n";
  const ModelRecord model = *registry_->ApplyContract(next, Because("purpose"));
  EXPECT_EQ(model.purpose, "prices");
  EXPECT_LT(model.created, clock_.Now());
  EXPECT_EQ(*registry_->ContractText(old_hash), kPricing);
  EXPECT_EQ(Route().contract_hash, model.contract_hash);
  EXPECT_EQ(registry_->Desired()->revision, 2u);
  EXPECT_EQ(CodeOf(registry_->ContractText("beef")), Code::kNotFound);
}

TEST_F(RegistryTest, AContractOpensNoLimitOfAModelThatServes) {
  const auto with = [&](std::string_view limits) {
    return registry_->ApplyContract(
        std::string(kPricing) + "limits: [" + std::string(limits) + "]\n", Because("limits"));
  };
  ASSERT_TRUE(with("{name: l, sum: a, over: 1d, max: 500}").ok());
  EXPECT_TRUE(with("{name: l, sum: a, over: 1d, max: 600}").ok()) << "nothing serves yet";
  RegisterGood(1);
  ASSERT_TRUE(Promote(1).ok());
  const std::string in_force = registry_->Model("pricing")->contract_hash;
  for (const char* opening :
       {"{name: l, sum: a, over: 1d, max: 601}", "", "{name: k, sum: a, over: 1d, max: 600}",
        "{name: l, sum: a, over: 1h, max: 600}",
        "{name: l, sum: a, over: 1d, max: 600, advisory: true}",
        "{name: l, sum: a, over: 1d, max: 600, latch: false}"}) {
    const auto refused = with(opening);
    EXPECT_EQ(CodeOf(refused), Code::kPermissionDenied) << opening;
    EXPECT_EQ(registry_->Model("pricing")->contract_hash, in_force) << opening;
  }
  EXPECT_TRUE(with("{name: l, sum: a, over: 1d, max: 599}").ok()) << "lowering never waits";
}

TEST_F(RegistryTest, AContractWithoutOwnerIsRefusedAndLeavesNoTrace) {
  const auto applied = registry_->ApplyContract(
      "model: other\nowner: {}\ninputs: {a: float64}\noutput: {name: score}\n", Because("x"));
  EXPECT_EQ(CodeOf(applied), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(registry_->Model("other")), Code::kNotFound);
  EXPECT_EQ(registry_->Models()->size(), 1u);
}

TEST_F(RegistryTest, VersionsAreNumberedDenselyAndReadBackWhole) {
  NewVersion version = Good();
  version.signature_json = R"({"inputs":[]})";
  version.source = "runs/7";
  version.training_data = "flights.parquet";
  version.metrics_json = R"({"auc":0.71})";
  version.reference_blob = std::string(64, 'c');
  EXPECT_EQ(Register(version), 1u);
  EXPECT_EQ(Register(Good()), 2u);
  EXPECT_EQ(CodeOf(registry_->RegisterVersion("pricing", {}, Because("x"))),
            Code::kInvalidArgument);
  EXPECT_EQ(Register(Good()), 3u);  // the refused registration took no number
  const VersionRecord read = *registry_->Version("pricing", 1);
  EXPECT_EQ(read.number, 1u);
  EXPECT_EQ(read.author, "ann");
  EXPECT_EQ(read.created, clock_.Now());
  EXPECT_EQ(read.state, State::kCandidate);
  EXPECT_EQ(read.artifact_blob, version.artifact_blob);
  EXPECT_EQ(read.signature_json, version.signature_json);
  EXPECT_EQ(read.source, version.source);
  EXPECT_EQ(read.training_data, version.training_data);
  EXPECT_EQ(read.metrics_json, version.metrics_json);
  EXPECT_EQ(read.golden_blob, version.golden_blob);
  EXPECT_EQ(read.reference_blob, version.reference_blob);
  EXPECT_EQ(read.contract_hash, registry_->Model("pricing")->contract_hash);
  EXPECT_EQ(registry_->Versions("pricing")->size(), 3u);
}

TEST_F(RegistryTest, WhatIsNotThereIsNotFound) {
  RegisterGood(1);
  EXPECT_EQ(CodeOf(registry_->Model("none")), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Versions("none")), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Version("pricing", 2)), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Version("pricing", 0)), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->RegisterVersion("none", Good(), Because("x"))), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->SetAlias("none", "a", 1, Because("x"))), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->SetAlias("pricing", "a", 9, Because("x"))), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Rollback("none", Because("x"))), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Aliases("none")), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->AliasHistory("none")), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->ChampionAt("none", clock_.Now())), Code::kNotFound);
  EXPECT_EQ(CodeOf(registry_->Verdicts("none", {.limit = 1})), Code::kNotFound);
}

TEST_F(RegistryTest, PromotionMovesAliasRouteAndHistoryTogether) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  const AliasChange change = *registry_->SetAlias("pricing", "champion", 2, Because("better AUC"));
  EXPECT_EQ(change.from, 1u);
  EXPECT_EQ(change.to, 2u);
  EXPECT_EQ(change.revision, 3u);
  EXPECT_EQ(registry_->Aliases("pricing")->at("champion"), 2u);
  EXPECT_EQ(Route().champion, 2u);
  EXPECT_EQ(Route().previous, 1u);
  EXPECT_EQ(Route().revision, 3u);
  const auto history = *registry_->AliasHistory("pricing");
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[1].author, "ann");
  EXPECT_EQ(history[1].reason, "better AUC");
  EXPECT_FALSE(history[1].forced);
}

TEST_F(RegistryTest, PromotingTheChampionAgainChangesNothing) {
  RegisterGood(1);
  ASSERT_TRUE(Promote(1).ok());
  const std::uint64_t revision = registry_->Desired()->revision;
  ASSERT_TRUE(Promote(1).ok());
  EXPECT_EQ(registry_->Desired()->revision, revision);
  EXPECT_EQ(registry_->AliasHistory("pricing")->size(), 1u);
}

TEST_F(RegistryTest, OtherAliasesMoveNoTraffic) {
  RegisterGood(2);
  ASSERT_TRUE(registry_->SetAlias("pricing", "staging", 2, Because("")).ok());
  EXPECT_EQ(registry_->Desired()->revision, 1u);
  EXPECT_EQ(Route().revision, 2u);  // but a change that was planned before it conflicts
  ASSERT_TRUE(registry_->SetAlias("pricing", "staging", 0, Because("")).ok());
  EXPECT_TRUE(registry_->Aliases("pricing")->empty());
  EXPECT_EQ(registry_->AliasHistory("pricing")->size(), 2u);
}

TEST_F(RegistryTest, TrafficMovesOnlyWithAReason) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(Promote(2).ok());
  for (const std::string& reason :
       {std::string(), std::string(" \t\n"), std::string(limits::kReasonBytes + 1, 'x')}) {
    EXPECT_FALSE(registry_->SetAlias("pricing", "champion", 1, Because(reason)).ok());
    EXPECT_FALSE(registry_->Rollback("pricing", Because(reason)).ok());
  }
  EXPECT_FALSE(registry_->SetAlias("pricing", "champion", 1, Change{}).ok());
  EXPECT_EQ(Route().champion, 2u);
}

TEST_F(RegistryTest, WithoutGoldenRowsNothingServesEvenByForce) {
  NewVersion version = Good();
  version.golden_blob.clear();
  Register(version);
  EXPECT_EQ(CodeOf(Promote(1)), Code::kFailedPrecondition);
  EXPECT_EQ(CodeOf(registry_->SetAlias("pricing", "champion", 1, Forced("now"))),
            Code::kFailedPrecondition);
  EXPECT_EQ(Route().champion, 0u);
}

TEST_F(RegistryTest, ARefusedVersionServesOnlyByForceAndThatIsKept) {
  NewVersion bad = Good();
  bad.validation_json = R"([{"severity":"refuse","message":"label rate 0.9, was 0.2"}])";
  RegisterGood(1);
  Register(bad);
  const VersionRecord refused = *registry_->Version("pricing", 2);
  EXPECT_EQ(refused.state, State::kRefused);
  EXPECT_EQ(refused.state_reason, "label rate 0.9, was 0.2");
  const Status promoted = Promote(2);
  EXPECT_EQ(CodeOf(promoted), Code::kFailedPrecondition);
  EXPECT_EQ(promoted.error().why(), "label rate 0.9, was 0.2");
  EXPECT_FALSE(registry_->SetAlias("pricing", "champion", 2, Forced("")).ok());
  ASSERT_TRUE(registry_->SetAlias("pricing", "champion", 2, Forced("the boss says so")).ok());
  const AliasChange last = registry_->AliasHistory("pricing")->back();
  EXPECT_TRUE(last.forced);
  EXPECT_EQ(last.reason, "the boss says so");
  EXPECT_EQ(Route().champion, 2u);
}

TEST_F(RegistryTest, StatesKeepTheChampionServing) {
  RegisterGood(3);
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(Promote(2).ok());
  EXPECT_EQ(CodeOf(registry_->SetVersionState("pricing", 2, State::kArchived, Because("old"))),
            Code::kFailedPrecondition);
  ASSERT_TRUE(registry_->SetVersionState("pricing", 3, State::kRefused, Because("bad data")).ok());
  EXPECT_EQ(registry_->Version("pricing", 3)->state_reason, "bad data");
  EXPECT_FALSE(registry_->SetVersionState("pricing", 3, State::kCandidate, Because("fine")).ok());
  EXPECT_TRUE(registry_->SetVersionState("pricing", 3, State::kCandidate, Forced("fine")).ok());
  EXPECT_EQ(Route().previous, 1u);
  ASSERT_TRUE(registry_->SetVersionState("pricing", 1, State::kArchived, Because("old")).ok());
  EXPECT_EQ(Route().previous, 0u);  // and the route knows that there is no way back
  EXPECT_EQ(CodeOf(Promote(1)), Code::kFailedPrecondition);
}

TEST_F(RegistryTest, IfRevisionFindsAChangeInBetween) {
  RegisterGood(2);
  Change change = Because("planned");
  change.if_revision = Route().revision;
  ASSERT_TRUE(registry_->SetAlias("pricing", "champion", 1, change).ok());
  const auto second = registry_->SetAlias("pricing", "champion", 2, change);
  EXPECT_EQ(CodeOf(second), Code::kConflict);
  EXPECT_EQ(CodeOf(registry_->Rollback("pricing", change)), Code::kConflict);
  EXPECT_EQ(CodeOf(registry_->ApplyContract(std::string(kPricing) + "# new\n", change)),
            Code::kConflict);
  EXPECT_EQ(Route().champion, 1u);
}

TEST_F(RegistryTest, ChampionAtAnswersForAnyTimeEvenWhenTheClockWentBack) {
  RegisterGood(2);
  const Time start = clock_.Now();
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(Promote(1).ok());
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(Promote(2).ok());
  clock_.JumpWall(-std::chrono::hours(3));
  ASSERT_TRUE(registry_->Rollback("pricing", Because("bad")).ok());
  const auto at = [&](std::chrono::minutes after) {
    return *registry_->ChampionAt("pricing", start + after);
  };
  EXPECT_EQ(at(std::chrono::minutes(59)), 0u);
  EXPECT_EQ(at(std::chrono::minutes(60)), 1u);
  EXPECT_EQ(at(std::chrono::minutes(119)), 1u);
  EXPECT_EQ(at(std::chrono::minutes(120)), 1u);  // the rollback stands at the time of what it undid
  const auto history = *registry_->AliasHistory("pricing");
  EXPECT_LE(history[1].at, history[2].at);
}

TEST_F(RegistryTest, EverythingIsThereAfterOpeningAgain) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(Promote(2).ok());
  registry_.reset();
  registry_ = Reopened();
  EXPECT_EQ(Route().champion, 2u);
  EXPECT_EQ(registry_->Rollback("pricing", Because("bad"))->to, 1u);
  EXPECT_EQ(Register(Good()), 3u);
}

TEST_F(RegistryTest, VerdictsComeNewestFirstOncePerWindow) {
  StoredVerdict verdict{.model = "pricing", .version = 1, .rows = 1000, .verdict = "ok"};
  verdict.evidence_json = "{}";
  for (int window = 0; window < 3; ++window) {
    verdict.window_start = clock_.Now();
    clock_.Advance(std::chrono::hours(1));
    verdict.window_end = clock_.Now();
    ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
  }
  verdict.verdict = "drift";  // the last window, watched again
  ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
  const auto verdicts = *registry_->Verdicts("pricing", {.limit = 10});
  ASSERT_EQ(verdicts.size(), 3u);
  EXPECT_EQ(verdicts[0].verdict, "drift");
  EXPECT_EQ(verdicts[0].window_end, clock_.Now());
  EXPECT_EQ(verdicts[1].verdict, "ok");
  EXPECT_EQ(registry_->Verdicts("pricing", {.limit = 1})->size(), 1u);
  verdict.model = "none";
  EXPECT_EQ(CodeOf(registry_->StoreVerdicts({&verdict, 1})), Code::kNotFound);
}

}  // namespace
}  // namespace mooring::records
