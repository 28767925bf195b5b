// bench_echo_server: the floor of the serve bench. Our HTTP layer with a handler that parses
// nothing and answers 186 bytes of JSON, so that what a decision costs can be told from what HTTP
// costs.
//
//   bench_echo_server --port 8099 [--threads 1]      runs until SIGTERM or SIGINT
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/http/server.h"

namespace {

constexpr std::size_t kAnswerBytes = 186;

// A decision-shaped answer, padded to the size that the other servers answer with.
std::string Answer() {
  std::string body =
      R"({"model_name":"flight-cover","model_version":"1","outputs":[{"name":"probability",)"
      R"("shape":[1,1],"datatype":"FP32","data":[0.12345678]}])";
  body += R"(,"id":")" + std::string(kAnswerBytes - body.size() - 9, '0') + "\"}";
  return body;
}

unsigned long Number(int count, char** words, std::string_view flag, unsigned long fallback) {
  for (int i = 1; i + 1 < count; ++i) {
    if (words[i] == flag) return std::strtoul(words[i + 1], nullptr, 10);
  }
  return fallback;
}

}  // namespace

int main(int count, char** words) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  mooring::api::HttpServer::Options options;
  options.port = static_cast<std::uint16_t>(Number(count, words, "--port", 8099));
  options.threads = Number(count, words, "--threads", 1);
  const std::string answer = Answer();
  auto server = mooring::api::HttpServer::Start(
      options,
      [&](const mooring::api::Request&, std::shared_ptr<mooring::api::Responder> responder) {
        mooring::api::Response response;
        response.body = answer;
        responder->Answer(std::move(response));
      });
  if (!server.ok()) return 3;
  int signal = 0;
  sigwait(&ends, &signal);
  (*server)->Drain(std::chrono::milliseconds(500));
  return 0;
}
