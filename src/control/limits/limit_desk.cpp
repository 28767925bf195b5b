#include "control/limits/limit_desk.h"

#include <algorithm>

#include "base/check.h"
#include "base/io/no_space.h"
#include "base/limits.h"
#include "control/limits/limit_json.h"
#include "control/limits/limit_shape.h"
#include "records/audit/audited.h"
#include "records/contract/limit_max.h"

namespace mooring::control {
namespace {

using records::LimitChange;
using records::LimitKind;
using records::LimitRule;
using What = LimitCall::What;
using Kind = records::LimitChangeKind;
using State = records::LimitChangeState;

// Whether serving takes another max in the place of the contract's.
bool HasMaxToChange(const LimitRule& rule) {
  switch (rule.kind) {
    case LimitKind::kBound:
    case LimitKind::kSum:
    case LimitKind::kCount:
    case LimitKind::kOpenExposure:
    case LimitKind::kDrawdown:
    case LimitKind::kRepeat:
    case LimitKind::kRate:
    case LimitKind::kShare:
    case LimitKind::kGrowth: return records::MaxOf(rule).has_value();
    default: return false;
  }
}

Result<const LimitRule*> FindRule(const records::Contract& contract, std::string_view name) {
  const auto found = std::ranges::find(contract.limits, name, &LimitRule::name);
  if (found != contract.limits.end()) return &*found;
  std::string known;
  for (const LimitRule& rule : contract.limits) known += (known.empty() ? "" : ", ") + rule.name;
  return Error(Code::kNotFound, "model '" + contract.model + "' has no limit '" +
                                    std::string(name.substr(0, limits::kNameBytes)) + "'")
      .Why(known.empty() ? "its contract has no limits" : "its contract has: " + known);
}

std::string MaxText(const LimitRule& rule) {
  const auto max = records::MaxOf(rule);
  return max ? records::DecimalText(*max).value_or("") : std::string();
}

Status CheckThreshold(const LimitRule& rule, const records::Contract& contract,
                      const LimitChange& change) {
  if (!HasMaxToChange(rule)) {
    return Error(Code::kUnsupported,
                 "the threshold of '" + rule.name + "' is changed in the contract")
        .Why("it is a limit of kind " + std::string(records::LimitKindName(rule.kind)))
        .Help("mooring apply");
  }
  const auto max = data::Decimal::Parse(change.max);
  const int digits = records::DigitsOfMax(rule, contract);
  const bool fits = max && max->digits_behind_point() <= digits && max->InUnitsOf(digits);
  if (fits && rule.kind == LimitKind::kShare && max->Compare(data::Decimal(1)) == 1) {
    return Error(Code::kInvalidArgument, "a share is at most 1");
  }
  if (fits) return Ok();
  return Error(Code::kInvalidArgument, "max '" + change.max + "' does not fit the limit")
      .Why("it counts in " + std::to_string(digits) + " digits behind the point, in 64 bits");
}

Error Unknown(const std::string& decision) {
  return Error(Code::kNotFound, "there is no decision " + decision);
}

Status Holding(const std::string& decision, const DecisionAtDesk& found) {
  if (found.holds) return Ok();
  return Error(Code::kFailedPrecondition, decision + " holds nothing open")
      .Why("its outcome is known, it was released or written off, or no limit counts it as open");
}

bool IsOfLimit(Kind kind) {
  return kind == Kind::kRaise || kind == Kind::kLower || kind == Kind::kRelease;
}

constexpr std::string_view kHeld = "it is lowered, but a restart would forget it";

// Names are claims until somebody checks them, and an answer says so.
std::string AnswerOf(const LimitChange& change, const LimitCall& call) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("change");
  WriteChange(json, change);
  json.Member("names", call.known ? "checked" : "claimed").EndObject();
  return text;
}

// What is asked, as it was asked.
records::ControlEntry EntryOf(const LimitCall& call, const Json& body, std::string_view channel) {
  constexpr std::size_t kMostDetail = 1024;
  const auto action = [&]() -> std::string {
    switch (call.what) {
      case LimitCall::What::kLower: return "limit.lower";
      case LimitCall::What::kApprove: return "change.approve";
      case LimitCall::What::kReject: return "change.reject";
      case LimitCall::What::kWithdraw: return "change.withdraw";
      default: return "change.ask";
    }
  };
  records::ControlEntry entry;
  entry.principal = call.author;
  entry.role = call.role;
  entry.address = call.address;
  entry.channel = channel;
  entry.action = action();
  entry.detail = call.body.substr(0, kMostDetail);
  const auto reason = body.GetString("reason");
  if (reason.ok()) entry.reason = *reason;
  return entry;
}

// What a change is of: who looks for a model finds all that was asked and decided of it.
void SetObject(const LimitChange& change, records::ControlEntry& entry) {
  entry.object_kind = "limit";
  entry.object = change.model + "/" + change.limit;
  if (change.kill != 0) {
    entry.object_kind = "kill";
    entry.object = std::to_string(change.kill);
  } else if (!change.decision.empty()) {
    entry.object_kind = "decision";
    entry.object = change.decision;
  }
}

}  // namespace

