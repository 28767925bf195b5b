// bench_artifacts: files up and down over loopback, through the server's own HTTP, into a store on
// disk; every answer to an upload means that the bytes are durable.
//
//   bench_artifacts [--megabytes 1024] [--files 10000] [--directory bench-artifacts]
//                   [--machine TEXT]
//
// One connection for the large file, eight with keep-alive for the small ones (4 KiB, all
// different). The caller's threads are in the same process, so its memory counts, too. Beside it
// the bare disk: the same bytes written and synced without anything else. Prints JSON lines; exit
// code 1 when a bar is missed.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/http/socket_client.h"
#include "api/mlflow/artifacts/artifact_calls.h"
#include "api/mlflow/routes.h"
#include "base/clock.h"
#include "bench/report.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::bench {
namespace {

constexpr std::size_t kConnections = 8, kThreads = 8, kSmallBytes = 4096;
constexpr std::size_t kMiB = 1U << 20;

struct Options {
  std::size_t megabytes = 1024, files = 10'000;
  std::string directory = "bench-artifacts", machine;
};

double Now() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-9; }

// Of the whole process, the callers included.
double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Workers {
 public:
  Workers() {
    for (std::size_t i = 0; i < kThreads; ++i)
      threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
  bool Do(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_one();
    return true;
  }

 private:
  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !work_.empty(); })) {
      const auto work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> work_;
  std::vector<std::jthread> threads_;
};

api::Handler HandlerOf(Workers& workers, records::ArtifactStore& store) {
  const auto shared = std::make_shared<api::Api>();
  shared->use.artifacts = &store;
  shared->use.clock = &SystemClock();
  shared->use.mlflow = [&workers](std::function<void()> work) {
    return workers.Do(std::move(work));
  };
  const auto table = std::make_shared<const api::mlflow::RouteTable>();
  const auto nobody =
      std::make_shared<const records::Principal>("", std::span<const records::Grant>());
  return [=](const api::Request& request, const std::shared_ptr<api::Responder>& responder) {
    const auto match = table->Find(request.method, request.path);
    api::Call call{shared, &request, responder, match.parameters, api::Protocol::kTracking, nobody};
    match.route == nullptr ? call.Answer(api::mlflow::NoSuchPage()) : match.route->answer(call);
  };
}

const std::string kPath = "/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/";

std::string Head(const char* verb, const std::string& name, std::size_t length) {
  return std::string(verb) + " " + kPath + name + " HTTP/1.1\r\nHost: localhost\r\n" +
         (length == 0 ? "" : "Content-Length: " + std::to_string(length) + "\r\n") + "\r\n";
}

// The most memory that the process ever had, in MiB; ResetPeak makes it what it has now.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}
void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

bool IsOk(const std::string& answer) { return answer.starts_with("HTTP/1.1 200"); }

// MiB a second; 0 when it failed.
double Upload(std::uint16_t port, std::size_t megabytes, const std::string& block) {
  api::SocketClient client(port);
  const double begin = Now();
  client.Send(Head("PUT", "model.bin", megabytes * kMiB));
  for (std::size_t i = 0; i < megabytes; ++i) {
    if (!client.Send(block)) return 0;
  }
  const bool ok = IsOk(client.ReadAnswer());
  return ok ? static_cast<double>(megabytes) / (Now() - begin) : 0;
}

double Download(std::uint16_t port, std::size_t megabytes) {
  api::SocketClient client(port);
  std::vector<char> buffer(kMiB);
  const double begin = Now();
  client.Send(Head("GET", "model.bin", 0));
  std::size_t got = 0;
  while (got < megabytes * kMiB) {
    const ssize_t more = ::recv(client.fd(), buffer.data(), buffer.size(), 0);
    if (more <= 0) return 0;
    got += static_cast<std::size_t>(more);
  }
  return static_cast<double>(megabytes) / (Now() - begin);
}

