#include "model/formats/process/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "model/formats/process/testing/tiny_model.h"

namespace mooring::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Workers that are no worker: a few lines in place of python/mooring_worker.py.
class Workers : public ::testing::Test {
 protected:
  void SetUp() override {
    python_ = testing::TestRuntime("").interpreter;
    if (python_.empty()) GTEST_SKIP() << "this machine has no python3";
    scratch_ = ::testing::TempDir() + "worker-" + std::to_string(::getpid());
    fs::create_directories(scratch_);
  }
  void TearDown() override { fs::remove_all(scratch_); }

  Result<std::unique_ptr<Worker>> Start(const std::string& script,
                                        const Worker::Watch& watch = nullptr) {
    ConfinedProcess::Options program;
    program.arguments = {python_, "-I", "-c", "import os, struct\n" + script};
    program.environment = {"LANG=C.UTF-8"};
    program.directory = scratch_;
    const std::string real = fs::canonical(python_).string();
    program.readable = {fs::path(real).parent_path().parent_path().string(), "/usr/lib", "/lib",
                        "/lib64", "/etc/ld.so.cache"};
    program.executable = {real, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};
    LoadRequest load;
    auto inputs = data::Schema::Make({{"x", data::Type::kFloat64, false, nullptr}});
    load.signature = MakeSignature(std::move(inputs).value(), {{"p", data::Type::kFloat64, 1}});
    const Nanos deadline = SystemClock().Monotonic() + std::chrono::seconds(timeout_s_);
    return Worker::Start(program, load, deadline, watch);
  }

  std::string python_, scratch_;
  int timeout_s_ = 30;
};

constexpr const char* kLoaded =
    "os.read(3, 9999)\nos.write(3, b'MOW1' + struct.pack('<III', 2, 1, 0))\n";

TEST_F(Workers, AnswersThatWereNotAskedForEndTheConversation) {
  for (const char* answer :
       {"b'MOW1' + struct.pack('<III', 4, 1, 0)",  // of another kind
        "b'MOW1' + struct.pack('<III', 2, 9, 0)",  // to another question
        "b'MOW2' + struct.pack('<III', 2, 1, 0)",  // of another version
        "b'MOW1' + struct.pack('<III', 2, 1, 0xFFFFFFFF)", "b'GET / HTTP/1.1 and so on'"}) {
    auto worker =
        Start(std::string("os.read(3, 9999)\nos.write(3, ") + answer + ")\nos.read(3, 9)");
    ASSERT_FALSE(worker.ok()) << answer;
    EXPECT_EQ(worker.error().code(), Code::kUnavailable) << answer;
  }
}

TEST_F(Workers, WhatAProcessSaidBeforeItEndedIsTold) {
  auto worker = Start("os.write(2, b'no such\\nlibrary'); os._exit(1)");
  ASSERT_FALSE(worker.ok());
  EXPECT_THAT(worker.error().why(), HasSubstr("no such library"));
}

TEST_F(Workers, AnAnswerThatStopsHalfwayIsWaitedForNoLongerThanTheDeadline) {
  timeout_s_ = 1;
  auto worker = Start(
      "os.write(3, b'MOW1' + struct.pack('<III', 2, 1, 1000) + b'x')\n"
      "import time; time.sleep(1000)");
  ASSERT_FALSE(worker.ok());
  EXPECT_EQ(worker.error().code(), Code::kDeadlineExceeded);
}

TEST_F(Workers, TheWatchEndsAStart) {
  auto worker = Start("import time; time.sleep(1000)",
                      [](const ConfinedProcess&) { return std::string("too much of it"); });
  ASSERT_FALSE(worker.ok());
  EXPECT_EQ(worker.error().why(), "too much of it");
}

TEST_F(Workers, APingIsAnsweredOrTheWorkerIsOfNoUse) {
  auto worker = Start(std::string(kLoaded) +
                      "os.read(3, 16)\nos.write(3, b'MOW1' + struct.pack('<III', 6, 2, 0))\n"
                      "os.read(3, 16)\nos._exit(0)");
  ASSERT_TRUE(worker.ok()) << worker.error().ToString();
  const Nanos deadline = SystemClock().Monotonic() + std::chrono::seconds(30);
  EXPECT_TRUE((*worker)->Ping(deadline).ok());
  EXPECT_TRUE((*worker)->usable());
  EXPECT_FALSE((*worker)->Ping(deadline).ok());
  EXPECT_FALSE((*worker)->usable());
}

}  // namespace
}  // namespace mooring::model
