// ServiceLevel: did callers of a model get what its contract promises: answers
// (sla.availability_pct) within time (sla.latency_p95_ms), and how fast is the error budget
// burning. Fed from the journal, minute by minute, so that a restart comes to the same counts.
//
// Availability: good / valid. Valid are decisions and refusals that are the server's fault
// (unavailable, overloaded, too late, internal); a caller's own mistakes do not count. Latency: the
// share of decisions within the target; the promise is 95 %. What left no record (a journal that
// cannot be written) is not seen here but in the metrics.
//
// Burn rate: share of bad events over the share that the promise allows, in two windows at once
// (Beyer et al., The Site Reliability Workbook, ch. 5): 14.4 over 1 h and 5 min, 6 over 6 h and 30
// min: alert; 3 over 24 h and 2 h, 1 over 72 h and 6 h: warning. Below 100 valid events in the long
// window nothing is said. For latency, whose greatest burn rate is 20, also: p95 over the target
// for 5 minutes and 100 decisions.
//
// Thread safety: none. Memory: 70 KiB a model. Complexity: Add 10 ns; Report 20 µs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "monitoring/finding.h"
#include "records/contract/contract.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

struct ServicePromise {
  std::optional<double> latency_p95_ms, availability_pct;
  std::chrono::seconds silence{0};  // longest time without a decision; 0: any
  static ServicePromise Of(const records::Contract& contract);
};

struct BurnRate {
  std::string promise;  // "availability", "latency"
  std::chrono::minutes long_window{0}, short_window{0};
  double bound = 0, long_rate = 0, short_rate = 0;
  Level level = Level::kClear;
};

// Of one model, at the end of a minute.
struct ServiceReport {
  std::string model;
  VersionNumber version = 0;  // that answered last
  Time at;
  std::uint64_t valid = 0, failed = 0, slow = 0;             // of the last hour
  double p50_ms = std::numeric_limits<double>::quiet_NaN();  // of the last hour, within 10 %
  double p95_ms = p50_ms, p99_ms = p50_ms;
  double availability = p50_ms;  // of the last 72 hours
  double budget_left = p50_ms;   // of the error budget of 72 hours; below 0: overspent
  double latency_target_ms = p50_ms, availability_target = p50_ms;
  std::vector<BurnRate> burn_rates;
  std::vector<Finding> findings;
};

std::string EvidenceJson(const ServiceReport& report);
records::StoredVerdict ToStored(const ServiceReport& report);
// kDataLoss when the evidence is not what EvidenceJson writes.
Result<ServiceReport> ServiceFromStored(const records::StoredVerdict& stored);

class ServiceLevel {
 public:
  explicit ServiceLevel(std::string model) : model_(std::move(model)) {}

  // Times may come somewhat out of order; what is older than 72 h is left out.
  void AddDecisions(Time at, std::uint32_t latency_us, std::uint64_t rows, VersionNumber version);
  void AddRefusal(Time at, std::string_view code);
  void SetPromise(const ServicePromise& promise) { promise_ = promise; }

  // Everything before the minute in which `now` lies.
  ServiceReport Report(Time now) const;

 private:
  static constexpr std::int64_t kMinutes = 72 * 60;
  static constexpr std::size_t kLatencies = 160;  // 1 µs to 100 s, 20 % apart in pairs
  struct Minute {
    std::uint32_t valid = 0, failed = 0, slow = 0;
  };
  struct Sum {
    std::uint64_t valid = 0, failed = 0, slow = 0;
  };
  Minute* At(Time at);
  Sum Over(std::int64_t end_minute, std::int64_t minutes) const;
  void AddBurnRates(std::int64_t minute, ServiceReport& report) const;
  void AddBurnRate(std::int64_t minute, std::string_view promise, ServiceReport& report) const;
  void AddSlowness(std::int64_t minute, ServiceReport& report) const;
  void AddSilence(Time now, ServiceReport& report) const;
  void AddVolume(std::int64_t minute, ServiceReport& report) const;
  double Quantile(std::int64_t end_minute, double q) const;

  std::string model_;
  ServicePromise promise_;
  VersionNumber version_ = 0;
  std::int64_t newest_ = -1;  // minute since 1970
  std::optional<Time> last_decision_;
  std::vector<Minute> minutes_ = std::vector<Minute>(kMinutes);
  // Latencies of this hour and the one before, for quantiles.
  std::array<std::array<std::uint32_t, kLatencies>, 2> latencies_{};
  std::int64_t latency_hour_ = -1;
};

}  // namespace mooring::monitoring
