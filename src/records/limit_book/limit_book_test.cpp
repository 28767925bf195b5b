#include "records/limit_book/limit_book.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace mooring::records {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Kind = LimitChangeKind;
using State = LimitChangeState;

class LimitBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = ::testing::TempDir() + "book_" + std::to_string(::getpid()) + "_" + test->name();
    Remove();
    Reopen();
  }
  void TearDown() override {
    book_.reset();
    Remove();
  }
  void Remove() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  void Reopen() {
    book_.reset();
    auto opened = LimitBook::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    book_ = std::move(*opened);
  }
  LimitChange Asked(Kind kind, std::string max = "") const {
    LimitChange change;
    change.kind = kind;
    if (kind == Kind::kKillRelease) {
      change.kill = 7;
    } else {
      change.model = "cover";
      change.limit = "daily";
      change.over = "500";
    }
    change.max = std::move(max);
    change.reason = "a reason";
    change.maker = "Ann";
    change.expires = now_ + kChangeLives;
    return change;
  }
  LimitChange Ask(Kind kind, std::string max = "") {
    auto change = book_->Ask(Asked(kind, std::move(max)), now_);
    EXPECT_TRUE(change.ok()) << change.error().ToString();
    return change.ok() ? *change : LimitChange();
  }
  std::string Max() {
    const auto in_force = book_->InForce();
    const LimitInForce* limit = in_force->Find("cover", "daily");
    return limit == nullptr ? "" : limit->max;
  }
  template <typename T>
  static Code CodeOf(const Result<T>& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Code::kInternal : result.error().code();
  }
  std::string path_;
  std::unique_ptr<LimitBook> book_;
  Time now_{hours(1000)};
};

TEST_F(LimitBookTest, LowersAtOnceAndRaisesWithTwo) {
  const LimitChange lower = Ask(Kind::kLower, "400.0");
  EXPECT_EQ(lower.state, State::kApproved);
  EXPECT_EQ(lower.max, "400");
  EXPECT_EQ(Max(), "400");
  const LimitChange raise = Ask(Kind::kRaise, "600");
  EXPECT_EQ(raise.state, State::kPending);
  EXPECT_EQ(raise.before, book_->InForce()->hash);
  EXPECT_EQ(Max(), "400");
  const auto approved = book_->Approve(raise.id, {"eve", "good", raise.hash}, now_ + minutes(5));
  ASSERT_TRUE(approved.ok()) << approved.error().ToString();
  EXPECT_EQ(approved->state, State::kApproved);
  EXPECT_EQ(approved->checker, "eve");
  EXPECT_EQ(Max(), "600");
  EXPECT_EQ(CodeOf(book_->Approve(raise.id, {"eve", "", raise.hash}, now_)), Code::kConflict);
  Reopen();
  EXPECT_EQ(Max(), "600");
  const LimitChange read = *book_->Change(raise.id, now_);
  EXPECT_EQ(read.state, State::kApproved);
  EXPECT_EQ(read.note, "good");
  EXPECT_EQ(read.decided, now_ + minutes(5));
  EXPECT_TRUE(book_->Verify().ok());
  const auto revisions = *book_->Revisions(0, 10);
  ASSERT_EQ(revisions.size(), 2u);
  EXPECT_EQ(revisions[1].previous, revisions[0].hash);
  EXPECT_EQ(revisions[1].maker, "Ann");
  EXPECT_EQ(revisions[1].checker, "eve");
}

TEST_F(LimitBookTest, NobodyApprovesTheirOwn) {
  const LimitChange raise = Ask(Kind::kRaise, "600");
  for (const char* self : {"Ann", "ann", "  ANN ", "aNN\t"}) {
    EXPECT_EQ(CodeOf(book_->Approve(raise.id, {self, "", raise.hash}, now_)),
              Code::kPermissionDenied)
        << self;
  }
  for (const char* nobody : {"", "  "}) {
    EXPECT_EQ(CodeOf(book_->Approve(raise.id, {nobody, "", raise.hash}, now_)),
              Code::kInvalidArgument);
  }
  EXPECT_EQ(Max(), "");
  EXPECT_EQ(book_->Change(raise.id, now_)->state, State::kPending);
}