// Files a second.
double SmallFiles(std::uint16_t port, std::size_t files, const char* verb) {
  std::atomic<std::size_t> next{0}, failed{0};
  std::vector<std::jthread> threads;
  const double begin = Now();
  for (std::size_t c = 0; c < kConnections; ++c) {
    threads.emplace_back([&] {
      api::SocketClient client(port);
      const bool put = std::strcmp(verb, "PUT") == 0;
      std::string body(kSmallBytes, 'x');
      for (std::size_t i; (i = next.fetch_add(1)) < files;) {
        const std::string number = std::to_string(i);
        std::copy(number.begin(), number.end(), body.begin());
        client.Send(Head(verb, "small/" + number, put ? body.size() : 0) + (put ? body : ""));
        if (!IsOk(client.ReadAnswer())) ++failed;
      }
    });
  }
  threads.clear();
  return failed == 0 ? static_cast<double>(files) / (Now() - begin) : 0;
}

double BareDisk(const std::string& path, std::size_t megabytes, const std::string& block) {
  const double begin = Now();
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0;
  for (std::size_t i = 0; ok && i < megabytes; ++i)
    ok = ::write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size());
  ok = ok && ::fdatasync(fd) == 0;
  ::close(fd);
  const double seconds = Now() - begin;
  std::filesystem::remove(path);
  return ok ? static_cast<double>(megabytes) / seconds : 0;
}

int Run(const Options& options) {
  std::filesystem::remove_all(options.directory);
  std::filesystem::create_directories(options.directory);
  Report report("artifacts", options.machine, 0);
  std::string block(kMiB, ' ');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * i / 3);
  const double disk = BareDisk(options.directory + "/bare", options.megabytes, block);
  auto blobs = data::BlobStore::Open(PosixFileSystem(), options.directory + "/blobs").value();
  auto store = records::ArtifactStore::Open({.file = options.directory + "/artifacts.db",
                                             .blobs = &blobs,
                                             .clock = &SystemClock(),
                                             .files = &PosixFileSystem()})
                   .value();
  Workers workers;
  api::HttpServer::Options http;
  http.streams = api::mlflow::StreamsBody;
  const auto server = api::HttpServer::Start(http, HandlerOf(workers, *store)).value();
  const std::uint16_t port = server->port();

  ResetPeak();
  const double before = PeakMiB();
  const double start = CpuSeconds();
  const double up = Upload(port, options.megabytes, block);
  const double between = CpuSeconds();
  const double down = Download(port, options.megabytes);
  const double end = CpuSeconds();
  const double grown = PeakMiB() - before, gib = static_cast<double>(options.megabytes) / 1024;
  report.Print({"up", up * 1.048576, "MB/s", "bare disk", up / disk, ">= 500", up >= 477});
  report.Print({"down", down * 1.048576, "MB/s", "bare disk", down / disk, ">= 500", down >= 477});
  report.Print({"memory", grown, "MiB more", "-", 0, "<= 8", grown <= 8});
  report.Print({"up_cpu", (between - start) / gib, "CPU s/GiB", "-", 0, "-", true});
  report.Print({"down_cpu", (end - between) / gib, "CPU s/GiB", "-", 0, "-", true});
  const double put = SmallFiles(port, options.files, "PUT");
  const double put_cpu = CpuSeconds() - end;
  report.Print({"small_up", put, "files/s", "-", 0, ">= 2000", put >= 2000});
  report.Print({"small_up_cpu", put_cpu * 1e6 / static_cast<double>(options.files), "CPU us/file",
                "-", 0, "-", true});
  const double get = SmallFiles(port, options.files, "GET");
  report.Print({"small_down", get, "files/s", "-", 0, ">= 2000", get >= 2000});
  server->Drain(std::chrono::seconds(1));
  return report.missed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  mooring::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--megabytes") options.megabytes = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--files") options.files = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--directory") options.directory = argv[i + 1];
    if (name == "--machine") options.machine = argv[i + 1];
  }
  const int code = mooring::bench::Run(options);
  std::filesystem::remove_all(options.directory);
  return code;
}
