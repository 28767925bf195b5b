#include "api/mlflow/registry/aliases.h"

#include "api/mlflow/registry/registry_calls_fixture.h"

namespace mooring::api::mlflow {
namespace {

using records::Role;

class ClientAliasesTest : public RegistryCalls {
 protected:
  void SetUp() override {
    RegistryCalls::SetUp();
    Serve("credit");  // version 1 is native
    Post("model-versions/create", R"({"name":"credit","source":"runs:/r/model"})");
    // Registers what it is asked for, as control/registration does, or refuses.
    api_->use.make_servable = [this](std::string_view model, VersionNumber number,
                                     const records::Change& change) -> Status {
      ++made_;
      if (!refusal_.empty()) return Error(Code::kFailedPrecondition, refusal_);
      records::NewVersion version = Servable();
      version.reserved = number;
      const auto registered = registry_->RegisterVersion(model, version, change);
      return registered.ok() ? Ok() : Status(registered.error());
    };
  }
  Answered Point(const std::string& alias, int version) {
    return Post("registered-models/alias", R"({"name":"credit","alias":")" + alias +
                                               R"(","version":")" + std::to_string(version) +
                                               R"("})");
  }

  int made_ = 0;
  std::string refusal_;
};

TEST_F(ClientAliasesTest, ChampionOfAContractMovesTraffic) {
  EXPECT_EQ(Point("champion", 1).body, "{}");
  EXPECT_EQ(Champion("credit"), 1u);
  EXPECT_EQ(made_, 0);
  EXPECT_EQ(Point("champion", 2).body, "{}");
  EXPECT_EQ(Champion("credit"), 2u);
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(registry_->Desired()->routes[0].champion, 2u);
  const auto history = registry_->AliasHistory("credit");
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->back().reason, "set by an MLflow client");
  EXPECT_EQ(history->back().author, "api");
  // One call back, which covers what clients set.
  records::Change change;
  change.author = "ann";
  change.reason = "worse";
  EXPECT_EQ(registry_->Rollback("credit", change)->to, 1u);
  EXPECT_EQ(Get("registered-models/alias?name=credit&alias=champion").status, 200);
}

TEST_F(ClientAliasesTest, WhatCannotServeIsRefusedAndNothingMoves) {
  ASSERT_EQ(Point("champion", 1).status, 200);
  refusal_ = "version 2 of 'credit' cannot serve: sklearn models do not run natively";
  const Answered refused = Point("champion", 2);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "INVALID_PARAMETER_VALUE");
  EXPECT_EQ(refused.message(), refusal_);
  EXPECT_EQ(Champion("credit"), 1u);
  api_->use.make_servable = nullptr;
  EXPECT_EQ(Point("champion", 2).status, 400);
  EXPECT_EQ(Champion("credit"), 1u);
  EXPECT_EQ(Point("champion", 9).status, 404);
}

TEST_F(ClientAliasesTest, AVersionThatTheGateRefusedStaysWhereItIs) {
  records::Change change;
  change.author = "ann";
  change.reason = "bad data";
  ASSERT_TRUE(
      registry_->SetVersionState("credit", 1, records::VersionRecord::State::kRefused, change)
          .ok());
  const Answered refused = Point("champion", 1);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.message().find("was refused"), std::string::npos);
  EXPECT_EQ(Champion("credit"), 0u);
}

TEST_F(ClientAliasesTest, OtherAliasesArePointers) {
  EXPECT_EQ(Point("challenger", 2).status, 200);
  EXPECT_EQ(made_, 0);
  EXPECT_TRUE(registry_->Aliases("credit")->empty());
  EXPECT_EQ(catalogue_->Aliases("credit")->at("challenger"), 2u);
  Post("registered-models/create", R"({"name":"free"})");
  Post("model-versions/create", R"({"name":"free","source":"s3://b/m"})");
  EXPECT_EQ(
      Post("registered-models/alias", R"({"name":"free","alias":"champion","version":"1"})").status,
      200);
  EXPECT_EQ(made_, 0);
}

TEST_F(ClientAliasesTest, DeletingChampionWithdrawsIt) {
  ASSERT_EQ(Point("champion", 1).status, 200);
  EXPECT_EQ(Delete("registered-models/alias", R"({"name":"credit","alias":"champion"})").body,
            "{}");
  EXPECT_EQ(Champion("credit"), 0u);
  EXPECT_EQ(Delete("registered-models/alias", R"({"name":"credit","alias":"champion"})").status,
            200);
  EXPECT_EQ(registry_->AliasHistory("credit")->size(), 2u);
}

// Moving traffic takes the right to promote, a pointer the right to register.
TEST_F(ClientAliasesTest, EachAliasTakesItsOwnRight) {
  struct Case {
    Role role;
    int champion, other;
  };
  for (const Case& each : {Case{Role::kOperator, 200, 403}, Case{Role::kDeveloper, 403, 200},
                           Case{Role::kViewer, 403, 403}}) {
    As("someone", {{each.role, "credit"}});
    EXPECT_EQ(Point("champion", 1).status, each.champion) << static_cast<int>(each.role);
    EXPECT_EQ(Point("other", 1).status, each.other) << static_cast<int>(each.role);
  }
  EXPECT_EQ(registry_->AliasHistory("credit")->front().author, "someone");
}

}  // namespace
}  // namespace mooring::api::mlflow
