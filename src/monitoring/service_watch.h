// ServiceWatch: the service level of every model, minute by minute. Says something when there is
// something to say, when that is over, and once an hour in any case.
//
// Thread safety: none; the watch's own. Memory: 70 KiB a model.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "monitoring/service_level.h"
#include "records/journal/reader.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

class ServiceWatch {
 public:
  // Whether an answer was slow is counted as it is read, so each block comes with the promise that
  // held for it: of the contract that it was decided under; null: the one before holds.
  void OnDecisions(const records::ReadDecisions& block, const records::Contract* contract);
  void OnRefusal(const records::Refusal& refusal);

  // Verdicts for the minute before this one, of models that have something to say.
  std::vector<records::StoredVerdict> Due(Time now);
  // The newest report of each model.
  const std::map<std::string, ServiceReport, std::less<>>& latest() const { return latest_; }

 private:
  // After findings are gone, so many verdicts without any: alerts see that they are over.
  static constexpr int kClearVerdicts = 3;
  struct OfModel {
    ServiceLevel level;
    std::int64_t told_hour = -1;
    int clear_left = 0;
  };
  OfModel& Of(std::string_view model);
  static bool Tells(OfModel& of, const ServiceReport& report, std::int64_t minute);

  std::map<std::string, OfModel, std::less<>> models_;
  std::map<std::string, ServiceReport, std::less<>> latest_;
  std::int64_t minute_ = -1;  // reported last
};

}  // namespace mooring::monitoring