LimitDesk::LimitDesk(Options options) : options_(std::move(options)) {
  CHECK(options_.book != nullptr && options_.clock != nullptr && options_.contract);
}

Time LimitDesk::Now() const { return options_.clock->Now(); }

// Latches are noted by the budgets' time, which never goes back: it may be ahead of the clock.
Time LimitDesk::LatchTime() const {
  const Time now = Now();
  return options_.budget_time ? std::max(now, Time(Micros(options_.budget_time()))) : now;
}

Result<std::string> LimitDesk::Answer(const LimitCall& call) {
  if (call.what < What::kAsk) return Look(call);
  const std::string_view text = call.body.empty() ? "{}" : std::string_view(call.body);
  ASSIGN_OR_RETURN(const Json body, Json::Parse(text, {.name = "body"}));
  const auto work = [&] { return Change(call, body); };
  if (options_.audit == nullptr) {
    ASSIGN_OR_RETURN(const LimitChange change, work());
    return AnswerOf(change, call);
  }
  records::ControlEntry entry = EntryOf(call, body, options_.channel);
  FindObject(call, body, entry);
  if (call.what != What::kLower) {
    ASSIGN_OR_RETURN(const LimitChange change, records::Audited(*options_.audit, entry, work));
    return AnswerOf(change, call);
  }
  entry.never_waits = true;
  const Result<LimitChange> lowered = work();
  if (!lowered.ok() && lowered.error().message() != kHeld) return lowered.error();
  static_cast<void>(options_.audit->Append(entry).ok());  // the log tells who must know
  if (!lowered.ok()) return lowered.error();
  return AnswerOf(*lowered, call);
}

// It never waits: what the book cannot take holds from memory, and is said to.
Result<LimitChange> LimitDesk::Lower(LimitChange change) {
  auto written = options_.book->Ask(change, Now());
  if (written.ok() || options_.held == nullptr) return written;
  const Code code = written.error().code();
  const bool unwritable = code == Code::kUnavailable || code == Code::kResourceExhausted ||
                          code == Code::kPermissionDenied;
  if (!unwritable) return written;
  return Hold(change, written.error());
}

Error LimitDesk::Hold(const LimitChange& change, const Error& why) {
  records::LimitsInForce known = options_.book->Known();
  options_.held->Into(known);
  const auto contract = data::Decimal::Parse(change.over);
  const auto now = records::MaxInForce(known.Find(change.model, change.limit), contract);
  const auto next = data::Decimal::Parse(change.max);
  if (!now || !next || next->Compare(*now) != -1) {
    return Error(Code::kInvalidArgument, change.max + " does not lower " + change.limit);
  }
  if (const Status held = options_.held->Hold(change); !held.ok()) return held.error();
  if (options_.on_change) options_.on_change("in force, not kept", change);
  if (options_.changed) {
    if (const Status changed = options_.changed(); !changed.ok()) {
      return Error(Code::kUnavailable, std::string(kHeld)).Why(changed.error().ToString());
    }
  }
  return Error(Code::kUnavailable, std::string(kHeld))
      .Why((IsNoSpace(why) ? "no space left: " : "") + why.ToString())
      .Help("mend that before the server ends: it is written down by itself within 10 s then");
}

