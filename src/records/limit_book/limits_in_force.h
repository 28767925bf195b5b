// LimitsInForce: what people made of the contracts' limits, as a fold over revisions: thresholds in
// the place of the contract's, releases, ramps. Serving knows nothing of it; the composition root
// turns it into what serving reads.
//
// A revision is one change that came into force: its text, and SHA-256 over the hash of the one
// before and that text, so that none can be edited, dropped or put between unseen.
//
// An override stands beside the contract's max that it was made over. While the contract still
// says that, the override holds. After the contract's max was changed by itself, the smaller of the
// two does: applying a contract never raises what people had lowered, and a lower contract is never
// overruled by an older raise.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "data/expression/decimal.h"
#include "records/limit_book/limit_change.h"

namespace mooring::records {

// From a moment on the max is part / whole of itself.
struct RampMoment {
  Time from;
  std::int64_t part = 1, whole = 1;
  bool operator==(const RampMoment&) const = default;
};
// What a ramp comes to when it begins now; ends with the whole.
std::vector<RampMoment> RampFrom(const std::vector<RampStep>& steps, Time now);

struct LimitRevision {
  std::uint64_t number = 0;  // 1, 2, …
  std::uint64_t change = 0;  // the request's id
  LimitChangeKind kind = LimitChangeKind::kLower;
  std::string model, limit, max, over;
  std::uint64_t kill = 0;
  std::string decision;
  Time released;  // of kRelease: latches until then are open
  std::vector<RampMoment> ramp;
  std::string maker, checker, reason, asked;  // asked: hash of the request
  Time at;
  std::string previous, hash;  // 64 hex characters; previous "" of the first
};

std::string RevisionText(const LimitRevision& revision);
// SHA-256 of `previous`, a line feed and the text.
std::string RevisionHash(const LimitRevision& revision);
// kDataLoss for what RevisionText never wrote.
Result<LimitRevision> ParseRevision(std::string_view text);

struct LimitInForce {
  std::string max;   // "" the contract's
  std::string over;  // the contract's max that it was made over; "" none
  Time released;
  std::vector<RampMoment> ramp;
  std::string hash;  // of its newest revision
  bool operator==(const LimitInForce&) const = default;
};

struct LimitsInForce {
  std::uint64_t revision = 0;
  std::string hash;                                         // of the newest revision
  std::map<std::string, LimitInForce, std::less<>> limits;  // by "model/limit"
  bool operator==(const LimitsInForce&) const = default;

  const LimitInForce* Find(std::string_view model, std::string_view limit) const;
};

// kDataLoss when it does not follow what is folded already, or its hash is wrong.
Status Fold(const LimitRevision& revision, LimitsInForce& into);

// The max that holds, before ramps: the header's rule. Nothing: there is none.
std::optional<data::Decimal> MaxInForce(const LimitInForce* in_force,
                                        const std::optional<data::Decimal>& contract);
// Exact; nothing beyond 64 bits of digits.
std::optional<std::string> DecimalText(const data::Decimal& decimal);

}  // namespace mooring::records
