// LimitChange: what people ask of limits and of the kill switch: a threshold raised or lowered, a
// latch released, a kill released, a decision's open exposure written off. Who asked, who agreed,
// and until when that could be.
//
// Lowering takes one person and holds at once. Everything else takes a maker and a checker who is
// somebody else. What was asked is one text (AskedText) with a hash; an approval names the hash, so
// that nothing can change between what was read and what was agreed to.
//
// docs/formats/limits_db.md gives the texts. Thread safety: values and pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/access/person.h"

namespace mooring::records {

enum class LimitChangeKind : std::uint8_t {
  kRaise,        // the limit's max goes up
  kLower,        // and down
  kRelease,      // its latch opens
  kKillRelease,  // a kill ends
  kWriteOff,     // a decision that stays open counts no more
};
std::string_view LimitChangeKindName(LimitChangeKind kind);  // "raise", …, "write_off"
Result<LimitChangeKind> ParseLimitChangeKind(std::string_view name);

enum class LimitChangeState : std::uint8_t { kPending, kApproved, kRejected, kWithdrawn, kExpired };
std::string_view LimitChangeStateName(LimitChangeState state);  // "pending", …, "expired"
Result<LimitChangeState> ParseLimitChangeState(std::string_view name);

// For `length` after the approval the max is this fraction of itself: "0.1", then "0.5", then all.
struct RampStep {
  std::string factor;  // a decimal in (0, 1), at most 3 digits behind the point
  std::chrono::seconds length{0};
  bool operator==(const RampStep&) const = default;
};
inline constexpr std::size_t kMostRampSteps = 8;
inline constexpr std::chrono::hours kChangeLives{24};        // unless its maker says otherwise
inline constexpr std::chrono::hours kLongestChange{24 * 7};  // at most

struct LimitChange {
  std::uint64_t id = 0;  // given by the book
  LimitChangeKind kind = LimitChangeKind::kRaise;
  std::string model, limit;    // of kRaise, kLower, kRelease; the model of a kWriteOff's decision
  std::uint64_t kill = 0;      // of kKillRelease: its id
  std::string decision;        // of kWriteOff: "d1-57-4021"
  std::string max;             // of kRaise, kLower: an exact decimal, as NormalDecimal gives it
  std::string over;            // the contract's max when it was asked; "" none
  std::string contract;        // hash of the contract when it was asked; "" of older requests
  std::string shape;           // what the limit was then, beside its max (control/limits)
  std::string before;          // hash of the limit's newest revision then, or of the kill; "" none
  std::vector<RampStep> ramp;  // of kRaise, kRelease
  std::string reason, maker;
  Time made, expires;

  LimitChangeState state = LimitChangeState::kPending;
  std::string checker, note;  // who decided, and what they said
  Time decided;
  Time carried_out;  // kKillRelease, kWriteOff: when the rest of the server had done it
  std::string hash;  // of AskedText; 64 hex characters
};

// "0500.10" is "500.1". kInvalidArgument for anything but digits with at most one point.
Result<std::string> NormalDecimal(std::string_view text);

// Everything that was asked, as one JSON text with its members in one order.
std::string AskedText(const LimitChange& change);
std::string AskedHash(const LimitChange& change);
// AskedText back; kDataLoss for what it never wrote.
Result<LimitChange> ParseAsked(std::string_view text);

// kInvalidArgument when it lacks a part, or has one that is not its own or too long.
Status CheckAsked(const LimitChange& change);

}  // namespace mooring::records
