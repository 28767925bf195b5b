// A naive reference for LimitLedger: it keeps every event, sums over them afresh for each decision,
// and knows nothing of buckets' totals, notes or folds. RunLimitModel plays random limits, random
// decisions, refused records, crashes that lose what was not synced, and starts from snapshots;
// it counts where the ledger let too much through, and where it said no and the rule did not.
//
// For the test beside it and bench_limits. Deterministic in its seed. Thread safety: none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.h"
#include "serving/stop_limits/ledger_for_tests.h"
#include "serving/stop_limits/window_sums.h"

namespace mooring::serving {

struct LimitModelCount {
  std::uint64_t decisions = 0, admitted = 0, crashes = 0, lost = 0, refused = 0;
  std::uint64_t exceeded = 0, spurious = 0, missed = 0;  // all three: 0
  std::string first;                                     // what went wrong first
};

class LimitModel {
 public:
  LimitModel(std::uint64_t seed, LimitModelCount& count) : rng_(seed), count_(count) {
    Start();
    const std::size_t limits = 1 + rng_.Below(5);
    for (std::size_t i = 0; i < limits; ++i) limits_.push_back(MakeLimit());
    for (auto& limit : limits_) limit->states.resize(limit->keys);
  }

  void Play(int steps) {
    for (int step = 0; step < steps; ++step) {
      Move();
      Decide();
      while (!flying_.empty() && (rng_.Below(3) == 0 || flying_.size() > 3)) Land();
      if (rng_.Below(8) == 0) Close();
      if (rng_.Below(20) == 0) synced_ = journal_.size();
      if (rng_.Below(300) == 0) Save();
      if (rng_.Below(200) == 0) Crash();
    }
  }

 private:
  using Kind = records::LimitKind;
  struct Event {
    std::int64_t at = 0, amount = 0, arrival = 0;
    bool marked = false, recorded = false, closed = false;
    std::uint64_t decision = 0;
  };
  struct State {
    std::deque<Event> events;
    std::int64_t result = 0, peak = 0;
    std::int64_t arrival = 0, saved_arrival = 0;
  };
  struct Limit {
    TermShape shape;
    std::unique_ptr<const WindowClock> window;
    std::int64_t length = 0, width = 0;  // µs; 0: lifetime or calendar
    std::size_t keys = 1, place = 0;
    std::vector<State> states;
  };
  struct Entry {
    records::LimitNote note;
    std::uint64_t decision = 0;
    bool admission = false;
    std::size_t limit = 0, key = 0;  // of results
    std::int64_t result = 0;
  };

  void Start() { ledger_ = std::make_unique<LimitLedger>(LimitLedger::Options{.clock = &clock_}); }
  std::int64_t Pick(std::uint64_t least, std::uint64_t most) {
    return static_cast<std::int64_t>(least + rng_.Below(most - least + 1));
  }