// A body that makes no sense, and a number that nobody has, are told as they came.
void LimitDesk::FindObject(const LimitCall& call, const Json& body,
                           records::ControlEntry& entry) const {
  if (call.id != 0) {
    entry.object_kind = "change";
    entry.object = std::to_string(call.id);
    const auto change = options_.book->Change(call.id, Now());
    if (!change.ok()) return;
    SetObject(*change, entry);
    entry.detail = "change " + std::to_string(call.id) + ": " + entry.detail;
    return;
  }
  LimitChange asked;
  if (const auto read = ReadAsked(body, Now()); read.ok()) asked = *read;
  if (!call.model.empty()) asked.model = call.model;
  if (!call.limit.empty()) asked.limit = call.limit;
  SetObject(asked, entry);
}

Result<std::string> LimitDesk::Look(const LimitCall& call) {
  if (call.what == What::kChange) {
    ASSIGN_OR_RETURN(const LimitChange change, Seen(call));
    return AnswerOf(change, call);
  }
  records::LimitChangeFilter filter{.model = call.model, .limit = call.count};
  if (!call.state.empty()) {
    ASSIGN_OR_RETURN(filter.state, records::ParseLimitChangeState(call.state));
  }
  ASSIGN_OR_RETURN(const auto changes, options_.book->Changes(filter, Now()));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("changes").BeginArray();
  for (const LimitChange& change : changes) {
    if (!call.sees || call.sees(change)) WriteChange(json, change);
  }
  json.EndArray().Member("names", call.known ? "checked" : "claimed").EndObject();
  return text;
}

Result<LimitChange> LimitDesk::Seen(const LimitCall& call) {
  ASSIGN_OR_RETURN(LimitChange change, options_.book->Change(call.id, Now()));
  if (!call.sees || call.sees(change)) return change;
  return Error(Code::kNotFound, "there is no change " + std::to_string(call.id));
}

Result<LimitChange> LimitDesk::Change(const LimitCall& call, const Json& body) {
  if (call.what == What::kAsk || call.what == What::kLower) return Ask(call, body);
  ASSIGN_OR_RETURN(const LimitChange seen, Seen(call));
  if (call.may) RETURN_IF_ERROR(call.may(call.what, seen));
  if (call.what == What::kApprove) return Approve(call, body);
  RETURN_IF_ERROR(CheckMembers(body, {"author", "note"}));
  ASSIGN_OR_RETURN(std::string note, TextMember(body, "note"));
  const records::LimitBook::Decision decision{call.author, std::move(note), ""};
  auto change = call.what == What::kReject ? options_.book->Reject(call.id, decision, Now())
                                           : options_.book->Withdraw(call.id, decision, Now());
  if (change.ok() && options_.on_change) {
    options_.on_change(records::LimitChangeStateName(change->state), *change);
  }
  return change;
}

