// MlflowStores: what MLflow's clients speak to, in a running server: experiments and runs, files of
// runs, the registry as they see it, webhooks; and the threads that their calls run on.
//
// Thread safety: Open, Start and Stop from one thread, in that order. Failure: Open as SQLite and
// the file system; later problems go to the log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/tracked_stores.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/io/python_runtime.h"
#include "base/log.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "base/threads/background_work.h"
#include "base/threads/named_thread.h"
#include "control/delivery/event_courier.h"
#include "control/registration/servable_versions.h"
#include "data/store/blob_store.h"
#include "records/registry/registry.h"
#include "records/webhooks/webhook.h"

namespace mooring::api {
struct Dependencies;
}

namespace mooring::app {

// How MLflow's clients are served; `mooring config explain` tells each (mlflow.…).
struct MlflowOptions {
  std::string artifact_root = "mlflow-artifacts:/";
  bool allow_file_locations = false;  // file: roots, where clients on this machine write themselves
  control::WebhookRules webhooks = {};
};

class MlflowStores {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    Transport* transport = nullptr;
    records::Registry* registry = nullptr;  // audited
    data::BlobStore* blobs = nullptr;       // of versions
    std::string root;                       // the data directory
    std::string library_directory;
    PythonRuntime python = {};
    MlflowOptions mlflow = {};
  };
  static Result<std::unique_ptr<MlflowStores>> Open(Options options);

  void Start();
  // Calls that are under way end; none is taken any more.
  void Stop();
  // Tells the API of all this.
  void Lend(api::Dependencies& api);

 private:
  explicit MlflowStores(Options options) : options_(std::move(options)) {}
  void MakeServable();
  void Sweep(std::stop_token stop);

  const Options options_;
  TrackedStores stores_;
  std::unique_ptr<records::WebhookBook> webhooks_;
  std::optional<control::EventCourier> courier_;
  std::optional<control::ServableVersions> servable_;
  std::optional<BackgroundWork> calls_;
  NamedThread courier_thread_, sweep_thread_;
};

}  // namespace mooring::app
