// flights_replay: sends later flights to a running server as live traffic, each as one request,
// with the outcome of each flight following after it has landed, and prints one line a second.
//
//   flights_replay --port 8080 --flights flights.csv --rate 4000 [--seconds 60] [--from N]
//                  [--hours yes]
//
// --hours sends the time of day in hours where minutes were agreed: a feed that was changed without
// a word. All flights of the file are replayed when --seconds is 0.
// Exit code 0 only when every request was answered with a decision. Ends on SIGTERM.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "base/net/transport.h"
#include "bench/load/http_load.h"

namespace {

volatile std::sig_atomic_t ended = 0;

struct Flight {
  std::string date, body;
  bool late = false;
};

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  return cells;
}

// distance,minute,origin,destination,passenger,late,date in time order.
std::vector<Flight> ReadFlights(const std::string& path, bool hours) {
  std::ifstream in(path);
  std::string line;
  std::vector<Flight> flights;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const std::vector<std::string> cell = Split(line);
    if (cell.size() != 7) continue;
    flights.push_back({cell[6],
                       R"(","inputs":{"distance":)" + cell[0] + R"(,"minute":)" +
                           (hours ? std::to_string(std::atoi(cell[1].c_str()) / 60) : cell[1]) +
                           R"(,"origin":")" + cell[2] + R"(","destination":")" + cell[3] +
                           R"(","passenger":")" + cell[4] + R"("}})",
                       cell[5] == "1"});
  }
  return flights;
}

// One number of the Prometheus text; the sum over all label sets of `name`.
double Metric(const std::string& text, const std::string& name) {
  double sum = 0;
  for (std::size_t at = text.find("\n" + name); at != std::string::npos;
       at = text.find("\n" + name, at + 1)) {
    const char next = text[at + 1 + name.size()];
    if (next != ' ' && next != '{') continue;
    const std::size_t end = text.find('\n', at + 1);
    sum += std::atof(text.c_str() + text.rfind(' ', end) + 1);
  }
  return sum;
}

class Replay final : public mooring::bench::LoadSource {
 public:
  Replay(std::vector<Flight> flights, std::string run)
      : flights_(std::move(flights)), run_(std::move(run)) {}

  bool Next(std::string& wire, std::uint64_t& tag) override {
    if (ended != 0 || at_ >= flights_.size()) return false;
    if (landed_.size() >= kLanding + kBulk) return SendOutcomes(wire, tag);
    tag = at_;
    wire = mooring::bench::PostJson(kDecide, R"({"request_id":")" + Id(at_) + flights_[at_].body);
    ++at_;
    return true;
  }

  void Answered(std::uint64_t tag, int status, std::string_view body) override {
    if (status != 200) {
      if (++failed_ <= 3)
        std::fprintf(stderr, "status %d: %.*s\n", status, static_cast<int>(body.size()),
                     body.data());
      return;
    }
    if (tag == kOutcomes) {
      outcomes_ += kBulk;
      return;
    }
    ++decided_;
    landed_.push_back(tag);
    const std::size_t version = body.find("\"version\":");
    if (version != std::string_view::npos) ++versions_[std::atoi(body.data() + version + 10)];
  }
  void Failed(std::uint64_t, std::string_view why) override {
    if (++failed_ <= 3) std::fprintf(stderr, "failed: %.*s\n", int(why.size()), why.data());
  }

