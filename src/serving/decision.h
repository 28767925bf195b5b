// DecisionRequest and DecisionAnswer: what every protocol turns its requests into and its answers
// from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "data/table/batch.h"
#include "records/journal/record.h"

namespace mooring::serving {

class ServedVersion;  // loaded_models.h

// How strictly the protocol's values become the contract's types; the rules are in row_builder.h.
enum class Coercion : std::uint8_t {
  kStrict,  // native and Open Inference: a wrong JSON type is a refusal
  kMlflow,  // as MLflow's scoring server casts: "0.25" and true pass for a double, 30.5 truncates
};

// One row's refusal by validation.
struct RowProblem {
  std::size_t row = 0;
  std::string feature;  // "" when the whole row is meant
  std::string rule;     // "type", "missing", "min", "max", "one_of", "unseen", "pattern", "length",
                        // "unknown", "duplicate", or a check's name
  std::string message;  // never holds the value of a pseudonymised column
};

struct DecisionRequest {
  std::string model;
  VersionNumber version = 0;  // 0: the champion
  std::string caller;
  std::string request_id;
  std::uint64_t body_hash = 0;
  Nanos received{0};  // Clock::Monotonic at admit
  Nanos deadline{0};  // 0: none
  // The rest is filled by RowBuilder::Finish. The version that `rows` was shaped for
  // (Decider::Resolve) and its rows: contract inputs in order.
  std::shared_ptr<const ServedVersion> served;
  data::Batch rows;
  Coercion coercion = Coercion::kStrict;
  std::vector<RowProblem> problems;   // found while parsing (types, unknown names)
  std::size_t unlisted_problems = 0;  // beyond those listed
  std::vector<std::uint8_t> flags;    // empty, or 1 for each row in which a cast changed a value
};

struct DecidedRow {
  DecisionId id;
  records::RowDecision decision;
};

struct DecisionAnswer {
  Status status;  // an error: no decision was made (problems say why)
  std::vector<RowProblem> problems;
  std::size_t unlisted_problems = 0;            // refused values beyond those listed
  std::shared_ptr<const ServedVersion> served;  // names model, version, contract
  std::vector<DecidedRow> rows;
  // Raw outputs, one row each; rows whose verdict is not kAdmit hold nulls.
  data::Batch outputs;
  std::vector<records::Imputed> imputed;  // by place in served->shape->schema(); ascending
  // What limits said, by row; rows without a hit have none.
  std::vector<records::LimitHit> limit_hits;
  std::int64_t retry_ns = 0;  // only rates said no: when to ask again
  // Of the kill switch: when the rows were judged, and the versions whose values the answer
  // carries (none: fixed values and denials only).
  std::uint64_t kill_epoch = 0;
  std::vector<VersionNumber> sources;
  std::uint32_t latency_us = 0;
  bool replayed = false;  // same request id and body as before: the earlier answer
};

}  // namespace mooring::serving
