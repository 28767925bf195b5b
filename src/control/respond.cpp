#include "control/respond.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <map>
#include <utility>

#include "control/alerts/alert_rules.h"
#include "monitoring/finding.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

using monitoring::Finding;
using monitoring::Level;
using records::AlertRecord;
using records::IncidentTables;
using records::StoredVerdict;

constexpr std::size_t kBatch = 256;
constexpr std::chrono::hours kPruneEvery{1};
constexpr std::chrono::seconds kCountEvery{5};
constexpr std::chrono::seconds kLookEvery{2};

// Findings by kind and subject; of several about one cause the worst.
using Findings = std::map<std::pair<std::string, std::string>, Finding>;

Result<Findings> FindingsOf(const StoredVerdict& verdict) {
  ASSIGN_OR_RETURN(std::vector<Finding> list, monitoring::ParseFindings(verdict.findings_json));
  Findings findings;
  for (Finding& finding : list) {
    const auto [place, is_new] = findings.try_emplace({finding.kind, finding.subject}, finding);
    if (!is_new && finding.level > place->second.level) place->second = std::move(finding);
  }
  return findings;
}

// Whether answers come and in time is the model's, whichever version gives them.
bool IsOfVersion(std::string_view verdict_kind) {
  return verdict_kind != monitoring::kServiceVerdict;
}

// What the verdict says of one cause; a cause that it does not list is clear.
records::Sighting SightingOf(const StoredVerdict& verdict, const Finding* finding) {
  records::Sighting sighting;
  sighting.version = IsOfVersion(verdict.kind) ? verdict.version : 0;
  sighting.start = verdict.window_start;
  sighting.end = verdict.window_end;
  if (finding == nullptr) return sighting;
  sighting.level = static_cast<std::uint8_t>(finding->level);
  sighting.certain = finding->certain;
  return sighting;
}

bool IsUsual(const AlertRule& rule) {
  const AlertRule& usual = RuleOf(rule.kind);
  return rule.need == usual.need && rule.of == usual.of && rule.clear == usual.clear;
}

// Whether it is what the alert is told by: the rules took it in, and no later window that is not
// well. A profile sent late for an old period is not.
bool IsNewestNotWell(const records::Sighting& sighting, const records::AlertStatus& status) {
  const auto not_well = [](const records::Sighting& each) {
    return each.level >= static_cast<std::uint8_t>(Level::kWarn);
  };
  bool taken = false;
  for (const records::Sighting& each : status.sightings) {
    if (not_well(each) && each.end > sighting.end) return false;
    taken = taken || each == sighting;
  }
  return taken && not_well(sighting);
}

Status TakeIn(const StoredVerdict& verdict, const Finding* finding, const AlertRule& rule,
              AlertRecord& alert, CaseFile& cases, Time now) {
  const records::Sighting sighting = SightingOf(verdict, finding);
  const RuleStep step = Observe(rule, alert.status, sighting);
  const bool tells = IsNewestNotWell(sighting, step.status);
  if (step.status == alert.status && !tells) return Ok();
  if (tells) {
    alert.finding_json = monitoring::FindingsJson({*finding});
    if (!IsUsual(rule)) alert.finding_json = WithRule(std::move(alert.finding_json), rule);
    alert.version = verdict.version;
  }
  alert.seen = now;
  alert.status = step.status;
  return cases.Follow(step.turn, alert);
}

// An alert without what was said of versions that left service; nothing when that is all of it.
struct WithoutLeft {
  RuleStep step;
  std::string text;
};
Result<std::optional<WithoutLeft>> TakeAway(const AlertRecord& alert, const LeftService& left) {
  std::optional<WithoutLeft> without;
  if (!left || !IsOfVersion(alert.cause.verdict_kind)) return without;
  for (const records::Sighting& each : alert.status.sightings) {
    ASSIGN_OR_RETURN(auto departure, left(alert.cause.model, each.version));
    if (!departure || each.start >= departure->at) continue;
    const AlertRule& rule = RuleOf(alert.cause.kind);
    const bool first = !without.has_value();
    RuleStep step =
        Withdraw(rule, first ? alert.status : without->step.status, each.version, departure->at);
    if (!first && step.turn == Turn::kNone) step.turn = without->step.turn;
    without = WithoutLeft{std::move(step), std::move(departure->text)};
  }
  return without;
}

Result<std::vector<AlertRecord>> ActiveAlerts(IncidentTables& tables) {
  return tables.Alerts({.limit = std::numeric_limits<std::int64_t>::max()});
}

}  // namespace

// ── The flow: verdict → alert → incident → action ──

Result<std::size_t> Responder::Step() {
  const Time now = options_.clock->Now();
  std::uint64_t cursor = 0;
  bool has_news = false;
  const Status looked = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(cursor, tables.Cursor());
    ASSIGN_OR_RETURN(const auto news, ToAnnounce(tables, now));
    has_news = !news.empty();
    return Ok();
  });
  RETURN_IF_ERROR(looked);
  ASSIGN_OR_RETURN(const std::vector<StoredVerdict> verdicts, options_.verdicts(cursor, kBatch));
  ASSIGN_OR_RETURN(const bool any_left, AnyLeft(!verdicts.empty()));
  const bool changes = !verdicts.empty() || has_news || any_left;
  if (changes) {
    const Status written = options_.store->Write([&](IncidentTables& tables) -> Status {
      for (const StoredVerdict& verdict : verdicts) RETURN_IF_ERROR(Respond(verdict, tables));
      if (any_left) RETURN_IF_ERROR(Withdraw(tables));
      // The action that follows is to tell; others will stand here.
      RETURN_IF_ERROR(Announce(tables, options_.audiences, now));
      return verdicts.empty() ? Ok() : tables.SetCursor(verdicts.back().sequence);
    });
    RETURN_IF_ERROR(written);
  }
  RETURN_IF_ERROR(Upkeep(changes));
  return verdicts.size();
}

