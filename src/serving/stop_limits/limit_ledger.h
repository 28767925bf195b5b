// LimitLedger: the budgets of all stop-limits and the one place where they are spent. Everything is
// whole numbers; sums are taken in 128 bits.
//
//   LimitNote note;
//   if (ledger.TryAdmit(terms, {.now = clock.Now(), .row = 0, .model_sourced = true}, note)) …
//
// TryAdmit checks all terms and then applies all, under one lock: what is denied consumes nothing
// and notes its hits (and latches) only. What is applied is appended to `note` as deltas; folding
// the notes of a journal into an empty ledger gives the same budgets.
//
// Every note that TryAdmit wrote to is ended by Recorded or by Undo. What relieves a limit (the
// other sign of a net sum, the decisions a share is of) serves other records only from Recorded on:
// a crash must not take it away from under them. Call Recorded as soon as the journal has given the
// record its place, before another record can be placed that relies on it.
//
// The invariant (never exceed): for every limit and every window, the sum over admitted decisions
// is at most the limit, through crashes, retries and clock steps. Sliding windows are counted in
// buckets and every bucket that touches the window counts whole, so a window is at most one bucket
// longer than said, never shorter. Time never goes back: a step backwards opens no budget; a jump
// forward against the monotonic clock beyond `max_jump` freezes the windows until Thaw
// (limit_time.h). Not promised: that all of a budget can be used. A rate's arrival is not given
// back, nor is a latch by Undo: it is noted again by the next record that meets it.
//
// Thread safety: any thread; one lock, held for the checks alone. Cost: 20 terms with a million
// live keys within 10 µs at p99. Memory: about 170 bytes a budget; bounded by `max_states`, and a
// limit with `per` by its own `keys`: when full, new keys are denied, no budget with anything
// spent is forgotten. What a journal says was spent is kept beyond these bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "serving/stop_limits/limit_term.h"

namespace mooring::serving {

class LimitLedger {
 public:
  struct Options {
    const Clock* clock = nullptr;  // required
    std::size_t max_states = std::size_t{1} << 23;
    std::size_t max_open = std::size_t{1} << 23;  // what decisions hold until they are closed
    std::chrono::seconds max_jump{5};             // of wall time against the monotonic clock
  };
  explicit LimitLedger(const Options& options);
  ~LimitLedger();

  struct Asker {
    std::uint32_t row = 0;
    // A latched limit lets nothing of a model through; a fixed fallback value passes it when it
    // consumes nothing of it.
    bool model_sourced = true;
  };
  struct Ruling {
    bool admitted = true;
    std::uint16_t worst = 0;    // the rule of the first enforced hit, in the order of terms
    std::int64_t retry_ns = 0;  // kRate: until one may pass
  };
  // Hits carry no name yet: `limit` is empty and `row` is the asker's; LimitSet names them by the
  // rules that `hit_rules` (parallel to the hits appended) gives.
  Ruling TryAdmit(std::span<const LimitTerm> terms, const Asker& asker, records::LimitNote& note,
                  std::vector<std::uint16_t>& hit_rules);

  // Takes back what TryAdmit applied: the journal refused the record.
  void Undo(const records::LimitNote& note);
  // The journal took the record: its rows are decisions from `first` on; open exposures are theirs.
  void Recorded(const records::LimitNote& note, DecisionId first);
  // A record read at a start, or one that others appended (outcomes, releases), in journal order,
  // each once. Until the first TryAdmit it moves the ledger's time too.
  void Fold(const records::LimitNote& note, DecisionId first);

  // What a decision still holds (kOpen), and gives back once: deltas for a record that closes it.
  // Empty when it holds nothing. Results and returns are applied by Fold of that record's note.
  std::vector<records::LimitDelta> OpenOf(DecisionId decision) const;
  // Whether its result was folded (kResult) or Settle said that it has none: it was not used.
  bool Settled(DecisionId decision) const;
  void Settle(DecisionId decision);
  // Of decisions that are gone from the journal nothing can come.
  void ForgetSettledBefore(std::uint32_t segment);

  struct Usage {
    // Sum (or count, or open) in the window now; of a share its decisions, and the marked of them.
    std::int64_t current = 0, marked = 0;
    std::int64_t latched_at = 0;        // µs since 1970; 0: not
    std::int64_t resets = 0;            // when the oldest of it expires; 0 never
    std::int64_t peak = 0, result = 0;  // kDrawdown; the peak since the release
  };
  Usage Of(const LimitTerm& term) const;
  // Every budget in use of keyed rules, each rule given by a term of its own: `visit` is told which
  // term's it is. A slice of the budgets a lock, so no decision waits long; limit_keys.cpp.
  using VisitKey =
      std::function<void(std::size_t term, const records::LimitStateId&, const Usage&)>;
  void ForEachKey(std::span<const LimitTerm> rules, const VisitKey& visit) const;
  // The time that budgets live by, µs since 1970: of notes and buckets that others make.
  std::int64_t Now() const;
  std::size_t states() const;
  bool frozen() const;  // the clock jumped: windows do not advance
  void Thaw();
  // Before the first TryAdmit: they stood still, at this time at least, before a restart.
  void Freeze(std::int64_t stood);

  // Everything as bytes and back; docs/formats/limit_snapshot.md. It stands for the notes that were
  // recorded or folded: take it while no note is between TryAdmit and Recorded (at an end), or of a
  // ledger that follows the journal by Fold alone; else what is under way counts twice. Holds the
  // lock: about 1 s a million budgets. Restore replaces all; damage is kDataLoss and leaves the
  // ledger as it was: the caller folds the journal from its start instead.
  std::string Snapshot() const;
  Status Restore(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mooring::serving
