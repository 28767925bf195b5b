#include "bad_inputs/live_server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text/json.h"
#include "records/journal/reader.h"

namespace mooring::bad_inputs {
namespace {

// One input of every kind; only price and age go into the model.
constexpr char kContract[] = R"(model: quote
owner: {team: pricing}
inputs:
  price:   {type: float64, min: 0, max: 1000000}
  age:     {type: int32, min: 0, max: 120}
  account: {type: int64, missing: flag}
  origin:  {type: category, from: reference, missing: flag}
  plan:    {type: category, one_of: [basic, full], missing: flag}
  note:    {type: string, max_length: 64, missing: flag}
  departs: {type: timestamp, min: 0, max: 4102444800, missing: flag}
  weight:  {type: float64, missing: default, default: 1.5}
  speed:   {type: float64, min: 0, max: 300, invalid: flag, missing: flag}
  signed:  {type: bool, missing: flag}
output: {name: prediction}
decision: {amount: "price", currency: RUB}
)";

std::string TrainingRows() {
  std::string rows = "price,age,account,origin,plan,note,departs,weight,speed,signed\n";
  const char* const origins[] = {"SVO", "LED", "AER"};
  for (int i = 0; i < 300; ++i) {
    rows += std::to_string(i) + ".5," + std::to_string(i % 90) + "," + std::to_string(i) + "," +
            origins[i % 3] + "," + (i % 2 == 0 ? "basic" : "full") + ",n" + std::to_string(i) +
            ",2026-01-01T00:00:00Z,1.5," + std::to_string(i) + "," +
            (i % 2 == 0 ? "true" : "false") + "\n";
  }
  return rows;
}

std::unique_ptr<LiveServer> the_server;

std::size_t StatusBytes(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size() + 1)) * 1024;
  }
  return 0;
}

}  // namespace

Answer TakeAnswer(std::string& bytes) {
  Answer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos || !bytes.starts_with("HTTP/1.1 ")) return answer;
  answer.head = bytes.substr(0, end + 2);
  answer.status = std::stoi(bytes.substr(9, 3));
  const std::size_t at = answer.head.find("\r\nContent-Length: ");
  const std::size_t length = at == std::string::npos ? 0 : std::stoul(answer.head.substr(at + 18));
  answer.body = bytes.substr(end + 4, length);
  bytes.erase(0, end + 4 + length);
  return answer;
}

std::vector<std::string> DecisionIds(std::string_view text) {
  std::vector<std::string> ids;
  for (std::size_t at = text.find("d1-"); at != text.npos; at = text.find("d1-", at + 1)) {
    const std::size_t end = std::min(text.find_first_not_of("-0123456789", at + 1), text.size());
    ids.emplace_back(text.substr(at, end - at));
  }
  return ids;
}