  std::unique_ptr<Limit> MakeLimit() {
    auto limit = std::make_unique<Limit>();
    constexpr Kind kKinds[] = {Kind::kSum,  Kind::kSum,   Kind::kSum,          Kind::kCount,
                               Kind::kRate, Kind::kShare, Kind::kOpenExposure, Kind::kRepeat,
                               Kind::kRate, Kind::kShare, Kind::kOpenExposure, Kind::kDrawdown};
    TermShape& shape = limit->shape;
    shape.kind = kKinds[rng_.Below(12)];
    shape.max =
        shape.kind == Kind::kCount || shape.kind == Kind::kRepeat ? Pick(1, 40) : Pick(50, 2000);
    limit->keys = 1 + rng_.Below(3);
    limit->place = limits_.size();
    shape.keyed = limit->keys > 1;
    shape.keys = 100;
    shape.family = StateId(900 + limit->place);
    if (shape.kind == Kind::kSum) shape.net = rng_.Below(2) == 0;
    if (shape.net) shape.min = -Pick(50, 2000);
    shape.interval_ns = Pick(1, 5'000) * 1'000'003;
    shape.tolerance_ns = shape.interval_ns * Pick(0, 6) + Pick(0, 1000);
    shape.share_part = Pick(1, 4);
    shape.share_whole = Pick(5, 9);
    shape.after = Pick(0, 12);
    shape.hard = rng_.Below(2) == 0;
    const bool windowed =
        shape.kind == Kind::kSum || shape.kind == Kind::kCount || shape.kind == Kind::kRepeat;
    if (windowed && rng_.Below(3) == 0) {
      const auto buckets = static_cast<std::uint32_t>(Pick(1, 20));
      const std::int64_t seconds = Pick(1, 60);
      limit->window = Sliding(seconds, buckets);
      limit->length = seconds * 1'000'000;
      limit->width = (limit->length + buckets - 1) / buckets;
    } else if (windowed && rng_.Below(2) == 0) {
      limit->window = Calendar(records::LimitWindow::Kind::kDay, "Europe/Berlin");
    }
    shape.window = limit->window.get();
    if (shape.window == nullptr) shape.max *= 20;
    return limit;
  }

  void Move() {
    const std::uint64_t what = rng_.Below(100);
    if (what == 0)
      clock_.JumpWall(-Micros(Pick(0, 3'600'000'000)));
    else if (what == 1)
      clock_.JumpWall(Micros(Pick(0, 50'000)));
    else if (what == 2)
      clock_.Advance(Micros(Pick(0, 20'000'000'000)));
    else if (what < 70)
      clock_.Advance(Micros(Pick(0, 300'000)));
    now_ = std::max(now_, clock_.Now().time_since_epoch().count());
  }

  LimitTerm TermFor(Limit& limit, std::size_t key) {
    LimitTerm term;
    term.shape = &limit.shape;
    term.rule = static_cast<std::uint16_t>(limit.place);
    term.state = StateId(limit.place * 100 + key);
    term.max = limit.shape.max;
    term.amount = 1;
    if (limit.shape.kind == Kind::kSum) term.amount = Pick(1, 120);
    if (limit.shape.net && rng_.Below(2) == 0) term.amount = -term.amount;
    if (limit.shape.kind == Kind::kOpenExposure) term.amount = Pick(1, 300);
    if (limit.shape.kind == Kind::kDrawdown) term.amount = limit.shape.hard ? Pick(1, 100) : 0;
    if (limit.shape.kind == Kind::kShare) term.marked = rng_.Below(2) == 0;
    return term;
  }

  bool InWindow(const Limit& limit, const Event& event, bool truly) const {
    if (limit.shape.window == nullptr) return true;
    if (limit.length == 0) return limit.window->At(now_).begin <= event.at;
    if (truly) return event.at > now_ - limit.length;
    return event.at / limit.width * limit.width + limit.width > now_ - limit.length;
  }

  // What the rule says of the events themselves; `truly`: of the window to the microsecond.
  bool Exceeds(const Limit& limit, const State& state, const LimitTerm& term, bool truly) const {
    const TermShape& shape = limit.shape;
    Wide plus = 0, minus = 0, sure_plus = 0, sure_minus = 0, open = 0, marked = 0, all = 0;
    for (const Event& event : state.events) {
      if (!event.closed) open += event.amount;
      if (event.marked) ++marked;
      if (event.marked || event.recorded || truly) ++all;
      if (!InWindow(limit, event, truly)) continue;
      (event.amount > 0 ? plus : minus) += event.amount > 0 ? event.amount : -event.amount;
      if (!event.recorded && !truly) continue;
      (event.amount > 0 ? sure_plus : sure_minus) +=
          event.amount > 0 ? event.amount : -event.amount;
    }
    switch (shape.kind) {
      case Kind::kSum:
        if (shape.net) {
          return plus - sure_minus + term.amount > term.max ||
                 sure_plus - minus + term.amount < shape.min;
        }
        [[fallthrough]];
      case Kind::kCount:
      case Kind::kRepeat: return plus + term.amount > term.max;
      case Kind::kRate: {
        const std::int64_t at = now_ * 1000;
        return std::max(state.arrival, at) - at > shape.tolerance_ns;
      }
      case Kind::kShare:
        return term.marked && (marked + 1) * shape.share_whole >
                                  shape.share_part * std::max<Wide>(all + 1, shape.after);
      case Kind::kOpenExposure: return open + term.amount > term.max;
      default:
        if (!shape.hard) return state.peak - state.result >= term.max;
        return std::max<std::int64_t>(-state.result, 0) + open + term.amount > term.max;
    }
  }

  void Decide() {
    std::vector<LimitTerm> terms;
    std::vector<std::size_t> keys;
    for (auto& limit : limits_) {
      keys.push_back(rng_.Below(limit->keys));
      terms.push_back(TermFor(*limit, keys.back()));
    }
    Entry entry;
    entry.admission = true;
    std::vector<std::uint16_t> hits;
    const bool admitted = ledger_->TryAdmit(terms, {}, entry.note, hits).admitted;
    ++count_.decisions;
    bool any = false;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      const State& state = limits_[i]->states[keys[i]];
      const bool hit = std::find(hits.begin(), hits.end(), i) != hits.end();
      const bool naive = Exceeds(*limits_[i], state, terms[i], false);
      const bool net_sliding = limits_[i]->shape.net && limits_[i]->length != 0;
      any = any || naive;
      if (hit && !naive && !net_sliding) Wrong(count_.spurious, "no without a reason", i);
      if (!hit && naive && !net_sliding) Wrong(count_.missed, "yes against the rule", i);
      if (admitted && Exceeds(*limits_[i], state, terms[i], true)) {
        Wrong(count_.exceeded, "beyond the limit", i);
      }
    }
    if (!admitted) return;
    ++count_.admitted;
    entry.decision = ++decisions_;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      Admitted(*limits_[i], limits_[i]->states[keys[i]], terms[i]);
    }
    flying_.push_back(std::move(entry));
  }

  void Admitted(Limit& limit, State& state, const LimitTerm& term) {
    Event event{now_, term.amount, 0, term.marked, false, false, decisions_};
    if (limit.shape.kind == Kind::kRate) {
      state.arrival = std::max(state.arrival, now_ * 1000) + limit.shape.interval_ns;
      event.arrival = state.arrival;
      CheckBurst(limit, state);
    }
    if (!limit.shape.hard && limit.shape.kind == Kind::kDrawdown) return;
    state.events.push_back(event);
    // Forgets what no window of this run can see again.
    const bool windowed = limit.shape.window != nullptr;
    while (windowed && state.events.front().at < now_ - 200'000'000'000) state.events.pop_front();
  }

  // In any stretch of x seconds, at most burst + x / T.
  void CheckBurst(const Limit& limit, const State& state) {
    const TermShape& shape = limit.shape;
    std::int64_t passed = 1;
    for (auto event = state.events.rbegin(); event != state.events.rend() && passed < 30; ++event) {
      ++passed;
      const Wide stretch = Wide{now_ - event->at} * 1000 + shape.tolerance_ns;
      if (passed > stretch / shape.interval_ns + 1) {
        return Wrong(count_.exceeded, "beyond the rate", limit.place);
      }
    }
  }

  template <typename Visit>
  void EachEvent(Visit visit) {
    for (auto& limit : limits_) {
      for (State& state : limit->states) visit(*limit, state);
    }
  }

  // A record in flight reaches the journal, or is refused by it; in any order.
  void Land() {
    const std::size_t place = rng_.Below(flying_.size());
    Entry entry = std::move(flying_[place]);
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(place));
    const bool refused = rng_.Below(25) == 0;
    if (refused) {
      ledger_->Undo(entry.note);
      ++count_.refused;
    } else {
      ledger_->Recorded(entry.note, IdOf(entry.decision));
    }
    EachEvent([&](Limit&, State& state) {
      std::erase_if(state.events, [&](Event& event) {
        if (event.decision != entry.decision) return false;
        event.recorded = true;
        return refused;
      });
    });
    if (!refused) journal_.push_back(std::move(entry));
  }

  static DecisionId IdOf(std::uint64_t decision) {
    return {3, static_cast<std::uint32_t>(decision >> 20),
            static_cast<std::uint32_t>(decision & 0xFFFFF)};
  }

  // An outcome: frees what a recorded decision holds and, of drawdowns, brings a result.
  void Close() {
    if (journal_.empty()) return;
    const Entry& chosen =
        journal_[journal_.size() - 1 - rng_.Below(std::min<std::size_t>(journal_.size(), 200))];
    if (!chosen.admission) return;
    Entry outcome;
    outcome.decision = chosen.decision;
    outcome.note.deltas = ledger_->OpenOf(IdOf(chosen.decision));
    outcome.limit = limits_.size();
    for (auto& limit : limits_) {
      if (limit->shape.kind != Kind::kDrawdown) continue;
      outcome.limit = limit->place;
      outcome.key = rng_.Below(limit->keys);
      outcome.result = Pick(0, 100) - 52;
      records::LimitDelta delta;
      delta.op = records::LimitOp::kResult;
      delta.state = StateId(limit->place * 100 + outcome.key);
      delta.expires = std::numeric_limits<std::int64_t>::max();
      delta.amount = outcome.result;
      outcome.note.deltas.push_back(delta);
    }
    ledger_->Fold(outcome.note, {});
    Apply(outcome);
    journal_.push_back(std::move(outcome));
  }

  void Apply(const Entry& outcome) {
    EachEvent([&](Limit& limit, State& state) {
      for (Event& event : state.events) {
        if (event.decision == outcome.decision) event.closed = true;
      }
      const auto key = static_cast<std::size_t>(&state - limit.states.data());
      for (const records::LimitDelta& delta : outcome.note.deltas) {
        if (delta.op != records::LimitOp::kResult) continue;
        if (delta.state != StateId(limit.place * 100 + key)) continue;
        state.result += delta.amount;
        state.peak = std::max(state.peak, state.result);
      }
    });
  }

  void Save() {
    while (!flying_.empty()) Land();
    synced_ = journal_.size();
    snapshot_ = ledger_->Snapshot();
    snapshot_at_ = journal_.size();
    saved_now_ = now_;
    EachEvent([](Limit&, State& state) { state.saved_arrival = state.arrival; });
  }

  // What was not synced is lost, but for a part that reached the disk all the same.
  void Crash() {
    ++count_.crashes;
    const std::size_t kept = synced_ + rng_.Below(journal_.size() - synced_ + 1);
    count_.lost += journal_.size() - kept + flying_.size();
    journal_.resize(kept);
    synced_ = kept;
    flying_.clear();
    Start();
    std::size_t from = 0;
    const bool restored = !snapshot_.empty() && rng_.Below(2) == 0;
    if (restored) {
      if (!ledger_->Restore(snapshot_).ok()) Wrong(count_.missed, "its own snapshot refused", 0);
      from = snapshot_at_;
    }
    for (std::size_t i = from; i < journal_.size(); ++i) {
      ledger_->Fold(journal_[i].note,
                    journal_[i].admission ? IdOf(journal_[i].decision) : DecisionId{});
    }
    // Time starts again where the wall, the journal or the snapshot say.
    now_ = std::max(clock_.Now().time_since_epoch().count(), restored ? saved_now_ : 0);
    for (const Entry& entry : journal_) now_ = std::max(now_, entry.note.at);
    now_ = std::max(now_, ledger_->Now());
    Forget(restored);
  }

  // The reference loses the same: it goes over the journal as a whole.
  void Forget(bool restored) {
    std::vector<std::uint64_t> alive;
    for (const Entry& entry : journal_) {
      if (entry.admission) alive.push_back(entry.decision);
    }
    std::sort(alive.begin(), alive.end());
    EachEvent([&](Limit& limit, State& state) {
      std::erase_if(state.events, [&](Event& event) {
        event.closed = false;
        return !std::binary_search(alive.begin(), alive.end(), event.decision);
      });
      state.result = state.peak = 0;
      // An arrival is not given back by Undo, so a snapshot may hold one of no record.
      state.arrival = restored ? state.saved_arrival : 0;
      for (const Event& event : state.events)
        state.arrival = std::max(state.arrival, event.arrival);
      CheckWhole(limit, state);
    });
    for (const Entry& entry : journal_) {
      if (!entry.admission) Apply(entry);
    }
  }

  // What is on record holds the invariant by itself, whatever was lost around it.
  void CheckWhole(const Limit& limit, const State& state) {
    LimitTerm nothing;
    nothing.shape = &limit.shape;
    nothing.max = limit.shape.max;
    Wide marked = 0, all = 0;
    for (const Event& event : state.events) {
      marked += event.marked ? 1 : 0;
      ++all;
    }
    const TermShape& shape = limit.shape;
    if (shape.kind == Kind::kShare &&
        marked * shape.share_whole > shape.share_part * std::max<Wide>(all, shape.after)) {
      Wrong(count_.exceeded, "beyond the share after a crash", limit.place);
    }
    if (shape.kind <= Kind::kCount && Exceeds(limit, state, nothing, true)) {
      Wrong(count_.exceeded, "beyond the limit after a crash", limit.place);
    }
  }

  void Wrong(std::uint64_t& counter, const char* what, std::size_t limit) {
    ++counter;
    if (!count_.first.empty()) return;
    count_.first = std::string(what) + ", limit " + std::to_string(limit) + " of kind " +
                   std::to_string(static_cast<int>(limits_[limit]->shape.kind)) +
                   (limits_[limit]->shape.net ? " net" : "") +
                   (limits_[limit]->length != 0 ? " sliding" : "") + " at decision " +
                   std::to_string(count_.decisions);
  }

  Rng rng_;
  LimitModelCount& count_;
  SimulatedClock clock_;
  std::unique_ptr<LimitLedger> ledger_;
  std::vector<std::unique_ptr<Limit>> limits_;
  std::vector<Entry> flying_, journal_;
  std::size_t synced_ = 0, snapshot_at_ = 0;
  std::string snapshot_;
  std::uint64_t decisions_ = 0;
  std::int64_t now_ = 0, saved_now_ = 0;
};

inline LimitModelCount RunLimitModel(std::uint64_t seed, std::uint64_t decisions) {
  LimitModelCount count;
  Rng seeds(seed);
  while (count.decisions < decisions) LimitModel(seeds.Next(), count).Play(800);
  return count;
}

}  // namespace mooring::serving
