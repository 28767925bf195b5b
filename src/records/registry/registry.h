// Registry: which models exist, who owns them, their versions, and what ought to run. The only
// place where that is written down; serving converges to DesiredState, people and rules only ever
// change it through here, and every change has an author and a reason and is kept for good.
//
// Stored in SQLite (WAL, synchronous=FULL) with artifacts in the blob store; a call that returned
// success survives a power cut.
// Thread safety: from any thread; one writer at a time inside.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

// Who changes something and why; a reason is required for all that moves traffic.
struct Change {
  std::string author;
  std::string reason;
  std::optional<std::uint64_t> if_revision;  // kConflict when the model's revision is another one
  // Passes over a refusal or an archive when a version becomes champion; needs a reason and stays
  // in the history. Never passes over missing golden rows.
  bool force = false;
  // For the control log alone: as what and from where the author does it, where that is known.
  std::string role = {}, address = {};
};

struct ModelRecord {
  std::string name;
  std::string owner_team, owner_person, purpose;
  Time created;
  std::string contract_hash;  // the newest applied; empty: none yet
};

// What is given at registration. Everything but the blobs may be empty.
struct NewVersion {
  std::string artifact_blob;   // id in the blob store: a file, or a directory manifest
  std::string artifact_name;   // file or directory name as given
  std::string format;          // "xgboost", …
  std::string signature_json;  // the model room's signature, as text
  std::string source;          // where it came from: a path, a run
  std::string training_data;   // reference to the data: path and SHA-256
  std::string metrics_json;    // {"auc": 0.71}
  std::string golden_blob;     // golden rows; required before serving
  std::string reference_blob;  // reference profile
  std::string contract_hash;
  std::string validation_json;  // findings of training-data validation; "[]" when clean
  std::string watch_blob;       // what else the watch learned (monitoring/learned.h); may be empty
  // A number that the catalogue gave to a client's version, which is now registered; 0: the next.
  VersionNumber reserved = 0;
};

struct VersionRecord : NewVersion {
  std::string model;
  VersionNumber number = 0;
  Time created;
  std::string author;
  enum class State : std::uint8_t { kCandidate, kRefused, kArchived } state = State::kCandidate;
  std::string state_reason;
};

// One change of an alias; the history is never shortened.
struct AliasChange {
  std::string model, alias;
  VersionNumber from = 0, to = 0;  // 0: none
  Time at;
  std::string author, reason;
  std::uint64_t revision = 0;  // of the model, after the change
  bool forced = false;
};

// What ought to run for one model.
struct ModelRoute {
  std::string model;
  VersionNumber champion = 0;  // 0: nothing serves
  VersionNumber previous = 0;  // where a rollback would go; kept loaded for it and for fallback
  std::string contract_hash;
  std::uint64_t revision = 0;  // grows with every change of this model's contract and aliases
};

struct DesiredState {
  std::uint64_t revision = 0;      // grows with every change of any route
  std::vector<ModelRoute> routes;  // by model name
};

// A verdict of the watch on one closed window, as monitoring wrote it.
struct StoredVerdict {
  std::string model;
  VersionNumber version = 0;
  Time window_start, window_end;
  std::uint64_t rows = 0;
  std::string verdict;        // "ok", "drift", "not_enough_data", …: the kind's own words
  std::string evidence_json;  // figures, in the kind's own layout
  // What was looked at: "drift", "quality", "service_level", … (monitoring/finding.h).
  std::string kind = "drift";
  std::string findings_json = "[]";  // what alert rules read
  std::uint64_t sequence = 0;        // given by the registry: grows with every verdict that is new
};

// Which verdicts are wanted; newest first: those of the window that ended last, however late they
// were stored.
struct VerdictFilter {
  std::size_t limit = 100;
  std::string_view kind = {};  // empty: of every kind
  VersionNumber version = 0;   // 0: of every version
};

class Registry {
 public:
  struct Options {
    std::string directory;         // holds registry.db
    const Clock* clock = nullptr;  // required
    // How long a call waits for other processes' locks before it is kUnavailable. Opening waits for
    // a minute whatever this is.
    std::chrono::milliseconds wait{60'000};
  };
  static Result<std::unique_ptr<Registry>> Open(Options options);
  virtual ~Registry() = default;

  // Contracts: applying creates the model when it is new. The text is stored by its hash. The
  // contract that is in force already changes nothing and succeeds.
  virtual Result<ModelRecord> ApplyContract(std::string_view text, const Change& change) = 0;
  virtual Result<std::string> ContractText(std::string_view hash) = 0;

  virtual Result<std::vector<ModelRecord>> Models() = 0;
  virtual Result<ModelRecord> Model(std::string_view name) = 0;

  virtual Result<VersionRecord> RegisterVersion(std::string_view model, const NewVersion& version,
                                                const Change& change) = 0;
  virtual Result<std::vector<VersionRecord>> Versions(std::string_view model) = 0;
  virtual Result<VersionRecord> Version(std::string_view model, VersionNumber number) = 0;
  // The champion can be neither refused nor archived. A refused version becomes a candidate by
  // force only.
  virtual Status SetVersionState(std::string_view model, VersionNumber number,
                                 VersionRecord::State state, const Change& change) = 0;

  // Aliases. Setting "champion" moves traffic and writes a desired-state revision in the same
  // transaction. `to` 0 removes the alias. An alias that points there already stays; nothing is
  // written.
  virtual Result<AliasChange> SetAlias(std::string_view model, std::string_view alias,
                                       VersionNumber to, const Change& change) = 0;
  // Champion back to the one before that may serve; kFailedPrecondition when there is none.
  // Promotions are a stack and a rollback pops: the next rollback goes further back, never to what
  // was just withdrawn.
  virtual Result<AliasChange> Rollback(std::string_view model, const Change& change) = 0;
  virtual Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) = 0;
  // Oldest first; with the pointers that MLflow's clients set (records/catalogue), also of models
  // that have no contract.
  virtual Result<std::vector<AliasChange>> AliasHistory(std::string_view model) = 0;
  // Which version was in production at that time; 0 when none was.
  virtual Result<VersionNumber> ChampionAt(std::string_view model, Time time) = 0;

  virtual Result<DesiredState> Desired() = 0;
  // Called after each commit that changed the desired state, on the committing thread, without
  // locks held. Changes by other processes on the same directory are found by polling
  // PollExternalChange.
  virtual void OnDesiredChange(std::function<void()> callback) = 0;
  // True once per change that another process made.
  virtual bool PollExternalChange() = 0;

  // All or nothing, in one commit. The verdict of the same version, kind and window is replaced,
  // under a new sequence number when anything in it changed (a window that was scored again) and
  // silently when not: watching again after a crash adds nothing.
  virtual Status StoreVerdicts(std::span<const StoredVerdict> verdicts) = 0;
  // Newest first.
  virtual Result<std::vector<StoredVerdict>> Verdicts(std::string_view model,
                                                      const VerdictFilter& filter) = 0;
  // Of all models, in the order of their sequence, behind `sequence`: how alerts follow the watch.
  virtual Result<std::vector<StoredVerdict>> VerdictsAfter(std::uint64_t sequence,
                                                           std::size_t limit) = 0;
};

}  // namespace mooring::records
