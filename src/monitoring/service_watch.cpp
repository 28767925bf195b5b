#include "monitoring/service_watch.h"

namespace mooring::monitoring {

ServiceWatch::OfModel& ServiceWatch::Of(std::string_view model) {
  const auto found = models_.find(model);
  if (found != models_.end()) return found->second;
  const std::string name(model);
  return models_.emplace(name, OfModel{.level = ServiceLevel(name)}).first->second;
}

void ServiceWatch::OnDecisions(const records::ReadDecisions& block,
                               const records::Contract* contract) {
  ServiceLevel& level = Of(block.binding->model).level;
  if (contract != nullptr) level.SetPromise(ServicePromise::Of(*contract));
  level.AddDecisions(block.at, block.latency_us, block.rows.size(), block.binding->version);
}

// A name that no model has, a caller's misspelling, is nobody's service level.
void ServiceWatch::OnRefusal(const records::Refusal& refusal) {
  const auto model = models_.find(refusal.model);
  if (model != models_.end()) model->second.level.AddRefusal(refusal.at, refusal.code);
}

bool ServiceWatch::Tells(OfModel& of, const ServiceReport& report, std::int64_t minute) {
  if (!report.findings.empty()) {
    of.clear_left = kClearVerdicts;
    return true;
  }
  if (of.clear_left > 0) {
    --of.clear_left;
    return true;
  }
  if (report.valid == 0 || minute / 60 == of.told_hour) return false;
  of.told_hour = minute / 60;
  return true;
}

std::vector<records::StoredVerdict> ServiceWatch::Due(Time now) {
  const std::int64_t minute =
      std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
  std::vector<records::StoredVerdict> due;
  if (minute == minute_) return due;
  minute_ = minute;
  for (auto& [name, of] : models_) {
    ServiceReport report = of.level.Report(now);
    if (Tells(of, report, minute)) due.push_back(ToStored(report));
    latest_[name] = std::move(report);
  }
  return due;
}

}  // namespace mooring::monitoring
