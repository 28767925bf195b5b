// LoadedModels: the versions in memory and the one immutable snapshot that requests read.
//
// It converges to the registry's desired state by a pure policy (policy.h): load before unload,
// golden rows must reproduce, memory must fit. Loading happens on its own thread; the swap is one
// atomic store; a version is freed when its last request ends. A failed load leaves what serves.
//
// Thread safety: Current() from any thread without a lock. A request takes one snapshot and keeps
// it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/predictor.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"
#include "records/registry/registry.h"
#include "serving/convergence_policy.h"

namespace mooring::records {
class Pseudonymiser;  // journal/journal.h
}

namespace mooring::serving {

class DecisionPolicy;  // decision_policy.h: what the contract makes of a score
class FallbackChains;  // fallback_chain.h: what answers instead
class LimitSet;        // stop_limits/limit_set.h: the contract's limits
class InputShape;      // validation.h: contract rules bound to the predictor's inputs

// One loaded version of one model under one contract; immutable, made by AssembleVersion.
class ServedVersion {
 public:
  std::string model;
  VersionNumber number = 0;
  std::shared_ptr<const records::Contract> contract;
  std::shared_ptr<const model::Predictor> predictor;
  std::shared_ptr<const records::Binding> binding;
  std::shared_ptr<const InputShape> shape;
  std::shared_ptr<const DecisionPolicy> policy;
  std::shared_ptr<const FallbackChains> fallback;
  std::shared_ptr<const LimitSet> limits;  // null: the contract has none
  std::string format;
};

// What a ServedVersion is made of.
struct VersionParts {
  std::string model;
  VersionNumber number = 0;
  std::shared_ptr<const records::Contract> contract;
  std::shared_ptr<const model::Predictor> predictor;
  std::string format;
  // Known values of category inputs, by name, beside those that the model knows.
  std::map<std::string, std::shared_ptr<const data::Dictionary>, std::less<>> dictionaries;
  Time made;                                            // for limits on its age
  const records::Pseudonymiser* pseudonymiser = nullptr;  // for keys of limits; outlives it
};
// Binds the contract to the model; kFailedPrecondition says what does not fit.
Result<std::shared_ptr<const ServedVersion>> AssembleVersion(VersionParts parts);

// Why a version that ought to serve does not.
struct LoadProblem {
  VersionNumber version = 0;
  std::string message;
};

struct ServedModel {
  std::string name;
  std::shared_ptr<const ServedVersion> champion;             // null: nothing to answer with
  std::shared_ptr<const ServedVersion> previous;             // may be null
  std::map<VersionNumber, std::shared_ptr<const ServedVersion>> versions;  // all loaded
  std::optional<LoadProblem> problem;                        // of the last convergence
  std::uint64_t revision = 0;
};

struct Snapshot {
  std::uint64_t revision = 0;      // of the desired state it converged to
  std::map<std::string, ServedModel, std::less<>> models;

  const ServedModel* Find(std::string_view model) const;
};

// Turns a registered version into a loaded one under a contract and checks its golden rows
// (version_loader.h); given from outside, so that tests can bring their own. Called on the loading
// thread only.
using VersionLoader = std::function<Result<std::shared_ptr<const ServedVersion>>(
    const VersionKey& key)>;

class LoadedModels {
 public:
  struct Options {
    records::Registry* registry = nullptr;     // required; outlives this
    const Clock* clock = nullptr;              // required
    VersionLoader loader;                      // required
    std::size_t memory_budget_bytes = 0;       // of all loaded versions; 0: no limit
    std::chrono::milliseconds poll{200};       // for changes by other processes
    bool own_thread = true;                    // false: tests call ConvergeNow
  };
  // Starts to converge; returns before anything is loaded.
  static Result<std::unique_ptr<LoadedModels>> Start(Options options);
  virtual ~LoadedModels() = default;  // stops the thread; requests keep what they hold

  // What serves; never null. About 10 ns.
  virtual std::shared_ptr<const Snapshot> Current() const = 0;
  // Converges as far as it goes, on the caller's thread. The error of the registry, if it had one;
  // versions that do not load are told in the snapshot.
  virtual Status ConvergeNow() = 0;
};

}  // namespace mooring::serving
