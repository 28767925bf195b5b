// MlflowSource: what another MLflow holds, read page by page, so that it can be brought here.
//
// Three kinds: a directory of the file store (mlflow_files_source.h), a database of the SQL store
// (mlflow_sqlite_source.h) and a tracking server (mlflow_rest_source.h). OpenMlflowSource tells
// them apart by what a person writes after `mooring import mlflow --from`.
//
// What is read comes from outside: texts are bounded, paths are checked, links and pipes are never
// followed. A thing that cannot be read is an Error of its own where it can be passed over: the
// page goes on, and the text stands in `passed_over`.
//
// Thread safety: one thread. Pages follow each other: `token` is "" for the first, then what the
// page before gave; "" ends. Failure: kNotFound, kUnavailable, kPermissionDenied, kDataLoss.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/io/file_system.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracked.h"
#include "records/tracking/tracking_store.h"

namespace mooring::control {

// Bytes of one artifact, from the start to the end.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // The next bytes, at most 1 MiB; none at the end. Valid until the next call.
  virtual Result<ByteSpan> Next() = 0;
};

// Whose artifacts: those of a run or of a logged model.
struct ArtifactOwner {
  bool is_model = false;
  std::string id, experiment_id, uri;
};

struct SourceArtifact {
  std::string path;  // relative to the owner's root, '/' between
  std::uint64_t bytes = 0;
};

// Registered models with their versions, which are told apart.
struct SourceVersion : records::ModelVersion {
  std::string storage;  // where its files lie, when that is not `source`; "" not known
};

class MlflowSource {
 public:
  virtual ~MlflowSource() = default;

  // Where it is, without secrets: the ledger's key.
  virtual const std::string& name() const = 0;

  // Deleted ones, too.
  virtual Result<records::PageOf<records::Experiment>> Experiments(const std::string& token) = 0;
  // With data, inputs and outputs; deleted ones, too.
  virtual Result<records::PageOf<records::Run>> Runs(const std::string& experiment_id,
                                                     const std::string& token) = 0;
  // Every point of one metric of one run, in whatever order.
  virtual Result<records::PageOf<records::Metric>> History(const records::Run& run,
                                                           const std::string& key,
                                                           const std::string& token) = 0;
  // Those that are not deleted.
  virtual Result<records::PageOf<records::LoggedModel>> LoggedModels(
      const std::string& experiment_id, const std::string& token) = 0;

  // All files, by path. No files where there are none.
  virtual Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) = 0;
  virtual Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                                   const std::string& path) = 0;

  // With tags and aliases; `latest` is not filled.
  virtual Result<records::PageOf<records::RegisteredModel>> Models(const std::string& token) = 0;
  // By number, with tags.
  virtual Result<std::vector<SourceVersion>> Versions(const std::string& model) = 0;

  // What could not be read and was left out since the last call: what and why.
  std::vector<std::string> TakePassedOver() { return std::exchange(passed_over_, {}); }

 protected:
  void PassOver(std::string_view what, const Error& why) {
    if (passed_over_.size() < 1000) {
      passed_over_.push_back(std::string(what) + ": " + why.ToString());
    }
  }

 private:
  std::vector<std::string> passed_over_;
};

struct MlflowSourceOptions {
  // http(s)://…, sqlite:///path/to/mlflow.db, file:///path/to/mlruns, or a path of either.
  std::string from;
  // Where local artifacts that a database names may lie; "": beside it, in mlruns and mlartifacts.
  std::string artifact_root;
  // Of MLflow's clients: MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN.
  std::string username, password, token;
  FileSystem* files = nullptr;     // required
  Transport* transport = nullptr;  // required for servers
};
Result<std::unique_ptr<MlflowSource>> OpenMlflowSource(const MlflowSourceOptions& options);

}  // namespace mooring::control
