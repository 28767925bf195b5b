#include "app/mlflow_stores.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "api/api.h"
#include "app/serving_shape.h"
#include "base/limits.h"
#include "control/gates/champion_gate.h"

namespace mooring::app {
namespace {

// Most calls wait for a sync of the disk, which they share: threads are cheap, syncs are not.
constexpr std::size_t kCallThreads = 16;
// One for each connection, so that a read-ahead of a download is never refused.
constexpr std::size_t kCallsWaiting = limits::kConnections;
constexpr std::chrono::minutes kSweepEvery{5};

}  // namespace

Result<std::unique_ptr<MlflowStores>> MlflowStores::Open(Options options) {
  std::unique_ptr<MlflowStores> stores(new MlflowStores(std::move(options)));
  const Options& use = stores->options_;
  ASSIGN_OR_RETURN(stores->stores_,
                   TrackedStores::Open({.files = use.files,
                                        .clock = use.clock,
                                        .root = use.root,
                                        .artifact_root = use.mlflow.artifact_root,
                                        .allow_file_locations = use.mlflow.allow_file_locations}));
  ASSIGN_OR_RETURN(stores->webhooks_, records::WebhookBook::Open(
                                          {.file = use.root + "/webhooks.db", .clock = use.clock}));
  stores->MakeServable();
  Log* const log = use.log;
  stores->courier_.emplace(control::EventCourier::Options{
      .book = stores->webhooks_.get(),
      .transport = use.transport,
      .clock = use.clock,
      .rules = use.mlflow.webhooks,
      .on_problem = [log](const Error& error) { log->Error("webhooks", error); }});
  return stores;
}

void MlflowStores::MakeServable() {
  control::Registrar registrar;
  registrar.files = options_.files;
  registrar.registry = options_.registry;
  registrar.blobs = options_.blobs;
  registrar.library_directory = options_.library_directory;
  registrar.transport = options_.transport;
  registrar.python = options_.python;
  registrar.shape = ShapeAsServingDoes;
  registrar.validate = control::ChampionGate{
      .files = options_.files, .registry = options_.registry, .blobs = options_.blobs};
  servable_.emplace(
      control::ServableVersions::Options{.registrar = std::move(registrar),
                                         .catalogue = stores_.catalogue.get(),
                                         .tracking = stores_.tracking.get(),
                                         .artifacts = stores_.artifacts.get(),
                                         .scratch = options_.root + "/scratch/servable"});
}

void MlflowStores::Start() {
  calls_.emplace("mlflow", kCallsWaiting, kCallThreads);
  courier_thread_ = NamedThread("webhooks", [this](std::stop_token stop) { courier_->Run(stop); });
  sweep_thread_ = NamedThread("sweep", [this](std::stop_token stop) { Sweep(std::move(stop)); });
}

void MlflowStores::Sweep(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, kSweepEvery, [] { return false; }) && !stop.stop_requested()) {
    const auto swept = stores_.artifacts->Sweep();
    if (!swept.ok()) options_.log->Error("files of runs", swept.error());
  }
}

void MlflowStores::Stop() {
  if (calls_.has_value()) calls_->Stop();
  courier_thread_.RequestStop();
  sweep_thread_.RequestStop();
  courier_thread_.Join();
  sweep_thread_.Join();
}

void MlflowStores::Lend(api::Dependencies& api) {
  api.tracking = stores_.tracking.get();
  api.artifacts = stores_.artifacts.get();
  api.catalogue = stores_.catalogue.get();
  api.make_servable = [this](std::string_view model, VersionNumber version,
                             const records::Change& change) {
    return servable_->Make(model, version, change);
  };
  api.webhooks = webhooks_.get();
  api.webhook_rules = options_.mlflow.webhooks;
  api.try_webhook = [this](const records::EventDelivery& delivery) {
    return courier_->Send(delivery);
  };
  api.mlflow = [this](std::function<void()> work) { return calls_->Take(std::move(work)); };
  api.mlflow_file_locations = options_.mlflow.allow_file_locations;
}

}  // namespace mooring::app
