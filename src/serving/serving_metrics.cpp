#include "serving/serving_metrics.h"

#include <algorithm>

namespace mooring::serving {

void VersionCounters::CountRequest(std::uint32_t latency_us) {
  const auto bucket =
      std::lower_bound(kLatencyBucketsUs.begin(), kLatencyBucketsUs.end(), latency_us) -
      kLatencyBucketsUs.begin();
  latency_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  latency_sum_us_.fetch_add(latency_us, std::memory_order_relaxed);
}

void VersionCounters::CountBreaches(const std::vector<Breach>& breaches) {
  const std::lock_guard lock(mutex_);
  for (const Breach& breach : breaches) {
    BreachKey key(breach.feature, breach.rule, breach.did);
    if (breaches_.size() >= kCountedBreaches && !breaches_.contains(key)) {
      key = BreachKey("other", "other", breach.did);
    }
    breaches_[std::move(key)] += breach.rows;
  }
}

VersionFigures VersionCounters::Read() const {
  VersionFigures figures;
  figures.model = model_;
  figures.version = version_;
  for (std::size_t i = 0; i < kVerdicts; ++i) figures.verdicts[i] = verdicts_[i].load();
  for (std::size_t i = 0; i < latency_.size(); ++i) {
    figures.latency[i] = latency_[i].load();
    figures.requests += figures.latency[i];
  }
  figures.latency_sum_us = latency_sum_us_.load();
  const std::lock_guard lock(mutex_);
  for (const auto& [key, rows] : breaches_) {
    figures.breaches.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), rows});
  }
  return figures;
}

VersionCounters& ServingMetrics::Of(std::string_view model, VersionNumber version) {
  // Nearly always the version of the request before; counters never move and never die before us.
  VersionCounters* const last = last_.load(std::memory_order_acquire);
  if (last != nullptr && last->version() == version && last->model() == model) return *last;
  const std::lock_guard lock(mutex_);
  VersionCounters* found = nullptr;
  for (auto it = versions_.rbegin(); it != versions_.rend() && found == nullptr; ++it) {
    if (it->version() == version && it->model() == model) found = &*it;
  }
  if (found == nullptr && versions_.size() < kCountedVersions) {
    found = &versions_.emplace_back(std::string(model), version);
  }
  if (found == nullptr) {
    if (versions_.size() == kCountedVersions) versions_.emplace_back("other", 0);
    return versions_.back();
  }
  last_.store(found, std::memory_order_release);
  return *found;
}

ServingFigures ServingMetrics::Read() const {
  ServingFigures figures;
  for (std::size_t i = 0; i < kCodes; ++i) figures.refused[i] = refused_[i].load();
  figures.replayed = replayed_.load();
  figures.in_flight = in_flight_.load();
  const std::lock_guard lock(mutex_);
  for (const VersionCounters& counters : versions_) figures.versions.push_back(counters.Read());
  return figures;
}

}  // namespace mooring::serving
