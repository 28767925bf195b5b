#include "data/table/batch_codec.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "data/table/bytes.h"
#include "data/table/random_batch.h"

namespace mooring::data {
namespace {

std::shared_ptr<const Schema> Example() {
  return std::make_shared<const Schema>(
      Schema::Make({{.name = "distance", .type = Type::kFloat32},
                    {.name = "origin",
                     .type = Type::kCategory,
                     .dictionary = Dictionary::Make({"SVO", "LED"}).value()},
                    {.name = "note", .type = Type::kString}})
          .value());
}

Batch ExampleRow() {
  Batch batch(Example());
  batch.column(0).Append(640.5F);
  batch.column(1).AppendText("LED");
  batch.column(2).AppendNull();
  batch.SetRows(1);
  return batch;
}

TEST(BatchCodec, WritesTheBytesThatTheFormatPageShows) {
  std::string bytes;
  EncodeRows(ExampleRow(), bytes);
  EXPECT_EQ(Hex(AsBytes(bytes)), "0104002020440201");
}

TEST(BatchCodec, WritesUnseenCategoriesAsText) {
  Batch batch(Example());
  batch.column(0).Append(0.0F);
  batch.column(1).AppendText("AER");
  batch.column(2).AppendText("");
  batch.SetRows(1);
  std::string bytes;
  EncodeRows(batch, bytes);
  EXPECT_EQ(Hex(AsBytes(bytes)), "010000000000000341455200");
  Batch back(Example());
  ASSERT_TRUE(DecodeRows(AsBytes(bytes), back).ok());
  EXPECT_TRUE(back.column(1).IsUnseen(0));
  EXPECT_EQ(back.column(1).Text(0), "AER");
}

TEST(BatchCodec, RandomBatchesComeBackAndAreAppended) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 20);
    const Batch batch = RandomBatch(rng, schema, rng.Below(2) == 0 ? 1 : rng.Below(40));
    std::string bytes = "before";
    EncodeRows(batch, bytes);
    const std::size_t size = bytes.size() - 6;
    bytes += "after";
    Batch back(schema);
    for (int twice = 0; twice < 2; ++twice) {
      const auto taken = DecodeRows(AsBytes(bytes).subspan(6), back);
      ASSERT_TRUE(taken.ok()) << seed;
      ASSERT_EQ(*taken, size) << seed;
    }
    ASSERT_EQ(back.rows(), 2 * batch.rows());
    for (std::size_t c = 0; c < batch.width(); ++c) {
      for (std::size_t r = 0; r < back.rows(); ++r) {
        ASSERT_TRUE(SameSlot(batch.column(c), back.column(c), r % batch.rows(), r)) << seed;
      }
    }
  }
}

TEST(BatchCodec, RowsOfARangeEqualThoseRowsAlone) {
  Rng rng(7);
  const auto schema = RandomSchema(rng, 12);
  const Batch batch = RandomBatch(rng, schema, 30);
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    Batch alone(schema);
    alone.AppendRow(batch, row);
    std::string from_range, from_alone;
    EncodeRows(batch, {row, 1}, from_range);
    EncodeRows(alone, from_alone);
    EXPECT_EQ(from_range, from_alone) << row;
  }
}

TEST(BatchCodec, EveryCutIsRefusedAndLeavesTheBatchAsItWas) {
  Rng rng(11);
  for (int round = 0; round < 30; ++round) {
    const auto schema = RandomSchema(rng, 8);
    if (schema->size() == 0) continue;
    const Batch batch = RandomBatch(rng, schema, 5);
    std::string bytes;
    EncodeRows(batch, bytes);
    Batch back(schema);
    ASSERT_TRUE(DecodeRows(AsBytes(bytes), back).ok());
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const std::string part(bytes, 0,
                             cut);  // its own allocation, so that a sanitizer sees an overrun
      const auto taken = DecodeRows(AsBytes(part), back);
      ASSERT_FALSE(taken.ok()) << cut;
      ASSERT_EQ(taken.error().code(), Code::kDataLoss);
      ASSERT_EQ(back.rows(), 5U);
    }
    for (std::size_t c = 0; c < batch.width(); ++c) {
      ASSERT_EQ(back.column(c).size(), 5U);
      ASSERT_EQ(back.column(c).null_count(), batch.column(c).null_count());
      for (std::size_t r = 0; r < 5; ++r)
        ASSERT_TRUE(SameSlot(batch.column(c), back.column(c), r, r));
    }
  }
}

