// Decision and outcome records: what the journal holds. docs/formats/journal.md gives the bytes.
//
// One DecisionBlock is one request: one or more rows decided together by one version, in columns.
// Row i of a block has the id of the block's first decision plus i.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "data/table/batch.h"
#include "records/journal/limit_note.h"

namespace mooring::records {

// What became of a row (DESIGN §3.6). Anything but kAdmit carries no raw value to the caller.
enum class Verdict : std::uint8_t { kAdmit = 0, kClamp = 1, kFallback = 2, kReview = 3, kDeny = 4 };
std::string_view VerdictName(Verdict verdict);  // "admit", …

// What all blocks of one model version under one contract share; written once per segment.
struct Binding {
  std::string model;
  VersionNumber version = 0;
  std::string contract_hash;                    // hex
  std::string currency;                         // of amount_minor; empty: not money
  std::shared_ptr<const data::Schema> inputs;   // as seen: types of the contract
  std::shared_ptr<const data::Schema> outputs;  // raw model outputs
  // Places of the input columns that must be pseudonymised before they are written.
  std::vector<std::size_t> pseudonymised;
};

// What a row's answer was, beside its raw outputs.
struct RowDecision {
  Verdict verdict = Verdict::kAdmit;
  std::uint8_t reason = 0;        // index into the reasons of serving (0: none)
  bool flagged = false;           // a rule was broken and passed on, or a value imputed
  double score = 0;               // final score given out (NaN: none)
  std::int64_t amount_minor = 0;  // decision amount in minor units; 0 when there is no amount
};

// A value that broke a rule and was replaced by the contract's default before the model saw it; the
// inputs keep it as it came.
struct Imputed {
  std::uint32_t row = 0;     // of the block
  std::uint16_t column = 0;  // of the binding's inputs
  auto operator<=>(const Imputed&) const = default;
};

struct DecisionBlock {
  std::shared_ptr<const Binding> binding;
  Time at;
  std::string_view caller;       // who asked; "" for an open loopback server
  std::string_view request_id;   // the caller's own id; "" none
  std::uint64_t body_hash = 0;   // of the request, for idempotency; 0 none
  std::uint32_t latency_us = 0;  // admit to record
  const data::Batch* inputs = nullptr;
  const data::Batch* outputs = nullptr;  // raw
  std::span<const RowDecision> rows;
  std::span<const Imputed> imputed;   // ascending; usually none
  const LimitNote* limits = nullptr;  // what the rows did to budgets; null: nothing
};

// A request that got no decision: validation or another refusal. Values are not kept.
struct Refusal {
  Time at;
  std::string_view model;
  std::string_view caller, request_id;
  std::string_view code;           // error name
  std::string_view feature, rule;  // when validation refused
  VersionNumber version = 0;       // that would have decided; 0: not known
};

// What befell the budgets of decisions made before: each delta's row is a place in `decisions`.
struct BudgetChange {
  enum class Why : std::uint8_t {
    kRelease = 0,   // the caller did not act on it
    kOutcome = 1,   // its outcome came
    kWriteOff = 2,  // it stayed open too long, and people closed it
    kReview = 3,    // it waited for a person, and ended with a value
  };
  Time at;
  Why why = Why::kRelease;
  std::string caller, reason;
  std::vector<DecisionId> decisions;
  LimitNote note;
};

// Ground truth for one decision.
struct Outcome {
  DecisionId decision;
  Time at;           // when it became known, as the caller says
  std::string name;  // "late"
  double value = 0;  // number or class code
  std::string text;  // class label; "" when numeric
};

}  // namespace mooring::records
