// Courier: carries notifications from the outbox to their sinks, each once: a notification is
// delivered, or refused for good, or tried again later, until it is given up and kept as a dead
// letter. Every sink has its own queue, taken in order, so that the end of an alert never arrives
// before its beginning, and a sink that is down holds up nobody else's. A kill between sending and
// noting it sends the same notification, with the same key, once more: the receiver can tell.
//
// Waiting after the n-th attempt: first × 2^(n-1), at most `longest`, times a random 0.5 to 1.
//
// Thread safety: Step and Run from one thread; Figures from any. No lock is held while a sink
// answers.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "control/delivery/sink.h"
#include "control/incidents/alert_figures.h"
#include "records/incidents/incident_store.h"

namespace mooring::control {

struct RetryRule {
  std::chrono::milliseconds first{2'000}, longest{300'000};
  std::chrono::hours give_up_after{24};
  std::uint32_t attempts = 1'000;
};

class Courier {
 public:
  struct Options {
    records::IncidentStore* store = nullptr;  // required
    const Clock* clock = nullptr;             // required
    RetryRule retry = {};
    std::uint64_t seed = 0;  // of the waiting's random part
    std::chrono::milliseconds poll{500};
    std::function<void(const Error&)> on_problem = {};
  };
  Courier(Options options, std::vector<std::unique_ptr<Sink>> sinks);

  // Delivers what is due; how many attempts there were.
  Result<std::size_t> Step();
  void Run(const std::stop_token& stop);

  DeliveryFigures figures() const { return {delivered_.load(), failed_.load(), dead_.load()}; }

 private:
  Result<std::size_t> Serve(Sink& sink);
  Result<bool> TryHead(Sink& sink);
  Status Note(const records::Notification& notification);
  void Settle(const SinkAnswer& answer, records::Notification& notification);
  Result<bool> Repeat(Sink& sink);
  Status GiveUpOrphans();
  Time After(std::uint32_t attempts);

  const Options options_;
  const std::vector<std::unique_ptr<Sink>> sinks_;
  Rng rng_;
  std::map<std::string, Nanos> repeated_;  // when, by sink
  std::optional<Nanos> looked_;            // for orphans
  std::atomic<std::uint64_t> delivered_{0}, failed_{0}, dead_{0};
};

}  // namespace mooring::control
