#include "model/formats/process/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "model/formats/process/python_model.h"
#include "model/formats/process/testing/tiny_model.h"

namespace mooring::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Nanos InAMinute() { return SystemClock().Monotonic() + std::chrono::minutes(1); }

class WorkerPools : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "worker-pool-" + std::to_string(::getpid());
    runtime_ = testing::TestRuntime(root_ + "/data/workers");
    if (runtime_.interpreter.empty()) GTEST_SKIP() << "this machine has no python3";
  }
  void TearDown() override { fs::remove_all(root_); }

  Result<std::unique_ptr<WorkerPool>> Start() {
    const Artifact model = testing::TinyModel();
    ASSIGN_OR_RETURN(auto directory,
                     WorkDirectory::Make(runtime_.directory, model.files(), WorkerScript()));
    WorkerProgram program;
    ASSIGN_OR_RETURN(program.process, WorkerProcess(runtime_, *directory));
    ASSIGN_OR_RETURN(auto inputs,
                     data::Schema::Make({{"what", data::Type::kString, false, nullptr},
                                         {"x", data::Type::kFloat64, false, nullptr}}));
    signature_ = MakeSignature(std::move(inputs), {{"prediction", data::Type::kFloat64, 1}});
    program.load.signature = signature_;
    program.load.texts = {{"python_function.loader_module", loader_},
                          {"python_function.code", "code"},
                          {"python_function.data", "data.txt"},
                          {"directory", directory->model()}};
    return WorkerPool::Start(runtime_, std::move(program), std::move(directory));
  }
  Status Ask(WorkerPool& pool, const std::string& what) const {
    data::Batch predictions(signature_.output_columns);
    return pool.Predict(testing::TinyRows(signature_, {{what, 1}}), predictions);
  }

  std::string root_, loader_ = "tiny_model";
  PythonRuntime runtime_;
  Signature signature_;
};

TEST_F(WorkerPools, AKilledProcessIsStartedAgain) {
  auto pool = Start();
  ASSERT_TRUE(pool.ok()) << pool.error().ToString();
  ASSERT_TRUE(Ask(**pool, "").ok());
  const std::vector<pid_t> before = (*pool)->Pids();
  ASSERT_EQ(before.size(), 1U);
  ::kill(before[0], SIGKILL);
  // Whatever this call meets, it ends; soon after calls are answered again, by another process.
  bool answered = false;
  for (const Nanos end = InAMinute(); !answered && SystemClock().Monotonic() < end;) {
    answered = Ask(**pool, "").ok() && (*pool)->Pids() != before;
  }
  EXPECT_TRUE(answered);
  EXPECT_EQ((*pool)->starts(), 2U);
}

TEST_F(WorkerPools, OneThatAlwaysDiesIsStartedLessAndLessOften) {
  auto pool = Start();
  ASSERT_TRUE(pool.ok());
  bool paused = false;
  for (int call = 0; call < 30 && !paused; ++call) {
    const Status status = Ask(**pool, "die");
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::kUnavailable);
    paused = status.error().message().find("not running") != std::string::npos;
  }
  EXPECT_TRUE(paused) << "a call is refused at once while no process is to come soon";
  EXPECT_LT((*pool)->starts(), 12U);
}

TEST_F(WorkerPools, MoreCallsThanMayWaitAreRefused) {
  runtime_.queue = 1;
  runtime_.predict_timeout = std::chrono::milliseconds(1'500);
  auto pool = Start();
  ASSERT_TRUE(pool.ok());
  std::vector<std::future<Code>> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.push_back(std::async(std::launch::async, [&] {
      const Status status = Ask(**pool, "hang");
      return status.ok() ? Code::kInternal : status.error().code();
    }));
  }
  int refused = 0;
  for (auto& caller : callers) {
    const Code code = caller.get();
    refused += code == Code::kResourceExhausted;
    EXPECT_NE(code, Code::kInternal);
  }
  EXPECT_GE(refused, 1);
}

TEST_F(WorkerPools, AModelThatDoesNotLoadIsToldWhyAndNotTriedAgain) {
  loader_ = "no_such_module";
  auto pool = Start();
  ASSERT_FALSE(pool.ok());
  EXPECT_EQ(pool.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(pool.error().message(), HasSubstr("No module named 'no_such_module'"));
  EXPECT_THAT(pool.error().help(), HasSubstr("requirements.txt"));
  EXPECT_TRUE(fs::is_empty(runtime_.directory)) << "nothing is left of it";
}

TEST_F(WorkerPools, SeveralProcessesServeAtOnce) {
  runtime_.workers = 2;
  runtime_.predict_timeout = std::chrono::milliseconds(3'000);
  auto pool = Start();
  ASSERT_TRUE(pool.ok());
  for (const Nanos end = InAMinute();
       (*pool)->Pids().size() < 2 && SystemClock().Monotonic() < end;) {
    std::this_thread::yield();
  }
  ASSERT_EQ((*pool)->Pids().size(), 2U);
  auto hanging = std::async(std::launch::async, [&] { return Ask(**pool, "hang").ok(); });
  for (int call = 0; call < 20; ++call) EXPECT_TRUE(Ask(**pool, "").ok());
  EXPECT_FALSE(hanging.get());
}

}  // namespace
}  // namespace mooring::model
