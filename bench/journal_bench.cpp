// bench_journal: what the journal costs over the bare loop that any durable log needs.
//
//   bench_journal [--seconds 2] [--directory bench-journal] [--machine TEXT]
//
// The bare loop is group commit without a journal: waiters (or one writer that does not wait) copy
// the same bytes into a buffer under a mutex, one thread swaps it, pwrites into preallocated files
// of 128 MiB, fdatasyncs, and tells them. Both run in turns in the same process, so that a slow
// moment of the disk meets both. Then recovery: opening a journal whose last owner was killed, and
// replaying all of it. Prints JSON lines; exit code 1 when a bar is missed.
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "bench/report.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"

namespace mooring::bench {
namespace {

using records::Journal;

constexpr std::size_t kFeatures = 20;
constexpr std::uint64_t kSeed = 42;

struct Options {
  double seconds = 2;
  std::string directory = "bench-journal", machine;
};

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Now() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-9; }

int missed = 0;

void Print(const Options& options, const Row& row) {
  static Report report("journal", options.machine, kSeed);
  report.Print(row);
  missed = report.missed();
}

// One decision of twenty float32 features and one output, as serving makes it.
struct OneDecision {
  OneDecision() {
    std::vector<data::Field> fields;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      fields.push_back({"f" + std::to_string(i), data::Type::kFloat32, true});
    }
    auto made = std::make_shared<records::Binding>();
    made->model = "bench";
    made->version = 1;
    made->contract_hash = std::string(64, 'a');
    made->inputs = std::make_shared<const data::Schema>(data::Schema::Make(fields).value());
    made->outputs = std::make_shared<const data::Schema>(
        data::Schema::Make({{"score", data::Type::kFloat32, true}}).value());
    binding = made;
    inputs = data::Batch(made->inputs);
    outputs = data::Batch(made->outputs);
    Rng rng(kSeed);
    for (std::size_t i = 0; i < kFeatures; ++i) {
      inputs.column(i).Append(static_cast<float>(rng.Uniform()));
    }
    outputs.column(0).Append(0.5F);
    inputs.SetRows(1);
    outputs.SetRows(1);
    block.binding = binding;
    block.at = SystemClock().Now();
    block.caller = "bench";
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = std::span(&row, 1);
  }
  std::shared_ptr<const records::Binding> binding;
  data::Batch inputs, outputs;
  records::RowDecision row;
  records::DecisionBlock block;
};

// A thread that sleeps until what it appended is durable.
struct SleepingWaiter final : records::CommitWaiter {
  void Committed(const Status& status) noexcept override {
    const std::scoped_lock lock(mutex);
    if (!status.ok()) std::abort();
    done = true;
    wake.notify_one();
  }
  void Sleep() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return done; });
    done = false;
  }
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
};

// The peer: nothing but the loop.
class BareLoop {
 public:
  BareLoop(std::string path, std::uint64_t segment_bytes)
      : path_(std::move(path)), segment_bytes_(segment_bytes) {
    NextFile();
    thread_ = std::thread([this] { Run(); });
  }
  ~BareLoop() {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
      filled_.notify_one();
    }
    thread_.join();
  }
  void Append(std::string_view bytes, SleepingWaiter* waiter) {
    const std::scoped_lock lock(mutex_);
    pending_.append(bytes);
    if (waiter != nullptr) waiters_.push_back(waiter);
    if (idle_) filled_.notify_one();
  }
  std::uint64_t Queued() {
    const std::scoped_lock lock(mutex_);
    return pending_.size();
  }

 private:
  void Run() {
    std::string out;
    std::vector<SleepingWaiter*> told;
    std::uint64_t offset = 0;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        idle_ = true;
        filled_.wait(lock, [this] { return !pending_.empty() || stop_; });
        idle_ = false;
        if (pending_.empty()) return;
        out.clear();
        std::swap(out, pending_);
        told.clear();
        std::swap(told, waiters_);
      }
      if (offset + out.size() > segment_bytes_) {
        NextFile();
        offset = 0;
      }
      if (!file_->WriteAt(offset, AsBytes(out)).ok() || !file_->Sync().ok()) std::abort();
      offset += out.size();
      for (SleepingWaiter* waiter : told) waiter->Committed(Ok());
    }
  }

  // A log goes on to new space; writing the same file again would be another, cheaper thing.
  void NextFile() {
    file_ = PosixFileSystem().Open(path_ + std::to_string(files_++), OpenMode::kReadWrite).value();
    if (!file_->Allocate(segment_bytes_).ok()) std::abort();
  }

  const std::string path_;
  int files_ = 0;
  std::unique_ptr<File> file_;
  const std::uint64_t segment_bytes_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::string pending_;
  std::vector<SleepingWaiter*> waiters_;
  bool idle_ = false, stop_ = false;
  std::thread thread_;
};