// A flipped bit may give other values, never other sizes, a crash or a slot that cannot be read.
TEST(BatchCodec, EveryFlippedBitIsRefusedOrGivesAReadableBatch) {
  Rng rng(13);
  for (int round = 0; round < 30; ++round) {
    const auto schema = RandomSchema(rng, 8);
    std::string bytes;
    EncodeRows(RandomBatch(rng, schema, 1 + rng.Below(4)), bytes);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      Batch back(schema);
      if (!DecodeRows(AsBytes(damaged), back).ok()) continue;
      std::string again;
      EncodeRows(back, again);
      Batch third(schema);
      ASSERT_TRUE(DecodeRows(AsBytes(again), third).ok());
      ASSERT_EQ(third.rows(), back.rows());
    }
  }
}

TEST(BatchCodec, RandomBytesNeverCrash) {
  Rng rng(17);
  for (int round = 0; round < 20'000; ++round) {
    Batch back(RandomSchema(rng, 4));
    const std::string bytes = RandomText(rng, 60);
    static_cast<void>(DecodeRows(AsBytes(bytes), back));
    static_cast<void>(DecodeSchema(AsBytes(bytes)));
  }
}

TEST(BatchCodec, RefusesWhatCannotHaveBeenEncoded) {
  const std::pair<const char*, const char*> cases[] = {
      {"81000000000000", "a varint longer than needed"},
      {"8080c000", "more rows than a block holds"},
      {"ffffffffffffffffff0100", "2^64-1 rows"},
      {"01080000000000000000", "a spare column bit"},
      {"0104000000000002", "a spare row bit"},
      {"0104000000000000", "null bits that are all zero"},
      {"01000000000003", "a code that the dictionary does not have"},
      {"0100000000000105", "a text longer than the bytes"},
  };
  for (const auto& [hex, why] : cases) {
    Batch batch(Example());
    const std::string bytes = Unhex(hex).value();
    EXPECT_FALSE(DecodeRows(AsBytes(bytes), batch).ok()) << why;
    EXPECT_EQ(batch.column(0).size(), 0U) << why;
  }
}

TEST(SchemaCodec, RandomSchemasComeBack) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 20);
    std::string bytes;
    EncodeSchema(*schema, bytes);
    const auto back = DecodeSchema(AsBytes(bytes));
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    ASSERT_TRUE(*back == *schema) << seed;
    for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 50) {
      ASSERT_FALSE(DecodeSchema(AsBytes(std::string(bytes, 0, cut))).ok());
    }
    ASSERT_FALSE(DecodeSchema(AsBytes(bytes + '\0')).ok());
  }
}

TEST(SchemaCodec, RefusesDamage) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "nothing"},
      {"0200", "another version"},
      {"0101016109"
       "01",
       "an unknown type"},
      {"0101016100"
       "01",
       "type 0"},
      {"0101016104"
       "03",
       "a dictionary on a number"},
      {"0101016107"
       "04",
       "an unknown flag"},
      {"0102016104"
       "01016104"
       "01",
       "a doubled name"},
      {"01010004"
       "01",
       "an empty name"},
      {"010101610703"
       "0201780178",
       "a doubled category"},
      {"010101610703"
       "ffffffff0f",
       "categories beyond the bytes"},
      {"01ffffffff0f", "columns beyond the bytes"},
  };
  for (const auto& [hex, why] : cases) {
    const std::string bytes = Unhex(hex).value();
    const auto schema = DecodeSchema(AsBytes(bytes));
    ASSERT_FALSE(schema.ok()) << why;
    EXPECT_EQ(schema.error().code(), Code::kDataLoss) << why;
  }
}

TEST(Varint, ComesBackAtEveryLength) {
  for (int bits = 0; bits <= 64; ++bits) {
    const std::uint64_t value = bits == 0 ? 0 : ~std::uint64_t{0} >> (64 - bits);
    std::string bytes;
    AppendVarint(bytes, value);
    EXPECT_EQ(bytes.size(), VarintSize(value));
    ByteReader in(AsBytes(bytes));
    EXPECT_EQ(in.Varint(), value);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.left(), 0U);
  }
}

}  // namespace
}  // namespace mooring::data
