// Alert rules: when a cause that windows speak of becomes an alert, and when the alert is over.
// Pure: what is known of the cause and what one more window says give what is known now and what
// turned.
//
//   inactive ─ a window is not well ─▶ pending ─ `need` of the last `of` windows ─▶ firing
//   firing ─ the last `clear` windows were clear ─▶ resolved ─ as from inactive ─▶ …
//
// A window of level `alert` that is certain fires at once. `hold` neither raises nor clears. A
// warning counts like an alert but makes an alert of severity warning; severity never falls while
// an alert fires. The same window told again (scored again with later outcomes) takes the place of
// what it said first; a window older than all that are remembered says nothing, and while nothing
// is the matter neither does one older than the newest of its version: a profile that came late.
//
// Versions are counted apart, so that a canary's windows do not clear the champion's; an alert ends
// when every version that was heard of in the last kForgetAfter, and has not left service, is
// clear.
//
// Thread safety: pure. Cost: a handful of comparisons a window.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "monitoring/finding.h"
#include "records/incidents/incident.h"

namespace mooring::control {

// A version without a window for that long, while others have some, counts no more.
inline constexpr std::chrono::hours kForgetAfter{24};

struct AlertRule {
  std::string_view kind;  // of the finding
  std::uint32_t need = 2, of = 3;
  std::uint32_t clear = 2;
  std::string_view summary;  // one line for people
};

// The rule of a kind of finding; kinds that are not in the table have the usual one, 2 of 3.
const AlertRule& RuleOf(std::string_view kind);
std::span<const AlertRule> AllAlertRules();
// "2 of 3 windows, over after 2 clear".
std::string Describe(const AlertRule& rule);

enum class Turn : std::uint8_t {
  kNone,
  kPending,    // first seen
  kForgotten,  // it was pending and came to nothing
  kFired,
  kWorse,  // it fired before and is more severe now
  kResolved,
};

struct RuleStep {
  records::AlertStatus status;
  Turn turn = Turn::kNone;
};

RuleStep Observe(const AlertRule& rule, records::AlertStatus status,
                 const records::Sighting& sighting);

// The version left service then: what its windows that began before said counts no more, and an
// alert of which nothing is left is over.
RuleStep Withdraw(const AlertRule& rule, records::AlertStatus status, VersionNumber version,
                  Time at);

}  // namespace mooring::control