  std::uint64_t decided() const { return decided_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t outcomes() const { return outcomes_; }
  std::size_t at() const { return at_; }
  std::string date() const { return flights_[std::min(at_, flights_.size() - 1)].date; }
  bool done() const { return at_ >= flights_.size(); }
  // Versions that answered since the last call, as "v1:5000".
  std::string TakeVersions() {
    std::string text;
    for (const auto& [version, count] : versions_) {
      text += (text.empty() ? "v" : " v") + std::to_string(version) + ":" + std::to_string(count);
    }
    versions_.clear();
    return text;
  }
  void StartAt(std::size_t at) { at_ = at; }

 private:
  static constexpr std::uint64_t kOutcomes = ~std::uint64_t{0};
  static constexpr std::size_t kLanding = 2000;  // flights in the air: about three hours
  static constexpr std::size_t kBulk = 500;
  static constexpr const char* kDecide = "/api/v1/models/flight-cover/decide";

  std::string Id(std::uint64_t flight) const { return run_ + "-" + std::to_string(flight); }

  bool SendOutcomes(std::string& wire, std::uint64_t& tag) {
    std::string body = R"({"outcomes":[)";
    for (std::size_t i = 0; i < kBulk; ++i) {
      if (i != 0) body += ",";
      body += R"({"request_id":")" + Id(landed_.front()) + R"(","name":"late","value":)" +
              (flights_[landed_.front()].late ? "1}" : "0}");
      landed_.pop_front();
    }
    tag = kOutcomes;
    wire = mooring::bench::PostJson("/api/v1/outcomes", body + "]}");
    return true;
  }

  std::vector<Flight> flights_;
  std::string run_;
  std::size_t at_ = 0;
  std::uint64_t decided_ = 0, failed_ = 0, outcomes_ = 0;
  std::deque<std::uint64_t> landed_;
  std::map<int, std::uint64_t> versions_;
};

struct Options {
  mooring::bench::LoadOptions load;
  std::string flights, run = "demo";
  int seconds = 60;
  std::size_t from = 0;
  bool hours = false;
};

Options Parse(int count, char** words) {
  Options options;
  options.load.rate_per_s = 4000;
  options.load.connections = 32;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i], value = words[i + 1];
    if (flag == "--port") options.load.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));
    if (flag == "--flights") options.flights = value;
    if (flag == "--rate") options.load.rate_per_s = std::atof(value.c_str());
    if (flag == "--seconds") options.seconds = std::atoi(value.c_str());
    if (flag == "--from") options.from = std::stoul(value);
    if (flag == "--run") options.run = value;
    if (flag == "--hours") options.hours = value == "yes";
  }
  return options;
}

void PrintLine(Replay& replay, const mooring::bench::LoadReport& report, const std::string& url) {
  const auto transport = mooring::CurlTransport();
  mooring::HttpCall call;
  call.url = url;
  const auto answer = transport->Send(call);
  const std::string text = answer.ok() ? "\n" + answer->body : std::string();
  std::printf(
      "%s  %6.0f decisions/s  p95 %5.2f ms  answered %8llu  journal %8.0f  outcomes %7llu  "
      "windows %3.0f (drift %.0f)  %s  failed %llu\n",
      replay.date().c_str(), report.PerSecond(), report.QuantileMs(0.95),
      static_cast<unsigned long long>(replay.decided()),
      Metric(text, "mooring_journal_decisions_total"),
      static_cast<unsigned long long>(replay.outcomes()),
      Metric(text, "mooring_windows_closed_total"), Metric(text, "mooring_windows_drifted_total"),
      replay.TakeVersions().c_str(), static_cast<unsigned long long>(replay.failed()));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  std::signal(SIGTERM, [](int) { ended = 1; });
  std::signal(SIGINT, [](int) { ended = 1; });
  Options options = Parse(count, words);
  Replay replay(ReadFlights(options.flights, options.hours), options.run);
  replay.StartAt(options.from);
  options.load.duration = std::chrono::milliseconds(1000);
  const std::string metrics = "http://127.0.0.1:" + std::to_string(options.load.port) + "/metrics";
  const bool all = options.seconds == 0;
  for (int second = 0; (all || second < options.seconds) && ended == 0 && !replay.done();
       ++second) {
    const auto report = mooring::bench::RunLoad(options.load, replay);
    if (!report.ok()) {
      std::fprintf(stderr, "replay: %s\n", report.error().ToString().c_str());
      return 1;
    }
    PrintLine(replay, *report, metrics);
  }
  std::printf("replayed to flight %zu: %llu decisions, %llu failed\n", replay.at(),
              static_cast<unsigned long long>(replay.decided()),
              static_cast<unsigned long long>(replay.failed()));
  return replay.failed() == 0 && replay.decided() > 0 ? 0 : 1;
}
