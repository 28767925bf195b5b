// The whole way: what lies in a directory of MLflow's is imported by the command, served by a real
// server, and told by the API as it was; exported and imported again it is told the same.
// tests/golden/moving is written from the rules by tools/golden/mlflow_moving.py, not recorded.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "app/cli/testing/fake_process.h"
#include "app/server.h"
#include "app/tracked_stores.h"
#include "base/net/transport.h"
#include "base/text/json.h"

namespace mooring::app {
namespace {

const std::string kGolden = std::string(MOORING_SOURCE_DIR) + "/tests/golden/moving/mlruns";
const std::string kRun(32, 'a'), kModel = "m-" + std::string(32, 'd');
const std::string kApi = "/api/2.0/mlflow/", kFiles = "/api/2.0/mlflow-artifacts/artifacts/";

class ServerMoving : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "moving_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  // The exit code; what was said is in said_.
  int Run(std::vector<std::string> words, const std::string& home) {
    words.insert(words.end(), {"--data-dir", folder_ + "/" + home});
    cli::FakeWorld world;
    world.context.files = &PosixFileSystem();
    world.context.transport = transport_.get();
    const int code = world.Run(words);
    said_ = world.out.written + world.err.written;
    return code;
  }
  void Serve(const std::string& home) {
    server_.reset();
    ServerOptions options;
    options.data_directory = folder_ + "/" + home;
    options.port = 0;
    options.drain = std::chrono::seconds(5);
    options.library_directory = std::string(MOORING_DEPS_DIR) + "/lib";
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(*server);
  }
  // What is at a path, as text; a failure when it is not 200.
  std::string Get(const std::string& path) {
    HttpCall call;
    call.method = "GET";
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    const auto answer = transport_->Send(call);
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    if (!answer.ok()) return "";
    EXPECT_EQ(answer->status, 200) << path << ": " << answer->body;
    return answer->body;
  }
  Json Ask(const std::string& path) {
    auto json = Json::Parse(Get(kApi + path));
    EXPECT_TRUE(json.ok());
    return json.ok() ? std::move(*json) : Json();
  }
  // All that the API tells of the golden directory, but for when things were made here.
  std::string Told() {
    std::vector<std::string> calls;
    for (const char* name : {"Default", "fares%3A%20winter", "old"}) {
      calls.push_back(std::string("experiments/get-by-name?experiment_name=") + name);
    }
    for (const char letter : {'a', 'b', 'c'}) {
      calls.push_back("runs/get?run_id=" + std::string(32, letter));
    }
    for (const char* key : {"loss", "grad", "val/auc"}) {
      calls.push_back("metrics/get-history?run_id=" + kRun + "&metric_key=" + key);
    }
    calls.push_back("artifacts/list?run_id=" + kRun + "&path=plots");
    calls.push_back("logged-models/" + kModel);
    calls.push_back("registered-models/get?name=fare");
    for (const char* number : {"1", "3"}) {
      calls.push_back(std::string("model-versions/get?name=fare&version=") + number);
    }
    std::string told;
    for (const std::string& call : calls) told += Get(kApi + call) + "\n";
    static const std::regex made("\"(creation|last_update)[a-z_]*\": *\"?[0-9]+\"?");
    return std::regex_replace(told, made, "");
  }
  static std::string TextOf(const Json* json, std::string_view key) {
    const Json* text = json == nullptr ? nullptr : json->Find(key);
    return text != nullptr && text->IsString() ? std::string(*text->AsString()) : "";
  }

  std::string folder_, said_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
};

// An experiment that is here already takes the number 1, so that places have to be rewritten.
TEST_F(ServerMoving, TheApiTellsWhatWasInTheDirectory) {
  std::filesystem::create_directories(folder_ + "/home");
  {
    auto stores = TrackedStores::Open(
        {.files = &PosixFileSystem(), .clock = &SystemClock(), .root = folder_ + "/home"});
    ASSERT_TRUE(stores.ok()) << stores.error().ToString();
    ASSERT_EQ(stores->tracking->CreateExperiment({.name = "mine"}).value(), "1");
  }
  ASSERT_EQ(Run({"import", "mlflow", "--from", kGolden}, "home"), 0) << said_;
  Serve("home");
  const Json run = Ask("runs/get?run_id=" + kRun);
  EXPECT_EQ(TextOf(run.Find("run")->Find("info"), "artifact_uri"),
            "mlflow-artifacts:/2/" + kRun + "/artifacts");
  const Json version = Ask("registered-models/alias?name=fare&alias=challenger");
  EXPECT_EQ(TextOf(version.Find("model_version"), "version"), "3");
  EXPECT_EQ(TextOf(version.Find("model_version"), "source"),
            "mlflow-artifacts:/2/" + kRun + "/artifacts/plots");
  const Json place = Ask("model-versions/get-download-uri?name=fare&version=1");
  EXPECT_EQ(TextOf(&place, "artifact_uri"), "mlflow-artifacts:/2/models/" + kModel + "/artifacts");
  const auto golden = [](const std::string& path) {
    return PosixFileSystem().ReadFile(kGolden + "/1/" + path, 1 << 20).value();
  };
  EXPECT_EQ(Get(kFiles + "2/" + kRun + "/artifacts/plots/roc.txt"),
            golden(kRun + "/artifacts/plots/roc.txt"));
  EXPECT_EQ(Get(kFiles + "2/models/" + kModel + "/artifacts/model.ubj"),
            golden("models/" + kModel + "/artifacts/model.ubj"));
  EXPECT_NE(Told().find("brisk-owl-1"), std::string::npos);
}

TEST_F(ServerMoving, WhatWasExportedAndImportedAgainIsToldTheSame) {
  ASSERT_EQ(Run({"import", "mlflow", "--from", kGolden}, "home"), 0) << said_;
  ASSERT_EQ(Run({"export", "mlflow", "--to", folder_ + "/out"}, "home"), 0) << said_;
  ASSERT_EQ(Run({"import", "mlflow", "--from", folder_ + "/out"}, "again"), 0) << said_;
  Serve("home");
  const std::string told = Told();
  EXPECT_NE(told.find("\"challenger\""), std::string::npos) << told;
  Serve("again");
  EXPECT_EQ(Told(), told);
}

TEST_F(ServerMoving, WhatAServerTellsIsBroughtTheSame) {
  ASSERT_EQ(Run({"import", "mlflow", "--from", kGolden}, "home"), 0) << said_;
  Serve("home");
  const std::string told = Told();
  const std::string from = "http://127.0.0.1:" + std::to_string(server_->port());
  ASSERT_EQ(Run({"import", "mlflow", "--from", from}, "again"), 0) << said_;
  Serve("again");
  EXPECT_EQ(Told(), told);
}

TEST_F(ServerMoving, IsRefusedWhileTheServerRuns) {
  Serve("home");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"import", "mlflow", "--from", kGolden},
        {"export", "mlflow", "--to", folder_ + "/out"},
        {"tracking", "purge", "--older-than", "1d"}}) {
    EXPECT_EQ(Run(words, "home"), 6) << words[0];
    EXPECT_NE(said_.find("a server runs on the data directory"), std::string::npos) << said_;
  }
  EXPECT_EQ(Run({"import", "mlflow", "--from", kGolden, "--dry-run"}, "home"), 0) << said_;
}

}  // namespace
}  // namespace mooring::app
