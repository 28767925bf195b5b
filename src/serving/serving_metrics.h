// ServingMetrics: what the decision path counts about itself, for /metrics and `doctor`.
//
// Thread safety: everything from any thread; counters are relaxed atomics, rule breaches (rare) a
// short mutex. Bounded: at most kCountedVersions versions and kCountedBreaches feature × rule pairs
// a version; what is beyond is added to the last one, named "other".
// Cost: about 10 ns a decision.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "records/journal/record.h"
#include "serving/validation.h"

namespace mooring::serving {

inline constexpr std::size_t kVerdicts = 5;   // records::Verdict
inline constexpr std::size_t kCodes = 14;     // mooring::Code
inline constexpr std::size_t kCountedVersions = 1024;
inline constexpr std::size_t kCountedBreaches = 4096;
// Upper bounds of the latency histogram's buckets, inclusive; one more bucket is open.
inline constexpr std::array<std::uint32_t, 16> kLatencyBucketsUs = {
    50,     100,    250,    500,     1'000,   2'500,     5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

struct BreachFigure {
  std::string feature, rule;
  records::OnBreach did = records::OnBreach::kReject;
  std::uint64_t rows = 0;
};

// Plain numbers of one version, as of one moment.
struct VersionFigures {
  std::string model;
  VersionNumber version = 0;
  std::array<std::uint64_t, kVerdicts> verdicts{};                     // rows
  std::uint64_t requests = 0;                                          // answered with decisions
  std::array<std::uint64_t, kLatencyBucketsUs.size() + 1> latency{};   // requests a bucket
  std::uint64_t latency_sum_us = 0;
  std::vector<BreachFigure> breaches;
};

struct ServingFigures {
  std::vector<VersionFigures> versions;            // in order of first use
  std::array<std::uint64_t, kCodes> refused{};     // requests without a decision, by Code
  std::uint64_t replayed = 0;                      // answered again by request id
  std::uint64_t in_flight = 0;
};

// The counters of one version; lives as long as its ServingMetrics.
class VersionCounters {
 public:
  VersionCounters(std::string model, VersionNumber version)
      : model_(std::move(model)), version_(version) {}

  const std::string& model() const { return model_; }
  VersionNumber version() const { return version_; }
  void CountDecision(records::Verdict verdict) {
    verdicts_[static_cast<std::size_t>(verdict)].fetch_add(1, std::memory_order_relaxed);
  }
  void CountRequest(std::uint32_t latency_us);
  void CountBreaches(const std::vector<Breach>& breaches);
  VersionFigures Read() const;

 private:
  using BreachKey = std::tuple<std::string, std::string, records::OnBreach>;
  const std::string model_;
  const VersionNumber version_;
  std::array<std::atomic<std::uint64_t>, kVerdicts> verdicts_{};
  std::array<std::atomic<std::uint64_t>, kLatencyBucketsUs.size() + 1> latency_{};
  std::atomic<std::uint64_t> latency_sum_us_{0};
  mutable std::mutex mutex_;
  std::map<BreachKey, std::uint64_t> breaches_;
};

class ServingMetrics {
 public:
  // The counters of a version, made at first use.
  VersionCounters& Of(std::string_view model, VersionNumber version);
  void CountRefusal(Code code) {
    refused_[static_cast<std::size_t>(code)].fetch_add(1, std::memory_order_relaxed);
  }
  void CountReplay() { replayed_.fetch_add(1, std::memory_order_relaxed); }
  void SetInFlight(std::uint64_t requests) {
    in_flight_.store(requests, std::memory_order_relaxed);
  }

  ServingFigures Read() const;

 private:
  mutable std::mutex mutex_;
  std::deque<VersionCounters> versions_;  // never moves or forgets one
  std::atomic<VersionCounters*> last_{nullptr};
  std::array<std::atomic<std::uint64_t>, kCodes> refused_{};
  std::atomic<std::uint64_t> replayed_{0}, in_flight_{0};
};

}  // namespace mooring::serving
