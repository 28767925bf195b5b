// References: what a version's windows are held against: its own reference profile, learned from
// its training data at registration, and the monitoring rule of the contract it decided under. Read
// from the registry once per version and contract, then kept.
//
// Thread safety: none; the watch's own. Complexity: asked for at every block; finding what is known
// does not allocate.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "data/stats/profile.h"
#include "monitoring/learned.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

struct Reference {
  std::shared_ptr<const data::BatchProfile> profile;  // null: registered without training data
  std::shared_ptr<const records::Contract> contract;  // null: decided without one
  records::MonitorRule rule;
  std::string score_output;  // the raw output that is the score
  records::OutputRule::Task task = records::OutputRule::Task::kRegression;
  Learned learned;
};

class References {
 public:
  using ReadBlob = std::function<Result<std::string>(std::string_view blob)>;
  References(records::Registry& registry, ReadBlob read_blob)
      : registry_(registry), read_blob_(std::move(read_blob)) {}

  Result<std::shared_ptr<const Reference>> For(const records::Binding& binding);

 private:
  struct Key {
    std::string model;
    VersionNumber version;
    std::string contract_hash;
  };
  // Keys and bindings by what a reference depends on.
  struct Before {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return std::tie(a.model, a.version, a.contract_hash) <
             std::tie(b.model, b.version, b.contract_hash);
    }
  };
  Result<std::shared_ptr<const Reference>> Read(const records::Binding& binding);

  records::Registry& registry_;
  ReadBlob read_blob_;
  std::map<Key, std::shared_ptr<const Reference>, Before> known_;
};

}  // namespace mooring::monitoring
