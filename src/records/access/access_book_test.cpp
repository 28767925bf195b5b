#include "records/access/access_book.h"

#include <unistd.h>

#include <filesystem>
#include <future>
#include <thread>

#include "records/access/token_text.h"

namespace mooring::records {
namespace {

using std::chrono::hours;

// The store stands for the command line of another process: a connection of its own.
class AccessBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "book_" + std::to_string(::getpid()) + ".db";
    Clear();
    store_ = AccessStore::Open({.path = path_, .clock = &clock_, .witness = {}}).value();
    book_ = AccessBook::Open({.path = path_, .clock = &clock_, .on_problem = {}}).value();
  }
  void TearDown() override {
    book_.reset();
    store_.reset();
    Clear();
  }
  void Clear() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  NewToken Make(RoleSet roles, std::vector<std::string> models = {}, CallerCaps caps = {}) {
    return store_
        ->CreateToken({.principal = "ann",
                       .label = "",
                       .author = "root",
                       .scope = {roles, std::move(models)},
                       .lifetime = hours(24),
                       .caps = caps},
                      RandomSecret(kSecretBytes))
        .value();
  }
  void Refresh() { ASSERT_TRUE(book_->Refresh().ok()); }

  std::string path_;
  SimulatedClock clock_;
  std::unique_ptr<AccessStore> store_;
  std::unique_ptr<AccessBook> book_;
};

TEST_F(AccessBookTest, KnowsTokensUntilTheyEnd) {
  EXPECT_FALSE(book_->has_tokens());
  const NewToken token = Make(SetOf(Role::kScorer), {"m"});
  EXPECT_EQ(book_->WithToken(token.text), nullptr) << "not looked yet";
  Refresh();
  EXPECT_TRUE(book_->has_tokens());
  const auto ann = book_->WithToken(token.text);
  ASSERT_NE(ann, nullptr);
  EXPECT_EQ(ann->name(), "ann");
  EXPECT_TRUE(ann->May(Permission::kPredict, "m"));
  EXPECT_FALSE(ann->Sees("n"));
  for (const std::string& wrong : {std::string(), std::string("Bearer"), token.text + "x",
                                   TokenText(RandomSecret(32)), std::string(1'000'000, 'a')}) {
    EXPECT_EQ(book_->WithToken(wrong), nullptr);
  }
  clock_.Advance(hours(24) - Micros(1));
  EXPECT_NE(book_->WithToken(token.text), nullptr);
  clock_.Advance(Micros(1));
  EXPECT_EQ(book_->WithToken(token.text), nullptr) << "expired, without a look";
}

TEST_F(AccessBookTest, ARevokedTokenEndsWithTheNextLookAndTheServerStillAsks) {
  const NewToken token = Make(SetOf(Role::kScorer));
  Refresh();
  ASSERT_TRUE(store_->RevokeToken(token.record.id, "root", "").ok());
  Refresh();
  EXPECT_EQ(book_->WithToken(token.text), nullptr);
  EXPECT_TRUE(book_->has_tokens());
}

TEST_F(AccessBookTest, ATokenOpensWhatItsScopeAndItsPrincipalsGrantsShare) {
  const NewToken narrow = Make(SetOf(Role::kScorer), {"m"});
  const NewToken wide = Make(SetOf(Role::kScorer));
  ASSERT_TRUE(store_->AddGrant("ann", {Role::kOperator, "m"}, "root").ok());
  Refresh();
  EXPECT_FALSE(book_->WithToken(narrow.text)->May(Permission::kPromote, "m")) << "not in its scope";
  EXPECT_FALSE(book_->WithToken(narrow.text)->Sees("n"));
  EXPECT_TRUE(book_->WithToken(wide.text)->May(Permission::kPredict, "n"));
  EXPECT_TRUE(book_->Named("ann")->May(Permission::kPromote, "m"));
  ASSERT_TRUE(store_->RemoveGrant("ann", {Role::kScorer, "*"}, "root").ok());
  Refresh();
  EXPECT_FALSE(book_->WithToken(wide.text)->Sees("n")) << "a grant taken away is taken from all";
  EXPECT_TRUE(book_->WithToken(narrow.text)->May(Permission::kPredict, "m"));
  EXPECT_EQ(book_->Named("bob"), nullptr);
}

