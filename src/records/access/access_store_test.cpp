#include "records/access/access_store.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "records/access/token_text.h"

namespace mooring::records {
namespace {

using std::chrono::hours;

class AccessStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "access_" + std::to_string(::getpid()) + ".db";
    Clear();
    Open();
  }
  void TearDown() override {
    store_.reset();
    Clear();
  }
  void Open() {
    auto opened = AccessStore::Open({.path = path_, .clock = &clock_, .witness = witness_});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(*opened);
  }
  void Clear() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  static TokenRequest Request(RoleSet roles, std::vector<std::string> models = {}) {
    return {.principal = "ann",
            .label = "ci",
            .author = "root",
            .scope = {roles, std::move(models)},
            .lifetime = hours(24)};
  }
  Result<NewToken> Make(RoleSet roles, std::vector<std::string> models = {}) {
    return store_->CreateToken(Request(roles, std::move(models)), RandomSecret(kSecretBytes));
  }

  std::string path_;
  SimulatedClock clock_;
  AccessWitness witness_;
  std::unique_ptr<AccessStore> store_;
};

constexpr RoleSet kScorer = SetOf(Role::kScorer), kViewer = SetOf(Role::kViewer);

TEST_F(AccessStoreTest, KeepsTokensAndGrantsAcrossAReopening) {
  const NewToken made = Make(kScorer | kViewer, {"a", "b"}).value();
  EXPECT_TRUE(LooksLikeToken(made.text));
  store_.reset();
  Open();
  const AccessFacts facts = store_->Facts().value();
  ASSERT_EQ(facts.tokens.size(), 1U);
  const TokenRecord& token = facts.tokens[0];
  EXPECT_EQ(token.id, made.record.id);
  EXPECT_EQ(token.principal, "ann");
  EXPECT_EQ(token.label, "ci");
  EXPECT_EQ(token.scope.roles, kScorer | kViewer);
  EXPECT_EQ(token.scope.models, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(token.expires - token.created, hours(24));
  EXPECT_EQ(token.hash, HashOfToken(made.text));
  EXPECT_EQ(token.State(clock_.Now()), "active");
  EXPECT_EQ(facts.grants.size(), 4U) << "each role over each model";
}

TEST_F(AccessStoreTest, TheFileHoldsNoTokenInAnyForm) {
  const std::string secret = RandomSecret(kSecretBytes);
  const NewToken made = store_->CreateToken(Request(kScorer), secret).value();
  store_.reset();
  std::string bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(path_ + suffix, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    bytes += text.str();
  }
  EXPECT_GT(bytes.size(), 4000U);
  EXPECT_EQ(bytes.find(made.text.substr(9, 12)), std::string::npos);
  EXPECT_EQ(bytes.find(secret.substr(0, 8)), std::string::npos);
  EXPECT_EQ(bytes.find("mor_live"), std::string::npos);
}

TEST_F(AccessStoreTest, RefusesTokensWithoutSense) {
  const auto refused = [&](TokenRequest request) {
    return store_->CreateToken(request, RandomSecret(kSecretBytes)).error().code();
  };
  TokenRequest request = Request(0);
  EXPECT_EQ(refused(request), Code::kInvalidArgument);
  request = Request(kScorer, {"../x"});
  EXPECT_EQ(refused(request), Code::kInvalidArgument);
  request = Request(kScorer, std::vector<std::string>(257, "m"));
  EXPECT_EQ(refused(request), Code::kTooLarge);
  for (const std::chrono::seconds life :
       {std::chrono::seconds(0), std::chrono::seconds(-1),
        std::chrono::seconds(hours(365 * 24)) + std::chrono::seconds(1)}) {
    request = Request(kScorer);
    request.lifetime = life;
    EXPECT_EQ(refused(request), Code::kInvalidArgument) << life.count();
  }
  request = Request(kScorer);
  request.caps.at_once = 0;
  EXPECT_EQ(refused(request), Code::kInvalidArgument);
  request = Request(kScorer);
  request.principal = "a b";
  EXPECT_EQ(refused(request), Code::kInvalidArgument);
  EXPECT_TRUE(store_->Facts()->grants.empty());
  EXPECT_TRUE(store_->Facts()->tokens.empty());
}

TEST_F(AccessStoreTest, SeparatesDutiesWhenGrantingAndWhenMakingTokens) {
  ASSERT_TRUE(store_->AddGrant("ann", {Role::kDeveloper, "m"}, "root").ok());
  EXPECT_EQ(store_->AddGrant("ann", {Role::kValidator, "*"}, "root").error().code(),
            Code::kFailedPrecondition);
  EXPECT_TRUE(store_->AddGrant("ann", {Role::kValidator, "n"}, "root").ok());
  EXPECT_EQ(Make(SetOf(Role::kRiskOfficer), {"n", "m"}).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Make(SetOf(Role::kAdmin) | SetOf(Role::kOperator)).error().code(),
            Code::kFailedPrecondition)
      << "within one scope as well";
  EXPECT_EQ(store_->Facts()->grants.size(), 2U) << "all or nothing";
  EXPECT_TRUE(store_->AddGrant("bob", {Role::kValidator, "m"}, "root").ok());
}

TEST_F(AccessStoreTest, DutiesAreOfAPersonUnderEveryName) {
  ASSERT_TRUE(store_->AddGrant("ann", {Role::kDeveloper, "m"}, "root").ok());
  for (const char* same : {"oidc:ann", "cert:Ann", "ANN"}) {
    EXPECT_EQ(store_->AddGrant(same, {Role::kValidator, "m"}, "root").error().code(),
              Code::kFailedPrecondition)
        << same;
  }
  EXPECT_TRUE(store_->AddGrant("oidc:bob", {Role::kValidator, "m"}, "root").ok());
}

TEST_F(AccessStoreTest, GrantsAreTakenAwayOnce) {
  ASSERT_TRUE(store_->AddGrant("ann", {Role::kViewer, "m"}, "root").ok());
  ASSERT_TRUE(store_->AddGrant("ann", {Role::kViewer, "m"}, "root").ok()) << "twice is once";
  EXPECT_TRUE(store_->RemoveGrant("ann", {Role::kViewer, "m"}, "root").ok());
  EXPECT_EQ(store_->RemoveGrant("ann", {Role::kViewer, "m"}, "root").error().code(),
            Code::kNotFound);
  EXPECT_FALSE(store_->AddGrant("ann", {Role::kViewer, "a/b"}, "root").ok());
  EXPECT_FALSE(store_->AddGrant("", {Role::kViewer, "m"}, "root").ok());
}

TEST_F(AccessStoreTest, RevokesOnce) {
  const std::uint64_t id = Make(kScorer)->record.id;
  clock_.Advance(hours(1));
  EXPECT_EQ(store_->RevokeToken(id, "root", "left")->State(clock_.Now()), "revoked");
  EXPECT_EQ(store_->RevokeToken(id, "root", "").error().code(), Code::kConflict);
  EXPECT_EQ(store_->RevokeToken(id + 1, "root", "").error().code(), Code::kNotFound);
  EXPECT_EQ(store_->Token(id)->revoked, clock_.Now());
}

TEST_F(AccessStoreTest, RotatesWithAnOverlap) {
  const NewToken old = Make(kScorer, {"m"}).value();
  clock_.Advance(hours(2));
  const auto rotated = store_->RotateToken(old.record.id, hours(1), "root", RandomSecret(32));
  ASSERT_TRUE(rotated.ok()) << rotated.error().ToString();
  EXPECT_NE(rotated->text, old.text);
  EXPECT_EQ(rotated->record.scope.models, old.record.scope.models);
  EXPECT_EQ(rotated->record.expires, clock_.Now() + hours(24));
  EXPECT_EQ(store_->Token(old.record.id)->expires, clock_.Now() + hours(1));
  EXPECT_EQ(store_->Token(old.record.id)->replaced_by, rotated->record.id);
  EXPECT_EQ(store_->RotateToken(old.record.id, hours(1), "root", RandomSecret(32)).error().code(),
            Code::kConflict);
  EXPECT_EQ(
      store_->RotateToken(rotated->record.id, hours(31 * 24), "r", RandomSecret(32)).error().code(),
      Code::kInvalidArgument);
  clock_.Advance(hours(25));
  EXPECT_EQ(store_->RotateToken(rotated->record.id, hours(1), "r", RandomSecret(32)).error().code(),
            Code::kConflict)
      << "expired";
}

TEST_F(AccessStoreTest, TellsAWitnessFirstWhoMayStopIt) {
  std::vector<AccessEvent> seen;
  bool refuse = false;
  witness_ = [&](const AccessEvent& event) {
    seen.push_back(event);
    return refuse ? Status(Error(Code::kUnavailable, "the log is full")) : Ok();
  };
  Open();
  const NewToken made = Make(kScorer, {"m"}).value();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].action, "grant add");
  EXPECT_EQ(seen[1].action, "token create");
  EXPECT_EQ(seen[1].detail, "scorer of m");
  for (const AccessEvent& event : seen) {
    EXPECT_EQ((event.who + event.subject + event.detail).find("mor_live"), std::string::npos);
  }
  refuse = true;
  EXPECT_EQ(store_->RevokeToken(made.record.id, "root", "").error().code(), Code::kUnavailable);
  EXPECT_EQ(store_->Token(made.record.id)->revoked, Time{});
  EXPECT_FALSE(store_->AddGrant("ann", {Role::kViewer, "x"}, "root").ok());
  refuse = false;
  EXPECT_FALSE(store_->AddGrant("ann", {Role::kDeveloper, "m"}, "root").ok() &&
               store_->AddGrant("ann", {Role::kValidator, "m"}, "root").ok());
  EXPECT_FALSE(seen.back().allowed) << "what was refused is told too";
}

TEST_F(AccessStoreTest, NotesTheLatestUse) {
  const std::uint64_t id = Make(kScorer)->record.id;
  const Time late = clock_.Now() + hours(2);
  ASSERT_TRUE(store_->NoteUses({{id, late}, {id, late - hours(1)}}).ok());
  EXPECT_EQ(store_->Token(id)->used, late);
}

}  // namespace
}  // namespace mooring::records
