#include "app/safeguards.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/limits.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/median_refill.h"

namespace mooring::app {
namespace {

// Within this time the file KILL, or the signal, is seen.
constexpr std::chrono::milliseconds kPanicPoll{20};
constexpr std::size_t kKillsWaiting = 256;

serving::KillSwitch::Options KillOptions(
    const Safeguards::Options& options,
    std::function<void(std::string_view, const records::Kill&, const serving::Orderer&)> tell) {
  serving::KillSwitch::Options kills;
  kills.files = options.files;
  kills.clock = options.clock;
  kills.list_file = options.paths->kills;
  kills.panic_file = options.paths->panic;
  kills.in_log = [files = options.files, directory = options.paths->control] {
    return records::FindKillsInLog(*files, directory);
  };
  kills.on_change = std::move(tell);
  return kills;
}

// The version that decided; when it is not loaded any more, the champion, whose limits its budgets
// are now.
std::shared_ptr<const serving::LimitSet> LimitsOf(const serving::Snapshot& snapshot,
                                                  const records::Binding& binding) {
  const serving::ServedModel* model = snapshot.Find(binding.model);
  if (model == nullptr) return nullptr;
  const auto version = model->versions.find(binding.version);
  if (version != model->versions.end()) return version->second->limits;
  return model->champion == nullptr ? nullptr : model->champion->limits;
}

std::vector<std::shared_ptr<const serving::LimitSet>> AllLimits(const serving::Snapshot& snapshot) {
  std::vector<std::shared_ptr<const serving::LimitSet>> all;
  for (const auto& [name, model] : snapshot.models) {
    for (const auto& [number, version] : model.versions) {
      if (version->limits != nullptr) all.push_back(version->limits);
    }
  }
  return all;
}

}  // namespace

Safeguards::Safeguards(const Options& options)
    : options_(options),
      kills_(KillOptions(options, [this](std::string_view what, const records::Kill& kill,
                                         const serving::Orderer& by) { Tell(what, kill, by); })),
      budgets_({.clock = options.clock}),
      notes_("kill notes", kKillsWaiting),
      urgent_("urgent", kKillsWaiting) {}

// Nobody is stopped later because a log was slow: the entry follows the order.
void Safeguards::Tell(std::string_view what, const records::Kill& kill,
                      const serving::Orderer& by) {
  options_.log->Warning("kill switch", {{"what", what},
                                        {"scope", records::ScopeText(kill.scope)},
                                        {"by", by.name},
                                        {"reason", by.why.empty() ? kill.reason : by.why}});
  records::ControlEntry entry{.principal = by.name,
                              .role = by.role,
                              .channel = by.channel.empty() ? "server" : by.channel,
                              .address = by.address,
                              .action = "kill." + std::string(what),
                              .object_kind = "kill",
                              .object = std::to_string(kill.id),
                              .detail = records::ScopeText(kill.scope),
                              .reason = by.why.empty() ? kill.reason : by.why,
                              .never_waits = true};
  if (!by.asked_by.empty()) {
    entry.detail += "; asked for by " + by.asked_by + ", approved by " + by.name;
  }
  const bool taken = notes_.Take([this, entry = std::move(entry)] {
    const auto noted = options_.audit->Append(entry);
    if (!noted.ok()) options_.log->Error("control log", noted.error());
  });
  if (!taken) options_.log->Warning("kill switch: too many orders for the control log");
}

void Safeguards::Open() {
  kills_.Open();
  poll_ = NamedThread("kills", [this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      kills_.Poll();
      wake.wait_for(lock, stop, kPanicPoll, [] { return false; });
    }
  });
}

// Somebody wrote a file that says: go on without what is not known any more. In the control log
// before it is so; what is known from there on is in a snapshot again, and the file is gone.
Status Safeguards::AcceptLoss(const serving::LimitRecord& record, records::JournalPosition end) {
  constexpr std::size_t kMostWords = 64 * limits::kKiB;
  const std::string file = serving::LossAcceptedFile(record.snapshot_file);
  if (!options_.files->Exists(file)) return Ok();
  serving::LimitLedger known({.clock = options_.clock});
  if (!serving::RecoverLimits(record, end, known).ok()) {
    serving::LimitRecord accepted = record;
    accepted.accept_loss = true;
    serving::LimitLedger rest({.clock = options_.clock});
    RETURN_IF_ERROR(serving::RecoverLimits(accepted, end, rest));
    ASSIGN_OR_RETURN(const std::string why, options_.files->ReadFile(file, kMostWords));
    RETURN_IF_ERROR(options_.audit->Append({.channel = "server",
                                            .action = "limits.loss_accepted",
                                            .object_kind = "file",
                                            .object = "limits.snapshot",
                                            .detail = "what was spent before counts as nothing",
                                            .reason = why.substr(0, limits::kReasonBytes)}));
    RETURN_IF_ERROR(serving::SaveLimits(accepted, end, *options_.clock));
    options_.log->Warning("limits: the loss of what was spent is accepted", {{"file", file}});
  }
  return options_.files->Remove(file);
}

Status Safeguards::Recover(records::Journal& journal, const records::JournalPosition& recent) {
  const serving::LimitRecord record{options_.files, options_.paths->journal,
                                    options_.paths->limits};
  RETURN_IF_ERROR(AcceptLoss(record, journal.Durable()));
  ASSIGN_OR_RETURN(const std::uint64_t notes,
                   serving::RecoverLimits(record, journal.Durable(), budgets_));
  options_.log->Info("budgets recovered", {{"notes", notes}, {"budgets", budgets_.states()}});
  const auto now = [this]() -> std::shared_ptr<const serving::Snapshot> {
    return options_.snapshot ? options_.snapshot() : nullptr;
  };
  const serving::LimitsOf limits_of =
      [now](const records::Binding& binding) -> std::shared_ptr<const serving::LimitSet> {
    const auto snapshot = now();
    return snapshot == nullptr ? nullptr : LimitsOf(*snapshot, binding);
  };
  reviews_.emplace(serving::ReviewSpending::Options{
      .journal = &journal, .limits = &limits_, .clock = options_.clock, .limits_of = limits_of});
  settlement_.emplace(serving::LimitSettlement::Options{
      .journal = &journal,
      .ledger = &budgets_,
      .clock = options_.clock,
      .oldest_segment = recent.segment,
      .limits_of = limits_of,
      .has_outcome = options_.has_outcome,
      .realises = [now] {
        const auto snapshot = now();
        return snapshot != nullptr &&
               std::ranges::any_of(AllLimits(*snapshot), [](const auto& limits) {
                 return limits->result_columns() != nullptr;
               });
      }});
  return Ok();
}

Status Safeguards::RefillMedians(records::Journal& journal) {
  const auto snapshot = options_.snapshot ? options_.snapshot() : nullptr;
  if (snapshot == nullptr) return Ok();
  return serving::RefillMedians(AllLimits(*snapshot), journal, *options_.files,
                                options_.paths->journal);
}

void Safeguards::Stop() {
  poll_.RequestStop();
  poll_.Join();
  urgent_.Stop();
  notes_.Stop();
}

}  // namespace mooring::app