TEST_F(LimitBookTest, ApprovalsAreOfWhatWasRead) {
  const LimitChange raise = Ask(Kind::kRaise, "600"), other = Ask(Kind::kRaise, "900");
  EXPECT_EQ(CodeOf(book_->Approve(raise.id, {"eve", "", other.hash}, now_)), Code::kConflict);
  EXPECT_EQ(CodeOf(book_->Approve(raise.id, {"eve", "", ""}, now_)), Code::kConflict);
  ASSERT_TRUE(book_->Approve(raise.id, {"eve", "", raise.hash}, now_).ok());
  // The limit is not any more what the other was asked of.
  EXPECT_EQ(CodeOf(book_->Approve(other.id, {"eve", "", other.hash}, now_)), Code::kConflict);
  EXPECT_EQ(Max(), "600");
}

TEST_F(LimitBookTest, WhatExpiredIsNotApproved) {
  const LimitChange raise = Ask(Kind::kRaise, "600");
  const Time late = now_ + kChangeLives;
  EXPECT_EQ(book_->Change(raise.id, late - Micros(1))->state, State::kPending);
  EXPECT_EQ(book_->Change(raise.id, late)->state, State::kExpired);
  EXPECT_EQ(CodeOf(book_->Approve(raise.id, {"eve", "", raise.hash}, late)),
            Code::kFailedPrecondition);
  EXPECT_EQ(CodeOf(book_->Reject(raise.id, {"eve", "", ""}, late)), Code::kFailedPrecondition);
  EXPECT_EQ(book_->Changes({.state = State::kExpired}, late)->size(), 1u);
  EXPECT_TRUE(book_->Changes({.state = State::kPending}, late)->empty());
}

TEST_F(LimitBookTest, RejectsAndWithdraws) {
  const LimitChange first = Ask(Kind::kRaise, "600"), second = Ask(Kind::kRelease);
  EXPECT_EQ(book_->Reject(first.id, {"eve", "too much", ""}, now_)->state, State::kRejected);
  EXPECT_EQ(CodeOf(book_->Withdraw(second.id, {"eve", "", ""}, now_)), Code::kPermissionDenied);
  EXPECT_EQ(book_->Withdraw(second.id, {" ann", "", ""}, now_)->state, State::kWithdrawn);
  EXPECT_EQ(CodeOf(book_->Approve(first.id, {"eve", "", first.hash}, now_)), Code::kConflict);
  EXPECT_EQ(CodeOf(book_->Approve(second.id, {"eve", "", second.hash}, now_)), Code::kConflict);
  EXPECT_EQ(CodeOf(book_->Approve(99, {"eve", "", ""}, now_)), Code::kNotFound);
  EXPECT_EQ(book_->InForce()->revision, 0u);
  const auto all = *book_->Changes({.model = "cover"}, now_);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, second.id);  // newest first
  EXPECT_TRUE(book_->Changes({.model = "x"}, now_)->empty());
}

TEST_F(LimitBookTest, KnowsUpFromDown) {
  EXPECT_EQ(CodeOf(book_->Ask(Asked(Kind::kLower, "500"), now_)), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(book_->Ask(Asked(Kind::kLower, "501"), now_)), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(book_->Ask(Asked(Kind::kRaise, "500"), now_)), Code::kInvalidArgument);
  Ask(Kind::kLower, "100");
  EXPECT_EQ(CodeOf(book_->Ask(Asked(Kind::kLower, "200"), now_)), Code::kInvalidArgument);
  EXPECT_EQ(Ask(Kind::kRaise, "200").state, State::kPending);  // below the contract's, but up
  LimitChange without = Asked(Kind::kLower, "5");
  without.limit = "other";
  without.over = "";
  EXPECT_EQ(CodeOf(book_->Ask(without, now_)), Code::kInvalidArgument);
}

