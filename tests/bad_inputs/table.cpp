#include "bad_inputs/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text/json.h"

namespace mooring::bad_inputs {
namespace {

#ifdef MOORING_SANITIZED
constexpr bool kCountsMemory = false;  // a sanitizer keeps what was freed
#else
constexpr bool kCountsMemory = true;
#endif

std::string Start(std::string_view text) {
  return std::string(text.substr(0, 400)) + (text.size() > 400 ? "…" : "");
}

// True when the server has ended the connection: nothing but its end is left to read.
bool Ended(api::SocketClient& client) {
  client.FinishSending();
  return client.ReadAll().empty();
}

// Every file of the store of models with its size: nothing half-done may stay.
std::string StoredFiles() {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(LiveServer::Get().data_directory() + "/blobs")) {
    const auto size = entry.is_regular_file() ? entry.file_size() : 0;
    files.push_back(entry.path().string() + " " + std::to_string(size) + "\n");
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const std::string& file : files) all += file;
  return all;
}

void RunRow(const Row& row) {
  Aftermath aftermath;
  api::SocketClient client(LiveServer::Get().port());
  client.Send(row.bytes);
  if (row.status == 0) client.FinishSending();
  std::string got = client.ReadAnswer();
  const Answer answer = TakeAnswer(got);
  EXPECT_EQ(answer.status, row.status) << answer.head << Start(answer.body);
  EXPECT_THAT(answer.body, testing::HasSubstr(row.names)) << answer.head;
  if (answer.status >= 400) ExpectStructured(answer);
  const bool says_close = answer.head.find("\r\nConnection: close") != std::string::npos;
  if (row.after == After::kClosed) {
    EXPECT_TRUE(says_close) << answer.head;
    EXPECT_TRUE(got.empty() && Ended(client)) << "more came: " << Start(got);
  } else if (row.status != 0) {
    EXPECT_FALSE(says_close) << answer.head;
  }
  aftermath.Acknowledged(answer);
  aftermath.Check();
}

}  // namespace

void RunRows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string("row ") + row.number + ": " + row.input);
    RunRow(row);
  }
}

void RunFiles(const FileDoor& door, const std::vector<FileRow>& rows) {
  LiveServer& server = LiveServer::Get();
  std::vector<std::string> command = door.command;
  command.push_back(server.path(door.file));
  for (const FileRow& row : rows) {
    server.WriteFile(door.file, row.bytes);
    RunFile(row, command);
  }
}

void RunFile(const FileRow& row, const std::vector<std::string>& command) {
  SCOPED_TRACE(std::string("row ") + row.number + ": " + row.input);
  Aftermath aftermath;
  const CommandRun run = LiveServer::Get().Mooring(command);
  EXPECT_EQ(run.exit, row.exit) << run.out << run.err;
  EXPECT_THAT(run.out + run.err, testing::HasSubstr(row.names));
  aftermath.Acknowledged(run.out);
  aftermath.Check();
}

Aftermath::Aftermath() {
  LiveServer::Get();
  stored_ = StoredFiles();
  ForgetPeak();
  before_ = ResidentBytes();
}

void Aftermath::Acknowledged(const Answer& answer) {
  if (answer.status == 200) Acknowledged(answer.body);
}

void Aftermath::Acknowledged(std::string_view answers) {
  for (std::string& id : DecisionIds(answers)) ids_.push_back(std::move(id));
}

void Aftermath::Check(std::size_t most_bytes) {
  const std::size_t peak = PeakResidentBytes();
  EXPECT_TRUE(!kCountsMemory || peak <= before_ + most_bytes) << peak << " bytes, " << before_;
  EXPECT_EQ(StoredFiles(), stored_);
  LiveServer& server = LiveServer::Get();
  const Answer good = server.Good();
  EXPECT_EQ(good.status, 200) << "a good request is no longer answered: " << good.body;
  Acknowledged(good);
  std::vector<std::string> recorded = server.NewDecisions();
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());  // retries give the same one
  std::sort(recorded.begin(), recorded.end());
  EXPECT_EQ(ids_ == recorded, true)
      << ids_.size() << " decisions were acknowledged and " << recorded.size() << " recorded";
}

void ExpectStructured(const Answer& answer) {
  if (answer.head.find("application/json") == std::string::npos) return;  // MLflow's 415 is text
  if (answer.body.empty()) return;                                        // to HEAD
  const auto json = Json::Parse(answer.body);
  ASSERT_TRUE(json.ok()) << answer.body;
  if (json->Find("error_code") != nullptr) {
    EXPECT_TRUE(json->GetString("message").ok()) << answer.body;
    return;
  }
  if (json->Find("recorded") != nullptr) {  // outcomes are answered one by one
    EXPECT_NE(answer.body.find("\"problems\":[{\"item\":"), std::string::npos) << answer.body;
    return;
  }
  EXPECT_TRUE(json->GetString("code").ok()) << answer.body;
  if (json->Find("error") != nullptr) return;  // Open Inference
  EXPECT_TRUE(json->GetString("message").ok()) << answer.body;
  const Json* const id = json->Find("decision_id");
  EXPECT_TRUE(id != nullptr && id->IsNull()) << answer.body;
  EXPECT_NE(json->Find("field"), nullptr) << answer.body;
}

std::string Decide(const std::string& body, const std::string& more) {
  return Post("/api/v1/models/quote/decide", body, more);
}

std::string With(const std::string& members) {
  return Decide(R"({"inputs":{"price":100,"age":30,)" + members + "}}");
}

std::string Price(const std::string& value) {
  return Decide(R"({"inputs":{"price":)" + value + R"(,"age":30}})");
}

}  // namespace mooring::bad_inputs
