// FallbackStep: what answers when the model may not, one step of a chain that is tried in order;
// FallbackCause: why it may not, as chains for one cause are named in a contract.
//
// The first step that gives a value which passes the limits answers. After the last there is no
// decision (deny). Thread safety: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mooring::records {

enum class FallbackCause : std::uint8_t {
  kKilled,       // the kill switch
  kExhausted,    // a budget: sum, count, rate, share, open exposure, drawdown, repeat, growth
  kQuality,      // a limit on quality or freshness
  kInvalid,      // the value: not finite, out of its bounds or collar, or not to be computed
  kUnavailable,  // something that the decision needs is not there: a reference, the journal
};
std::string_view FallbackCauseName(FallbackCause cause);  // "killed", …
std::optional<FallbackCause> FallbackCauseOf(std::string_view name);

// A line of a rule table; a row that it holds for gets `value`.
struct FallbackLine {
  std::string when;  // condition over inputs; empty: always
  double value = 0;
};

struct FallbackStep {
  enum class Kind : std::uint8_t {
    kPrevious,  // the previous version decides
    kConstant,
    kDeny,
    kChampion,  // the champion decides, when another version was asked
    kRules,     // the first line that holds; none: the next step
    kReview,    // a person decides
  } kind = Kind::kDeny;
  double constant = 0;
  bool consumes_nothing = false;           // kConstant, kRules: no budget is spent
  std::vector<FallbackLine> lines = {};    // kRules
  std::chrono::seconds deadline{0};        // kReview
  std::optional<double> at_deadline = {};  // kReview: the value then; none: deny
};

}  // namespace mooring::records
