#include "monitoring/watch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "base/limits.h"
#include "monitoring/checkpoint.h"
#include "monitoring/kept_history.h"
#include "monitoring/period.h"
#include "monitoring/quality/late_windows.h"
#include "monitoring/quality/quality_book.h"
#include "monitoring/references.h"
#include "monitoring/refused_inputs.h"
#include "monitoring/service_watch.h"
#include "monitoring/window.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRecordsARead = 256;
constexpr std::chrono::milliseconds kIdleWait{200};
// A pass over what many commits brought costs less than a pass a commit, and no window is in such a
// hurry; nor is the checkpoint, which only saves a restart some reading.
constexpr std::chrono::milliseconds kGather{20};
constexpr Nanos kCheckpointEvery = std::chrono::seconds(1);
constexpr std::chrono::hours kServiceMemory{72};
// In the checkpoint: the oldest decision whose outcomes are still waited for, and behind the mark
// where the windows of quality that were not let go begin. Names of models hold no space.
const WindowKey kQualityKey("", 0);
constexpr std::string_view kQualityMark = "quality of ";
constexpr Nanos kLateEvery = std::chrono::minutes(5);
// Verdicts of a pass are stored in batches of about so many: a backlog of years fits in memory too.
constexpr std::size_t kBatch = 256;
// So many may wait for a registry whose disk is full; then the journal keeps the rest.
constexpr std::size_t kUnstored = 1024;

class JournalWatch final : public Watch, private records::JournalVisitor {
  struct OpenWindow {
    std::string contract_hash;
    Window window;
    DecisionId next = {};            // behind the last that it took
    std::uint64_t kept_windows = 0;  // of its history, that are on disk
  };

 public:
  explicit JournalWatch(Options options)
      : options_(std::move(options)), references_(*options_.registry, options_.read_blob) {}

  Status Start() {
    if (!options_.store_verdicts) {
      options_.store_verdicts = [registry = options_.registry](const auto verdicts) {
        return registry->StoreVerdicts(verdicts);
      };
    }
    ASSIGN_OR_RETURN(begins_, ReadCheckpoint(*options_.files, options_.checkpoint_file));
    records::JournalPosition from;
    for (const auto& [key, first] : begins_) {
      if (key.first.starts_with(kQualityMark)) continue;
      from.segment = from.segment == 0 ? first.segment : std::min(from.segment, first.segment);
    }
    begins_.erase(kQualityKey);  // it only says from where to read
    MakeBook();
    ASSIGN_OR_RETURN(
        reader_, records::JournalReader::Open(*options_.files, options_.journal_directory, from));
    return Ok();
  }

  void MakeBook() {
    Checkpoint begins;
    for (auto mark = begins_.begin(); mark != begins_.end();) {
      const bool ours = mark->first.first.starts_with(kQualityMark);
      if (ours) {
        begins[{mark->first.first.substr(kQualityMark.size()), mark->first.second}] = mark->second;
      }
      mark = ours ? begins_.erase(mark) : std::next(mark);
    }
    quality_ = std::make_unique<QualityBook>(
        QualityBook::Options{.begins = std::move(begins),
                             .on_problem = [this](const Error& error) { Tell(error); },
                             .open_regressor = options_.open_regressor,
                             .library_directory = options_.library_directory});
  }

  // ---- the flow: journal → profile → compare → judge → verdict ----

  Status CatchUp() override {
    // Before the end: what is decided while this pass reads is not too late for its window.
    const Time now = options_.clock->Now();
    const records::JournalPosition end = options_.journal->Durable();
    if (!std::exchange(recalled_, true)) {
      RecallService();
      RecallQuality();
    }
    for (std::size_t read = 1; read != 0;) {
      if (!StoreBatch()) return Ok();
      auto got = reader_->Read(end, kRecordsARead, *this);
      if (!got.ok()) {
        Tell(got.error());
        RETURN_IF_ERROR(reader_->SkipDamage());
        continue;
      }
      read = *got;
      NoteLag(end);
    }
    CloseOverdue(now);
    for (records::StoredVerdict& verdict : service_.Due(now)) {
      unstored_.push_back(std::move(verdict));
    }
    TakeQuality(quality_->Due(now));
    ScoreLate(now);
    StoreVerdicts();
    return Ok();
  }

  void TakeQuality(const std::vector<QualityReport>& reports) {
    for (const QualityReport& report : reports) unstored_.push_back(ToStored(report));
    for (records::StoredVerdict& alarm : quality_->TakeAlarms()) {
      unstored_.push_back(std::move(alarm));
    }
  }

  void OnRefusal(const records::Refusal& refusal) override {
    service_.OnRefusal(refusal);
    refused_.OnRefused(refusal);
  }

