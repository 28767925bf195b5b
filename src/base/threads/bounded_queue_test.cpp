#include "base/threads/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/threads/named_thread.h"

namespace mooring {
namespace {

TEST(BoundedQueue, KeepsOrderAndRefusesWhenFull) {
  BoundedQueue<int> queue(3);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.TryPush(round * 10 + i));
    EXPECT_FALSE(queue.TryPush(99));
    EXPECT_EQ(queue.size(), 3U);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.TryPop(), round * 10 + i);
    EXPECT_EQ(queue.TryPop(), std::nullopt);
  }
}

TEST(BoundedQueue, ARefusedValueStaysWithTheProducer) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  EXPECT_TRUE(queue.TryPush(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.TryPush(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(**queue.TryPop(), 1);
}

TEST(BoundedQueue, LetsGoOfWhatWasTaken) {
  BoundedQueue<std::shared_ptr<int>> queue(2);
  auto value = std::make_shared<int>(1);
  EXPECT_TRUE(queue.TryPush(value));
  EXPECT_EQ(value.use_count(), 2);
  queue.TryPop();
  EXPECT_EQ(value.use_count(), 1);
}

TEST(BoundedQueue, AStopEndsTheWait) {
  BoundedQueue<int> queue(1);
  std::stop_source source;
  std::optional<int> got = 7;
  {
    const std::jthread waiter([&] { got = queue.Pop(source.get_token()); });
    source.request_stop();
  }
  EXPECT_EQ(got, std::nullopt);
}

TEST(BoundedQueue, EveryValueArrivesOnce) {
  constexpr int kProducers = 3, kConsumers = 3, kEach = 5000;
  BoundedQueue<int> queue(16);
  std::atomic<int> received = 0;
  std::atomic<long> sum = 0;
  std::stop_source done;
  {
    std::vector<NamedThread> threads;
    for (int c = 0; c < kConsumers; ++c) {
      threads.emplace_back("consumer", [&](const std::stop_token&) {
        while (const auto value = queue.Pop(done.get_token())) {
          sum += *value;
          if (++received == kProducers * kEach) done.request_stop();
        }
      });
    }
    for (int p = 0; p < kProducers; ++p) {
      threads.emplace_back("producer", [&](const std::stop_token&) {
        for (int i = 1; i <= kEach; ++i) {
          while (!queue.TryPush(i)) std::this_thread::yield();
        }
      });
    }
    for (NamedThread& thread : threads) thread.Join();
  }
  EXPECT_EQ(received, kProducers * kEach);
  EXPECT_EQ(sum, long{kProducers} * kEach * (kEach + 1) / 2);
}

}  // namespace
}  // namespace mooring
