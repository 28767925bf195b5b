#include "records/artifacts/artifact_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <thread>

#include "base/limits.h"
#include "base/rng.h"

namespace mooring::records {
namespace {

using data::BlobId;
using data::BlobStore;

// A store in a directory of its own, with a clock that stands.
struct Fixture {
  explicit Fixture(const char* name) : directory(::testing::TempDir() + "/artifacts_" + name) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    Open();
  }
  ~Fixture() {
    store = nullptr;
    std::filesystem::remove_all(directory);
  }
  void Open() {
    store = nullptr;
    blobs = BlobStore::Open(PosixFileSystem(), directory + "/blobs").value();
    auto opened =
        ArtifactStore::Open({.file = directory + "/artifacts.db",
                             .blobs = &*blobs,
                             .clock = &clock,
                             .files = &PosixFileSystem(),
                             .still_used = [this](const BlobId& id) { return id == used; },
                             .grace = std::chrono::minutes(10)});
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    store = std::move(*opened);
  }
  Status Put(std::string_view path, std::string_view text, std::size_t piece = 100'000) const {
    ASSIGN_OR_RETURN(const auto upload, store->Begin());
    for (std::size_t at = 0; at < text.size(); at += piece)
      RETURN_IF_ERROR(upload->Append(AsBytes(text.substr(at, piece))));
    return upload->Publish(path);
  }
  std::string Get(std::string_view path) const {
    const auto reader = store->Get(path);
    if (!reader.ok()) return "<" + std::string(KindName(reader.error())) + ">";
    std::string all;
    while (all.size() < (*reader)->size()) {
      const auto bytes = (*reader)->Read(all.size(), 50'000);
      if (!bytes.ok() || bytes->empty()) return "<cut>";
      all += AsText(*bytes);
    }
    EXPECT_EQ((*reader)->sha256(), Hex(Sha256Of(AsBytes(all))));
    EXPECT_TRUE((*reader)->Read(all.size(), 1).value().empty());
    return all;
  }
  static std::string_view KindName(const Error& error) {
    if (error.code() == Code::kNotFound) return "absent";
    return error.message();
  }
  std::size_t Files() const { return blobs->List().value().size(); }

  const std::string directory;
  SimulatedClock clock;
  std::optional<BlobStore> blobs;
  std::unique_ptr<ArtifactStore> store;
  BlobId used{Digest{}};
};

std::string Large(char letter) { return std::string(200'000, letter); }

TEST(ArtifactStore, KeepsFilesOfAnySizeUnderTheirPaths) {
  const Fixture f("sizes");
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 1'000'000UL}) {
    const std::string path = "run/artifacts/f" + std::to_string(size);
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
    for (const std::size_t piece : {7'777UL, 1'000'000UL})
      ASSERT_TRUE(f.Put(path, text, piece).ok()) << size;
    EXPECT_EQ(f.Get(path), text) << size;
  }
  EXPECT_EQ(f.Files(), 2U) << "small ones lie in the database";
  EXPECT_EQ(f.Get("run/artifacts"), "<absent>");
  EXPECT_EQ(f.store->List("run/artifacts").value().size(), 6U);
}

TEST(ArtifactStore, RefusesHostilePathsEverywhere) {
  const Fixture f("hostile");
  ASSERT_TRUE(f.Put("a/b", "x").ok());
  for (const std::string& path :
       {std::string("../a"), std::string("/a"), std::string("a/../b"), std::string("a//b"),
        std::string("a\\b"), std::string("a\0b", 3), std::string("a/."), std::string("a/")}) {
    EXPECT_EQ(f.Put(path, "y").error().message(), "Invalid path") << path;
    EXPECT_EQ(f.store->Get(path).error().message(), "Invalid path");
    EXPECT_EQ(f.store->List(path).error().message(), "Invalid path");
    EXPECT_EQ(f.store->ListAll(path).error().message(), "Invalid path");
    EXPECT_EQ(f.store->Remove(path).error().message(), "Invalid path");
    EXPECT_EQ(f.store->Materialise(path, f.directory + "/out").error().message(), "Invalid path");
  }
  EXPECT_EQ(f.store->Remove("").error().message(), "Invalid path");
  EXPECT_EQ(f.store->List("").value().size(), 1U);
}

TEST(ArtifactStore, AFileIsNoDirectory) {
  const Fixture f("kinds");
  ASSERT_TRUE(f.Put("a/b/c", "1").ok());
  for (const char* path : {"a", "a/b", "a/b/c/d", "a/b/c/d/e"}) {
    EXPECT_EQ(f.Put(path, "2").error().code(), Code::kFailedPrecondition) << path;
    EXPECT_EQ(f.Put(path, Large('2')).error().code(), Code::kFailedPrecondition) << path;
  }
  EXPECT_EQ(f.Get("a/b/c"), "1");
  EXPECT_EQ(f.store->ListAll("").value().size(), 1U);
}

TEST(ArtifactStore, FreesWhatNobodyNamesAndNothingElse) {
  Fixture f("free");
  const BlobId shared = BlobId::Of(AsBytes(Large('s')));
  f.used = BlobId::Of(AsBytes(Large('r')));
  ASSERT_TRUE(f.Put("a/one", Large('s')).ok());
  ASSERT_TRUE(f.Put("b/two", Large('s')).ok());
  ASSERT_TRUE(f.Put("a/three", Large('r')).ok());
  ASSERT_TRUE(f.Put("a/four", Large('4')).ok());
  EXPECT_EQ(f.Files(), 3U);
  ASSERT_TRUE(f.store->Remove("a").ok());
  EXPECT_EQ(f.Files(), 3U) << "grace";
  ASSERT_TRUE(f.Put("c/four", Large('4')).ok()) << "named again";
  ASSERT_TRUE(f.Put("d/five", Large('5')).ok());
  ASSERT_TRUE(f.Put("d/five", "replaced").ok());
  f.clock.Advance(std::chrono::minutes(9));
  EXPECT_EQ(f.store->Sweep().value(), 0U);
  f.Open();  // what is to be freed is remembered
  f.clock.Advance(std::chrono::minutes(2));
  EXPECT_EQ(f.store->Sweep().value(), 1U);
  EXPECT_TRUE(f.blobs->Has(shared));
  EXPECT_TRUE(f.blobs->Has(f.used)) << "the registry names it";
  EXPECT_FALSE(f.blobs->Has(BlobId::Of(AsBytes(Large('5')))));
  EXPECT_EQ(f.Get("b/two"), Large('s'));
  EXPECT_EQ(f.Get("c/four"), Large('4'));
  ASSERT_TRUE(f.store->Remove("b/two").ok());
  f.clock.Advance(std::chrono::minutes(11));
  EXPECT_EQ(f.store->Sweep().value(), 1U);
  EXPECT_FALSE(f.blobs->Has(shared));
  EXPECT_EQ(f.store->Remove("b/two").error().code(), Code::kNotFound);
}

TEST(ArtifactStore, AnOpenFileIsReadThoughItsPathIsGone) {
  Fixture f("open");
  ASSERT_TRUE(f.Put("a", Large('a')).ok());
  const auto reader = f.store->Get("a").value();
  ASSERT_TRUE(f.store->Remove("a").ok());
  f.clock.Advance(std::chrono::hours(1));
  ASSERT_EQ(f.store->Sweep().value(), 1U);
  EXPECT_EQ(AsText(reader->Read(199'990, 100).value()), std::string(10, 'a'));
}

// The same tree, as a map.
struct Naive {
  std::map<std::string, std::string> files;

  bool IsDirectory(const std::string& path) const {
    const auto at = files.lower_bound(path + "/");
    return at != files.end() && at->first.starts_with(path + "/");
  }
  bool Put(const std::string& path, const std::string& text) {
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      if (files.contains(path.substr(0, at))) return false;
    if (IsDirectory(path)) return false;
    files[path] = text;
    return true;
  }
  std::map<std::string, std::int64_t> List(const std::string& directory) const {
    std::map<std::string, std::int64_t> names;  // -1: a directory
    const std::string prefix = directory.empty() ? "" : directory + "/";
    for (const auto& [path, text] : files) {
      if (!path.starts_with(prefix)) continue;
      const std::string rest = path.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      names[rest.substr(0, slash)] =
          slash == std::string::npos ? static_cast<std::int64_t>(text.size()) : -1;
    }
    return names;
  }
  bool Remove(const std::string& path) {
    return std::erase_if(files, [&](const auto& file) {
             return file.first == path || file.first.starts_with(path + "/");
           }) != 0;
  }
};

TEST(ArtifactStore, DoesAsANaiveTreeWould) {
  Fixture f("random");
  Naive naive;
  Rng rng(7);
  const char* const names[] = {"a", "b", "a.txt", "a-b", "a0", "\xD1\x84", "Z"};
  const auto some_path = [&] {
    std::string path = names[rng.Below(7)];
    for (std::uint64_t depth = rng.Below(4); depth > 0; --depth)
      path += std::string("/") + names[rng.Below(7)];
    return path;
  };
  for (int step = 0; step < 1500; ++step) {
    const std::string path = some_path();
    const std::uint64_t what = rng.Below(20);
    if (what < 11) {
      const std::size_t size = rng.Below(30) == 0 ? 70'000 + rng.Below(3) : rng.Below(6);
      const std::string text(size, static_cast<char>('a' + rng.Below(3)));
      ASSERT_EQ(f.Put(path, text).ok(), naive.Put(path, text)) << path;
    } else if (what < 14) {
      ASSERT_EQ(f.store->Remove(path).ok(), naive.Remove(path)) << path;
    } else if (what < 17) {
      const std::string directory = rng.Below(5) == 0 ? "" : path;
      std::map<std::string, std::int64_t> listed;
      for (const ArtifactEntry& entry : f.store->List(directory).value())
        listed[entry.name] = entry.is_directory ? -1 : static_cast<std::int64_t>(entry.bytes);
      ASSERT_EQ(listed, naive.List(directory)) << directory;
    } else if (what < 19) {
      ASSERT_EQ(f.Get(path), naive.files.contains(path) ? naive.files[path] : "<absent>") << path;
    } else {
      f.clock.Advance(std::chrono::minutes(7));
      ASSERT_TRUE(f.store->Sweep().ok());
      if (rng.Below(5) == 0) f.Open();
    }
  }
  std::map<std::string, std::string> all;
  std::set<std::string> large;
  for (const ArtifactEntry& entry : f.store->ListAll("").value()) {
    all[entry.name] = f.Get(entry.name);
    if (entry.bytes > 65'536) large.insert(entry.sha256);
  }
  EXPECT_EQ(all, naive.files);
  f.clock.Advance(std::chrono::hours(1));
  ASSERT_TRUE(f.store->Sweep().ok());
  EXPECT_EQ(f.Files(), large.size()) << "nothing is left over, nothing is missing";
}

TEST(ArtifactStore, MaterialisesADirectoryAndWritesOverNothing) {
  const Fixture f("out");
  ASSERT_TRUE(f.Put("run/model/MLmodel", "flavors").ok());
  ASSERT_TRUE(f.Put("run/model/data/model.ubj", Large('m')).ok());
  ASSERT_TRUE(f.Put("run/other", "x").ok());
  const std::string target = f.directory + "/out";
  ASSERT_TRUE(f.store->Materialise("run/model", target).ok());
  EXPECT_EQ(PosixFileSystem().ReadFile(target + "/MLmodel", 100).value(), "flavors");
  EXPECT_EQ(std::filesystem::file_size(target + "/data/model.ubj"), 200'000U);
  EXPECT_FALSE(std::filesystem::exists(target + "/other"));
  EXPECT_EQ(f.store->Materialise("run/model", target).error().code(), Code::kAlreadyExists);
}

TEST(ArtifactStore, ManyWritersAndReadersAtOnce) {
  const Fixture f("threads");
  std::vector<std::jthread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&f, &failed, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = "t" + std::to_string(t) + "/" + std::to_string(i);
        const std::string text = i % 10 == 0 ? Large(static_cast<char>('a' + t)) : path;
        if (!f.Put(path, text).ok() || f.Get(path) != text) ++failed;
        if (i % 5 == 4 && !f.store->Remove(path).ok()) ++failed;
        if (!f.store->List("t" + std::to_string((t + 1) % 8)).ok()) ++failed;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(f.store->ListAll("").value().size(), 8U * 20);
}

TEST(ArtifactStore, WhatWasAcknowledgedSurvivesKill9) {
  const Fixture f("kill");
  const std::string directory = f.directory + "/child";
  std::filesystem::create_directories(directory);
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto blobs = BlobStore::Open(PosixFileSystem(), directory + "/blobs").value();
    auto store = ArtifactStore::Open({.file = directory + "/artifacts.db",
                                      .blobs = &blobs,
                                      .clock = &SystemClock(),
                                      .files = &PosixFileSystem()})
                     .value();
    for (std::uint32_t i = 0;; ++i) {
      auto upload = store->Begin().value();
      const std::string text(i % 7 == 0 ? 80'000 : 10, static_cast<char>('a' + i % 26));
      if (!upload->Append(AsBytes(text)).ok()) ::_exit(1);
      if (!upload->Publish("d/" + std::to_string(i)).ok()) ::_exit(1);
      if (::write(told[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(told[1]);
  std::uint32_t last = 0;
  while (last < 60 && ::read(told[0], &last, sizeof last) == sizeof last) {
  }
  ::kill(child, SIGKILL);
  for (std::uint32_t more; ::read(told[0], &more, sizeof more) == sizeof more;) last = more;
  ::waitpid(child, nullptr, 0);
  ::close(told[0]);
  auto blobs = BlobStore::Open(PosixFileSystem(), directory + "/blobs").value();
  ASSERT_TRUE(blobs.RemoveLeftovers().ok());
  const auto store = ArtifactStore::Open({.file = directory + "/artifacts.db",
                                          .blobs = &blobs,
                                          .clock = &SystemClock(),
                                          .files = &PosixFileSystem()})
                         .value();
  ASSERT_GE(last, 60U);
  for (std::uint32_t i = 0; i <= last; ++i) {
    const auto reader = store->Get("d/" + std::to_string(i));
    ASSERT_TRUE(reader.ok()) << i << " of " << last;
    const auto bytes = (*reader)->Read(0, 100'000);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(AsText(*bytes),
              std::string(i % 7 == 0 ? 80'000 : 10, static_cast<char>('a' + i % 26)));
  }
}

}  // namespace
}  // namespace mooring::records
