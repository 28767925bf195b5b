// bench_load: open- or closed-loop POST load on a loopback server; prints one JSON object.
//
//   bench_load --port 8080 --path /v2/models/m/infer --bodies bodies.txt --rate 20000
//              --connections 64 --seconds 5
//
// bodies.txt holds one JSON body a line; they are sent in turn. `not_200` counts other statuses.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/load/http_load.h"

namespace {

class Bodies final : public mooring::bench::LoadSource {
 public:
  Bodies(const std::string& file, const std::string& path) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      requests_.push_back(mooring::bench::PostJson(path, line));
    }
  }
  bool empty() const { return requests_.empty(); }
  std::uint64_t not_200() const { return not_200_; }

  bool Next(std::string& wire, std::uint64_t& tag) override {
    tag = at_;
    wire = requests_[at_++ % requests_.size()];
    return true;
  }
  void Answered(std::uint64_t, int status, std::string_view) override {
    if (status != 200) ++not_200_;
  }
  void Failed(std::uint64_t, std::string_view) override {}

 private:
  std::vector<std::string> requests_;
  std::uint64_t at_ = 0, not_200_ = 0;
};

}  // namespace

int main(int count, char** words) {
  mooring::bench::LoadOptions options;
  std::string path = "/", bodies;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i], value = words[i + 1];
    if (flag == "--port") options.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));
    if (flag == "--rate") options.rate_per_s = std::atof(value.c_str());
    if (flag == "--connections") options.connections = std::stoul(value);
    if (flag == "--path") path = value;
    if (flag == "--bodies") bodies = value;
    if (flag == "--seconds") {
      options.duration =
          std::chrono::milliseconds(static_cast<int>(1000 * std::atof(words[i + 1])));
    }
  }
  Bodies source(bodies, path);
  if (source.empty()) {
    std::fprintf(stderr, "bench_load: no bodies in '%s'\n", bodies.c_str());
    return 2;
  }
  const auto report = mooring::bench::RunLoad(options, source);
  if (!report.ok()) {
    std::fprintf(stderr, "bench_load: %s\n", report.error().ToString().c_str());
    return 1;
  }
  std::printf(
      "{\"sent\":%llu,\"answered\":%llu,\"failed\":%llu,\"not_200\":%llu,\"per_s\":%.1f,"
      "\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}\n",
      static_cast<unsigned long long>(report->sent),
      static_cast<unsigned long long>(report->answered),
      static_cast<unsigned long long>(report->failed),
      static_cast<unsigned long long>(source.not_200()), report->PerSecond(),
      report->QuantileMs(0.5), report->QuantileMs(0.95), report->QuantileMs(0.99),
      report->QuantileMs(0.999), report->QuantileMs(1.0));
  return 0;
}
