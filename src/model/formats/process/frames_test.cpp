#include "model/formats/process/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace mooring::model {
namespace {

using ::testing::HasSubstr;

data::Batch Rows() {
  auto schema = data::Schema::Make({{"a", data::Type::kFloat64, true, nullptr},
                                    {"b", data::Type::kInt64, true, nullptr},
                                    {"c", data::Type::kBool, true, nullptr},
                                    {"d", data::Type::kString, true, nullptr},
                                    {"e", data::Type::kFloat32, true, nullptr},
                                    {"f", data::Type::kInt32, true, nullptr}});
  data::Batch rows(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int row = 0; row < 10; ++row) {
    rows.column(0).Append(row * 0.1);
    row == 3 ? rows.column(1).AppendNull()
             : rows.column(1).Append(std::numeric_limits<std::int64_t>::max() - row);
    rows.column(2).Append(static_cast<std::uint8_t>(row % 2));
    row == 9 ? rows.column(3).AppendNull() : rows.column(3).AppendText(row == 0 ? "" : "Ёж");
    rows.column(4).Append(std::numeric_limits<float>::quiet_NaN());
    rows.column(5).Append(-row);
  }
  rows.SetRows(10);
  return rows;
}

// What goes out is what would come in.
TEST(Frames, RowsComeBackAsTheyWere) {
  const data::Batch rows = Rows();
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 10}, {2, 5}, {9, 10}}) {
    data::Batch read(rows.shared_schema());
    const std::string payload = RowsPayload({rows, rows.width(), begin, end});
    const Status status = ReadPredicted(AsBytes(payload), end - begin, read);
    ASSERT_TRUE(status.ok()) << status.error().ToString();
    for (std::size_t row = begin; row < end; ++row) {
      EXPECT_EQ(read.column(0).Values<double>()[row - begin], static_cast<double>(row) * 0.1);
      EXPECT_EQ(read.column(1).IsNull(row - begin), row == 3);
      EXPECT_EQ(read.column(1).Values<std::int64_t>()[row - begin],
                rows.column(1).Values<std::int64_t>()[row]);
      EXPECT_EQ(read.column(2).Values<std::uint8_t>()[row - begin], row % 2);
      EXPECT_EQ(read.column(3).Text(row - begin), rows.column(3).Text(row));
      EXPECT_EQ(read.column(3).IsNull(row - begin), row == 9);
      EXPECT_FALSE(read.column(4).IsNull(row - begin)) << "NaN is a value";
      EXPECT_EQ(read.column(5).Values<std::int32_t>()[row - begin], -static_cast<int>(row));
    }
  }
}

TEST(Frames, EveryCutAnswerIsRefused) {
  const data::Batch rows = Rows();
  const std::string payload = RowsPayload({rows, rows.width(), 0, 10});
  for (std::size_t size = 0; size < payload.size(); ++size) {
    data::Batch read(rows.shared_schema());
    EXPECT_FALSE(ReadPredicted(AsBytes(payload).first(size), 10, read).ok()) << size;
  }
  data::Batch read(rows.shared_schema());
  EXPECT_FALSE(ReadPredicted(AsBytes(payload + "x"), 10, read).ok());
  read.Clear();
  EXPECT_FALSE(ReadPredicted(AsBytes(payload), 9, read).ok());
}

data::Batch OneColumn(data::Type type) {
  auto schema = data::Schema::Make({{"p", type, true, nullptr}});
  return data::Batch(std::make_shared<const data::Schema>(std::move(schema).value()));
}

TEST(Frames, ValuesThatAreNotOfTheirTypeAreRefused) {
  using namespace std::string_literals;
  struct Case {
    const char* what;
    data::Type type;
    std::string column;
  };
  const Case cases[] = {
      {"another type", data::Type::kFloat64, "\2\0"s + std::string(8, '\0')},
      {"a flag that is none", data::Type::kFloat64, "\4\2"s + std::string(8, '\0')},
      {"a boolean of two", data::Type::kBool, "\5\0\2"s},
      {"a text that is not UTF-8", data::Type::kString, "\6\0\1\0\0\0\xFF"s},
      {"a text past the end", data::Type::kString, "\6\0\xFF\xFF\xFF\xFF!"s},
      {"a text past the limit", data::Type::kString, "\6\0\1\x20\0\0"s + std::string(8193, 'x')},
  };
  for (const Case& c : cases) {
    data::Batch read = OneColumn(c.type);
    const std::string payload = "\1\0\0\0\1\0\0\0"s + c.column;
    const Status status = ReadPredicted(AsBytes(payload), 1, read);
    ASSERT_FALSE(status.ok()) << c.what;
    EXPECT_EQ(status.error().code(), Code::kUnavailable) << c.what;
  }
}

TEST(Frames, HeadersAreChecked) {
  std::string frame;
  AppendFrame(FrameKind::kPing, 7, "", frame);
  ASSERT_EQ(frame.size(), kFrameHeaderBytes);
  auto header = ReadFrameHeader(AsBytes(frame));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->sequence, 7U);
  EXPECT_EQ(header->kind, FrameKind::kPing);
  struct Case {
    std::size_t at;
    char byte;
    const char* message;
  };
  for (const Case& c : {Case{0, 'X', "this version"},
                        {3, '2', "this version"},
                        {4, 0, "kind 0"},
                        {4, 8, "kind 8"},
                        {15, 5, "bytes"}}) {
    std::string bad = frame;
    bad[c.at] = c.byte;
    auto read = ReadFrameHeader(AsBytes(bad));
    ASSERT_FALSE(read.ok()) << c.at;
    EXPECT_THAT(read.error().message(), HasSubstr(c.message));
  }
  EXPECT_FALSE(ReadFrameHeader(AsBytes(frame).first(15)).ok());
}

TEST(Frames, FailuresAreCutAndMadeReadable) {
  using namespace std::string_literals;
  auto failure =
      ReadFailure(AsBytes("\1\5\0\0\0a\xFF"
                          "bcd"s));
  ASSERT_TRUE(failure.ok());
  EXPECT_TRUE(failure->refuses_rows);
  EXPECT_EQ(failure->message, "a?bcd");
  const std::string text(20'000, 'x');
  failure = ReadFailure(AsBytes("\0\x20\x4E\0\0"s + text));
  ASSERT_TRUE(failure.ok());
  EXPECT_EQ(failure->message.size(), kFailureTextBytes);
  for (const std::string& bad : {""s, "\2\0\0\0\0"s, "\1\5\0\0\0abcd"s, "\1\1\0\0\0ab"s}) {
    EXPECT_FALSE(ReadFailure(AsBytes(bad)).ok()) << bad.size();
  }
}

TEST(Frames, LargeTablesAreCutIntoPayloads) {
  const data::Batch rows = Rows();
  EXPECT_EQ(RowsThatFit({rows, rows.width(), 0, 10}, 1), 1U) << "at least one";
  EXPECT_EQ(RowsThatFit({rows, rows.width(), 4, 10}, 1 << 20), 6U);
  const std::size_t some = RowsThatFit({rows, rows.width(), 0, 10}, 200);
  EXPECT_GT(some, 1U);
  EXPECT_LT(RowsPayload({rows, rows.width(), 0, some}).size(), 300U);
}

}  // namespace
}  // namespace mooring::model
