#include "serving/stop_limits/limit_snapshot.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

LedgerImage Example() {
  LedgerImage image;
  image.last = 1'700'000'000'000'000;
  image.frozen = true;
  image.budgets.resize(2);
  image.budgets[0].id = {1, 2};
  image.budgets[0].family = {9, 9};
  image.budgets[0].buckets = {{10, 20, 5, 0, 1}, {20, 30, 0, 6, 2}};
  image.budgets[1].id = {2, 1};
  image.budgets[1].result = -5;
  image.budgets[1].peaks = {{10, 7}, {20, 0}, {30, -4}};
  image.holdings = {{{1, 2, 3}, {1, 2}, 50}, {{65535, 2, 0xFFFFFFFF}, {2, 1}, 60}};
  image.settled[{1, 2}] = {0, 5};
  image.settled[{65535, 1}] = {~std::uint64_t{0}};
  return image;
}

void Reseal(std::string& bytes) {
  bytes.resize(bytes.size() - 4);
  const std::uint32_t sum = Crc32c(AsBytes(bytes));
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

TEST(LimitSnapshot, ComesBackAsItWas) {
  const std::string bytes = EncodeLedger(Example());
  EXPECT_EQ(bytes.substr(0, 4), "MLB2");
  EXPECT_EQ(DecodeLedger(bytes).value(), Example());
  EXPECT_EQ(DecodeLedger(EncodeLedger({})).value(), LedgerImage());
}

TEST(LimitSnapshot, AnyBitThatFlipsAndAnyCutIsDamage) {
  const std::string bytes = EncodeLedger(Example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    EXPECT_FALSE(DecodeLedger(flipped).ok()) << i;
    EXPECT_FALSE(DecodeLedger(bytes.substr(0, i)).ok()) << i;
  }
  EXPECT_EQ(DecodeLedger(bytes + "x").error().code(), Code::kDataLoss);
}

TEST(LimitSnapshot, RefusesWhatNoLedgerWrites) {
  const auto refused = [](void (*change)(LedgerImage&)) {
    LedgerImage image = Example();
    change(image);
    return !DecodeLedger(EncodeLedger(image)).ok();
  };
  EXPECT_TRUE(refused([](LedgerImage& i) { i.last = -1; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { std::swap(i.budgets[0], i.budgets[1]); }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[1].id = i.budgets[0].id; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[0].latched_at = -1; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[1].peaks[2].value = -5; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[1].peaks[1].value = 8; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[1].peaks[1].until = 10; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.settled[{1, 2}].push_back(0); }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.settled[{3, 3}]; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[0].buckets[1].begin = 10; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[0].buckets[0].plus = -1; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.budgets[0].buckets[0].expires = 0; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.holdings[0].amount = 0; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { i.holdings[0].state = {7, 7}; }));
  EXPECT_TRUE(refused([](LedgerImage& i) { std::swap(i.holdings[0], i.holdings[1]); }));
}

TEST(LimitSnapshot, ACountBeyondTheBytesAllocatesNothing) {
  std::string bytes = EncodeLedger({});
  for (const std::size_t at : {16U, 24U, 32U}) {
    std::string huge = bytes;
    huge.replace(at, 8, "\xff\xff\xff\xff\xff\xff\xff\x0f");
    Reseal(huge);
    EXPECT_FALSE(DecodeLedger(huge).ok()) << at;
  }
}

}  // namespace
}  // namespace mooring::serving
