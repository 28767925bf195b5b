#include "records/artifacts/part_uploads.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace mooring::records {
namespace {

class PartUploadsTest : public ::testing::Test {
 protected:
  PartUploadsTest() {
    std::filesystem::remove_all(directory_);
    Open();
  }
  ~PartUploadsTest() override {
    uploads_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    uploads_ = nullptr;
    uploads_ =
        PartUploads::Open(
            {.directory = directory_, .files = &PosixFileSystem(), .clock = &clock_, .most = 4})
            .value();
  }
  std::string Create(std::uint32_t parts, const std::string& path = "1/ab/artifacts/big") {
    return uploads_->Create(path, parts).value();
  }
  Result<std::string> Send(const std::string& id, std::uint32_t number, std::string_view bytes) {
    ASSIGN_OR_RETURN(const auto writer, uploads_->Begin({id, number, bytes.size()}));
    RETURN_IF_ERROR(writer->Append(AsBytes(bytes.substr(0, bytes.size() / 2))));
    RETURN_IF_ERROR(writer->Append(AsBytes(bytes.substr(bytes.size() / 2))));
    return writer->Finish();
  }
  Result<WholeUpload> Complete(const std::string& id, const std::vector<SentPart>& sent) {
    return uploads_->Complete(id, "1/ab/artifacts/big", sent);
  }
  static std::string Text(const WholeUpload& whole) {
    return PosixFileSystem().ReadFile(whole.file, limits::kMiB).value();
  }
  static SentPart Part(std::uint32_t number, std::string_view bytes) {
    return {number, Hex(Sha256Of(AsBytes(bytes)))};
  }
  std::size_t Files() const {
    std::size_t count = 0;
    for (const auto& each : std::filesystem::directory_iterator(directory_)) {
      const std::string end = each.path().extension();
      count += end == ".body" || end == ".last" ? 1 : 0;
    }
    return count;
  }

  const std::string directory_ = ::testing::TempDir() + "/part_uploads_test";
  SimulatedClock clock_;
  std::unique_ptr<PartUploads> uploads_;
};

TEST_F(PartUploadsTest, PartsInAnyOrderMakeTheFile) {
  const std::string id = Create(3);
  EXPECT_EQ(Send(id, 3, "zz").value(), Part(3, "zz").tag);
  EXPECT_TRUE(Send(id, 2, "bbbb").ok());
  EXPECT_TRUE(Send(id, 1, "aaaa").ok());
  const auto whole = Complete(id, {Part(2, "bbbb"), Part(3, "zz"), Part(1, "aaaa")});
  ASSERT_TRUE(whole.ok()) << whole.error().ToString();
  EXPECT_EQ(whole->bytes, 10u);
  EXPECT_EQ(whole->digest, Sha256Of(AsBytes("aaaabbbbzz")));
  EXPECT_EQ(Text(*whole), "aaaabbbbzz");
  EXPECT_TRUE(uploads_->Forget(id).ok());
  EXPECT_EQ(Files(), 0u);
  EXPECT_EQ(Send(id, 1, "aaaa").error().code(), Code::kNotFound);
}

TEST_F(PartUploadsTest, OnePartIsTheFileItselfAndMayBeEmpty) {
  for (const std::string text : {"alone", ""}) {
    const std::string id = Create(1);
    ASSERT_TRUE(Send(id, 1, text).ok());
    const auto whole = Complete(id, {Part(1, text)});
    ASSERT_TRUE(whole.ok()) << whole.error().ToString();
    EXPECT_EQ(Text(*whole), text);
    EXPECT_EQ(Files(), 1u);
    EXPECT_TRUE(uploads_->Forget(id).ok());
  }
}

TEST_F(PartUploadsTest, GoesOnAfterARestart) {
  const std::string id = Create(3);
  ASSERT_TRUE(Send(id, 2, "bbbb").ok());
  Open();
  EXPECT_EQ(Send(id, 1, "aaa").error().code(), Code::kInvalidArgument) << "the size is known";
  ASSERT_TRUE(Send(id, 1, "aaaa").ok());
  ASSERT_TRUE(Send(id, 3, "c").ok());
  const std::vector<SentPart> sent = {Part(1, "aaaa"), Part(2, "bbbb"), Part(3, "c")};
  ASSERT_TRUE(Complete(id, sent).ok());
  Open();  // killed before the file was taken away
  const auto again = Complete(id, sent);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Text(*again), "aaaabbbbc");
}

TEST_F(PartUploadsTest, APartSentAgainReplacesTheOneBefore) {
  const std::string id = Create(2);
  ASSERT_TRUE(Send(id, 1, "aaaa").ok());
  ASSERT_TRUE(Send(id, 2, "long end").ok());
  ASSERT_TRUE(Send(id, 1, "AAAA").ok());
  ASSERT_TRUE(Send(id, 2, "z").ok());
  EXPECT_EQ(Complete(id, {Part(1, "aaaa"), Part(2, "z")}).error().code(), Code::kInvalidArgument);
  const auto whole = Complete(id, {Part(1, "AAAA"), Part(2, "z")});
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(Text(*whole), "AAAAz");
}