std::string Post(const std::string& target, const std::string& body, const std::string& more) {
  const bool typed = more.find("ontent-Type:") != std::string::npos;
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
         (typed ? "" : "Content-Type: application/json\r\n") + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Get(const std::string& target, const std::string& more) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

LiveServer& LiveServer::Get() {
  if (the_server == nullptr) {
    the_server = std::make_unique<LiveServer>(testing::TempDir() + "bad_inputs");
  }
  return *the_server;
}

std::string LiveServer::library_directory() { return MOORING_DEPS_DIR "/lib"; }

LiveServer::LiveServer(std::string directory) : directory_(std::move(directory)) {
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  world_.context.transport = transport_.get();
  world_.context.environment["MOORING_LIBRARY_DIR"] = library_directory();
  world_.context.environment["MOORING_DATA_DIR"] = data_directory();
  Prepare();
  Start();
}

LiveServer::~LiveServer() {
  server_.reset();
  std::filesystem::remove_all(directory_);
}

void LiveServer::Prepare() {
  WriteFile("contract.yaml", kContract);
  WriteFile("train.csv", TrainingRows());
  WriteFile("quote.json", SmallModel());
  const std::vector<std::vector<std::string>> commands = {
      {"apply", path("contract.yaml")},
      {"version", "register", "quote", path("quote.json"), "--training-data", path("train.csv")},
      {"version", "register", "quote", path("quote.json"), "--training-data", path("train.csv")},
      {"version", "promote", "quote", "1", "--reason", "first", "--yes"},
  };
  for (const auto& words : commands) {
    const CommandRun run = Mooring(words);
    ASSERT_EQ(run.exit, 0) << words[0] << " " << words[1] << ": " << run.out << run.err;
  }
}

void LiveServer::Start() {
  app::ServerOptions options;
  options.data_directory = data_directory();
  options.port = 0;
  options.library_directory = library_directory();
  options.drain = std::chrono::seconds(1);
  auto server = app::Server::Start(options);
  ASSERT_TRUE(server.ok()) << server.error().ToString();
  server_ = std::move(*server);
  world_.context.environment["MOORING_LISTEN_PORT"] = std::to_string(server_->port());
}

void LiveServer::Restart() {
  server_.reset();
  Start();
}

Answer LiveServer::Send(std::string_view bytes) {
  api::SocketClient client(port());
  client.Send(bytes);
  std::string got = client.ReadAnswer();
  return TakeAnswer(got);
}

Answer LiveServer::Good() {
  return Send(Post("/api/v1/models/quote/decide", R"({"inputs":{"price":100,"age":30}})"));
}

std::vector<std::string> LiveServer::NewDecisions() {
  std::vector<std::string> ids;
  for (;;) {
    const Answer answer =
        Send(bad_inputs::Get("/api/v1/journal?limit=1000&from=" + journal_place_));
    const auto json = Json::Parse(answer.body);
    EXPECT_TRUE(json.ok() && answer.status == 200) << answer.head << answer.body;
    if (!json.ok() || answer.status != 200) return ids;
    const Json::Array& records = **json->GetArray("records");
    DecisionId behind;  // the rows before this one are told: of a large request only some are shown
    for (const Json& record : records) {
      if (*record.GetString("kind") != "decision") continue;
      DecisionId id = *DecisionId::Parse(*record.GetString("id"));
      if (id < behind) continue;
      const Json* const rows = record.Find("rows");
      const std::int64_t count = rows == nullptr ? 1 : *rows->AsInt();
      for (std::int64_t row = 0; row < count; ++row, ++id.ordinal) ids.push_back(id.ToString());
      behind = id;
    }
    const std::string next(*json->GetString("next"));
    if (next == journal_place_) return ids;
    journal_place_ = next;
  }
}

CommandRun LiveServer::Mooring(const std::vector<std::string>& words) {
  CommandRun run;
  run.exit = world_.Run(words);
  run.out = world_.out.written;
  run.err = world_.err.written;
  return run;
}

void LiveServer::WriteFile(const std::string& name, std::string_view bytes) {
  std::ofstream(path(name), std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

void EndLiveServer() {
  if (the_server == nullptr) return;
  const CommandRun run = the_server->Mooring({"log", "verify"});
  EXPECT_EQ(run.exit, 0) << run.out << run.err;
  the_server.reset();
}

std::size_t ResidentBytes() { return StatusBytes("VmRSS:"); }
std::size_t PeakResidentBytes() { return StatusBytes("VmHWM:"); }
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

bool LongTests() {
  const char* const asked = std::getenv("MOORING_LONG_TESTS");
  return asked != nullptr && std::string_view(asked) == "1";
}

std::string SmallModel() {
  return R"({"learner":{"attributes":{},"feature_names":["price","age"],)"
         R"("feature_types":["float","int"],"gradient_booster":{)"
         R"("model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},)"
         R"("tree_info":[0],"trees":[{"categories":[],"categories_nodes":[],)"
         R"("categories_segments":[],"categories_sizes":[],)"
         R"("default_left":[1,0,0],"id":0,"left_children":[1,-1,-1],"right_children":[2,-1,-1],)"
         R"("split_conditions":[40,1.5,-1.5],"split_indices":[1,0,0],"split_type":[0,0,0],)"
         R"("tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"3",)"
         R"("size_leaf_vector":"1"}}]},"name":"gbtree"},"learner_model_param":{)"
         R"("base_score":"5E-1","boost_from_average":"1","num_class":"0","num_feature":"2",)"
         R"("num_target":"1"},"objective":{"name":"reg:squarederror"}},"version":[1,7,4]})";
}

}  // namespace mooring::bad_inputs
