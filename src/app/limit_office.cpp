#include "app/limit_office.h"

#include <algorithm>

#include "app/limit_thaw.h"
#include "base/check.h"
#include "base/limits.h"
#include "records/audit/changes_in_log.h"

namespace mooring::app {
namespace {

constexpr std::chrono::seconds kTryHeld{10};

// What a change is about, for the log.
std::string SubjectOf(const records::LimitChange& change) {
  if (change.kill != 0) return "kill " + std::to_string(change.kill);
  if (!change.decision.empty()) return "decision " + change.decision;
  return change.model + "/" + change.limit;
}

Status TellLoss(const LimitOffice::Options& options, const std::string& file) {
  constexpr std::size_t kMostWords = 64 * limits::kKiB;
  ASSIGN_OR_RETURN(const std::string why, options.files->ReadFile(file, kMostWords));
  RETURN_IF_ERROR(options.audit->Append({.channel = "server",
                                         .action = std::string(records::kLossAccepted),
                                         .object_kind = "file",
                                         .object = "limits.db",
                                         .detail = "the limits of the contracts are in force",
                                         .reason = why.substr(0, limits::kReasonBytes)}));
  options.log->Warning("limits: the loss of their changes is accepted", {{"file", file}});
  return Ok();
}

// A book without a revision where the control log knows of some was taken away, unless people said
// that they go on without: once, and in the control log before it is so.
Status CheckKept(const LimitOffice::Options& options, records::LimitBook& book) {
  if (options.control_directory.empty()) return Ok();
  ASSIGN_OR_RETURN(const records::LimitsInForce now, book.InForce());
  records::ChangesInLog told;
  if (now.revision == 0) {
    told = records::FindChangesInLog(*options.files, options.control_directory);
  }
  Status kept = records::CheckLimitsKept(told, now.revision, options.book_file);
  const std::string file = records::LossFile(options.book_file);
  if (!options.files->Exists(file)) return kept;
  if (!kept.ok() && options.audit != nullptr) RETURN_IF_ERROR(TellLoss(options, file));
  return options.files->Remove(file);
}

}  // namespace

Result<Standings> FiringAlerts(records::IncidentStore& store) {
  Standings standing;
  RETURN_IF_ERROR(store.Read([&](records::IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto alerts, tables.Alerts({}));
    for (const records::AlertRecord& alert : alerts) {
      if (alert.status.state != records::AlertState::kFiring) continue;
      auto& of_model = standing[alert.cause.model];
      const serving::LimitControls::Standing one{alert.cause.verdict_kind, alert.version};
      if (std::ranges::find(of_model, one) == of_model.end()) of_model.push_back(one);
    }
    return Ok();
  }));
  // In one order, so that the same alerts are the same value.
  for (auto& [model, all] : standing) std::ranges::sort(all);
  return standing;
}

Result<std::unique_ptr<LimitOffice>> LimitOffice::Open(Options options) {
  CHECK(options.files != nullptr && options.clock != nullptr && options.log != nullptr);
  CHECK(options.ledger != nullptr);
  ASSIGN_OR_RETURN(auto book, records::LimitBook::Open(options.book_file));
  RETURN_IF_ERROR(CheckKept(options, *book));
  return std::unique_ptr<LimitOffice>(new LimitOffice(std::move(options), std::move(book)));
}

LimitOffice::LimitOffice(Options options, std::unique_ptr<records::LimitBook> book)
    : options_(std::move(options)),
      book_(std::move(book)),
      outcomes_(*options_.clock, ModelsIn(options_.journal)),
      drills_(*options_.files, *options_.clock, *options_.log, options_.drills_directory),
      freeze_(*options_.files, *options_.ledger, options_.frozen_file) {
  MakeControls();
  MakeDesk();
}