TEST_F(AccessBookTest, TellsWhatAPersonHoldsUnderEveryName) {
  ASSERT_TRUE(store_->AddGrant("Ann", {Role::kOperator, "m"}, "root").ok());
  ASSERT_TRUE(store_->AddGrant("cert:ann", {Role::kViewer, "n"}, "root").ok());
  Refresh();
  EXPECT_EQ(book_->GrantsOfPerson("oidc:ann").size(), 2U);
  EXPECT_TRUE(book_->GrantsOfPerson("oidc:anna").empty());
}

TEST_F(AccessBookTest, BudgetsOutliveSnapshots) {
  const NewToken token = Make(SetOf(Role::kScorer), {}, {.requests_per_second = 7});
  Refresh();
  CallerBudget* const before = book_->WithToken(token.text)->budget();
  EXPECT_EQ(before->caps().requests_per_second, 7U);
  Make(SetOf(Role::kViewer));
  Refresh();
  EXPECT_EQ(book_->WithToken(token.text)->budget(), before);
}

TEST_F(AccessBookTest, NotesWhenTokensWereUsed) {
  const NewToken token = Make(SetOf(Role::kScorer));
  Refresh();
  clock_.Advance(hours(1));
  ASSERT_NE(book_->WithToken(token.text), nullptr);
  ASSERT_TRUE(book_->NoteUses().ok());
  EXPECT_EQ(store_->Token(token.record.id)->used, clock_.Now());
}

TEST_F(AccessBookTest, TheThreadSeesWhatAnotherProcessDoes) {
  std::jthread thread([&](std::stop_token stop) { book_->Run(stop); });
  const NewToken token = Make(SetOf(Role::kScorer));
  while (book_->WithToken(token.text) == nullptr) std::this_thread::yield();
  ASSERT_TRUE(store_->RevokeToken(token.record.id, "root", "").ok());
  while (book_->WithToken(token.text) != nullptr) std::this_thread::yield();
}

TEST_F(AccessBookTest, AnswersFromManyThreadsWhileItChanges) {
  const NewToken token = Make(SetOf(Role::kScorer));
  Refresh();
  std::atomic<bool> stop{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) EXPECT_NE(book_->WithToken(token.text), nullptr);
    });
  }
  for (int i = 0; i < 20; ++i) {
    Make(SetOf(Role::kViewer));
    Refresh();
  }
  stop = true;
}

TEST_F(AccessBookTest, AFileThatIsTakenAwayOpensNothing) {
  const NewToken token = Make(SetOf(Role::kScorer), {"m"});
  Refresh();
  store_.reset();
  const std::string away = path_ + ".away";
  const auto move = [](const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(to + suffix);
      if (std::filesystem::exists(from + suffix))
        std::filesystem::copy_file(from + suffix, to + suffix);
    }
  };
  move(path_, away);
  Clear();
  const Status gone = book_->Refresh();
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().code(), Code::kUnavailable);
  EXPECT_NE(gone.error().message().find("is gone"), std::string::npos);
  EXPECT_TRUE(book_->has_tokens());
  EXPECT_NE(book_->WithToken(token.text), nullptr);
  // One without a token would let everybody in.
  ASSERT_TRUE(AccessStore::Open({.path = path_, .clock = &clock_, .witness = {}}).ok());
  EXPECT_FALSE(book_->Refresh().ok());
  EXPECT_TRUE(book_->has_tokens());
  Clear();
  move(away, path_);
  Refresh();
  EXPECT_NE(book_->WithToken(token.text), nullptr);
  store_ = AccessStore::Open({.path = path_, .clock = &clock_, .witness = {}}).value();
  ASSERT_TRUE(store_->RevokeToken(token.record.id, "root", "").ok());
  Refresh();
  EXPECT_EQ(book_->WithToken(token.text), nullptr) << "the copy is what counts now";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(away + suffix);
}

}  // namespace
}  // namespace mooring::records