Result<LimitChange> LimitDesk::Ask(const LimitCall& call, const Json& body) {
  if (call.what == What::kLower) {
    RETURN_IF_ERROR(CheckMembers(body, {"author", "max", "reason"}));
  } else {
    RETURN_IF_ERROR(CheckMembers(body, {"author", "kind", "model", "limit", "max", "kill",
                                        "decision", "ramp", "expires_in", "reason"}));
    if (body.Find("kind") == nullptr) {
      return Error(Code::kInvalidArgument, "a change says its kind");
    }
  }
  ASSIGN_OR_RETURN(LimitChange change, ReadAsked(body, Now()));
  change.maker = call.author;
  if (call.what == What::kLower) {
    change.model = call.model;
    change.limit = call.limit;
  }
  RETURN_IF_ERROR(records::CheckAsked(change));
  if (change.kind == Kind::kWriteOff) RETURN_IF_ERROR(HoldToDecision(call, change));
  if (call.may) RETURN_IF_ERROR(call.may(call.what, change));
  if (IsOfLimit(change.kind)) RETURN_IF_ERROR(HoldToContract(change));
  if (change.kind == Kind::kKillRelease) {
    ASSIGN_OR_RETURN(change.before, HashOfKill(change.kill));
  }
  if (call.what == What::kLower) {
    ASSIGN_OR_RETURN(change, Lower(std::move(change)));
  } else {
    ASSIGN_OR_RETURN(change, options_.book->Ask(std::move(change), Now()));
  }
  const bool in_force = change.state == State::kApproved;
  if (options_.on_change) options_.on_change(in_force ? "in force" : "asked for", change);
  if (in_force) RETURN_IF_ERROR(CarryOut(change, call));
  return change;
}

// A write-off is of the decision's model. Who does not see the model is told what they would be
// told of a decision that never was.
Status LimitDesk::HoldToDecision(const LimitCall& call, LimitChange& change) const {
  if (!change.model.empty()) {
    return Error(Code::kInvalidArgument, "a change of kind write_off has no model")
        .Why("it is of the decision's");
  }
  if (!options_.find_decision) return Ok();
  auto found = options_.find_decision(change.decision);
  if (found.ok()) {
    change.model = std::move(found->model);
    if (call.sees && !call.sees(change)) found = Unknown(change.decision);
  }
  if (found.ok()) return Holding(change.decision, *found);
  return found.error().code() == Code::kNotFound ? Unknown(change.decision) : found.error();
}

// As it was when this was asked for: an outcome may have come.
Status LimitDesk::StillHolds(const LimitChange& change) const {
  if (!options_.find_decision) return Ok();
  ASSIGN_OR_RETURN(const DecisionAtDesk found, options_.find_decision(change.decision));
  return Holding(change.decision, found);
}

Result<std::string> LimitDesk::HashOfKill(std::uint64_t kill) const {
  if (!options_.kills) {
    return Error(Code::kUnavailable, "a kill is released by the server that runs")
        .Help("name it: --server URL");
  }
  const auto kills = options_.kills();
  const auto found = std::ranges::find(kills, kill, &records::Kill::id);
  if (found != kills.end()) return records::KillHash(*found);
  return Error(Code::kNotFound, "no kill " + std::to_string(kill) + " is in force");
}

// A number alone could be given again, after a list that was lost: what was agreed to is one kill.
Status LimitDesk::IsStillKilled(const LimitChange& change) const {
  ASSIGN_OR_RETURN(const std::string hash, HashOfKill(change.kill));
  if (hash == change.before) return Ok();
  return Error(Code::kNotFound,
               "kill " + std::to_string(change.kill) + " is another one than this was asked for")
      .Help("look at it, and ask again");
}

Status LimitDesk::ReleaseKill(const LimitChange& change, const LimitCall& call) const {
  RETURN_IF_ERROR(IsStillKilled(change));
  return options_.release_kill(change, call);
}

Status LimitDesk::HoldToContract(LimitChange& change) const {
  ASSIGN_OR_RETURN(const Contract contract, options_.contract(change.model));
  ASSIGN_OR_RETURN(const LimitRule* const rule, FindRule(*contract, change.limit));
  change.over = MaxText(*rule);
  change.contract = contract->hash;
  change.shape = LimitShape(*rule, *contract);
  if (change.kind != Kind::kRelease) return CheckThreshold(*rule, *contract, change);
  if (rule->latch) return Ok();
  return Error(Code::kFailedPrecondition, "'" + rule->name + "' does not latch")
      .Why("it opens by itself, as its window passes");
}