  void OnOutcomes(std::span<const records::Outcome> outcomes) override {
    quality_->Learn(outcomes);
  }

  void OnDecisions(const records::ReadDecisions& block) override {
    const std::shared_ptr<const Reference> reference = ReferenceFor(*block.binding);
    service_.OnDecisions(block, reference == nullptr ? nullptr : reference->contract.get());
    if (reference == nullptr) return;
    quality_->Add(block, reference);
    const WindowKey key(block.binding->model, block.binding->version);
    if (AlreadyJudged(key, block.first)) return refused_.Forget(key);
    OpenWindow& open = WindowFor(key, *block.binding, reference);
    if (AlreadyJudged(key, block.first)) return refused_.Forget(key);  // as its kept history says
    if (open.window.Over(block.at)) Conclude(key, open);
    refused_.OnDecided(key);
    if (open.window.empty()) begins_[key] = block.first;
    if (Status added = open.window.Add(block); !added.ok()) Tell(added.error());
    open.next = After(block);
    if (open.window.Full()) Conclude(key, open);
  }

  void Conclude(const WindowKey& key, OpenWindow& open) {
    WindowReport report = open.window.Close();
    begins_[key] = open.next;
    refused_.Conclude(key, report);
    Keep(key, std::move(report));
  }

  void Keep(const WindowKey& key, WindowReport report) {
    unstored_.push_back(ToStored(report));
    ++closed_;
    if (report.verdict == WindowVerdict::kDrift) ++drifted_;
    dirty_ = true;
    const std::lock_guard lock(latest_mutex_);
    latest_[key] = std::move(report);
  }

  // ---- end of the flow ----

  void Run(std::stop_token stop) override {
    while (!stop.stop_requested()) {
      if (Status done = CatchUp(); !done.ok()) Tell(done.error());
      if (options_.clock->Monotonic() - saved_at_ >= kCheckpointEvery) SaveCheckpoint();
      Gather(stop);
      options_.journal->WaitBeyond(reader_->position(), kIdleWait, stop);
    }
    SaveCheckpoint();
  }

  std::vector<WindowReport> Latest() const override {
    const std::lock_guard lock(latest_mutex_);
    std::vector<WindowReport> reports;
    for (const auto& [key, report] : latest_) reports.push_back(report);
    std::stable_sort(reports.begin(), reports.end(),
                     [](const auto& a, const auto& b) { return a.end > b.end; });
    return reports;
  }

  std::uint64_t windows_closed() const override { return closed_; }
  std::uint64_t windows_drifted() const override { return drifted_; }
  std::uint64_t LagBytes() const override { return lag_bytes_; }

 private:
  // In the midst of a pass: false when no more can wait, and the pass with it. Where it has come to
  // goes into the checkpoint, so that a crash does not begin a long backlog again.
  bool StoreBatch() {
    TakeQuality(quality_->TakeParting());
    if (unstored_.size() < (told_ ? kUnstored : kBatch)) return true;
    StoreVerdicts();
    if (options_.clock->Monotonic() - saved_at_ >= kCheckpointEvery) SaveCheckpoint();
    return unstored_.size() < kUnstored;
  }

  // One commit for the windows of a batch. What the registry cannot take now waits for the next
  // pass, and the checkpoint with it: who restarts finds those windows again.
  void StoreVerdicts() {
    if (unstored_.empty()) return;
    const Status stored = options_.store_verdicts(unstored_);
    if (stored.ok()) {
      unstored_.clear();
      told_ = false;
    } else if (CanWait(stored.error())) {
      if (!std::exchange(told_, true)) Tell(stored.error());
    } else {
      StoreOneByOne();
    }
  }

  // A verdict that will never be taken, of a model that is gone, must not hold up the others.
  void StoreOneByOne() {
    std::vector<records::StoredVerdict> waiting;
    for (records::StoredVerdict& one : unstored_) {
      const Status stored = options_.store_verdicts({&one, 1});
      if (stored.ok()) continue;
      Tell(stored.error());
      if (CanWait(stored.error())) waiting.push_back(std::move(one));
    }
    unstored_ = std::move(waiting);
  }

  static bool CanWait(const Error& error) {
    return error.code() == Code::kUnavailable || error.code() == Code::kResourceExhausted ||
           error.code() == Code::kDeadlineExceeded;
  }

  void Gather(const std::stop_token& stop) {
    std::unique_lock lock(latest_mutex_);
    gathering_.wait_for(lock, stop, kGather, [] { return false; });
  }

