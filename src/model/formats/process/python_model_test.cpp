#include "model/formats/process/python_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "base/io/confined/landlock.h"
#include "model/formats/process/testing/tiny_model.h"
#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

namespace fs = std::filesystem;
using testing::CompileAndLoad;
using ::testing::HasSubstr;
using testing::TinyModel;
using testing::TinyRows;

class Heard final : public Log {
 public:
  void Write(LogLevel, std::string_view message, std::span<const LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_.append(message);
    for (const LogField& field : fields) {
      const auto* text = std::get_if<std::string_view>(&field.value);
      text_.append(" ").append(field.key).append("=").append(text == nullptr ? "" : *text);
    }
    text_ += '\n';
  }
  bool Has(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return text_.find(part) != std::string::npos;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class PythonModels : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "python-models-" + std::to_string(::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_);
    options_.python = testing::TestRuntime(root_ + "/data/workers");
    if (options_.python.interpreter.empty()) GTEST_SKIP() << "this machine has no python3";
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<Predictor> Load(const Artifact& artifact) {
    auto made = CompileAndLoad(artifact, options_);
    EXPECT_TRUE(made.ok()) << made.error().ToString();
    return made.ok() ? std::move(*made) : nullptr;
  }
  static Status Ask(const Predictor& predictor, const std::string& what, double x = 1) {
    data::Batch predictions(predictor.signature().output_columns);
    const Status status =
        predictor.Predict(TinyRows(predictor.signature(), {{"", x}, {what, x}}), predictions);
    if (status.ok()) {
      EXPECT_EQ(predictions.column(0).Values<double>()[1], 2 * x);
    } else {
      EXPECT_EQ(predictions.rows(), 0U);
      EXPECT_EQ(predictions.column(0).size(), 0U);
    }
    return status;
  }
  // Until it answers again; a worker that starts is waited for by the call itself.
  static bool AnswersAgain(const Predictor& predictor) {
    const Nanos deadline = SystemClock().Monotonic() + std::chrono::seconds(60);
    while (SystemClock().Monotonic() < deadline) {
      if (Ask(predictor, "").ok()) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::string root_;
  LoadOptions options_;
};

TEST_F(PythonModels, AnswerAsTheirFunctionDoes) {
  const auto predictor = Load(TinyModel());
  ASSERT_NE(predictor, nullptr);
  EXPECT_EQ(predictor->cost(), Predictor::Cost::kPooled);
  const Signature& signature = predictor->signature();
  EXPECT_EQ(signature.outputs[0].name, "prediction");
  data::Batch predictions(signature.output_columns);
  std::vector<std::pair<std::string, double>> rows;
  for (int i = 0; i < 1000; ++i) rows.emplace_back("", i * 0.1);
  ASSERT_TRUE(predictor->Predict(TinyRows(signature, rows), predictions).ok());
  ASSERT_EQ(predictions.rows(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(predictions.column(0).Values<double>()[i], 2 * (static_cast<double>(i) * 0.1));
  }
  ASSERT_TRUE(predictor->Predict(TinyRows(signature, {}), predictions).ok());
  EXPECT_EQ(predictions.rows(), 0U);
}

TEST_F(PythonModels, AreRefusedWithWhatToDoWhereThereIsNoPython) {
  options_.python.interpreter.clear();
  auto made = CompileAndLoad(TinyModel(), options_);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(made.error().message(), HasSubstr("flavour python_function needs Python"));
  EXPECT_THAT(made.error().help(), HasSubstr("--python"));
}

TEST_F(PythonModels, InterpretersThatCanNotBeConfinedAreRefused) {
  for (const auto& [path, why] : {std::pair<const char*, const char*>{"python3", "not absolute"},
                                  {"/no/such/python3", "No such file"},
                                  {"/usr/bin/ldd", "script"}}) {
    options_.python.interpreter = path;
    auto made = CompileAndLoad(TinyModel(), options_);
    ASSERT_FALSE(made.ok()) << path;
    EXPECT_THAT(made.error().why(), HasSubstr(why));
  }
}

// What a model does to itself is the caller's error or the model's, and nobody else's.
TEST_F(PythonModels, WhatGoesWrongInsideFailsThatCallOnly) {
  options_.python.predict_timeout = std::chrono::milliseconds(3'000);
  options_.python.memory_bytes = std::uint64_t{300} << 20;
  options_.python.scratch_bytes = std::uint64_t{20} << 20;
  const std::string outside = root_ + "/outside";
  const auto victim = Load(TinyModel(outside)), other = Load(TinyModel());
  ASSERT_TRUE(victim != nullptr && other != nullptr);
  struct Case {
    const char* what;
    Code code;
    const char* message;
  };
  const Case cases[] = {
      {"refuse", Code::kInvalidArgument, "no such town"},
      {"short", Code::kInvalidArgument, "1 answers to 2 rows"},
      {"fail", Code::kUnavailable, "RuntimeError: broken inside"},
      {"exit", Code::kUnavailable, "SystemExit"},
      {"die", Code::kUnavailable, "ended"},
      {"hang", Code::kDeadlineExceeded, "in time"},
      {"garbage", Code::kUnavailable, "not asked"},
      {"threads", Code::kUnavailable, "threads, the limit is 64"},
      {"fill the disk", Code::kUnavailable,
       LandlockVersion() >= kLandlockSeesTruncation ? "20 MB" : "PermissionError"},
      {"fork bomb", Code::kUnavailable, "PermissionError"},
      {"write", Code::kUnavailable, "PermissionError"},
      {"socket", Code::kUnavailable, "PermissionError"},
      {"exec", Code::kUnavailable, "PermissionError"},
      {"kill", Code::kUnavailable, "PermissionError"},
  };
  for (const Case& c : cases) {
    const Status status = Ask(*victim, c.what);
    ASSERT_FALSE(status.ok()) << c.what;
    EXPECT_EQ(status.error().code(), c.code) << c.what << ": " << status.error().ToString();
    EXPECT_THAT(status.error().ToString(), HasSubstr(c.message)) << c.what;
    EXPECT_TRUE(Ask(*other, "").ok()) << "while the other model did: " << c.what;
    EXPECT_TRUE(AnswersAgain(*victim)) << c.what;
    EXPECT_FALSE(fs::exists(outside)) << c.what;
  }
  EXPECT_TRUE(Ask(*victim, "chatter").ok());
}

TEST_F(PythonModels, OneThatLeaksIsStoppedAndStartedAgain) {
  options_.python.memory_bytes = std::uint64_t{300} << 20;
  Heard heard;
  options_.python.log = &heard;
  const auto victim = Load(TinyModel());
  ASSERT_NE(victim, nullptr);
  // It may be stopped during a call or between two: then the next one finds a new process.
  for (int call = 0; call < 100 && !heard.Has("stopped why=it held"); ++call) {
    const Status status = Ask(*victim, "leak");
    if (!status.ok()) {
      EXPECT_EQ(status.error().code(), Code::kUnavailable) << status.error().ToString();
    }
  }
  EXPECT_TRUE(heard.Has("stopped why=it held"));
  EXPECT_TRUE(AnswersAgain(*victim));
}

TEST_F(PythonModels, CallsFromSeveralThreadsAreAnsweredEachByItsOwn) {
  options_.python.workers = 2;
  const auto predictor = Load(TinyModel());
  ASSERT_NE(predictor, nullptr);
  std::vector<std::future<bool>> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.push_back(std::async(std::launch::async, [&, caller] {
      for (int call = 0; call < 20; ++call) {
        if (!Ask(*predictor, "", caller * 100 + call).ok()) return false;
      }
      return true;
    }));
  }
  for (auto& caller : callers) EXPECT_TRUE(caller.get());
}

TEST_F(PythonModels, LeaveNothingBehind) {
  {
    const auto predictor = Load(TinyModel());
    ASSERT_NE(predictor, nullptr);
    EXPECT_FALSE(fs::is_empty(root_ + "/data/workers"));
  }
  EXPECT_TRUE(fs::is_empty(root_ + "/data/workers"));
}

// ---- pickles: a program in itself

std::string PickleThatRuns(const std::string& code) {
  return "cbuiltins\nexec\n(V" + code + "\ntR.";
}

Artifact PickledModel(std::string pickle) {
  return testing::ArtifactOfTexts(
      {{"MLmodel",
        "flavors:\n  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}\n"
        "  sklearn: {pickled_model: model.pkl, serialization_format: pickle}\n"
        "signature:\n  inputs: '[{\"type\": \"double\", \"name\": \"x\"}]'\n"
        "  outputs: '[{\"type\": \"double\"}]'\n"},
       {"model.pkl", std::move(pickle)}});
}

TEST_F(PythonModels, APoisonedPickleReachesNothing) {
  for (const bool landlock : {true, false}) {
    options_.python.use_landlock = landlock;
    options_.python.memory_bytes = std::uint64_t{300} << 20;
    const std::string outside = root_ + "/outside";
    const auto other = Load(TinyModel());
    ASSERT_NE(other, nullptr);
    struct Case {
      std::string code;
      const char* message;
    };
    const Case cases[] = {
        {"open(\"" + outside + "\", \"w\").write(\"x\")", "PermissionError"},
        {"import os; os.mkdir(\"" + outside + "\")", "PermissionError"},
        {"import os; os.fork()", "PermissionError"},
        {"import os; os.execv(\"/bin/sh\", [\"sh\", \"-c\", \"touch " + outside + "\"])",
         "PermissionError"},
        {"import sys, os; os.execv(sys.executable, [\"python\", \"-c\", \"0\"])",
         "PermissionError"},
        {"import subprocess; subprocess.run([\"touch\", \"" + outside + "\"])", "Error"},
        {"import socket; socket.socket().connect((\"127.0.0.1\", 80))", "PermissionError"},
        {"import os; os.kill(os.getppid(), 9)", "PermissionError"},
        {"kept = [b\"x\" * (64 << 20) for _ in iter(int, 1)]", "limit is 300 MB"},
        {"import os; os._exit(0)", "ended"},
        {"0", "NoneType"},
    };
    for (const Case& c : cases) {
      auto made = CompileAndLoad(PickledModel(PickleThatRuns(c.code)), options_);
      ASSERT_FALSE(made.ok()) << c.code;
      EXPECT_THAT(made.error().ToString(), HasSubstr(c.message)) << c.code;
      EXPECT_FALSE(fs::exists(outside)) << c.code;
      EXPECT_TRUE(Ask(*other, "").ok()) << c.code;
    }
  }
}

TEST_F(PythonModels, OneThatLoadsForEverIsGivenUp) {
  options_.python.load_timeout = std::chrono::milliseconds(1'500);
  auto made = CompileAndLoad(PickledModel(PickleThatRuns("while True: pass")), options_);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kDeadlineExceeded);
}

// MLflow 3.6.1.dev0 with scikit-learn 1.2.1 wrote the model and its predictions; the pickle is read
// by 1.2 and, with a warning, by later versions as long as their LogisticRegression has its fields.
TEST_F(PythonModels, AScikitLearnModelPredictsWhatPyfuncPredicted) {
  const std::string name = "mlflow_models/sklearn_logreg_pickle";
  auto made = CompileAndLoad(testing::GoldenArtifact(name), options_);
  if (!made.ok() && made.error().message().find("No module named") != std::string::npos) {
    GTEST_SKIP() << "the Python of this machine has no scikit-learn: " << made.error().message();
  }
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const Signature& signature = (*made)->signature();
  const data::Batch rows = testing::RowsOf(signature, testing::ReadCells(name + ".inputs.csv"));
  data::Batch predictions(signature.output_columns);
  const Status status = (*made)->Predict(rows, predictions);
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  const auto wanted = testing::ReadCells(name + ".predictions.csv");
  ASSERT_EQ(predictions.rows(), wanted.size());
  EXPECT_EQ(predictions.column(0).type(), data::Type::kInt64);
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    EXPECT_EQ(predictions.column(0).Values<std::int64_t>()[row], std::stoll(wanted[row][0])) << row;
  }
}

TEST(PythonModel, WhatHasNoSignatureIsRefusedWithWhatToDo) {
  for (const char* signature :
       {"", "signature: {inputs: '[{\"type\": \"double\", \"name\": \"x\"}]'}\n",
        "signature: {inputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", "
        "\"shape\": [-1, 2, 2]}}]', outputs: '[{\"type\": \"double\"}]'}\n",
        "signature: {inputs: '[{\"type\": \"double\", \"name\": \"x\"}]', outputs: '[{\"type\": "
        "\"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", \"shape\": [-1, -1]}}]'}\n"}) {
    const std::string text =
        std::string("flavors: {python_function: {loader_module: x}}\n") + signature;
    auto flat = Compile(testing::ArtifactOf("MLmodel", text));
    ASSERT_FALSE(flat.ok()) << text;
    EXPECT_EQ(flat.error().code(), Code::kUnsupported) << flat.error().ToString();
  }
}

TEST(PythonModel, TensorsBecomeColumns) {
  auto flat = Compile(testing::ArtifactOf(
      "MLmodel",
      "flavors: {python_function: {loader_module: x}}\n"
      "signature: {inputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float32\", "
      "\"shape\": [-1, 3]}}]', outputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": "
      "\"float32\", \"shape\": [-1, 2]}}]'}\n"));
  ASSERT_TRUE(flat.ok()) << flat.error().ToString();
  auto made = model::Load(AsBytes(*flat), nullptr, {});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::model
