#include "app/server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "api/api.h"
#include "api/http/auth.h"
#include "api/http/server.h"
#include "api/mlflow/artifacts/artifact_calls.h"
#include "app/alerting.h"
#include "app/doorkeeper.h"
#include "app/housekeeping.h"
#include "app/limit_office.h"
#include "app/mlflow_stores.h"
#include "app/newest_seen.h"
#include "app/outcome_contracts.h"
#include "app/recollection.h"
#include "app/review_queue.h"
#include "app/safeguards.h"
#include "app/serving_events.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/net/transport.h"
#include "base/threads/background_work.h"
#include "base/threads/named_thread.h"
#include "control/registration/version_blobs.h"
#include "control/training/loss_booster.h"
#include "data/store/blob_store.h"
#include "monitoring/reference_dictionaries.h"
#include "monitoring/watch.h"
#include "records/audit/audited_registry.h"
#include "records/audit/control_log.h"
#include "records/journal/reader.h"
#include "records/journal/request_ids.h"
#include "records/lake/lake.h"
#include "records/outcomes/outcome_ledger.h"
#include "records/privacy/pseudonymiser.h"
#include "records/registry/registry.h"
#include "serving/decide.h"
#include "serving/loaded_models.h"
#include "serving/version_loader.h"

namespace mooring::app {
namespace {

// Changes by the CLI are seen within this time; a look costs a few microseconds.
constexpr std::chrono::milliseconds kRegistryPoll{20};
// What changed is in the log within this time.
constexpr std::chrono::milliseconds kEventsPoll{200};
// Bodies of up to limits::kOutcomesBodyBytes each.
constexpr std::size_t kLargeBatchesWaiting = 4;
// Calls of people and tools on the registry, and how long one waits for another process's lock.
constexpr std::size_t kRegistryCallsWaiting = 64;
constexpr std::chrono::seconds kRegistryWait{5};

// Members stand in the order of start-up and are taken down from the last to the first (Stop).
class RunningServer final : public Server {
 public:
  explicit RunningServer(ServerOptions options)
      : options_(std::move(options)), paths_(options_.data_directory), log_(StderrLog(clock_)) {}
  ~RunningServer() override { Stop(); }

  Status Start() {
    RETURN_IF_ERROR(OpenStores());
    Safeguards::Options guards{.files = &files_, .clock = &clock_, .log = log_.get()};
    guards.paths = &paths_;
    guards.audit = &*control_log_;
    guards.has_outcome = [this](DecisionId decision, const records::Binding& binding) {
      return outcome_contracts_->HasOutcome(*outcomes_, decision, binding);
    };
    guards.snapshot = [this] { return models_ == nullptr ? nullptr : models_->Current(); };
    safeguards_.emplace(std::move(guards));
    safeguards_->Open();
    door_.emplace(Doorkeeper::Options{.files = &files_,
                                      .clock = &clock_,
                                      .log = log_.get(),
                                      .paths = &paths_,
                                      .server = &options_,
                                      .audit = &*control_log_});
    RETURN_IF_ERROR(door_->Open());
    RETURN_IF_ERROR(OpenJournal());
    ASSIGN_OR_RETURN(reviews_, ReviewQueue::Open({.files = &files_,
                                                  .clock = &clock_,
                                                  .log = log_.get(),
                                                  .registry = registry_.get(),
                                                  .audit = &*control_log_,
                                                  .journal = journal_.get(),
                                                  .journal_directory = paths_.journal,
                                                  .file = paths_.reviews(),
                                                  .spend = [this](const records::Review& ended) {
                                                    return Spend(ended);
                                                  }}));
    RETURN_IF_ERROR(StartServing());
    if (options_.watch) RETURN_IF_ERROR(StartWatch());
    RETURN_IF_ERROR(StartAlerts());
    RETURN_IF_ERROR(office_->Start());
    reviews_->Start();  // asks what limits are in force
    StartEvents();
    StartHousekeeping();
    RETURN_IF_ERROR(StartMlflow());
    RETURN_IF_ERROR(StartHttp());
    ready_ = true;
    return Ok();
  }

  std::uint16_t port() const override { return http_ == nullptr ? 0 : http_->port(); }