  static DecisionId After(const records::ReadDecisions& block) {
    DecisionId next = block.first;
    next.ordinal += static_cast<std::uint32_t>(block.inputs->rows());
    return next;
  }

  // Replay after a restart meets blocks of windows that were closed before it.
  bool AlreadyJudged(const WindowKey& key, DecisionId first) const {
    const auto begin = begins_.find(key);
    return begin != begins_.end() && first < begin->second;
  }

  OpenWindow& WindowFor(const WindowKey& key, const records::Binding& binding,
                        const std::shared_ptr<const Reference>& reference) {
    const auto open = windows_.find(key);
    if (open != windows_.end() && open->second.contract_hash == binding.contract_hash) {
      return open->second;
    }
    if (open != windows_.end()) {  // the contract changed: its window ends here
      if (!open->second.window.empty()) Conclude(key, open->second);
      windows_.erase(open);
    }
    Window window(reference);
    ReadPeriod(key.first, *reference, window);
    const auto [made, _] =
        windows_.emplace(key, OpenWindow{binding.contract_hash, std::move(window)});
    RestoreHistory(key, made->second);
    return made->second;
  }

  static bool KeepsHistory(const Reference& reference) {
    using enum records::ReferenceKind;
    const records::ReferenceKind kind = reference.rule.reference.kind;
    return reference.profile != nullptr && (kind == kPrevious || kind == kSameHour);
  }

  void RestoreHistory(const WindowKey& key, OpenWindow& open) {
    if (options_.history_directory.empty() || !KeepsHistory(open.window.reference())) return;
    if (!met_.insert(key).second) return;  // only what was before the restart
    const auto kept = ReadKeptHistory(*options_.files, options_.history_directory, key);
    if (!kept.ok()) return Tell(kept.error());
    if (!kept->has_value() || (*kept)->contract_hash != open.contract_hash) return;
    if (const Status taken = open.window.history()->Restore((*kept)->history); !taken.ok()) {
      return Tell(taken.error());
    }
    // The checkpoint is written behind it: after a crash it may be older, never newer.
    DecisionId& begin = begins_.try_emplace(key, (*kept)->from).first->second;
    begin = std::max(begin, (*kept)->from);
  }

  // Those that took a window in since the last time.
  Status KeepHistories() {
    if (options_.history_directory.empty()) return Ok();
    for (auto& [key, open] : windows_) {
      if (!KeepsHistory(open.window.reference())) continue;
      const std::uint64_t accepted = open.window.history()->accepted();
      if (accepted == open.kept_windows) continue;
      RETURN_IF_ERROR(
          KeepHistory(*options_.files, options_.history_directory, key,
                      {open.contract_hash, begins_.at(key), open.window.history()->ToText()}));
      open.kept_windows = accepted;
    }
    return Ok();
  }

  std::shared_ptr<const Reference> ReferenceFor(const records::Binding& binding) {
    auto reference = references_.For(binding);
    if (reference.ok()) return *reference;
    Tell(std::move(reference).error().Context("watching " + binding.model));
    return nullptr;
  }

  // Outcomes for windows that were let go: a walk over the journal, so not at every turn.
  void ScoreLate(Time now) {
    if (options_.clock->Monotonic() - late_at_ < kLateEvery) return;
    const std::vector<LateWindow> late = quality_->TakeLate();
    if (late.empty()) return;
    late_at_ = options_.clock->Monotonic();
    auto reports = RescoreLate({.files = options_.files,
                                .directory = options_.journal_directory,
                                .end = options_.journal->Durable()},
                               late, now);
    if (!reports.ok()) return Tell(reports.error());
    for (const QualityReport& report : *reports) unstored_.push_back(ToStored(report));
  }

  // The decisions of `reference: fixed`, whenever they were. Costs a walk over the journal.
  void ReadPeriod(const std::string& model, const Reference& reference, Window& window) const {
    if (reference.rule.reference.kind != records::ReferenceKind::kFixed) return;
    auto period = ProfileOfPeriod({.files = options_.files,
                                   .journal_directory = options_.journal_directory,
                                   .end = options_.journal->Durable(),
                                   .model = model},
                                  reference);
    if (period.ok()) {
      window.SetFixed(std::move(period).value());
    } else {
      Tell(std::move(period).error().Context("reading the period of " + model));
    }
  }

  // What service levels look back on lies before the windows that are still open.
  void RecallService() {
    const Time since = options_.clock->Now() - kServiceMemory;
    auto reader =
        records::JournalReader::Open(*options_.files, options_.journal_directory,
                                     options_.journal->Recent(since, limits::kRemembered));
    if (!reader.ok()) return Tell(reader.error());
    ServiceRecall recall(*this);
    WalkBack(**reader, recall);
  }

