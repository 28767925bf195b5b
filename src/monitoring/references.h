// References: what a version's windows are held against: its own reference profile, learned from
// its training data at registration, and the monitoring rule of the contract it decided under. Read
// from the registry once per version and contract, then kept.
//
// Thread safety: none; the watch's own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

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
  Learned learned;
};

class References {
 public:
  using ReadBlob = std::function<Result<std::string>(std::string_view blob)>;
  References(records::Registry& registry, ReadBlob read_blob)
      : registry_(registry), read_blob_(std::move(read_blob)) {}

  Result<std::shared_ptr<const Reference>> For(const records::Binding& binding);

 private:
  Result<std::shared_ptr<const Reference>> Read(const records::Binding& binding);

  records::Registry& registry_;
  ReadBlob read_blob_;
  std::map<std::string, std::shared_ptr<const Reference>, std::less<>> known_;
};

}  // namespace mooring::monitoring
