#include "control/delivery/courier.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace mooring::control {
namespace {

using records::DeliveryState;
using records::IncidentTables;
using records::Notification;

// Of one sink before the others get their turn.
constexpr std::size_t kInARow = 16;
constexpr std::chrono::hours kOrphansEvery{1};

}  // namespace

Courier::Courier(Options options, std::vector<std::unique_ptr<Sink>> sinks)
    : options_(std::move(options)), sinks_(std::move(sinks)), rng_(options_.seed) {}

Result<std::size_t> Courier::Step() {
  std::size_t attempts = 0;
  RETURN_IF_ERROR(GiveUpOrphans());
  for (const std::unique_ptr<Sink>& sink : sinks_) {
    ASSIGN_OR_RETURN(const std::size_t made, Serve(*sink));
    attempts += made;
  }
  return attempts;
}

Result<std::size_t> Courier::Serve(Sink& sink) {
  for (std::size_t made = 0; made < kInARow; ++made) {
    ASSIGN_OR_RETURN(const bool tried, TryHead(sink));
    if (tried) continue;
    ASSIGN_OR_RETURN(const bool repeated, Repeat(sink));
    return made + (repeated ? 1 : 0);
  }
  return kInARow;
}

// False when nothing is due.
Result<bool> Courier::TryHead(Sink& sink) {
  std::optional<Notification> head;
  const Status read = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(head, tables.Head(sink.name()));
    return Ok();
  });
  RETURN_IF_ERROR(read);
  if (!head) return false;
  const Time now = options_.clock->Now();
  // Further ahead than any waiting is: the clock was set back.
  if (head->next_attempt > now && head->next_attempt - now <= options_.retry.longest) return false;
  Settle(sink.Send(*head), *head);
  RETURN_IF_ERROR(Note(*head));
  return true;
}

// What the answer makes of the notification.
void Courier::Settle(const SinkAnswer& answer, Notification& notification) {
  const Time now = options_.clock->Now();
  ++notification.attempts;
  notification.last_answer = answer.text;
  const bool too_old = now - notification.created >= options_.retry.give_up_after;
  if (answer.delivered) {
    notification.state = DeliveryState::kDelivered;
    notification.ended = now;
    delivered_.fetch_add(1);
    return;
  }
  failed_.fetch_add(1);
  if (answer.refused || too_old || notification.attempts >= options_.retry.attempts) {
    notification.state = DeliveryState::kDead;
    notification.ended = now;
    dead_.fetch_add(1);
    return;
  }
  notification.next_attempt = After(notification.attempts);
}

Time Courier::After(std::uint32_t attempts) {
  const auto doubled = options_.retry.first * (std::int64_t{1} << std::min(attempts - 1, 30U));
  const Micros wait = std::min(doubled, options_.retry.longest);
  const double share = 0.5 + 0.5 * rng_.Uniform();
  return options_.clock->Now() +
         Micros(static_cast<std::int64_t>(static_cast<double>(wait.count()) * share));
}

// The end of a notification is a fact of its incident.
Status Courier::Note(const Notification& notification) {
  return options_.store->Write([&](IncidentTables& tables) -> Status {
    RETURN_IF_ERROR(tables.Update(notification));
    if (notification.state == DeliveryState::kWaiting || notification.incident == 0) return Ok();
    if (!tables.Incident(notification.incident).ok()) return Ok();  // forgotten meanwhile
    const bool delivered = notification.state == DeliveryState::kDelivered;
    return tables.Add({.incident = notification.incident,
                       .at = notification.ended,
                       .who = "mooring",
                       .what = delivered ? "delivered" : "not_delivered",
                       .text = notification.event + " to " + notification.sink + ", attempt " +
                               std::to_string(notification.attempts) + ": " +
                               notification.last_answer});
  });
}

// Of sinks that forget: what fires and was told is told again. What waits in the queue goes first.
Result<bool> Courier::Repeat(Sink& sink) {
  const auto every = sink.repeats();
  if (!every) return false;
  const Nanos now = options_.clock->Monotonic();
  const auto last = repeated_.find(sink.name());
  if (last != repeated_.end() && now - last->second < *every) return false;
  std::vector<records::AlertRecord> firing;
  bool waits = false;
  const Status read = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto head, tables.Head(sink.name()));
    waits = head.has_value();
    ASSIGN_OR_RETURN(firing, tables.Alerts({.limit = 10'000}));
    ASSIGN_OR_RETURN(const auto silences, tables.Silences(options_.clock->Now()));
    std::erase_if(firing, [&](const records::AlertRecord& alert) {
      return alert.status.state != records::AlertState::kFiring ||
             alert.told == records::Severity::kNone || !sink.audience().Wants(alert) ||
             std::any_of(silences.begin(), silences.end(), [&](const auto& silence) {
               return silence.Covers(alert.cause, options_.clock->Now());
             });
    });
    return Ok();
  });
  RETURN_IF_ERROR(read);
  if (waits || firing.empty()) return false;
  repeated_[sink.name()] = now;
  if (!sink.Repeat(firing).delivered) failed_.fetch_add(1);
  return true;
}

// What waits for a sink that nobody configures any more would wait for ever.
Status Courier::GiveUpOrphans() {
  const Nanos moment = options_.clock->Monotonic();
  if (looked_ && moment - *looked_ < kOrphansEvery) return Ok();
  looked_ = moment;
  std::vector<Notification> waiting;
  const Status read = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(waiting,
                     tables.Notifications({.state = DeliveryState::kWaiting, .limit = 100'000}));
    return Ok();
  });
  RETURN_IF_ERROR(read);
  const Time now = options_.clock->Now();
  for (Notification& each : waiting) {
    const bool known = std::any_of(sinks_.begin(), sinks_.end(),
                                   [&](const auto& sink) { return sink->name() == each.sink; });
    if (known || now - each.created < options_.retry.give_up_after) continue;
    each.state = DeliveryState::kDead;
    each.ended = now;
    each.last_answer = "no sink has this name any more";
    dead_.fetch_add(1);
    RETURN_IF_ERROR(Note(each));
  }
  return Ok();
}

void Courier::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const auto step = Step();
    if (!step.ok() && options_.on_problem) options_.on_problem(step.error());
    wake.wait_for(lock, stop, options_.poll, [] { return false; });
  }
}

}  // namespace mooring::control
