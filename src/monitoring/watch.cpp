#include "monitoring/watch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include "base/limits.h"
#include "monitoring/checkpoint.h"
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

constexpr std::size_t kRecordsARead = 4096;
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
// Verdicts that may wait for a registry whose disk is full: some megabytes.
constexpr std::size_t kUnstored = 4096;

class JournalWatch final : public Watch, private records::JournalVisitor {
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
    for (const QualityReport& report : quality_->Due(now)) unstored_.push_back(ToStored(report));
    for (records::StoredVerdict& alarm : quality_->TakeAlarms()) {
      unstored_.push_back(std::move(alarm));
    }
    ScoreLate(now);
    StoreVerdicts();
    return Ok();
  }

  void OnRefusal(const records::Refusal& refusal) override {
    service_.OnRefusal(refusal);
    refused_.OnRefused(refusal);
  }

  void OnOutcomes(std::span<const records::Outcome> outcomes) override {
    quality_->Learn(outcomes);
  }

  void OnDecisions(const records::ReadDecisions& block) override {
    service_.OnDecisions(block);
    const std::shared_ptr<const Reference> reference = ReferenceFor(*block.binding);
    if (reference == nullptr) return;
    quality_->Add(block, reference);
    const WindowKey key(block.binding->model, block.binding->version);
    if (AlreadyJudged(key, block.first)) return refused_.Forget(key);
    Window& window = WindowFor(key, *block.binding, reference);
    if (window.Over(block.at)) Conclude(key, window);
    refused_.OnDecided(key);
    if (window.empty()) begins_[key] = block.first;
    if (Status added = window.Add(block); !added.ok()) Tell(added.error());
    if (window.Full()) {
      Conclude(key, window);
      begins_[key] = After(block);
    }
  }

  void Conclude(const WindowKey& key, Window& window) {
    WindowReport report = window.Close();
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
  // One commit for the windows of a pass. What the registry cannot take now waits for the next
  // pass, and the checkpoint with it: who restarts finds those windows again.
  void StoreVerdicts() {
    if (unstored_.empty()) return;
    const Status stored = options_.store_verdicts(unstored_);
    if (stored.ok()) {
      unstored_.clear();
      told_ = false;
    } else if (CanWait(stored.error())) {
      if (!std::exchange(told_, true)) Tell(stored.error());
      const std::size_t over = unstored_.size() - std::min(unstored_.size(), kUnstored);
      unstored_.erase(unstored_.begin(), unstored_.begin() + static_cast<std::ptrdiff_t>(over));
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

  Window& WindowFor(const WindowKey& key, const records::Binding& binding,
                    const std::shared_ptr<const Reference>& reference) {
    const auto open = windows_.find(key);
    if (open != windows_.end() && open->second.contract_hash == binding.contract_hash) {
      return open->second.window;
    }
    if (open != windows_.end()) {  // the contract changed: its window ends here
      if (!open->second.window.empty()) Conclude(key, open->second.window);
      windows_.erase(open);
    }
    if (reference->contract != nullptr) {
      service_.SetPromise(key.first, ServicePromise::Of(*reference->contract));
    }
    Window window(reference);
    ReadPeriod(key.first, *reference, window);
    const auto [made, _] =
        windows_.emplace(key, OpenWindow{binding.contract_hash, std::move(window)});
    return made->second.window;
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
    ServiceRecall recall(service_, refused_);
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
      Conclude(key, open.window);
    }
    for (WindowReport& report : refused_.Due(now)) {
      const WindowKey key(report.model, report.version);
      Keep(key, std::move(report));
    }
  }

  void SaveCheckpoint() {
    if (!dirty_ || !unstored_.empty()) return;
    dirty_ = false;
    saved_at_ = options_.clock->Monotonic();
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
    ServiceRecall(ServiceWatch& watch, RefusedInputs& inputs) : service(watch), refused(inputs) {}
    void OnDecisions(const records::ReadDecisions& block) override {
      service.OnDecisions(block);
      refused.Forget({block.binding->model, block.binding->version});
    }
    void OnRefusal(const records::Refusal& refusal) override {
      service.OnRefusal(refusal);
      refused.OnRefused(refusal);
    }
    bool WantsRows() const override { return false; }
    ServiceWatch& service;
    RefusedInputs& refused;
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
  struct OpenWindow {
    std::string contract_hash;
    Window window;
  };

  Options options_;
  References references_;
  std::unique_ptr<records::JournalReader> reader_;
  std::map<WindowKey, OpenWindow> windows_;
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
