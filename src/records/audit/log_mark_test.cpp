#include "records/audit/log_mark.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::records {
namespace {

LogMark MarkOf(std::uint64_t records) {
  TreeHasher hasher;
  LogMark mark;
  for (std::uint64_t i = 0; i < records; ++i) {
    mark.tree.Add(hasher, hasher.Leaf(AsBytes(std::to_string(i))));
  }
  mark.place = {records, 22 + 100 * records, records == 0 ? 0 : 22 + 100 * (records - 1),
                Sha256Of(AsBytes("chain"))};
  return mark;
}

TEST(LogMark, ComesBackAsItWas) {
  for (const std::uint64_t records : {0, 1, 2, 3, 127, 1000}) {
    const auto again = DecodeMark(EncodeMark(MarkOf(records)));
    ASSERT_TRUE(again.has_value()) << records;
    EXPECT_EQ(EncodeMark(*again), EncodeMark(MarkOf(records)));
    EXPECT_EQ(again->tree.peaks(), MarkOf(records).tree.peaks());
  }
}

TEST(LogMark, FitsItsSlotHoweverLongTheLog) {
  LogMark mark;
  mark.place = {~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, {}};
  mark.tree = *TreeFrontier::From(~std::uint64_t{0}, std::vector<Digest>(64));
  EXPECT_LE(EncodeMark(mark).size(), kMarkSlotBytes);
}

TEST(LogMark, EveryFlippedByteIsNoMark) {
  const std::string text = EncodeMark(MarkOf(3));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int flip : {1, 0x20, 0x80}) {
      std::string other = text;
      other[at] = static_cast<char>(other[at] ^ flip);
      EXPECT_FALSE(DecodeMark(other).has_value()) << at;
    }
    EXPECT_FALSE(DecodeMark(text.substr(0, at)).has_value());
  }
}

TEST(LogMark, ATornWriteLeavesTheOneBefore) {
  for (std::uint64_t call = 1; call < 12; ++call) {
    SimulatedFileSystem fs(call);
    const auto write = [&fs](std::uint64_t records) {
      const auto file = fs.Open("mark", OpenMode::kReadWrite);
      if (!file.ok()) return false;
      const auto found = ReadMark(**file);
      return found.ok() && WriteMark(**file, found->free_slot, MarkOf(records)).ok();
    };
    ASSERT_TRUE(write(1));
    ASSERT_TRUE(write(2));
    ASSERT_TRUE(fs.SyncDirectory(".").ok());
    fs.CutPowerAtCall(fs.mutating_calls() + 1 + call % 2);
    EXPECT_FALSE(write(3));
    fs.Restart();
    const auto file = fs.Open("mark", OpenMode::kRead);
    ASSERT_TRUE(file.ok());
    const auto found = ReadMark(**file);
    ASSERT_TRUE(found.ok() && found->mark.has_value()) << call;
    EXPECT_GE(found->mark->place.records, 2u);
  }
}

TEST(LogMark, AnEmptyFileHasNone) {
  SimulatedFileSystem fs;
  const auto file = fs.Open("mark", OpenMode::kReadWrite);
  const auto found = ReadMark(**file);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->mark.has_value());
  EXPECT_EQ(found->free_slot, 0u);
}

}  // namespace
}  // namespace mooring::records
