// Catalogue: the model registry as MLflow's clients know it: registered models, their versions,
// tags, stages and aliases. It is the same registry that serving uses (records/registry), seen
// with a client's eyes: one file, one sequence of version numbers a model, one history of aliases.
//
//   ASSIGN_OR_RETURN(auto catalogue, Catalogue::Open({.directory = …, .clock = …}));
//   ASSIGN_OR_RETURN(auto model, catalogue->CreateModel({.name = "credit"}));
//   ASSIGN_OR_RETURN(auto version, catalogue->CreateVersion({.model = "credit", .source = …}));
//
// A model that `mooring apply` made is here with its versions; a model that a client made becomes
// one that can serve when a contract is applied to it. A number is given once, whoever asks; a
// deleted version's number is burnt. An alias has one place: the native one when it points at a
// version that is registered natively, else a pointer of the catalogue's own, which no traffic
// follows. So the champion of a model with a contract is moved by Registry::SetAlias alone:
// SetAlias here refuses it (kFailedPrecondition).
//
// Failure: kNotFound, kAlreadyExists and kInvalidArgument with the texts that MLflow's clients
// know; kFailedPrecondition for what would stop or deceive a model that serves.
// Durability: a call that returned success survives a power cut.
// Thread safety: any thread. Calls block on the disk: not for an event loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "records/registry/registry.h"
#include "records/tracking/tracked.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

enum class Stage : std::uint8_t { kNone, kStaging, kProduction, kArchived };
inline constexpr std::size_t kStages = 4;
std::string_view StageName(Stage stage);  // "None", "Staging", "Production", "Archived"
// In any case; kInvalidArgument names them all.
Result<Stage> ParseStage(std::string_view name);

struct NewModelVersion {
  std::string model, source, run_id, run_link, description, model_id, user;
  std::vector<KeyValue> tags;
};

struct ModelVersion : NewModelVersion {
  VersionNumber number = 0;
  Stage stage = Stage::kNone;
  Millis created = 0, updated = 0;
  std::vector<std::string> aliases;  // by name
  bool native = false;               // registered natively: it can serve
};

struct VersionName {
  std::string model;
  VersionNumber number = 0;
};

struct NewRegisteredModel {
  std::string name, description, user;
  std::vector<KeyValue> tags;
};

struct RegisteredModel : NewRegisteredModel {
  Millis created = 0, updated = 0;
  std::vector<std::pair<std::string, VersionNumber>> aliases;  // by name
  // Of each stage the newest, in the order in which the stages first appear among the versions.
  std::vector<ModelVersion> latest;
  bool has_contract = false;
};

// A search in MLflow's grammar (records/search). `sees` says of which models the caller may know;
// empty: of all.
struct CardSearch {
  SearchRequest request;
  std::function<bool(std::string_view model)> sees = {};
};

// A pointer that clients set, or an alias of serving: the same kind of record.
using PointerChange = AliasChange;

class Catalogue {
 public:
  struct Options {
    std::string directory;                   // holds registry.db
    const Clock* clock = nullptr;            // required
    std::chrono::milliseconds wait{60'000};  // for other processes' locks
  };
  static Result<std::unique_ptr<Catalogue>> Open(Options options);
  virtual ~Catalogue() = default;

  virtual Result<RegisteredModel> CreateModel(const NewRegisteredModel& model) = 0;
  virtual Result<RegisteredModel> Model(std::string_view name) = 0;
  virtual Result<RegisteredModel> DescribeModel(std::string_view name,
                                                std::string_view description) = 0;
  // Versions, tags, aliases and history move along. A model with a contract keeps its name: the
  // contract and the decisions of the past bear it.
  virtual Result<RegisteredModel> RenameModel(std::string_view name, std::string_view to) = 0;
  // For good, with all versions. A model that serves stays. Of one with a contract the contract,
  // the numbers given and the history of serving stay; its versions are archived.
  virtual Status DeleteModel(std::string_view name, const Change& change) = 0;
  virtual Status SetModelTag(std::string_view name, const KeyValue& tag) = 0;
  virtual Status DeleteModelTag(std::string_view name, std::string_view key) = 0;
  virtual Result<PageOf<RegisteredModel>> SearchModels(const CardSearch& search) = 0;

  virtual Result<ModelVersion> CreateVersion(const NewModelVersion& version) = 0;
  virtual Result<ModelVersion> Version(std::string_view model, VersionNumber number) = 0;
  virtual Result<ModelVersion> DescribeVersion(std::string_view model, VersionNumber number,
                                               std::string_view description) = 0;
  // Drops the aliases that point at it; the number stays burnt. The champion of a model with a
  // contract stays.
  virtual Status DeleteVersion(std::string_view model, VersionNumber number,
                               const Change& change) = 0;
  // `archive` sends the others of that stage to Archived.
  virtual Result<ModelVersion> SetStage(std::string_view model, VersionNumber number, Stage stage,
                                        bool archive) = 0;
  virtual Status SetVersionTag(std::string_view model, VersionNumber number,
                               const KeyValue& tag) = 0;
  virtual Status DeleteVersionTag(std::string_view model, VersionNumber number,
                                  std::string_view key) = 0;
  // By number. `model` "": of all models.
  virtual Result<std::vector<ModelVersion>> Versions(std::string_view model) = 0;
  virtual Result<PageOf<ModelVersion>> SearchVersions(const CardSearch& search) = 0;
  // The versions that were registered from a logged model ("m-…"), by name and number.
  virtual Result<std::vector<VersionName>> RegisteredFrom(std::string_view logged_model) = 0;

  // "latest": the newest version. kInvalidArgument when there is no such alias.
  virtual Result<ModelVersion> VersionOf(std::string_view model, std::string_view alias) = 0;
  virtual Result<PointerChange> SetAlias(std::string_view model, std::string_view alias,
                                         VersionNumber to, const Change& change) = 0;
  // One that is not there: nothing happens.
  virtual Status DeleteAlias(std::string_view model, std::string_view alias,
                             const Change& change) = 0;
  // Back to where the alias pointed before, over versions that were deleted since; the next
  // rollback goes further back. For models without contract: those with one have Registry's.
  virtual Result<PointerChange> RollBackAlias(std::string_view model, std::string_view alias,
                                              const Change& change) = 0;
  // Pointers and aliases of serving together.
  virtual Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) = 0;
  // Oldest first.
  virtual Result<std::vector<PointerChange>> AliasHistory(std::string_view model) = 0;
  // Where the alias pointed at that time; 0: nowhere.
  virtual Result<VersionNumber> AliasAt(std::string_view model, std::string_view alias,
                                        Time time) = 0;

  // Removes for good what is left of versions that were deleted before `before`; how many. Their
  // numbers stay burnt.
  virtual Result<std::size_t> Purge(Millis before) = 0;
};

// Alias rules of the protocol: 1..255 characters of letters, digits, '_' and '-' (of any script),
// none that would be taken for a version.
Status CheckPointerName(std::string_view alias);

}  // namespace mooring::records