  // Windows of quality that were let go: an outcome may come for them all the same.
  void RecallQuality() {
    if (quality_->Begins().empty()) return;
    auto reader = records::JournalReader::Open(*options_.files, options_.journal_directory);
    if (!reader.ok()) return Tell(reader.error());
    QualityRecall recall(*this);
    WalkBack(**reader, recall);
  }

  // Up to where this pass begins to read, without rows.
  void WalkBack(records::JournalReader& reader, records::JournalVisitor& recall) {
    const records::JournalPosition until = reader_->position();
    for (std::size_t read = 1; read != 0;) {
      const auto got = reader.Read(until, kRecordsARead, recall);
      // Damage is told of when the windows' own reader meets it.
      if (!got.ok() && !reader.SkipDamage().ok()) return;
      read = got.ok() ? *got : 1;
    }
  }

  void CloseOverdue(Time now) {
    for (auto& [key, open] : windows_) {
      if (!open.window.Over(now)) continue;
      Conclude(key, open);
    }
    for (WindowReport& report : refused_.Due(now)) {
      const WindowKey key(report.model, report.version);
      Keep(key, std::move(report));
    }
  }

  void SaveCheckpoint() {
    if (!dirty_ || !unstored_.empty()) return;
    saved_at_ = options_.clock->Monotonic();
    if (const Status kept = KeepHistories(); !kept.ok()) return Tell(kept.error());
    dirty_ = false;
    Checkpoint begins = begins_;
    if (const auto oldest = quality_->OldestNeeded()) begins[kQualityKey] = *oldest;
    for (const auto& [key, first] : quality_->Begins()) {
      begins[{std::string(kQualityMark) + key.first, key.second}] = first;
    }
    const std::string text = CheckpointJson(begins);
    const Status saved = options_.files->WriteFileDurably(options_.checkpoint_file, AsBytes(text));
    if (!saved.ok()) Tell(saved.error());
  }

  void NoteLag(records::JournalPosition end) {
    const records::JournalPosition at = reader_->position();
    lag_bytes_ = at.segment == end.segment && end.offset > at.offset ? end.offset - at.offset
                 : at.segment < end.segment                          ? end.offset
                                                                     : 0;
  }

  void Tell(const Error& error) const {
    if (options_.on_problem) options_.on_problem(error);
  }

  struct ServiceRecall final : records::JournalVisitor {
    explicit ServiceRecall(JournalWatch& it) : watch(it) {}
    void OnDecisions(const records::ReadDecisions& block) override {
      const auto reference = watch.references_.For(*block.binding);
      watch.service_.OnDecisions(block, reference.ok() ? (*reference)->contract.get() : nullptr);
      watch.refused_.Forget({block.binding->model, block.binding->version});
    }
    void OnRefusal(const records::Refusal& refusal) override {
      watch.service_.OnRefusal(refusal);
      watch.refused_.OnRefused(refusal);
    }
    bool WantsRows() const override { return false; }
    JournalWatch& watch;
  };
  struct QualityRecall final : records::JournalVisitor {
    explicit QualityRecall(JournalWatch& it) : watch(it) {}
    void OnDecisions(const records::ReadDecisions& block) override {
      const auto reference = watch.references_.For(*block.binding);
      if (reference.ok()) watch.quality_->Recall(block, *reference);
    }
    bool WantsRows() const override { return false; }
    JournalWatch& watch;
  };
  Options options_;
  References references_;
  std::unique_ptr<records::JournalReader> reader_;
  std::map<WindowKey, OpenWindow> windows_;
  std::set<WindowKey> met_;  // whose kept history was looked for
  ServiceWatch service_;
  RefusedInputs refused_;
  std::unique_ptr<QualityBook> quality_;
  Nanos late_at_ = -kLateEvery;
  bool recalled_ = false;
  Checkpoint begins_;
  std::vector<records::StoredVerdict> unstored_;
  bool told_ = false;  // that verdicts wait
  bool dirty_ = false;
  Nanos saved_at_{0};
  std::condition_variable_any gathering_;  // never notified: a sleep that a stop ends
  std::atomic<std::uint64_t> closed_{0}, drifted_{0}, lag_bytes_{0};
  mutable std::mutex latest_mutex_;
  std::map<WindowKey, WindowReport> latest_;  // guarded by latest_mutex_
};

}  // namespace

Result<std::unique_ptr<Watch>> Watch::Make(Options options) {
  auto watch = std::make_unique<JournalWatch>(std::move(options));
  RETURN_IF_ERROR(watch->Start());
  return std::unique_ptr<Watch>(std::move(watch));
}

}  // namespace mooring::monitoring