TEST_F(PartUploadsTest, ABrokenPartIsNotThere) {
  const std::string id = Create(1);
  ASSERT_TRUE(Send(id, 1, "whole").ok());
  {
    const auto writer = uploads_->Begin({id, 1, 5}).value();
    ASSERT_TRUE(writer->Append(AsBytes("ha")).ok());
    EXPECT_EQ(uploads_->Begin({id, 1, 5}).error().code(), Code::kConflict);
    EXPECT_EQ(Complete(id, {Part(1, "whole")}).error().code(), Code::kConflict);
    EXPECT_EQ(writer->Append(AsBytes("lf and more")).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(writer->Finish().error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(Complete(id, {Part(1, "whole")}).error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(Send(id, 1, "again").ok());
  EXPECT_TRUE(Complete(id, {Part(1, "again")}).ok());
  EXPECT_EQ(Complete(id, {Part(1, "again")}).error().code(), Code::kNotFound) << "under way";
  uploads_->Release(id);
  EXPECT_TRUE(Complete(id, {Part(1, "again")}).ok());
}

TEST_F(PartUploadsTest, RefusesWhatFitsNothing) {
  EXPECT_EQ(uploads_->Create("p", 0).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(uploads_->Create("p", kMostParts + 1).error().code(), Code::kInvalidArgument);
  const std::string id = Create(3);
  struct Row {
    std::string upload;
    std::uint32_t number;
    std::uint64_t bytes;
    Code code;
  };
  const Row rows[] = {
      {"", 1, 4, Code::kNotFound},
      {"../../etc/passwd", 1, 4, Code::kNotFound},
      {std::string(32, 'g'), 1, 4, Code::kNotFound},
      {std::string(32, 'a'), 1, 4, Code::kNotFound},
      {id, 0, 4, Code::kInvalidArgument},
      {id, 4, 4, Code::kInvalidArgument},
      {id, 0xFFFFFFFF, 4, Code::kInvalidArgument},
      {id, 1, 0, Code::kInvalidArgument},
      {id, 3, kMostPartBytes + 1, Code::kTooLarge},
      {id, 1, ~std::uint64_t{0}, Code::kTooLarge},
  };
  for (const Row& row : rows) {
    const auto begun = uploads_->Begin({row.upload, row.number, row.bytes});
    ASSERT_FALSE(begun.ok()) << row.upload << row.number;
    EXPECT_EQ(begun.error().code(), row.code) << row.upload << " " << row.number;
  }
  ASSERT_TRUE(Send(id, 1, "aaaa").ok());
  EXPECT_EQ(Send(id, 2, "bbbbb").error().code(), Code::kInvalidArgument);
  ASSERT_TRUE(Send(id, 2, "bbbb").ok());
  const SentPart a = Part(1, "aaaa"), b = Part(2, "bbbb"), c = Part(3, "c");
  EXPECT_EQ(Complete(id, {a, b, c}).error().message(), "part 3 is missing");
  ASSERT_TRUE(Send(id, 3, "c").ok());
  for (const std::vector<SentPart>& sent :
       {std::vector<SentPart>{}, {a, b}, {a, a, c}, {a, b, {4, c.tag}}, {a, b, {3, ""}}}) {
    EXPECT_EQ(Complete(id, sent).error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(uploads_->Complete(id, "other", std::vector{a, b, c}).error().code(), Code::kNotFound);
  EXPECT_EQ(uploads_->Abort(id, "other").error().code(), Code::kNotFound);
  EXPECT_TRUE(Complete(id, {a, b, c}).ok());
}

// 10,000 parts of 5 GiB are refused before a byte of a sparse file is written.
TEST_F(PartUploadsTest, AFileHasAnEnd) {
  const std::string id = Create(kMostParts);
  EXPECT_EQ(uploads_->Begin({id, kMostParts - 1, kMostPartBytes}).error().code(), Code::kTooLarge);
  EXPECT_TRUE(uploads_->Begin({id, kMostParts - 1, limits::kMiB}).ok());
}

TEST_F(PartUploadsTest, WhatIsAbortedOrForgottenLeavesNothing) {
  const std::string aborted = Create(2), stale = Create(2);
  ASSERT_TRUE(Send(aborted, 1, "aaaa").ok());
  ASSERT_TRUE(Send(stale, 2, "z").ok());
  EXPECT_EQ(Files(), 2u);
  EXPECT_TRUE(uploads_->Abort(aborted, "1/ab/artifacts/big").ok());
  EXPECT_EQ(uploads_->Abort(aborted, "1/ab/artifacts/big").error().code(), Code::kNotFound);
  EXPECT_EQ(Files(), 1u);
  clock_.Advance(std::chrono::hours(23));
  const std::string fresh = Create(2);
  EXPECT_EQ(uploads_->Sweep().value(), 0u);
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(uploads_->Sweep().value(), 1u);
  EXPECT_EQ(Files(), 0u);
  EXPECT_EQ(Send(stale, 1, "aaaa").error().code(), Code::kNotFound);
  EXPECT_TRUE(Send(fresh, 1, "aaaa").ok());
}

TEST_F(PartUploadsTest, WhatACrashLeftIsRemoved) {
  const std::string id = Create(2);
  ASSERT_TRUE(Send(id, 1, "aaaa").ok());
  for (const char* end : {".body", ".last"}) {
    ASSERT_TRUE(PosixFileSystem()
                    .WriteFileDurably(directory_ + "/" + std::string(32, 'a') + end, AsBytes("x"))
                    .ok());
  }
  EXPECT_EQ(Files(), 3u);
  Open();
  EXPECT_EQ(Files(), 1u);
  EXPECT_TRUE(Send(id, 2, "z").ok());
}

TEST_F(PartUploadsTest, SoManyAtOnceAndNoMore) {
  for (int i = 0; i < 4; ++i) Create(1);
  EXPECT_EQ(uploads_->Create("p", 1).error().code(), Code::kResourceExhausted);
  clock_.Advance(std::chrono::hours(25));
  EXPECT_TRUE(uploads_->Create("p", 1).ok()) << "nobody went on with them";
}

}  // namespace
}  // namespace mooring::records