void LimitOffice::MakeControls() {
  ControlsInForce::Options controls;
  controls.book = book_.get();
  controls.snapshot = options_.snapshot;
  controls.held = [this](records::LimitsInForce& in_force) { ApplyHeld(in_force); };
  controls.standing = [this]() -> Result<Standings> {
    records::IncidentStore* const store = options_.incidents();
    if (store == nullptr) return Standings();
    return FiringAlerts(*store);
  };
  controls.outcomes = [this] {
    outcomes_.Settle();
    return outcomes_.Newest();
  };
  controls.also = [this] { return freeze_.Keep(); };
  controls.on_problem = [this](const Error& error) { options_.log->Error("limits", error); };
  controls_ = std::make_unique<ControlsInForce>(std::move(controls));
}

// Refreshes come one at a time.
void LimitOffice::ApplyHeld(records::LimitsInForce& in_force) {
  if (held_.empty()) return;
  const Nanos now = options_.clock->Monotonic();
  if (now - tried_ >= kTryHeld) {
    tried_ = now;
    const Status written = held_.Write(*book_, options_.clock->Now(), [&](const auto& change) {
      options_.log->Warning("limit change", {{"what", "a held lower is written down"},
                                             {"change", change.id},
                                             {"of", SubjectOf(change)}});
    });
    if (!written.ok()) options_.log->Error("limits", written.error());
  }
  held_.Into(in_force);
}

void LimitOffice::MakeDesk() {
  control::LimitDesk::Options desk;
  desk.book = book_.get();
  desk.held = &held_;
  desk.audit = options_.audit;
  desk.clock = options_.clock;
  desk.contract = control::ContractsOf(*options_.registry);
  desk.budget_time = [this] { return options_.ledger->Now(); };
  desk.kills = [this] { return options_.kills->List(); };
  desk.release_kill = [this](const records::LimitChange& change,
                             const control::LimitCall& approval) -> Status {
    const serving::Orderer by{.name = change.checker,
                              .role = approval.role,
                              .channel = "api",
                              .address = approval.address,
                              .asked_by = change.maker,
                              .why = change.reason};
    RETURN_IF_ERROR(options_.kills->Release(change.kill, by));
    return Ok();
  };
  desk.write_off = [this](const std::string& decision, const std::string& author,
                          const std::string& reason) -> Status {
    ASSIGN_OR_RETURN(const DecisionId id, DecisionId::Parse(decision));
    return options_.settlement()->WriteOff(id, author, reason);
  };
  desk.find_decision = [this](const std::string& decision) -> Result<control::DecisionAtDesk> {
    ASSIGN_OR_RETURN(const DecisionId id, DecisionId::Parse(decision));
    ASSIGN_OR_RETURN(serving::OpenDecision found, options_.settlement()->Find(id));
    return control::DecisionAtDesk{std::move(found.model), found.holds};
  };
  desk.changed = [this] { return controls_->Refresh(); };
  desk.on_change = [this](std::string_view what, const records::LimitChange& change) {
    options_.log->Warning("limit change", {{"what", what},
                                           {"change", change.id},
                                           {"kind", records::LimitChangeKindName(change.kind)},
                                           {"of", SubjectOf(change)},
                                           {"max", change.max},
                                           {"maker", change.maker},
                                           {"checker", change.checker},
                                           {"reason", change.reason}});
  };
  desk_ = std::make_unique<control::LimitDesk>(std::move(desk));
}

Status LimitOffice::Thaw(const std::string& author, const std::string& reason) {
  RETURN_IF_ERROR(ThawLimits(freeze_, options_.audit, author, reason));
  options_.log->Warning("windows of limits go on", {{"by", author}, {"reason", reason}});
  return Ok();
}

Status LimitOffice::Start() {
  if (freeze_.Restore()) {
    options_.log->Warning("windows of limits stand still: the clock had jumped",
                          {{"help", "once it is right: mooring limit thaw"}});
  }
  RETURN_IF_ERROR(controls_->Refresh());
  thread_ = NamedThread("limits", [this](const std::stop_token& stop) { controls_->Run(stop); });
  return Ok();
}

void LimitOffice::Stop() {
  thread_.RequestStop();
  thread_.Join();
  if (const Status kept = freeze_.Keep(); !kept.ok()) options_.log->Error("limits", kept.error());
}

}  // namespace mooring::app
