// LimitNote: what a record did to the budgets of stop-limits. It travels inside the record that
// spent, so that a decision and its spending are durable together and a fold over the journal gives
// every budget; there is no second store to agree with.
//
// Thread safety: values.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace mooring::records {

// Which budget: 128 bits of SHA-256 over what it is of (limit, its shape, scope, key). Keys
// themselves are never kept.
struct LimitStateId {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const LimitStateId&) const = default;
};

// The numbers are what the journal keeps: never reuse one.
enum class LimitOp : std::uint8_t {
  kSpend = 0,  // the bucket's sum grows by amount, its count by one
  kMark = 1,   // the bucket's count of marked decisions grows by one (of a share)
  kArrival =
      2,        // amount is the theoretical arrival time of a rate, ns since 1970; the latest holds
  kOpen = 3,    // the row's decision holds amount until it is closed
  kClose = 4,   // what `decision` holds is free
  kResult = 5,  // the realised result grows by amount
  kLatch = 6,   // shut from the note's time on
  kReturn = 7,  // kSpend undone: a decision that was not used
  kUnmark = 8,  // kMark undone
};

struct LimitDelta {
  LimitOp op = LimitOp::kSpend;
  std::uint32_t row = 0;  // of the record
  LimitStateId state;
  std::int64_t bucket = 0;   // start of the bucket, µs since 1970; 0 where there are none
  std::int64_t expires = 0;  // when it counts no more, µs since 1970; INT64_MAX never
  std::int64_t amount = 0;   // minor units, or what the op says
  auto operator<=>(const LimitDelta&) const = default;
};

// A limit that said no (or, advisory, would have).
struct LimitHit {
  std::uint32_t row = 0;
  std::string limit;  // its name
  bool advisory = false, latched = false;
  std::uint8_t digits = 0;                  // behind the point of the two values
  std::int64_t current = 0, threshold = 0;  // before this decision; in minor units
  std::int64_t resets = 0;                  // µs since 1970; 0: not by itself
  auto operator<=>(const LimitHit&) const = default;
};

struct LimitNote {
  std::int64_t at = 0;    // monotone over notes, µs since 1970; 0: no limits were checked
  std::string limit_set;  // hash of the limits in force, 32 bytes; empty: none
  std::vector<LimitDelta> deltas;
  std::vector<LimitHit> hits;

  bool empty() const { return limit_set.empty() && deltas.empty() && hits.empty(); }
  void Clear() {
    at = 0;
    limit_set.clear();
    deltas.clear();
    hits.clear();
  }
  auto operator<=>(const LimitNote&) const = default;
};

}  // namespace mooring::records

template <>
struct std::hash<mooring::records::LimitStateId> {
  std::size_t operator()(const mooring::records::LimitStateId& id) const noexcept {
    return static_cast<std::size_t>(id.low ^ (id.high * 0x9E3779B97F4A7C15ULL));
  }
};