// What was agreed to is of the contract that was in force then.
Status LimitDesk::CheckStillSo(const LimitChange& change) const {
  LimitChange now = change;
  RETURN_IF_ERROR(HoldToContract(now));
  const auto changed = [](std::string what, std::string why) {
    return Error(Code::kConflict, what + " was changed since this was asked for")
        .Why(std::move(why))
        .Help("withdraw it and ask again");
  };
  if (now.over != change.over) {
    return changed("the contract's max", "it was " + change.over + " and is " + now.over);
  }
  if (now.shape != change.shape) {
    return changed("the limit", "it was " + change.shape + " and is " + now.shape);
  }
  if (now.contract == change.contract) return Ok();
  return changed("the contract", "it was " + change.contract + " and is " + now.contract);
}

Result<LimitChange> LimitDesk::Approve(const LimitCall& call, const Json& body) {
  RETURN_IF_ERROR(CheckMembers(body, {"author", "note", "hash"}));
  ASSIGN_OR_RETURN(std::string hash, TextMember(body, "hash"));
  ASSIGN_OR_RETURN(std::string note, TextMember(body, "note"));
  ASSIGN_OR_RETURN(LimitChange change, options_.book->Change(call.id, Now()));
  const bool pending = change.state == State::kPending;
  if (pending && IsOfLimit(change.kind)) RETURN_IF_ERROR(CheckStillSo(change));
  if (change.kind == Kind::kKillRelease) {
    if (!options_.release_kill || !options_.kills) return HashOfKill(change.kill).error();
    if (pending) RETURN_IF_ERROR(IsStillKilled(change));
  }
  if (change.kind == Kind::kWriteOff) {
    if (!options_.write_off) {
      return Error(Code::kUnavailable, "a decision is written off by the server that runs")
          .Help("name it: --server URL");
    }
    if (pending) RETURN_IF_ERROR(StillHolds(change));
  }
  ASSIGN_OR_RETURN(change,
                   options_.book->Approve(call.id, {call.author, std::move(note), std::move(hash)},
                                          LatchTime()));
  if (options_.on_change) options_.on_change("approved", change);
  RETURN_IF_ERROR(CarryOut(change, call));
  return change;
}

// What was decided is durable before anything follows from it; what fails here is carried out by
// another approval, or seen by serving when it looks next.
Status LimitDesk::CarryOut(LimitChange& change, const LimitCall& call) {
  Status done;
  switch (change.kind) {
    case Kind::kKillRelease:
      done = ReleaseKill(change, call);
      if (!done.ok() && done.error().code() == Code::kNotFound) done = Ok();  // released before
      break;
    case Kind::kWriteOff:
      done = options_.write_off(change.decision, change.checker, change.reason);
      if (!done.ok() && done.error().code() == Code::kNotFound) done = Ok();  // holds nothing more
      break;
    default:
      if (options_.changed) done = options_.changed();
  }
  if (!done.ok()) {
    const bool again = !IsOfLimit(change.kind);
    return Error(Code::kUnavailable,
                 "change " + std::to_string(change.id) + " is approved, and not carried out yet")
        .Why(done.error().message())
        .Help(again ? "approve it again" : "the server looks again by itself");
  }
  if (IsOfLimit(change.kind)) return Ok();
  change.carried_out = Now();
  return options_.book->CarriedOut(change.id, change.carried_out);
}

std::function<Result<LimitDesk::Contract>(std::string_view)> ContractsOf(
    records::Registry& registry) {
  return [&registry](std::string_view model) -> Result<LimitDesk::Contract> {
    ASSIGN_OR_RETURN(const records::ModelRecord record, registry.Model(model));
    if (record.contract_hash.empty()) {
      return Error(Code::kNotFound, "model '" + record.name + "' has no contract yet");
    }
    ASSIGN_OR_RETURN(const std::string text, registry.ContractText(record.contract_hash));
    ASSIGN_OR_RETURN(records::Contract contract, records::ParseContract(text));
    return std::make_shared<const records::Contract>(std::move(contract));
  };
}

}  // namespace mooring::control
