// crash_driver: real processes and a real kill -9. The parent starts a writer that appends
// decisions from four threads and reports each acknowledged serial through a pipe; at a random
// moment the parent kills it, opens the journal, and compares: every acknowledged decision exactly
// once, no other twice, the chain whole. Many loops on one directory, so that recoveries stand on
// recoveries.
//
//   crash_driver DIRECTORY LOOPS SEED
//
// Prints one line and exits 0, or says what broke and exits 1.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"

namespace mooring {
namespace {

using records::Journal;

// The serial of a decision is its score; a block has two rows.
struct Decision {
  explicit Decision(std::int64_t serial) {
    static const auto made = [] {
      auto binding = std::make_shared<records::Binding>();
      binding->model = "crash";
      binding->version = 1;
      binding->inputs = std::make_shared<const data::Schema>(
          data::Schema::Make({{"serial", data::Type::kInt64, false}}).value());
      binding->outputs = binding->inputs;
      return binding;
    }();
    rows = data::Batch(made->inputs);
    rows.column(0).Append(serial);
    rows.column(0).Append(serial + 1);
    rows.SetRows(2);
    answers[0].score = static_cast<double>(serial);
    answers[1].score = static_cast<double>(serial + 1);
    block.binding = made;
    block.at = SystemClock().Now();
    block.inputs = block.outputs = &rows;
    block.rows = answers;
  }
  data::Batch rows;
  records::RowDecision answers[2];
  records::DecisionBlock block;
};

Journal::Options OptionsFor(const std::string& directory) {
  Journal::Options options;
  options.directory = directory;
  options.files = &PosixFileSystem();
  options.clock = &SystemClock();
  options.segment_bytes = 256 * 1024;
  return options;
}

// Says the serial to the parent once it is durable. A pipe's write of eight bytes is whole or not
// at all.
struct Reporter final : records::CommitWaiter {
  void Committed(const Status& status) noexcept override {
    if (status.ok() && ::write(pipe, &serial, sizeof(serial)) != sizeof(serial)) ::_exit(3);
    delete this;
  }
  std::int64_t serial = 0;
  int pipe = -1;
};

[[noreturn]] void Write(const std::string& directory, std::int64_t first, int pipe) {
  auto journal = Journal::Open(OptionsFor(directory));
  if (!journal.ok()) {
    std::fprintf(stderr, "writer: %s\n", journal.error().ToString().c_str());
    ::_exit(4);
  }
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t serial = first + t * 2;; serial += 8) {
        const Decision decision(serial);
        auto reporter = std::make_unique<Reporter>();
        reporter->serial = serial;
        reporter->pipe = pipe;
        if ((*journal)->Append(decision.block, reporter.get()).ok()) {
          static_cast<void>(reporter.release());
        }
        if (serial % 64 < 8) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ::_exit(5);
}

struct Seen final : records::JournalVisitor {
  void OnDecisions(const records::ReadDecisions& block) override {
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      const std::int64_t serial = block.inputs->column(0).Values<std::int64_t>()[i];
      if (block.rows[i].score != static_cast<double>(serial)) ++wrong;
      if (!serials.insert(serial).second) ++twice;
    }
  }
  std::set<std::int64_t> serials;
  int wrong = 0, twice = 0;
};

bool Fail(int loop, const std::string& what) {
  std::fprintf(stderr, "loop %d: %s\n", loop, what.c_str());
  return false;
}

// Everything of the loop's span must be there when it was acknowledged. Old segments are dropped
// afterwards, so that a thousand loops fit.
bool Check(const std::string& directory, const std::set<std::int64_t>& acknowledged, int loop) {
  auto journal = Journal::Open(OptionsFor(directory));
  if (!journal.ok()) return Fail(loop, journal.error().ToString());
  Seen seen;
  auto reader = records::JournalReader::Open(PosixFileSystem(), directory).value();
  while (true) {
    const auto read = reader->Read((*journal)->Durable(), 100'000, seen);
    if (!read.ok()) return Fail(loop, read.error().ToString());
    if (*read == 0) break;
  }
  if (seen.wrong != 0) return Fail(loop, "a wrong value");
  if (seen.twice != 0) return Fail(loop, std::to_string(seen.twice) + " decisions are there twice");
  for (const std::int64_t serial : acknowledged) {
    if (seen.serials.count(serial) == 0 || seen.serials.count(serial + 1) == 0) {
      return Fail(loop, "lost acknowledged decision " + std::to_string(serial));
    }
  }
  const auto report = records::VerifyJournal(PosixFileSystem(), directory);
  if (!report.ok()) return Fail(loop, report.error().ToString());
  if (!report->findings.empty()) return Fail(loop, report->findings[0]);
  const auto dropped = (*journal)->DropBefore(SystemClock().Now());
  return dropped.ok() ? true : Fail(loop, dropped.error().ToString());
}

bool Loop(const std::string& directory, int loop, Rng& rng, std::uint64_t& total) {
  int ends[2];
  if (::pipe(ends) != 0) return Fail(loop, "no pipe");
  const std::int64_t first = std::int64_t{loop} * 100'000'000;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    Write(directory, first, ends[1]);
  }
  ::close(ends[1]);
  // Killed after so many acknowledgements; every fourth time while it still opens the journal.
  const std::uint64_t wanted = rng.Below(4) == 0 ? 0 : 1 + rng.Below(4000);
  if (wanted == 0) {
    const Nanos until = SystemClock().Monotonic() + Nanos(rng.Below(20'000'000));
    while (SystemClock().Monotonic() < until) std::this_thread::yield();
    ::kill(child, SIGKILL);
  }
  std::set<std::int64_t> acknowledged;
  std::int64_t serial = 0;
  while (::read(ends[0], &serial, sizeof(serial)) == sizeof(serial)) {
    acknowledged.insert(serial);
    if (acknowledged.size() == wanted) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return Fail(loop, "the writer ended by itself");
  total += acknowledged.size() * 2;
  return Check(directory, acknowledged, loop);
}

}  // namespace
}  // namespace mooring

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "crash_driver DIRECTORY LOOPS SEED\n");
    return 2;
  }
  const bool is_long = std::getenv("MOORING_LONG_TESTS") != nullptr;
  const int loops = is_long ? 1000 : std::atoi(argv[2]);
  mooring::Rng rng(static_cast<std::uint64_t>(std::atoll(argv[3])));
  std::filesystem::remove_all(argv[1]);
  std::uint64_t total = 0;
  for (int loop = 1; loop <= loops; ++loop) {
    if (!mooring::Loop(std::string(argv[1]) + "/journal", loop, rng, total)) return 1;
  }
  std::filesystem::remove_all(argv[1]);
  std::printf("%d kills, %llu acknowledged decisions, each exactly once\n", loops,
              static_cast<unsigned long long>(total));
  return total == 0 ? 1 : 0;
}
