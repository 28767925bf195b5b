#include "records/audit/audited_registry.h"

#include "records/audit/audit_sink_for_tests.h"
#include "records/registry/registry_fixture.h"

namespace mooring::records {
namespace {

class AuditedRegistryTest : public RegistryFixture {
 protected:
  void SetUp() override {
    RegistryFixture::SetUp();
    registry_ =
        MakeAuditedRegistry({.registry = std::move(registry_), .sink = &sink_, .channel = "api"});
  }
  const ControlEntry& Asked() const { return sink_.entries.at(sink_.entries.size() - 2); }
  const ControlEntry& Outcome() const { return sink_.entries.back(); }
  void ExpectPair(const std::string& action, const std::string& object) const {
    ASSERT_GE(sink_.entries.size(), 2u);
    EXPECT_EQ(Asked().action, action);
    EXPECT_EQ(Asked().object, object);
    EXPECT_EQ(Asked().principal, "ann");
    EXPECT_EQ(Asked().channel, "api");
    EXPECT_EQ(Asked().outcome, "");
    EXPECT_EQ(Outcome().outcome_of, Asked().sequence);
    EXPECT_EQ(Outcome().outcome, "done");
  }
  RecordingSink sink_;
};

TEST_F(AuditedRegistryTest, AContractIsToldWithBothHashes) {
  const std::string text = std::string(kPricing) + "purpose: other\n";
  const std::string before = registry_->Model("pricing")->contract_hash;
  const auto applied = registry_->ApplyContract(text, Because("new"));
  ASSERT_TRUE(applied.ok());
  ExpectPair("contract.apply", "pricing");
  EXPECT_EQ(Asked().before, before);
  EXPECT_EQ(Asked().after, applied->contract_hash);
  EXPECT_EQ(Asked().reason, "new");
}

TEST_F(AuditedRegistryTest, VersionsAliasesAndStatesAreTold) {
  const NewVersion good = Good();
  NewVersion other = good;
  other.artifact_blob = std::string(64, 'd');
  ASSERT_EQ(Register(good), 1u);
  ExpectPair("version.register", "pricing");
  EXPECT_EQ(Asked().after, good.artifact_blob);
  EXPECT_EQ(Outcome().detail, "version 1");
  ASSERT_EQ(Register(other), 2u);
  ASSERT_TRUE(Promote(1).ok());
  ExpectPair("alias.set", "pricing/champion");
  EXPECT_EQ(Asked().before, "");
  EXPECT_EQ(Asked().after, good.artifact_blob);
  ASSERT_TRUE(Promote(2).ok());
  EXPECT_EQ(Asked().before, good.artifact_blob);
  EXPECT_EQ(Asked().detail, "to version 2");
  ASSERT_TRUE(registry_->Rollback("pricing", Because("worse")).ok());
  ExpectPair("alias.rollback", "pricing/champion");
  EXPECT_EQ(Asked().before, other.artifact_blob);
  EXPECT_EQ(Outcome().detail.substr(0, 12), "to version 1");
  ASSERT_TRUE(
      registry_->SetVersionState("pricing", 2, VersionRecord::State::kArchived, Because("old"))
          .ok());
  ExpectPair("version.state", "pricing/2");
  EXPECT_EQ(Asked().detail, "to archived");
}

TEST_F(AuditedRegistryTest, WhatFailsIsToldWithItsError) {
  EXPECT_FALSE(registry_->Rollback("pricing", Because("worse")).ok());
  EXPECT_EQ(Asked().action, "alias.rollback");
  EXPECT_EQ(Outcome().outcome.substr(0, 8), "failed: ");
  EXPECT_EQ(Outcome().outcome_of, Asked().sequence);
}

TEST_F(AuditedRegistryTest, NothingIsChangedWhenTheEntryCannotBeWritten) {
  RegisterGood(1);
  sink_.refuse = Error(Code::kResourceExhausted, "the disk is full");
  const std::string text = std::string(kPricing) + "purpose: other\n";
  EXPECT_EQ(CodeOf(registry_->ApplyContract(text, Because("new"))), Code::kResourceExhausted);
  EXPECT_EQ(CodeOf(registry_->RegisterVersion("pricing", Good(), Because("x"))),
            Code::kResourceExhausted);
  EXPECT_EQ(CodeOf(Promote(1)), Code::kResourceExhausted);
  EXPECT_EQ(CodeOf(registry_->SetVersionState("pricing", 1, VersionRecord::State::kArchived,
                                              Because("x"))),
            Code::kResourceExhausted);
  const auto refused = registry_->Rollback("pricing", Because("x"));
  EXPECT_EQ(CodeOf(refused), Code::kResourceExhausted);
  EXPECT_NE(refused.error().message().find("nothing was changed"), std::string::npos);
  sink_.refuse.reset();
  EXPECT_EQ(registry_->Versions("pricing")->size(), 1u);
  EXPECT_TRUE(registry_->Aliases("pricing")->empty());
  EXPECT_EQ(registry_->Version("pricing", 1)->state, VersionRecord::State::kCandidate);
  EXPECT_NE(registry_->Model("pricing")->purpose, "other");
}

TEST_F(AuditedRegistryTest, ReadingAndVerdictsAreNotTold) {
  RegisterGood(1);
  const std::size_t told = sink_.entries.size();
  StoredVerdict verdict;
  verdict.model = "pricing";
  verdict.version = 1;
  verdict.verdict = "ok";
  verdict.evidence_json = "{}";
  EXPECT_TRUE(registry_->StoreVerdicts(std::span(&verdict, 1)).ok());
  EXPECT_EQ(registry_->Verdicts("pricing", {})->size(), 1u);
  EXPECT_EQ(registry_->VerdictsAfter(0, 10)->size(), 1u);
  EXPECT_EQ(registry_->Models()->size(), 1u);
  EXPECT_TRUE(registry_->Desired().ok());
  EXPECT_FALSE(registry_->ApplyContract("not: a contract", Because("x")).ok());
  EXPECT_EQ(sink_.entries.size(), told);
}

}  // namespace
}  // namespace mooring::records
