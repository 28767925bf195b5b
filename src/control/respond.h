// Responder: the life of an incident. It follows the verdicts of the watch, in their order, and
// turns them into alerts, incidents and what sinks are to be told:
//
//   verdict → alert → incident → action
//
// It never sends anything: what is to be told is written down (records/incidents) in the very
// transaction that notes how far the verdicts are read, and the Courier (delivery/courier.h)
// carries it. So detection never waits on delivery, and a kill at any moment loses nothing and
// tells nothing twice. What fires and ends again within one batch that was read late is in the
// timeline and is told to nobody.
//
// Thread safety: Step and Run from one thread; Figures from any. Failure: Step says what the stores
// say and changes nothing; the next one begins at the same verdict.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/alerts/rule_book.h"
#include "control/delivery/announce.h"
#include "control/incidents/alert_figures.h"
#include "control/incidents/case_file.h"
#include "control/incidents/departure.h"
#include "records/incidents/incident_store.h"
#include "records/registry/registry.h"

namespace mooring::control {

class Responder {
 public:
  struct Options {
    // The verdicts behind a sequence number, at most that many; required.
    std::function<Result<std::vector<records::StoredVerdict>>(std::uint64_t, std::size_t)> verdicts;
    records::IncidentStore* store = nullptr;  // required
    const Clock* clock = nullptr;             // required
    OwnerOf owner_of = {};
    RuleBook rules{};  // in front of the usual ones
    // Alerts of versions that left service end; empty: versions never leave.
    LeftService left_service = {};
    std::vector<Audience> audiences = {};
    std::chrono::milliseconds poll{500};
    // How long what is over is kept.
    std::chrono::hours keep{90 * 24};
    std::function<void(const Error&)> on_problem = {};
  };
  explicit Responder(Options options) : options_(std::move(options)) {}

  // Takes in the next verdicts, at most a batch; how many there were.
  Result<std::size_t> Step();
  // Steps until it is told to stop; problems go to on_problem.
  void Run(const std::stop_token& stop);

  std::shared_ptr<const AlertFigures> Figures() const;

 private:
  Status Respond(const records::StoredVerdict& verdict, records::IncidentTables& tables);
  // Ends what only versions that left service have said.
  Status Withdraw(records::IncidentTables& tables) const;
  Result<bool> AnyLeft(bool now);
  Status Upkeep(bool changed);
  records::Owner OwnerFor(const std::string& model) const;

  const Options options_;
  Time pruned_ = records::kNever;
  Nanos counted_{0};
  std::optional<Nanos> looked_;  // for versions that left
  mutable std::mutex mutex_;     // guards figures_
  std::shared_ptr<const AlertFigures> figures_ = std::make_shared<AlertFigures>();
};

// Owners by the contract that is in force.
OwnerOf OwnersOf(records::Registry& registry);

}  // namespace mooring::control
