// LimitDesk: what people ask to be changed of limits and kills, and what they decide, with answers
// as JSON (docs/LIMITS.md says who may what). The HTTP API serves it, and the command line uses it
// on a data directory, so both say the same.
//
// The desk holds requests to the contract: the limit is there, has a max that can be changed, the
// new one fits its digits, and an approval is of the contract's max that the request was made
// over. What it takes (records/limit_book) is durable and, with `changed`, in force when Answer
// returns.
//
// Thread safety: any thread. Failure: as LimitBook; kUnsupported for a limit that is changed in its
// contract alone; kUnavailable when something was written down and could not be carried out yet.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/text/json.h"
#include "control/limits/held_lowers.h"
#include "records/audit/audit_sink.h"
#include "records/contract/contract.h"
#include "records/kills/kill.h"
#include "records/limit_book/limit_book.h"
#include "records/registry/registry.h"

namespace mooring::control {

// One call. Members of `body` that a call does not know are errors.
struct LimitCall {
  enum class What : std::uint8_t {
    kChanges,   // filter: model, state, count; newest first
    kChange,    // id
    kAsk,       // body: kind, model?, limit?, max?, kill?, decision?, ramp?, expires_in?, reason
    kLower,     // model, limit; body: max, reason
    kApprove,   // id; body: hash, note?
    kReject,    // id; body: note?
    kWithdraw,  // id; body: note?
  } what = What::kChanges;
  std::uint64_t id = 0;
  std::string model = {}, limit = {}, state = {};
  std::size_t count = 100;
  std::string author = {};
  std::string role = {}, address = {};  // of the author, for the control log
  bool known = false;                   // somebody checked that the author is who they say
  std::string body = {};                // JSON; "author" in it belongs to the caller of the desk
  // What the caller is told of, and may do; empty: everything. A change that the caller does not
  // see is answered as one that is not there.
  std::function<bool(const records::LimitChange&)> sees = {};
  std::function<Status(What, const records::LimitChange&)> may = {};
};

struct DecisionAtDesk {
  std::string model;   // "": nobody knows any more
  bool holds = false;  // something open, that could be written off
};

class LimitDesk {
 public:
  using Contract = std::shared_ptr<const records::Contract>;
  struct Options {
    records::LimitBook* book = nullptr;                                // required
    const Clock* clock = nullptr;                                      // required
    std::function<Result<Contract>(std::string_view model)> contract;  // required; in force
    // Of the server that runs; empty where there is none.
    std::function<std::int64_t()> budget_time;  // µs since 1970 that latches are noted by
    std::function<std::vector<records::Kill>()> kills;
    // Ends the kill of an approved change; kNotFound: it is not in force.
    std::function<Status(const records::LimitChange& change, const LimitCall& approval)>
        release_kill;
    std::function<Status(const std::string& decision, const std::string& author,
                         const std::string& reason)>
        write_off;
    // What a decision is of, for a write-off; kNotFound: there is none. Empty: it is asked when the
    // write-off is approved.
    std::function<Result<DecisionAtDesk>(const std::string& decision)> find_decision;
    HeldLowers* held = nullptr;       // lowers that cannot be written down; null: they are refused
    std::function<Status()> changed;  // serving takes it over before it returns
    std::function<void(std::string_view what, const records::LimitChange&)> on_change;
    // The control log: told before a change, and refuses it when it cannot be written; of a lower
    // after it, which waits for nobody. Null: nobody.
    records::AuditSink* audit = nullptr;
    std::string_view channel = "api";
  };
  explicit LimitDesk(Options options);

  Result<std::string> Answer(const LimitCall& call);

 private:
  Result<std::string> Look(const LimitCall& call);
  void FindObject(const LimitCall& call, const Json& body, records::ControlEntry& entry) const;
  Result<records::LimitChange> Seen(const LimitCall& call);
  Result<records::LimitChange> Change(const LimitCall& call, const Json& body);
  Result<records::LimitChange> Ask(const LimitCall& call, const Json& body);
  Result<records::LimitChange> Lower(records::LimitChange change);
  Error Hold(const records::LimitChange& change, const Error& why);
  Result<records::LimitChange> Approve(const LimitCall& call, const Json& body);
  Status HoldToDecision(const LimitCall& call, records::LimitChange& change) const;
  Status StillHolds(const records::LimitChange& change) const;
  Status HoldToContract(records::LimitChange& change) const;
  Status CheckStillSo(const records::LimitChange& change) const;
  Status CarryOut(records::LimitChange& change, const LimitCall& call);
  Status ReleaseKill(const records::LimitChange& change, const LimitCall& call) const;
  // The hash of a kill that is in force.
  Result<std::string> HashOfKill(std::uint64_t kill) const;
  Status IsStillKilled(const records::LimitChange& change) const;
  Time Now() const;
  Time LatchTime() const;

  const Options options_;
};

// The newest contract of a model, as a registry has it.
std::function<Result<LimitDesk::Contract>(std::string_view)> ContractsOf(
    records::Registry& registry);

}  // namespace mooring::control