  void Stop() override {
    ready_ = false;
    if (http_ != nullptr) http_->Drain(options_.drain);
    if (later_.has_value()) later_->Stop();
    if (administer_.has_value()) administer_->Stop();
    if (mlflow_ != nullptr) mlflow_->Stop();
    if (safeguards_.has_value()) safeguards_->Stop();
    http_.reset();
    if (door_.has_value()) door_->Stop();
    decider_.reset();
    housekeeping_thread_.RequestStop();
    events_thread_.RequestStop();
    watch_thread_.RequestStop();
    housekeeping_thread_.Join();
    events_thread_.Join();
    watch_thread_.Join();
    if (alerting_ != nullptr) alerting_->Stop();
    if (reviews_ != nullptr) reviews_->Stop();
    if (office_ != nullptr) office_->Stop();
    watch_.reset();
    mlflow_.reset();
    models_.reset();
    journal_.reset();
    registry_.reset();
    alerting_.reset();
    control_log_.reset();
    lock_.reset();
  }

 private:
  Status Spend(const records::Review& ended) {
    return safeguards_->reviews().Spend(records::EndOf(ended), ended.decided_by,
                                        *office_->Controls());
  }

  Status OpenStores() {
    RETURN_IF_ERROR(files_.MakeDirectories(paths_.root));
    ASSIGN_OR_RETURN(lock_, files_.Lock(paths_.lock));
    ASSIGN_OR_RETURN(data::BlobStore blobs, data::BlobStore::Open(files_, paths_.blobs));
    blobs_.emplace(std::move(blobs));
    RETURN_IF_ERROR(blobs_->RemoveLeftovers());
    version_blobs_.emplace(files_, *blobs_);
    ASSIGN_OR_RETURN(auto registry,
                     records::Registry::Open(
                         {.directory = paths_.root, .clock = &clock_, .wait = kRegistryWait}));
    OpenControlLog();
    registry_ = records::MakeAuditedRegistry(
        {.registry = std::move(registry), .sink = &*control_log_, .channel = "api"});
    return Ok();
  }

  // A control log that is damaged does not stop decisions; it stops changes, and we say so early.
  void OpenControlLog() {
    const auto tell = [this](const Error& error) { log_->Error("control log", error); };
    control_log_.emplace(records::ControlLog::Options{
        .directory = paths_.control, .files = &files_, .clock = &clock_, .on_problem = tell});
    const Status found = control_log_->Check();
    if (!found.ok()) tell(found.error());
  }

  Status OpenJournal() {
    RETURN_IF_ERROR(OpenPseudonyms());
    ASSIGN_OR_RETURN(records::Journal::Options::Seen seen, NewestSeen(files_, paths_));
    ASSIGN_OR_RETURN(journal_, records::Journal::Open({.directory = paths_.journal,
                                                       .files = &files_,
                                                       .clock = &clock_,
                                                       .pseudonymiser = pseudonymiser_.get(),
                                                       .ack = options_.ack,
                                                       .sync_interval = options_.sync_interval,
                                                       .seen = std::move(seen),
                                                       .after_commit = [this] { WakeHttp(); }}));
    const records::RecoveryReport& found = journal_->Recovery();
    log_->Info("journal opened", {{"segments", found.segments},
                                  {"decisions", found.decisions},
                                  {"torn_bytes", found.torn_bytes}});
    outcome_contracts_.emplace(*registry_);
    outcomes_ = std::make_unique<records::OutcomeLedger>(
        records::OutcomeLedger::Options{.journal = journal_.get(),
                                        .request_ids = &request_ids_,
                                        .clock = &clock_,
                                        .rules = [this] { return outcome_contracts_->Rules(); },
                                        .before_write =
                                            [this](std::span<const records::Outcome> outcomes) {
                                              safeguards_->settlement().OnOutcomesComing(outcomes);
                                              office_->NoteOutcomes(outcomes);
                                            }});
    RETURN_IF_ERROR(OpenLimitOffice());
    return Recollect();
  }

