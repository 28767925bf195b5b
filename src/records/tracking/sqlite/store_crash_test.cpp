// A process that is killed while 16 threads write: every call it was told to have succeeded is
// there afterwards, whole, and the file is sound. Once here, often with MOORING_LONG_TESTS=1.
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "data/store/sqlite.h"
#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

constexpr int kThreads = 16;

struct Told {
  std::int32_t thread = 0, step = 0;
};

class StoreCrashTest : public StoreFixture {
 protected:
  // Each thread writes its own run's steps, one after the other, and tells each that succeeded.
  [[noreturn]] void WriteUntilKilled(int pipe) {
    auto own = OpenSqliteTracking({.file = path(), .clock = &clock_, .seed = 99});
    std::vector<std::thread> threads;
    for (int t = 0; own.ok() && t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int step = 1;; ++step) {
          const std::vector<Metric> points = {Point("a", step, step, step),
                                              Point("b", -step, step, step)};
          const std::vector<KeyValue> params = {{"p" + std::to_string(step), "v"}};
          const Status logged =
              (*own)->LogBatch(runs_[std::size_t(t)], {.metrics = points, .params = params});
          const Told told{t, step};
          if (!logged.ok() || ::write(pipe, &told, sizeof told) != sizeof told) ::_exit(3);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(4);
  }

  void ExpectAll(const std::vector<int>& acknowledged) {
    for (int t = 0; t < kThreads; ++t) {
      const std::string& run = runs_[std::size_t(t)];
      const auto a = store_->MetricHistory(run, "a", 0, "");
      const auto b = store_->MetricHistory(run, "b", 0, "");
      ASSERT_TRUE(a.ok() && b.ok());
      EXPECT_GE(a->items.size(), std::size_t(acknowledged[std::size_t(t)])) << t;
      EXPECT_LE(a->items.size(), std::size_t(acknowledged[std::size_t(t)]) + 1) << t;
      EXPECT_EQ(b->items.size(), a->items.size());
      EXPECT_EQ(store_->GetRun(run)->params.size(), a->items.size());
      for (std::size_t i = 0; i < a->items.size(); ++i) {
        EXPECT_EQ(a->items[i].step, std::int64_t(i) + 1);
      }
    }
    auto raw = data::Database::Open(path(), {.read_only = true});
    EXPECT_TRUE(raw->CheckIntegrity().ok());
  }

  std::vector<std::string> runs_;
};

TEST_F(StoreCrashTest, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  const int rounds = std::getenv("MOORING_LONG_TESTS") != nullptr ? 100 : 1;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    runs_.clear();
    for (int t = 0; t < kThreads; ++t) runs_.push_back(NewRunId());
    store_.reset();  // SQLite forbids to carry a connection over a fork
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const ::pid_t child = ::fork();
    if (child == 0) WriteUntilKilled(ends[1]);
    ::close(ends[1]);
    std::vector<int> acknowledged(kThreads, 0);
    Told told;
    const auto read = [&] {
      if (::read(ends[0], &told, sizeof told) != sizeof told) return false;
      acknowledged[std::size_t(told.thread)] = told.step;
      return true;
    };
    for (int i = 0; i < 100 + 37 * round; ++i) ASSERT_TRUE(read()) << "the child ended by itself";
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (read()) {
    }
    ::close(ends[0]);
    Reopen();
    ExpectAll(acknowledged);
  }
}

}  // namespace
}  // namespace mooring::records
