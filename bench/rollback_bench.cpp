// bench_rollback: a champion that flips under load. A running server is asked 5,000 times a second
// while another process changes the champion in the registry, as the CLI does, a thousand times.
//
//   bench_rollback --port 8080 --data-dir D --model bench --body FILE --flips 1000 --rate 5000
//
// Versions 1 and 2 must give different scores for the body. Counts: failed requests, answers whose
// score is not that of the version they name, and the time from command to the first answer by the
// new version. Prints rows of JSON; exit code 1 when a bar is missed.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/net/transport.h"
#include "base/text/json.h"
#include "bench/load/http_load.h"
#include "records/registry/registry.h"

namespace mooring::bench {
namespace {

struct Options {
  std::uint16_t port = 0;
  std::string data_dir, model = "bench", body_file, machine;
  int flips = 1000;
  double rate = 5000;
};

struct Named {
  int version = 0;
  double score = 0;
};

// {"model_version": "2", "outputs": [{"data": [0.25]}]} of an Open Inference answer.
Result<Named> ReadAnswer(std::string_view body) {
  ASSIGN_OR_RETURN(const Json answer, Json::Parse(body));
  ASSIGN_OR_RETURN(const std::string_view version, answer.GetString("model_version"));
  ASSIGN_OR_RETURN(const Json::Array* outputs, answer.GetArray("outputs"));
  if (outputs->empty()) return Error(Code::kInvalidArgument, "no outputs");
  ASSIGN_OR_RETURN(const Json::Array* data, outputs->front().GetArray("data"));
  if (data->empty()) return Error(Code::kInvalidArgument, "no data");
  ASSIGN_OR_RETURN(const double score, data->front().AsDouble());
  return Named{std::atoi(std::string(version).c_str()), score};
}

class Asker final : public LoadSource {
 public:
  Asker(std::string wire, std::map<int, double> scores)
      : wire_(std::move(wire)), scores_(std::move(scores)) {}
  bool Next(std::string& wire, std::uint64_t& tag) override {
    wire = wire_;
    tag = 0;
    return !done_;
  }
  void Answered(std::uint64_t, int status, std::string_view body) override {
    const auto named = ReadAnswer(body);
    if (status != 200 || !named.ok()) {
      ++failed_;
      return;
    }
    if (scores_.at(named->version) != named->score) ++mislabelled_;
    seen_ = named->version;
  }
  void Failed(std::uint64_t, std::string_view) override { ++failed_; }
  int seen() const { return seen_; }
  void Finish() { done_ = true; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t mislabelled() const { return mislabelled_; }

 private:
  std::string wire_;
  std::map<int, double> scores_;
  std::atomic<int> seen_{0};
  std::atomic<bool> done_{false};
  std::uint64_t failed_ = 0, mislabelled_ = 0;
};

Options Parse(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i], value = words[i + 1];
    if (flag == "--port") options.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));
    if (flag == "--data-dir") options.data_dir = value;
    if (flag == "--model") options.model = value;
    if (flag == "--body") options.body_file = value;
    if (flag == "--flips") options.flips = std::atoi(value.c_str());
    if (flag == "--rate") options.rate = std::atof(value.c_str());
    if (flag == "--machine") options.machine = value;
  }
  return options;
}

// What a version says to the body when asked by number; both versions stay loaded.
Result<double> ScoreOf(const Options& options, const std::string& body, int version) {
  HttpCall call;
  call.method = "POST";
  call.url = "http://127.0.0.1:" + std::to_string(options.port) + "/v2/models/" + options.model +
             "/versions/" + std::to_string(version) + "/infer";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = body;
  ASSIGN_OR_RETURN(const HttpAnswer answer, CurlTransport()->Send(call));
  ASSIGN_OR_RETURN(const Named named, ReadAnswer(answer.body));
  return named.score;
}

// Flips the champion and returns the milliseconds until an answer named the new version, sorted.
Result<std::vector<double>> Flip(const Options& options, Asker& asker) {
  ASSIGN_OR_RETURN(const auto registry, records::Registry::Open({.directory = options.data_dir,
                                                                 .clock = &SystemClock()}));
  std::vector<double> effects_ms;
  for (int flip = 0; flip < options.flips; ++flip) {
    const VersionNumber to = asker.seen() == 1 ? 2 : 1;
    records::Change change;
    change.author = "bench";
    change.reason = "flip";
    const Nanos start = SystemClock().Monotonic();
    const auto changed = registry->SetAlias(options.model, "champion", to, change);
    if (!changed.ok()) return changed.error();
    while (asker.seen() != static_cast<int>(to)) {
      if (SystemClock().Monotonic() - start > std::chrono::seconds(5)) {
        return Error(Code::kDeadlineExceeded, "the new champion never answered");
      }
      std::this_thread::yield();
    }
    const Nanos took = SystemClock().Monotonic() - start;
    effects_ms.push_back(std::chrono::duration<double, std::milli>(took).count());
  }
  std::sort(effects_ms.begin(), effects_ms.end());
  return effects_ms;
}

void Row(const Options& options, const char* name, double value, const char* unit, double bar) {
  std::printf(
      "{\"bench\":\"rollback\",\"case\":\"%s\",\"value\":%.3f,\"unit\":\"%s\","
      "\"against\":\"bar\",\"ratio\":%.3f,\"bar\":\"<= %g\",\"pass\":%s,"
      "\"machine\":\"%s\",\"seed\":0}\n",
      name, value, unit, bar > 0 ? value / bar : value, bar, value <= bar ? "true" : "false",
      options.machine.c_str());
}

Result<bool> Run(const Options& options) {
  std::ifstream in(options.body_file);
  const std::string body((std::istreambuf_iterator<char>(in)), {});
  std::map<int, double> scores;
  for (const int version : {1, 2}) {
    ASSIGN_OR_RETURN(scores[version], ScoreOf(options, body, version));
  }
  if (scores[1] == scores[2]) return Error(Code::kInvalidArgument, "both versions say the same");
  Asker asker(PostJson("/v2/models/" + options.model + "/infer", body), scores);
  Result<std::vector<double>> effects = std::vector<double>();
  std::jthread flipper([&] {
    while (asker.seen() == 0) std::this_thread::yield();
    effects = Flip(options, asker);
    asker.Finish();
  });
  LoadOptions load;
  load.port = options.port;
  load.connections = 32;
  load.rate_per_s = options.rate;
  load.duration = std::chrono::minutes(5);
  const auto report = RunLoad(load, asker);
  flipper.join();
  if (!report.ok()) return report.error();
  if (!effects.ok()) return std::move(effects).error();
  const double worst = effects->back(), middle = (*effects)[effects->size() / 2];
  std::fprintf(stderr, "%llu requests at %.0f/s, %d flips, median effect %.2f ms\n",
               static_cast<unsigned long long>(report->answered), report->PerSecond(),
               options.flips, middle);
  Row(options, "failed requests", static_cast<double>(asker.failed()), "requests", 0);
  Row(options, "answers by another version than named", double(asker.mislabelled()), "answers", 0);
  Row(options, "command to effect, median", middle, "ms", 100);
  Row(options, "command to effect, worst", worst, "ms", 100);
  return asker.failed() == 0 && asker.mislabelled() == 0 && worst <= 100;
}

}  // namespace
}  // namespace mooring::bench

int main(int count, char** words) {
  const auto passed = mooring::bench::Run(mooring::bench::Parse(count, words));
  if (!passed.ok()) std::fprintf(stderr, "bench_rollback: %s\n", passed.error().ToString().c_str());
  return passed.ok() && *passed ? 0 : 1;
}
