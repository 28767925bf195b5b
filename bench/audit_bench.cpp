// bench_audit: how fast the control log is verified, beside bare SHA-256 of the same bytes in the
// same run, one thread; and what one append costs on this disk.
//
//   bench_audit [ENTRIES]         200,000 unless said
//
// Prints rows of JSON; exit code 1 when a bar is missed. The log holds entries as the registry
// writes them (about 300 bytes); the chain alone is what `audit verify` does, at 500 MB/s or more;
// with --head the tree too.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/clock.h"
#include "bench/report.h"
#include "records/audit/check_log.h"
#include "records/audit/control_entry.h"
#include "records/audit/control_log.h"
#include "records/audit/log_lines.h"

namespace mooring::bench {
namespace {

using records::ControlEntry;

constexpr double kBarMegabytes = 500;

ControlEntry EntryOf(std::uint64_t number) {
  ControlEntry entry{.principal = "ann", .role = "developer", .channel = "api"};
  entry.address = "192.0.2.17";
  entry.action = "alias.set";
  entry.object_kind = "alias";
  entry.object = "flight-cover/champion";
  entry.detail = "to version " + std::to_string(number % 90 + 1);
  entry.reason = "better on the newest month, agreed with the owner";
  entry.before = std::string(64, 'a');
  entry.after = std::string(64, 'b');
  entry.sequence = number;
  entry.at = Time(Micros(1'700'000'000'000'000 + static_cast<std::int64_t>(number)));
  return entry;
}

std::string LogOf(std::uint64_t entries) {
  std::string log(records::kLogFirstLine);
  records::ChainHasher hasher;
  Digest chain = records::kChainBegin;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::string record = records::EncodeEntry(EntryOf(i));
    chain = hasher.Next(chain, AsBytes(record));
    log += records::LogLine(chain, record);
  }
  return log;
}

// Megabytes a second, the best of several passes.
template <typename Work>
double Speed(std::size_t bytes, const Work& work) {
  double best = 0;
  for (int pass = 0; pass < 7; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, static_cast<double>(bytes) / took.count() / 1e6);
  }
  return best;
}

double AppendMicros() {
  constexpr int kAppends = 200;
  const std::string directory =
      std::filesystem::temp_directory_path() / ("bench_audit_" + std::to_string(::getpid()));
  records::ControlLog log(
      {.directory = directory, .files = &PosixFileSystem(), .clock = &SystemClock()});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kAppends; ++i) CHECK(log.Append(EntryOf(0)).ok());
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  CHECK(log.SignHead().ok());
  std::filesystem::remove_all(directory);
  return took.count() / kAppends;
}

int Main(std::uint64_t entries) {
  char machine[128] = "";
  ::gethostname(machine, sizeof(machine) - 1);
  Report report("audit", machine, entries);
  const std::string log = LogOf(entries);
  const double bare = Speed(log.size(), [&log] { (void)Sha256Of(AsBytes(log)); });
  report.Print({"sha256", bare, "MB/s", "", 1, "", true});
  const auto verify = [&](const char* name, bool tree, double bar) {
    const double speed = Speed(log.size(), [&] {
      CHECK(records::CheckLog(AsBytes(log), {.tree = tree}).problems.empty());
    });
    report.Print(
        {name, speed, "MB/s", "sha256", speed / bare, bar > 0 ? ">= 500 MB/s" : "", speed >= bar});
  };
  verify("verify_chain", false, kBarMegabytes);
  verify("verify_chain_and_tree", true, 0);
  report.Print({"append", AppendMicros(), "us", "", 1, "", true});
  return report.missed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  return mooring::bench::Main(std::max<std::uint64_t>(entries, 1));
}
