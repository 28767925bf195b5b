#include "records/access/principal.h"

#include <thread>
#include <vector>

namespace mooring::records {
namespace {

TEST(Principal, MayWhatItsRolesAllowOnEachModel) {
  const Grant grants[] = {
      {Role::kScorer, "b"}, {Role::kOperator, "a"}, {Role::kViewer, "b"}, {Role::kScorer, "c"}};
  const Principal ann("ann", grants);
  EXPECT_TRUE(ann.May(Permission::kPredict, "b"));
  EXPECT_TRUE(ann.May(Permission::kPromote, "a"));
  EXPECT_FALSE(ann.May(Permission::kPromote, "b"));
  EXPECT_FALSE(ann.May(Permission::kPredict, "a"));
  for (const char* foreign : {"", "B", "ab", "d", "*", "b "}) {
    EXPECT_FALSE(ann.Sees(foreign)) << foreign;
    EXPECT_TRUE(ann.May(Permission::kNothing, foreign));
  }
  EXPECT_FALSE(ann.MayEverywhere(Permission::kPredict));
  EXPECT_TRUE(ann.MaySomewhere(Permission::kPredict));
  EXPECT_FALSE(ann.MaySomewhere(Permission::kAdminister));
  EXPECT_FALSE(ann.SeesAll());
}

TEST(Principal, ARoleOverEveryModelIsOverThoseToCome) {
  const Grant grants[] = {{Role::kAuditor, "*"}, {Role::kScorer, "m"}};
  const Principal eve("eve", grants);
  EXPECT_TRUE(eve.May(Permission::kReadLog, "made tomorrow"));
  EXPECT_TRUE(eve.MayEverywhere(Permission::kAudit));
  EXPECT_FALSE(eve.May(Permission::kPredict, "other"));
  EXPECT_TRUE(eve.SeesAll());
}

TEST(Principal, WithoutGrantsThereIsNothing) {
  const Principal nobody("nobody", {});
  for (std::size_t i = 1; i < kPermissions; ++i) {
    EXPECT_FALSE(nobody.MaySomewhere(static_cast<Permission>(i)));
  }
  EXPECT_TRUE(Principal::Local()->MayEverywhere(Permission::kAdminister));
  EXPECT_EQ(Principal::Local()->name(), "");
}

TEST(Principal, NamesArePlain) {
  for (const char* good : {"ann", "svc-1", "spiffe://prod/scorer", "ann@example.com", "9"}) {
    EXPECT_TRUE(ValidatePrincipalName(good).ok()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(129, 'a'), std::string("-x"), std::string("a b"),
        std::string("a\n"), std::string("a,b"), std::string("Анна"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(ValidatePrincipalName(bad).ok()) << bad;
  }
}

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(CallerBudget, LetsASecondsWorthThroughAtOnceAndThenTheRate) {
  CallerBudget budget({.requests_per_second = 10});
  std::int64_t now = 5 * kSecond;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.TakeRequest(now), 0) << i;
  EXPECT_EQ(budget.TakeRequest(now), kSecond / 10);
  EXPECT_EQ(budget.TakeRequest(now), kSecond / 10) << "a refused one costs nothing";
  EXPECT_EQ(budget.TakeRequest(now + kSecond / 10 - 1), 1);
  EXPECT_EQ(budget.TakeRequest(now + kSecond / 10), 0);
  EXPECT_NE(budget.TakeRequest(now + kSecond / 10), 0);
  int taken = 0;
  for (std::int64_t t = now + kSecond; t < now + 11 * kSecond; t += kSecond / 1000) {
    taken += budget.TakeRequest(t) == 0;
  }
  EXPECT_GE(taken, 100);
  EXPECT_LE(taken, 110);
}

TEST(CallerBudget, NeverLetsMoreThroughThanTheRateAndOneSecondsWorth) {
  for (const std::uint32_t rate : {1U, 3U, 7U, 1000U, 999'983U}) {
    CallerBudget budget({.requests_per_second = rate});
    std::uint64_t taken = 0;
    // Far more often than it may, for three seconds.
    for (std::int64_t t = 0; t < 3 * kSecond; t += kSecond / (3 * std::int64_t{rate} + 1)) {
      taken += budget.TakeRequest(t) == 0;
    }
    EXPECT_LE(taken, std::uint64_t{rate} * 4) << rate;
    EXPECT_GE(taken, std::uint64_t{rate} * 3 - 1) << rate;
  }
}

TEST(CallerBudget, CountsRequestsAtOnce) {
  CallerBudget budget({.at_once = 2});
  EXPECT_TRUE(budget.Enter());
  EXPECT_TRUE(budget.Enter());
  EXPECT_FALSE(budget.Enter());
  EXPECT_FALSE(budget.Enter());
  budget.at_once().fetch_sub(1);
  EXPECT_TRUE(budget.Enter());
  EXPECT_EQ(budget.at_once().load(), 2U);
}

TEST(CallerBudget, IsOneForAllThreads) {
  CallerBudget budget({.requests_per_second = 1000});
  std::atomic<int> taken{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) taken += budget.TakeRequest(kSecond) == 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace mooring::records