  // What people changed of limits; in force from Start on, before the first request.
  Status OpenLimitOffice() {
    LimitOffice::Options office;
    office.files = &files_;
    office.clock = &clock_;
    office.log = log_.get();
    office.book_file = paths_.limit_book();
    office.frozen_file = paths_.limits_frozen();
    office.drills_directory = paths_.drills();
    office.control_directory = paths_.control;
    office.registry = registry_.get();
    office.kills = &safeguards_->kills();
    office.ledger = &safeguards_->limits().ledger();
    office.audit = &*control_log_;
    office.journal = [this] { return journal_.get(); };
    office.settlement = [this] { return &safeguards_->settlement(); };
    office.snapshot = [this] { return models_->Current(); };
    office.incidents = [this] { return alerting_ == nullptr ? nullptr : alerting_->store(); };
    ASSIGN_OR_RETURN(office_, LimitOffice::Open(std::move(office)));
    return Ok();
  }

  Status OpenPseudonyms() {
    if (options_.pseudonym_key_file.empty()) return Ok();
    const records::PseudonymKeyPlace place{.key_file = options_.pseudonym_key_file,
                                           .data_directory = paths_.root};
    if (options_.create_pseudonym_key && !files_.Exists(place.key_file)) {
      RETURN_IF_ERROR(records::CreatePseudonymKey(files_, place));
      log_->Info("pseudonym key made", {{"file", place.key_file}});
    }
    ASSIGN_OR_RETURN(pseudonymiser_, records::KeyedPseudonymiser::Open(files_, place));
    return Ok();
  }