TEST_F(LimitBookTest, ReleasesWhatWasShutUntilNow) {
  LimitChange release = Asked(Kind::kRelease);
  release.ramp = {{"0.1", minutes(10)}};
  release = *book_->Ask(release, now_);
  const Time later = now_ + hours(1);
  ASSERT_TRUE(book_->Approve(release.id, {"eve", "", release.hash}, later).ok());
  const auto in_force = *book_->InForce();
  const LimitInForce* limit = in_force.Find("cover", "daily");
  ASSERT_NE(limit, nullptr);
  EXPECT_EQ(limit->released, later);
  EXPECT_EQ(limit->max, "");
  const std::vector<RampMoment> ramp = {{later, 100, 1000}, {later + minutes(10), 1, 1}};
  EXPECT_EQ(limit->ramp, ramp);
}

TEST_F(LimitBookTest, GivesAgainWhatWasNotCarriedOut) {
  const LimitChange kill = Ask(Kind::kKillRelease);
  ASSERT_TRUE(book_->Approve(kill.id, {"eve", "", kill.hash}, now_).ok());
  Reopen();  // before the kill was released
  EXPECT_EQ(CodeOf(book_->Approve(kill.id, {"ann", "", kill.hash}, now_)), Code::kPermissionDenied);
  ASSERT_TRUE(book_->Approve(kill.id, {"eve", "", kill.hash}, now_).ok());
  EXPECT_EQ(book_->InForce()->revision, 1u);  // once
  ASSERT_TRUE(book_->CarriedOut(kill.id, now_).ok());
  EXPECT_EQ(CodeOf(book_->Approve(kill.id, {"eve", "", kill.hash}, now_)), Code::kConflict);
}

TEST_F(LimitBookTest, KeepsNoMorePendingThanItSays) {
  for (std::size_t i = 0; i < kMostPending; ++i) Ask(Kind::kRelease);
  EXPECT_EQ(CodeOf(book_->Ask(Asked(Kind::kRelease), now_)), Code::kResourceExhausted);
  EXPECT_EQ(Ask(Kind::kLower, "1").state, State::kApproved);  // never waits
  now_ += kChangeLives;
  EXPECT_EQ(Ask(Kind::kRelease).state, State::kPending);
}