struct Measured {
  double records = 0, seconds = 0, cpu = 0;
  double rate() const { return records / seconds; }
  double cpu_us() const { return cpu / records * 1e6; }
  void Add(const Measured& other) {
    records += other.records;
    seconds += other.seconds;
    cpu += other.cpu;
  }
};

// `append` is called in a loop by each of `waiters` threads, which sleep in between; with 0 one
// thread appends without waiting as long as `queued` stays below 16 MiB.
template <typename AppendFn, typename QueuedFn>
Measured Drive(std::size_t waiters, double seconds, const AppendFn& append,
               const QueuedFn& queued) {
  std::atomic<std::uint64_t> records{0};
  std::atomic<bool> stop{false};
  const double cpu = CpuSeconds(), start = Now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, waiters); ++i) {
    threads.emplace_back([&] {
      SleepingWaiter waiter;
      OneDecision decision;
      std::uint64_t mine = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        if (waiters == 0 && mine % 256 == 0) {
          while (queued() > (16U << 20)) std::this_thread::yield();
        }
        append(decision, waiters == 0 ? nullptr : &waiter);
        if (waiters != 0) waiter.Sleep();
        ++mine;
      }
      records += mine;
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  return {static_cast<double>(records.load()), Now() - start, CpuSeconds() - cpu};
}

Journal::Options JournalOptions(const Options& options) {
  Journal::Options made;
  made.directory = options.directory + "/journal";
  made.files = &PosixFileSystem();
  made.clock = &SystemClock();
  return made;
}

// What a record of the bench costs on disk, for the bare loop to write the same.
std::size_t RecordBytesOf(const Options& options) {
  std::filesystem::remove_all(options.directory);
  const auto journal = Journal::Open(JournalOptions(options)).value();
  const OneDecision decision;
  const auto bytes = [&](int count) {
    const std::uint64_t before = journal->Stats().bytes;
    const std::uint64_t wanted = journal->Stats().decisions + static_cast<std::uint64_t>(count);
    for (int i = 0; i < count; ++i) {
      if (!journal->Append(decision.block, nullptr).ok()) std::abort();
    }
    while (journal->Stats().decisions < wanted) std::this_thread::yield();
    return journal->Stats().bytes - before;
  };
  bytes(1);
  const std::uint64_t many = bytes(100'000);
  return static_cast<std::size_t>(many / 100'000);
}

void CompareWithBareLoop(const Options& options) {
  const std::string bytes(RecordBytesOf(options), 'x');
  for (const std::size_t waiters : {1U, 16U, 64U, 256U, 0U}) {
    Measured ours, bare;
    constexpr int kTurns = 4;
    std::filesystem::remove_all(options.directory);
    const auto journal = Journal::Open(JournalOptions(options)).value();
    BareLoop loop(options.directory + "/bare", limits::kJournalSegmentBytes);
    for (int turn = 0; turn < kTurns; ++turn) {
      ours.Add(Drive(
          waiters, options.seconds / kTurns,
          [&](OneDecision& decision, SleepingWaiter* waiter) {
            if (!journal->Append(decision.block, waiter).ok()) std::abort();
          },
          [&] { return journal->Stats().queued_bytes; }));
      while (journal->Stats().queued_bytes != 0) std::this_thread::yield();
      bare.Add(Drive(
          waiters, options.seconds / kTurns,
          [&](OneDecision&, SleepingWaiter* waiter) { loop.Append(bytes, waiter); },
          [&] { return loop.Queued(); }));
      while (loop.Queued() != 0) std::this_thread::yield();
    }
    const std::string name = waiters == 0 ? "not waiting" : std::to_string(waiters) + " waiters";
    const double ratio = ours.rate() / bare.rate();
    Print(options, {name.c_str(), ours.rate(), "records/s", "bare group commit, same bytes", ratio,
                    ">= 0.8", ratio >= 0.8});
    const std::string cpu = name + " cpu";
    const bool judged = waiters == 0;  // with sleepers the system's wake-ups are most of it
    Print(options, {cpu.c_str(), ours.cpu_us(), "us/record", "bare group commit",
                    ours.cpu_us() / bare.cpu_us(), judged ? "<= 1.5 us" : "none",
                    !judged || ours.cpu_us() <= 1.5});
  }
}

struct CountingVisitor final : records::JournalVisitor {
  explicit CountingVisitor(bool rows) : wants(rows) {}
  void OnDecisions(const records::ReadDecisions& block) override {
    decisions += block.rows.size();
    if (block.inputs != nullptr) sum += block.inputs->column(0).Values<float>()[0];
  }
  bool WantsRows() const override { return wants; }
  bool wants;
  std::uint64_t decisions = 0;
  double sum = 0;
};

void MeasureRecovery(const Options& options) {
  std::filesystem::remove_all(options.directory);
  auto made = JournalOptions(options);
  constexpr std::uint64_t kBytes = limits::kGiB;
  made.segment_bytes = kBytes + kBytes / 16;  // all of it unsealed: the worst case
  {
    const auto journal = Journal::Open(made).value();
    const OneDecision decision;
    while (journal->Stats().bytes < kBytes) {
      for (int i = 0; i < 1000; ++i) {
        if (!journal->Append(decision.block, nullptr).ok()) std::this_thread::yield();
      }
    }
    // As a killed owner leaves it: copied while it is open, not sealed.
    std::filesystem::copy(made.directory, options.directory + "/killed");
  }
  made.directory = options.directory + "/killed";
  const double gigabytes = static_cast<double>(kBytes) / 1e9;
  double start = Now();
  auto journal = Journal::Open(made);
  if (!journal.ok()) std::abort();
  const double opening = (Now() - start) / gigabytes;
  Print(options, {"open after a kill", opening, "s/GB", "bar", opening / 2, "<= 2", opening <= 2});
  for (const bool rows : {false, true}) {
    CountingVisitor visitor(rows);
    auto reader = records::JournalReader::Open(PosixFileSystem(), made.directory).value();
    start = Now();
    while (reader->Read((*journal)->Durable(), 1'000'000, visitor).value() != 0) {}
    const double replay = (Now() - start) / gigabytes;
    Print(options, {rows ? "replay with rows" : "replay without rows", replay, "s/GB", "bar",
                    replay / 2, "<= 2", replay <= 2});
    if (visitor.decisions != (*journal)->Recovery().decisions) std::abort();
  }
  start = Now();
  const auto report = records::VerifyJournal(PosixFileSystem(), made.directory).value();
  Print(options, {"verify", (Now() - start) / gigabytes, "s/GB", "", 0, "none",
                  report.findings.empty()});
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  mooring::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--seconds") options.seconds = std::atof(argv[i + 1]);
    if (name == "--directory") options.directory = argv[i + 1];
    if (name == "--machine") options.machine = argv[i + 1];
  }
  mooring::bench::CompareWithBareLoop(options);
  mooring::bench::MeasureRecovery(options);
  std::filesystem::remove_all(options.directory);
  return mooring::bench::missed == 0 ? 0 : 1;
}
