// Contract: what production means for one model, as its owner wrote it (DESIGN: one YAML file).
// Parsed once, checked whole, immutable afterwards; its hash travels with every decision.
//
// This header is the parsed form. ParseContract reports *all* errors of a file at once, each with
// file:line:column; unknown keys are errors with a "did you mean".
//
// Thread safety: immutable once parsed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "data/table/schema.h"
#include "records/contract/fallback_rule.h"
#include "records/contract/limit_rule.h"

namespace mooring::records {

// What happens to a row that breaks a rule.
enum class OnBreach : std::uint8_t {
  kReject,   // the row is refused with the feature and the rule
  kDefault,  // the declared default takes the value's place; recorded as imputed
  kFlag,     // passed on as it is and counted
};

struct InputRule {
  std::string name;
  data::Type type = data::Type::kFloat64;
  OnBreach missing = OnBreach::kReject;  // absent or null
  OnBreach invalid = OnBreach::kReject;  // out of min/max, length, pattern or one_of
  OnBreach unseen = OnBreach::kFlag;     // a category that the dictionary does not know
  std::optional<double> min, max;        // inclusive; numeric and timestamp (epoch seconds) columns
  std::optional<std::size_t> max_length;  // bytes of text; limits::kStringBytes when absent
  std::string pattern;                    // whole-value regular expression (RE2); empty: any
  std::vector<std::string> one_of;        // empty: any
  bool from_reference = false;            // categories are those of the reference data
  std::variant<std::monostate, double, std::string> default_value;
};

// A rule over several columns of a row; `expression` must hold (non-zero, not null).
struct CheckRule {
  std::string name;
  std::string expression;
  OnBreach on_breach = OnBreach::kReject;  // kReject or kFlag
};

struct Owner {
  std::string team, person, escalation;  // team or person is required
};

struct OutputRule {
  std::string name;  // of the model's output column that is the score
  enum class Task : std::uint8_t { kBinary, kMulticlass, kRegression } task = Task::kRegression;
  std::string positive;
  std::optional<double> min, max;  // bounds of the raw score; beyond them: fallback or deny
};

struct OutcomeRule {
  std::string name;
  std::chrono::seconds matures_after{0};
};

struct DecisionRule {
  std::string amount;              // expression over inputs and outputs; empty: the score itself
  std::string currency;            // ISO 4217; empty: not money
  std::optional<double> min, max;  // `bounds`
};

// How a window's features become a verdict.
enum class DriftPolicy : std::uint8_t {
  kCorrected,  // significant after correction over features, and big, and again in a next window
  kPsi,        // the plain rule: PSI above the bound in more than `share` of the features
  kPValue,     // the other plain rule: p below `p_value` in more than `share` of the features
};

// What a window is held against.
enum class ReferenceKind : std::uint8_t {
  kTraining,  // the data that the version was registered with
  kPrevious,  // the windows before it that had not drifted
  kSameHour,  // windows of the same hour of the week before it
  kFixed,     // decisions of a period, [from, to)
};

struct ReferenceRule {
  ReferenceKind kind = ReferenceKind::kTraining;
  std::optional<Time> from, to;  // of kFixed
};

// Everything is watched apart by the column's values, or by the ranges between its cut points.
struct SliceRule {
  std::string column;
  std::vector<double> cuts;  // ascending; empty: by value
};

// A measure of the business's own, over inputs, output and outcome: an expression whose mean is
// watched, or a SELECT that gives one number of a window's rows (business_sql.h).
struct BusinessRule {
  std::string name;
  std::string expression;  // this or `sql`; the other is empty
  bool higher_is_better = true;
  std::string sql = {};
  std::size_t sql_line = 0, sql_column = 0;  // where `sql` stands in the file, from 1
};

struct QualityRule {
  std::string metric;                // "log_loss", …; empty: the task's usual one
  std::optional<double> warn, stop;  // worse than the reference by this share
  bool estimate = false;             // until outcomes mature
  std::vector<BusinessRule> business;
};

struct MonitorRule {
  std::uint32_t window_rows = 1000;
  std::chrono::seconds window_every{3600};
  std::uint32_t window_min_rows = 200;
  double psi = 0.2;
  double share = 0.1;
  double p_value = 0.05;
  DriftPolicy policy = DriftPolicy::kCorrected;
  ReferenceRule reference;
  bool multivariate = true;  // pairs of features, and all of them together
  QualityRule quality;
  std::vector<SliceRule> slices;
  std::chrono::seconds silence{0};  // longest time without a decision; 0: any
};

// What a decision was worth, once its outcome is known.
struct EffectRule {
  std::string value;  // expression over inputs, output and outcome; empty: not said
  std::string currency;
};

struct PrivacyRule {
  std::string subject;
  std::vector<std::string> pseudonymise;  // input columns replaced by a keyed hash before any write
  std::optional<std::chrono::hours> retain;
  std::string basis, residency;
};

struct Contract {
  std::string model;
  std::string purpose;
  Owner owner;
  std::optional<std::uint32_t> latency_p95_ms;
  std::optional<double> availability_pct;
  std::vector<InputRule> inputs;  // in the order of the file
  std::vector<CheckRule> checks;
  OutputRule output;
  std::optional<OutcomeRule> outcome;
  DecisionRule decision;
  MonitorRule monitor;
  std::vector<LimitRule> limits;       // in the order of the file
  std::vector<FallbackStep> fallback;  // of causes without a chain of their own; empty: deny
  std::map<FallbackCause, std::vector<FallbackStep>> fallback_by_cause;
  PrivacyRule privacy;
  EffectRule effect;
  std::string text;  // the file as it was
  std::string hash;  // SHA-256 of text, hex

  // Sections that this program checks for shape and does not act on yet ("rollout"): whoever shows
  // a contract to a person must show these.
  std::vector<std::string> not_enforced;

  const InputRule* FindInput(std::string_view name) const;  // null when absent
  const LimitRule* FindLimit(std::string_view name) const;  // null when absent
  const std::vector<FallbackStep>& FallbackFor(FallbackCause cause) const;
};

struct ContractError {
  std::size_t line = 0, column = 0;  // from 1
  std::string path;                  // "inputs.hour.max"
  std::string message, help;

  // "contract.yaml:3:7: inputs.hour.max: message; help"
  std::string ToString(std::string_view file) const;
};

// All errors of a text, in order of place; empty means that it is a contract.
std::vector<ContractError> CheckContract(std::string_view text);
// kInvalidArgument carrying every error, a line each, with `file` in front.
Result<Contract> ParseContract(std::string_view text, std::string_view file = "contract.yaml");

}  // namespace mooring::records
