#include "data/store/group_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"

namespace mooring::data {
namespace {

// Of 5 seconds each, while another process holds the file's lock.
constexpr int kAttempts = 12;
// 16 MiB: pages that many commits change are carried into the file once.
constexpr int kCheckpointPages = 4096;

// One caller that waits, on its own stack.
struct Waiting {
  const GroupWriter::Work* work;
  Status status;
  bool done = false;
  std::condition_variable told;
};

class Writer final : public GroupWriter {
 public:
  Writer(Options options, Database db, std::vector<Statement> statements)
      : options_(std::move(options)),
        db_(std::move(db)),
        begin_(std::move(statements[0])),
        commit_(std::move(statements[1])),
        save_(std::move(statements[2])),
        release_(std::move(statements[3])),
        undo_(std::move(statements[4])) {}

  Status Write(const Work& work) override {
    CHECK(std::this_thread::get_id() != leader_.load());
    Waiting waiting{&work, Ok(), false, {}};
    std::unique_lock lock(mutex_);
    queue_.push_back(&waiting);
    waiting.told.wait(lock, [&] { return waiting.done || !led_; });
    if (!waiting.done) Lead(waiting, lock);
    return std::move(waiting.status);
  }

  Counts counts() const override {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  using Group = std::vector<Waiting*>;

  // Commits what waits until this caller's own work is among it, then lets the next one lead.
  void Lead(const Waiting& own, std::unique_lock<std::mutex>& lock) {
    led_ = true;
    leader_.store(std::this_thread::get_id());
    while (!own.done) {
      const std::size_t taken = std::min(queue_.size(), options_.most_at_once);
      const Group group(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
      lock.unlock();
      std::size_t first = 0;
      while (first < group.size()) first = CommitFrom(group, first);
      lock.lock();
      Tell(group);
    }
    leader_.store(std::thread::id());
    led_ = false;
    if (!queue_.empty()) queue_.front()->told.notify_one();
  }

  void Tell(const Group& group) {
    ++counts_.commits;
    counts_.works += group.size();
    for (Waiting* waiting : group) {
      waiting->done = true;
      waiting->told.notify_one();  // under the lock: the caller's stack goes when it wakes
    }
  }

  // One transaction of what stands from `first` on. Gives where the next one starts: at the end, or
  // behind the work that took the transaction down with it.
  std::size_t CommitFrom(const Group& group, std::size_t first) {
    if (Status begun = Begin(); !begun.ok()) {
      Fail(group, first, group.size(), begun.error());
      return group.size();
    }
    const bool alone = group.size() - first == 1;
    for (std::size_t i = first; i < group.size(); ++i) {
      group[i]->status = alone ? (*group[i]->work)(db_) : InSavepoint(*group[i]->work);
      if (db_.InTransaction()) continue;
      const Error error = group[i]->status.ok()
                              ? Error(Code::kInternal, "the work ended the writer's transaction")
                              : group[i]->status.error();
      Fail(group, first, i + 1, error);
      Undone();
      return i + 1;
    }
    if (alone && !group[first]->status.ok()) {
      Rollback();
      return group.size();
    }
    if (Status committed = commit_.Run(); !committed.ok()) {
      Fail(group, first, group.size(), committed.error());
      Rollback();
    }
    return group.size();
  }

  Status Begin() {
    for (int attempt = 1;; ++attempt) {
      Status begun = begin_.Run();
      const bool locked = !begun.ok() && begun.error().code() == Code::kUnavailable;
      if (!locked || attempt >= kAttempts) return begun;
    }
  }

  Status InSavepoint(const Work& work) {
    RETURN_IF_ERROR(save_.Run());
    Status status = work(db_);
    if (!status.ok() && db_.InTransaction()) {
      if (Status undone = undo_.Run(); !undone.ok()) Rollback();
      if (options_.on_undo) options_.on_undo();
    }
    if (db_.InTransaction()) {
      if (Status released = release_.Run(); !released.ok() && status.ok()) return released;
    }
    return status;
  }

  void Rollback() {
    if (db_.InTransaction()) static_cast<void>(db_.Execute("ROLLBACK"));
    Undone();
  }
  void Undone() {
    if (options_.on_undo) options_.on_undo();
  }

  // Work that failed by itself keeps its own error.
  static void Fail(const Group& group, std::size_t from, std::size_t to, const Error& error) {
    for (std::size_t i = from; i < to; ++i) {
      if (group[i]->status.ok()) group[i]->status = Error(error);
    }
  }

  const Options options_;
  // The leader's, whichever thread that is.
  Database db_;
  Statement begin_, commit_, save_, release_, undo_;
  std::atomic<std::thread::id> leader_{};
  mutable std::mutex mutex_;  // guards all below
  bool led_ = false;          // somebody commits
  Group queue_;
  Counts counts_;
};

}  // namespace

Result<std::unique_ptr<GroupWriter>> GroupWriter::Open(Options options) {
  ASSIGN_OR_RETURN(Database db, Database::Open(options.file, {}));
  RETURN_IF_ERROR(db.Execute(
      fmt::format("PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint={}",
                  options.cache_bytes / 1024, kCheckpointPages)));
  RETURN_IF_ERROR(db.Migrate(options.steps));
  std::vector<Statement> statements;
  for (const char* sql :
       {"BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT work", "RELEASE work", "ROLLBACK TO work"}) {
    ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
    statements.push_back(std::move(statement));
  }
  return std::unique_ptr<GroupWriter>(
      new Writer(std::move(options), std::move(db), std::move(statements)));
}

}  // namespace mooring::data
