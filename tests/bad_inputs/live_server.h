// LiveServer: the whole server over real sockets and a real disk, with one model in production, for
// tests that send it bad inputs. It knows how to speak raw bytes, what the journal holds, how much
// memory the process has, and how to run the command line beside it.
//
// Not for speed: every question about the journal goes through the server's own API.
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/socket_client.h"
#include "app/cli/testing/fake_process.h"
#include "app/server.h"

namespace mooring::bad_inputs {

// What came back on a connection.
struct Answer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head, body;
};

struct CommandRun {
  int exit = 0;
  std::string out, err;
};

// The one answer that starts at the front of `bytes`, which loses it.
Answer TakeAnswer(std::string& bytes);
// Every decision id in a text, in order: d1-2-3.
std::vector<std::string> DecisionIds(std::string_view text);
// A request with Host, JSON type and length; more header lines end in "\r\n".
std::string Post(const std::string& target, const std::string& body, const std::string& more = "");
std::string Get(const std::string& target, const std::string& more = "");

class LiveServer {
 public:
  // Made when first asked for; lives until EndLiveServer.
  static LiveServer& Get();

  explicit LiveServer(std::string directory);
  ~LiveServer();

  std::uint16_t port() const { return server_->port(); }
  const std::string& directory() const { return directory_; }
  static std::string library_directory();  // ONNX Runtime, DuckDB
  std::string data_directory() const { return directory_ + "/data"; }
  // Sends on a connection of its own and reads one answer.
  Answer Send(std::string_view bytes);
  // A good request: its answer, which every row needs to be 200.
  Answer Good();
  // Ids of the decisions that the journal got since the last time this was asked.
  std::vector<std::string> NewDecisions();
  // One command of the command line, on this server's data directory or against its port.
  CommandRun Mooring(const std::vector<std::string>& words);
  // Stops the server and starts it again on the same directory.
  void Restart();
  void WriteFile(const std::string& name, std::string_view bytes);
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

 private:
  void Prepare();
  void Start();

  std::string directory_;
  app::cli::FakeWorld world_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
  std::unique_ptr<app::Server> server_;
  std::string journal_place_ = "0:0";
};

// Stops the live server, if there is one, and proves that its journal is whole.
void EndLiveServer();

// Bytes of memory that the process holds now, and the most since ForgetPeak.
std::size_t ResidentBytes();
std::size_t PeakResidentBytes();
void ForgetPeak();

// MOORING_LONG_TESTS=1: the long forms too.
bool LongTests();

// A model of the format XGBoost saves, of the inputs price and age; tests break copies of it.
std::string SmallModel();

}  // namespace mooring::bad_inputs