  // A retry after a restart must find its first answer, and a repeated outcome its first one. Reads
  // no more than what may be remembered, however long the journal is.
  Status Recollect() {
    const Time since = clock_.Now() - std::max(limits::kRequestIdHorizon, limits::kOutcomeHorizon);
    const records::JournalPosition from = journal_->Recent(since, limits::kRemembered);
    ASSIGN_OR_RETURN(const auto reader, records::JournalReader::Open(files_, paths_.journal, from));
    const records::JournalPosition end = journal_->Durable();
    RETURN_IF_ERROR(safeguards_->Recover(*journal_, from));
    Recollection recollection(request_ids_, *outcomes_, safeguards_->settlement(), *office_);
    for (std::size_t read = 1; read != 0;) {
      ASSIGN_OR_RETURN(read, reader->Read(end, 65'536, recollection));
    }
    return Ok();
  }

  Status StartServing() {
    serving::VersionLoaderOptions loader;
    loader.registry = registry_.get();
    loader.flat = [this](const std::string& blob) -> Result<serving::FlatModel> {
      ASSIGN_OR_RETURN(control::VersionBlobs::Bytes flat, version_blobs_->GetFlat(blob));
      return serving::FlatModel{flat.bytes, std::move(flat.owner)};
    };
    loader.text = [this](const std::string& blob) { return version_blobs_->GetText(blob); };
    loader.dictionaries = [](std::string_view reference, const records::Contract&) {
      return monitoring::ReadDictionaries(reference);
    };
    loader.library_directory = FindLibraries(options_.library_directory);
    loader.transport = transport_.get();
    loader.python = {.interpreter = options_.python, .directory = paths_.root + "/workers",
                     .log = log_.get()};
    loader.pseudonymiser = pseudonymiser_.get();
    ASSIGN_OR_RETURN(models_, serving::LoadedModels::Start(
                                  {.registry = registry_.get(),
                                   .clock = &clock_,
                                   .loader = serving::MakeVersionLoader(std::move(loader)),
                                   .poll = kRegistryPoll,
                                   .own_thread = true}));
    // What ought to serve is loaded before the first request can come.
    RETURN_IF_ERROR(models_->ConvergeNow());
    // Without it the collars' own starts stand in: no reason not to serve.
    const Status medians = safeguards_->RefillMedians(*journal_);
    if (!medians.ok()) log_->Warning("trailing medians", {{"problem", medians.error().message()}});
    events_.Look(*models_->Current());
    ASSIGN_OR_RETURN(
        decider_,
        serving::Decider::Make(
            {.clock = &clock_,
             .journal = journal_.get(),
             .request_ids = &request_ids_,
             .snapshot = [this] { return models_->Current(); },
             .released =
                 [this](DecisionId id) { return safeguards_->settlement().WasReleased(id); },
             .kills = &safeguards_->kills(),
             .limits = &safeguards_->limits(),
             .controls = [this] { return office_->Controls(); },
             .reviewed = [this](DecisionId first,
                                std::uint32_t rows) { return reviews_->Ended(first, rows); },
             .safety = {.validate = options_.validate, .journal = options_.journal}}));
    return Ok();
  }

  Status StartWatch() {
    monitoring::Watch::Options watch;
    watch.files = &files_;
    watch.clock = &clock_;
    watch.journal = journal_.get();
    watch.journal_directory = paths_.journal;
    watch.checkpoint_file = paths_.watch_checkpoint;
    watch.history_directory = paths_.watch_history;
    watch.registry = registry_.get();
    watch.read_blob = [this](std::string_view id) {
      return version_blobs_->GetText(std::string(id));
    };
    watch.open_regressor = control::OpenLossBooster;
    watch.library_directory = FindLibraries(options_.library_directory);
    watch.on_problem = [this](const Error& error) { log_->Error("watch", error); };
    ASSIGN_OR_RETURN(watch_, monitoring::Watch::Make(std::move(watch)));
    watch_thread_ = NamedThread("watch", [this](std::stop_token stop) { watch_->Run(stop); });
    return Ok();
  }

  Status StartAlerts() {
    ASSIGN_OR_RETURN(alerting_, Alerting::Open({.files = &files_,
                                                .clock = &clock_,
                                                .log = log_.get(),
                                                .transport = transport_.get(),
                                                .registry = registry_.get(),
                                                .audit = &*control_log_,
                                                .file = paths_.incidents,
                                                .alerts_file = options_.alerts_file}));
    alerting_->Start();
    return Ok();
  }

  Status StartMlflow() {
    ASSIGN_OR_RETURN(
        mlflow_,
        MlflowStores::Open(
            {.files = &files_,
             .clock = &clock_,
             .log = log_.get(),
             .transport = transport_.get(),
             .registry = registry_.get(),
             .blobs = &*blobs_,
             .root = paths_.root,
             .library_directory = FindLibraries(options_.library_directory),
             .python = {.interpreter = options_.python, .directory = paths_.root + "/workers"},
             .mlflow = options_.mlflow}));
    mlflow_->Start();
    return Ok();
  }

  void StartEvents() {
    events_thread_ = NamedThread("events", [this](std::stop_token stop) {
      std::mutex mutex;
      std::condition_variable_any wake;
      std::unique_lock lock(mutex);
      while (!stop.stop_requested()) {
        wake.wait_for(lock, stop, kEventsPoll, [] { return false; });
        events_.Look(*models_->Current());
        if (watch_ != nullptr) events_.Look(watch_->Latest());
      }
    });
  }

  Status StartHttp() {
    api::Dependencies api;
    api.decider = decider_.get();
    api.kills = &safeguards_->kills();
    api.settlement = &safeguards_->settlement();
    api.urgent = [this](std::function<void()> work) { return safeguards_->Take(std::move(work)); };
    api.limit_desk = &office_->desk();
    api.budgets = &safeguards_->limits().ledger();
    api.controls = [this] { return office_->Controls(); };
    api.thaw = [this](const auto& by, const auto& why) { return office_->Thaw(by, why); };
    api.keep_drill = [this](std::string_view drill, std::string_view who) {
      return office_->drills().Keep(drill, who);
    };
    api.snapshot = [this] { return models_->Current(); };
    api.clock = &clock_;
    api.registry = registry_.get();
    api.journal = journal_.get();
    api.watch = watch_.get();
    api.incidents = &alerting_->desk();
    api.reviews = &reviews_->desk();
    api.alert_figures = [this] { return alerting_->responder().Figures(); };
    api.delivery_figures = [this] { return alerting_->courier().figures(); };
    api.read_blob = [this](std::string_view id) {
      return version_blobs_->GetText(std::string(id));
    };
    api.https = !options_.tls_certificate_file.empty();
    api.files = &files_;
    api.journal_directory = paths_.journal;
    api.outcomes = outcomes_.get();
    later_.emplace("bulk", kLargeBatchesWaiting);
    api.later = [this](std::function<void()> work) { return later_->Take(std::move(work)); };
    administer_.emplace("registry", kRegistryCallsWaiting);
    api.administer = [this](std::function<void()> work) {
      return administer_->Take(std::move(work));
    };
    mlflow_->Lend(api);
    api.who = door_->who();
    api.witness = [this](const records::AccessEvent& event) { return door_->Note(event); };
    api.http_counts = [this] {
      const api::HttpServer* const http = http_counted_.load();
      return http == nullptr ? api::HttpServer::Counts() : http->counts();
    };
    api.ready = [this] { return ready_.load() && journal_->Stats().healthy; };
    api::HttpServer::Options http;
    http.host = options_.host;
    http.port = options_.port;
    http.threads = options_.threads;
    http.tls_certificate_file = options_.tls_certificate_file;
    http.tls_key_file = options_.tls_key_file;
    http.client_ca_file = options_.client_ca_file;
    http.allowed_hosts = options_.allowed_hosts;
    http.large_body_path = "/api/v1/outcomes";
    http.large_body_bytes = limits::kOutcomesBodyBytes;
    http.clock = &clock_;
    http.streams = api::mlflow::StreamsBody;
    // One commit for all requests that were ready together, one wake-up for all of its answers.
    http.after_batch = [this] { journal_->CommitSoon(); };
    ASSIGN_OR_RETURN(http_, api::HttpServer::Start(std::move(http), api::MakeHandler(api)));
    http_counted_.store(http_.get());
    safeguards_->kills().SetBarrier(
        [this](std::function<void()> passed) { http_->Barrier(std::move(passed)); });
    wake_http_ = http_->Waker();
    http_waker_.store(&wake_http_);
    return Ok();
  }

  void WakeHttp() const {
    if (const std::function<void()>* wake = http_waker_.load()) (*wake)();
  }

  void StartHousekeeping() {
    Housekeeping::Options keep;
    keep.files = &files_;
    keep.clock = &clock_;
    keep.log = log_.get();
    keep.journal = journal_.get();
    keep.registry = registry_.get();
    keep.paths = &paths_;
    keep.control_log = &*control_log_;
    keep.library_directory = FindLibraries(options_.library_directory);
    housekeeping_.emplace(std::move(keep));
    housekeeping_thread_ =
        NamedThread("housekeeping", [this](std::stop_token stop) { housekeeping_->Run(stop); });
  }

  const ServerOptions options_;
  const DataPaths paths_;
  const Clock& clock_ = SystemClock();
  FileSystem& files_ = PosixFileSystem();
  std::unique_ptr<Log> log_;
  std::atomic<bool> ready_{false};
  std::unique_ptr<FileLock> lock_;
  std::optional<data::BlobStore> blobs_;
  std::optional<control::VersionBlobs> version_blobs_;
  std::optional<records::ControlLog> control_log_;  // outlives what tells it of changes
  std::unique_ptr<records::Registry> registry_;
  std::optional<Doorkeeper> door_;
  std::unique_ptr<records::Pseudonymiser> pseudonymiser_;
  std::function<void()> wake_http_;  // set once; the journal calls it until it is closed
  std::atomic<const std::function<void()>*> http_waker_{nullptr};
  records::RequestIds request_ids_{{.clock = &clock_}};
  std::optional<OutcomeContracts> outcome_contracts_;
  std::unique_ptr<records::OutcomeLedger> outcomes_;  // outlives the journal, which tells it
  std::unique_ptr<records::Journal> journal_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
  std::unique_ptr<serving::LoadedModels> models_;
  std::optional<Safeguards> safeguards_;
  std::unique_ptr<ReviewQueue> reviews_;
  std::unique_ptr<LimitOffice> office_;
  std::unique_ptr<serving::Decider> decider_;
  std::unique_ptr<monitoring::Watch> watch_;
  NamedThread watch_thread_;
  std::unique_ptr<Alerting> alerting_;
  ServingEvents events_{*log_};
  NamedThread events_thread_;
  std::optional<Housekeeping> housekeeping_;
  NamedThread housekeeping_thread_;
  std::unique_ptr<MlflowStores> mlflow_;
  std::optional<BackgroundWork> later_, administer_;
  std::unique_ptr<api::HttpServer> http_;
  std::atomic<const api::HttpServer*> http_counted_{nullptr};  // for its own handlers alone
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto server = std::make_unique<RunningServer>(std::move(options));
  RETURN_IF_ERROR(server->Start());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace mooring::app