TEST_F(LimitBookTest, FindsWhatSomebodyEdited) {
  Ask(Kind::kLower, "400");
  const LimitChange raise = Ask(Kind::kRaise, "600");
  {
    auto db = data::Database::Open(path_, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(db->Execute("UPDATE changes SET asked = replace(asked, '600', '900')").ok());
  }
  EXPECT_EQ(CodeOf(book_->Approve(raise.id, {"eve", "", raise.hash}, now_)), Code::kDataLoss);
  {
    auto db = data::Database::Open(path_, {});
    ASSERT_TRUE(db->Execute("UPDATE revisions SET body = replace(body, '400', '499')").ok());
  }
  EXPECT_EQ(book_->Verify().error().code(), Code::kDataLoss);
  EXPECT_EQ(Max(), "400");  // what was folded stays
  EXPECT_FALSE(LimitBook::Open(path_).ok());
  {
    auto db = data::Database::Open(path_, {});
    ASSERT_TRUE(db->Execute("DELETE FROM revisions").ok());
  }
  EXPECT_EQ(book_->Verify().error().code(), Code::kDataLoss);
}

// A process that is killed while it lowers and lowers again: what it said was done is there, and
// the chain holds.
TEST_F(LimitBookTest, LosesNothingThatWasToldToAKilledProcess) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  book_.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    auto book = LimitBook::Open(path_);
    for (int max = 499; book.ok() && max > 0; --max) {
      if (!(*book)->Ask(Asked(Kind::kLower, std::to_string(max)), now_).ok()) break;
      if (::write(pipe[1], &max, sizeof max) != sizeof max) break;
    }
    ::_exit(0);
  }
  ::close(pipe[1]);
  int told = 500;
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(::read(pipe[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  while (::read(pipe[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {
  }
  ::close(pipe[0]);
  Reopen();
  EXPECT_TRUE(book_->Verify().ok());
  // One more may have been committed before it could be told.
  const int max = std::stoi(Max());
  EXPECT_TRUE(max == told || max == told - 1) << max << " of " << told;
  EXPECT_EQ(book_->InForce()->revision, static_cast<std::uint64_t>(500 - max));
}

// Two processes write at once: one chain, nothing lost, and each sees the other's.
TEST_F(LimitBookTest, IsOneChainForTwoProcesses) {
  constexpr int kEach = 25;
  book_.reset();
  const pid_t child = ::fork();
  const auto lower = [&](const char* limit) {
    auto book = LimitBook::Open(path_);
    if (!book.ok()) return false;
    for (int i = 0; i < kEach; ++i) {
      LimitChange change = Asked(Kind::kLower, std::to_string(400 - i));
      change.limit = limit;
      if (!(*book)->Ask(change, now_).ok()) return false;
    }
    return true;
  };
  if (child == 0) ::_exit(lower("theirs") ? 0 : 1);
  EXPECT_TRUE(lower("ours"));
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  Reopen();
  EXPECT_TRUE(book_->Verify().ok());
  const auto in_force = *book_->InForce();
  EXPECT_EQ(in_force.revision, 2u * kEach);
  EXPECT_EQ(in_force.Find("cover", "ours")->max, std::to_string(401 - kEach));
  EXPECT_EQ(in_force.Find("cover", "theirs")->max, std::to_string(401 - kEach));
}

// A book that is open sees what another one wrote.
TEST_F(LimitBookTest, SeesWhatOthersChanged) {
  const auto other = std::move(LimitBook::Open(path_)).value();
  ASSERT_TRUE(other->Ask(Asked(Kind::kLower, "300"), now_).ok());
  EXPECT_EQ(Max(), "300");
  const LimitChange raise = Ask(Kind::kRaise, "450");
  ASSERT_TRUE(other->Approve(raise.id, {"eve", "", raise.hash}, now_).ok());
  EXPECT_EQ(Max(), "450");
}

TEST_F(LimitBookTest, AFileThatIsTakenAwayChangesNothingUntilItIsBack) {
  ASSERT_TRUE(book_->Ask(Asked(Kind::kLower, "400"), now_).ok());
  const LimitsInForce before = book_->InForce().value();
  const auto move = [&](const std::string& from, const std::string& to, bool copy) {
    for (const char* end : {"", "-wal", "-shm"}) {
      std::filesystem::remove(to + end);
      if (!std::filesystem::exists(from + end)) continue;
      if (copy)
        std::filesystem::copy_file(from + end, to + end);
      else
        std::filesystem::rename(from + end, to + end);
    }
  };
  const std::string away = path_ + ".away";
  move(path_, away, false);
  EXPECT_EQ(book_->InForce().error().code(), Code::kUnavailable);
  EXPECT_EQ(book_->Ask(Asked(Kind::kLower, "300"), now_).error().code(), Code::kUnavailable);
  EXPECT_EQ(book_->Known(), before) << "what is known stays";
  // A new one, as another process would make it, is not the same.
  ASSERT_TRUE(LimitBook::Open(path_).ok());
  const auto other = book_->InForce();
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message().find("another file"), std::string::npos);
  EXPECT_FALSE(book_->Ask(Asked(Kind::kRaise, "600"), now_).ok());
  move(away, path_, true);
  EXPECT_EQ(book_->InForce().value(), before) << "a copy";
  ASSERT_TRUE(book_->Ask(Asked(Kind::kLower, "300"), now_).ok());
  EXPECT_EQ(book_->InForce()->Find("cover", "daily")->max, "300");
  // An older copy would open what was lowered since.
  move(away, path_, true);
  EXPECT_FALSE(book_->InForce().ok());
  EXPECT_EQ(book_->Known().Find("cover", "daily")->max, "300");
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(away + end);
}

}  // namespace
}  // namespace mooring::records
