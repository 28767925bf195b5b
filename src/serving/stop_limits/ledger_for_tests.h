// A ledger with a clock that tests move, and terms made in a line. For tests and benches.
//
// Thread safety: none.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/limit_window.h"

namespace mooring::serving {

inline records::LimitStateId StateId(std::uint64_t number) {
  return {number * 0x9E3779B97F4A7C15ULL + 1, number};
}

inline TermShape ShapeOf(records::LimitKind kind, std::int64_t max,
                         const WindowClock* window = nullptr) {
  TermShape shape;
  shape.kind = kind;
  shape.max = max;
  shape.window = window;
  return shape;
}

inline std::unique_ptr<const WindowClock> Sliding(std::int64_t seconds, std::uint32_t buckets) {
  records::LimitWindow window;
  window.length = std::chrono::seconds(seconds);
  window.buckets = buckets;
  return WindowClock::Make(window).value();
}

inline std::unique_ptr<const WindowClock> Calendar(records::LimitWindow::Kind kind,
                                                   std::string zone) {
  records::LimitWindow window;
  window.kind = kind;
  window.zone = std::move(zone);
  return WindowClock::Make(window).value();
}

inline LimitTerm TermOf(const TermShape& shape, std::uint64_t state, std::int64_t amount) {
  LimitTerm term;
  term.shape = &shape;
  term.state = StateId(state);
  term.amount = amount;
  term.max = shape.max;
  return term;
}

inline LimitTerm Marked(const TermShape& shape, std::uint64_t state, bool marked) {
  LimitTerm term = TermOf(shape, state, 0);
  term.marked = marked;
  return term;
}

// Each call is a record of its own, unless said.
struct LimitWorld {
  explicit LimitWorld(LimitLedger::Options options = {}) : ledger(With(options)) {}

  bool Admit(std::vector<LimitTerm> terms, bool model_sourced = true) {
    note.Clear();
    rules.clear();
    ruling = ledger.TryAdmit(terms, {.row = 0, .model_sourced = model_sourced}, note, rules);
    decision = {1, 1, ++decisions};
    ledger.Recorded(note, decision);
    return ruling.admitted;
  }
  bool Admit(const LimitTerm& term) { return Admit(std::vector<LimitTerm>{term}); }
  // What was spent of it while others look: not recorded.
  bool AdmitOnly(const LimitTerm& term, records::LimitNote& into) {
    rules.clear();
    return ledger.TryAdmit(std::vector<LimitTerm>{term}, {}, into, rules).admitted;
  }
  std::int64_t Current(const LimitTerm& term) const { return ledger.Of(term).current; }

  SimulatedClock clock;
  LimitLedger ledger;
  records::LimitNote note;
  std::vector<std::uint16_t> rules;
  LimitLedger::Ruling ruling;
  DecisionId decision;
  std::uint32_t decisions = 0;

 private:
  LimitLedger::Options With(LimitLedger::Options options) {
    options.clock = &clock;
    return options;
  }
};

}  // namespace mooring::serving