Status Responder::Respond(const StoredVerdict& verdict, IncidentTables& tables) {
  // Too few rows say nothing either way, and what is not known yet is passed over in silence.
  const bool few = verdict.verdict == "not_enough_data";
  const bool partial = few || verdict.verdict == "waiting";
  auto findings = FindingsOf(verdict);
  if (!findings.ok()) {  // one damaged verdict must not stop all that follow
    if (options_.on_problem) options_.on_problem(findings.error());
    return Ok();
  }
  // Requests that were refused may be why the rows are few.
  if (few) {
    std::erase_if(*findings, [](const auto& of) { return of.first.first != "refused_inputs"; });
    if (findings->empty()) return Ok();
  }
  if (!findings->empty() && options_.left_service && IsOfVersion(verdict.kind)) {
    ASSIGN_OR_RETURN(const auto left, options_.left_service(verdict.model, verdict.version));
    if (left && verdict.window_start < left->at) return Ok();  // it helps nobody any more
  }
  const Time now = options_.clock->Now();
  CaseFile cases(tables, now, options_.owner_of);
  const records::Owner owner = OwnerFor(verdict.model);
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, tables.AlertsOf(verdict.model, verdict.kind));
  for (AlertRecord& alert : alerts) {
    const auto found = findings->find({alert.cause.kind, alert.cause.subject});
    if (partial && found == findings->end()) continue;
    const Finding* finding = found == findings->end() ? nullptr : &found->second;
    const AlertRule rule = options_.rules.For(alert.cause, owner);
    RETURN_IF_ERROR(TakeIn(verdict, finding, rule, alert, cases, now));
    if (found != findings->end()) findings->erase(found);
  }
  std::size_t known = alerts.size();
  for (const auto& [name, finding] : *findings) {
    if (finding.level < Level::kWarn || known++ >= limits::kAlertsOfModel) continue;
    AlertRecord alert;
    alert.cause = {verdict.model, verdict.kind, name.first, name.second};
    const AlertRule rule = options_.rules.For(alert.cause, owner);
    RETURN_IF_ERROR(TakeIn(verdict, &finding, rule, alert, cases, now));
  }
  return Ok();
}

// Without an owner, rules for owners do not fit.
records::Owner Responder::OwnerFor(const std::string& model) const {
  if (!options_.owner_of || !options_.rules.asks_owners()) return {};
  auto owner = options_.owner_of(model);
  if (owner.ok()) return std::move(owner).value();
  if (options_.on_problem) options_.on_problem(owner.error());
  return {};
}

// Whether an alert is about a version that left: looked at now and then, for a rollback is no
// verdict.
Result<bool> Responder::AnyLeft(bool now) {
  const Nanos moment = options_.clock->Monotonic();
  if (!options_.left_service) return false;
  if (!now && looked_ && moment - *looked_ < kLookEvery) return false;
  bool any = false;
  const Status looked = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const std::vector<AlertRecord> alerts, ActiveAlerts(tables));
    for (const AlertRecord& alert : alerts) {
      ASSIGN_OR_RETURN(const auto without, TakeAway(alert, options_.left_service));
      any = any || without.has_value();
    }
    return Ok();
  });
  RETURN_IF_ERROR(looked);
  looked_ = moment;
  return any;
}

Status Responder::Withdraw(IncidentTables& tables) const {
  CaseFile cases(tables, options_.clock->Now(), options_.owner_of);
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, ActiveAlerts(tables));
  for (AlertRecord& alert : alerts) {
    ASSIGN_OR_RETURN(auto without, TakeAway(alert, options_.left_service));
    if (!without) continue;
    alert.status = std::move(without->step.status);
    RETURN_IF_ERROR(cases.Leave(without->step.turn, alert, std::move(without->text)));
  }
  return Ok();
}

// Forgets what is long over, and counts for /metrics.
Status Responder::Upkeep(bool changed) {
  const Time now = options_.clock->Now();
  if (pruned_ > now || now - pruned_ >= kPruneEvery) {
    pruned_ = now;
    const Status forgotten = options_.store->Write([&](IncidentTables& tables) -> Status {
      RETURN_IF_ERROR(CaseFile(tables, now, options_.owner_of).Retire());
      return tables.Prune(now - options_.keep);
    });
    RETURN_IF_ERROR(forgotten);
  }
  const Nanos moment = options_.clock->Monotonic();
  if (!changed && moment - counted_ < kCountEvery) return Ok();
  counted_ = moment;
  auto figures = std::make_shared<AlertFigures>();
  const Status counted = options_.store->Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(*figures, CountAlerts(tables));
    return Ok();
  });
  RETURN_IF_ERROR(counted);
  const std::lock_guard lock(mutex_);
  figures_ = std::move(figures);
  return Ok();
}

std::shared_ptr<const AlertFigures> Responder::Figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void Responder::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const auto step = Step();
    if (!step.ok() && options_.on_problem) options_.on_problem(step.error());
    if (step.ok() && *step == kBatch) continue;  // there is more
    wake.wait_for(lock, stop, options_.poll, [] { return false; });
  }
}

OwnerOf OwnersOf(records::Registry& registry) {
  return [&registry](std::string_view model) -> Result<records::Owner> {
    ASSIGN_OR_RETURN(const records::ModelRecord record, registry.Model(model));
    ASSIGN_OR_RETURN(const std::string text, registry.ContractText(record.contract_hash));
    ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(text));
    return contract.owner;
  };
}

}  // namespace mooring::control
