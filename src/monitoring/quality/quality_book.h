// QualityBook: the windows of all versions whose outcomes may still come. Decisions go in as they
// are made, outcomes find them by id whenever they come, and windows are scored again when enough
// has been learned.
//
// Kept are the newest `most_rows` rows; older windows are scored a last time and let go, and an
// outcome that comes for one of them is noted, so that it can be scored again from the journal
// (late_windows.h). Nothing here is written down: the journal gives it all back. Decisions are read
// again from OldestNeeded on, windows begin where Begins() says, and those before are recalled
// without their rows; once outcomes have stopped coming, the reports are the same, however the
// journal was cut into turns. But for two things after a restart: a version without a holdout is
// held against the first windows that are still kept, and windows in a row are counted from there.
//
// Thread safety: none; the watch's own. Memory: rows as quality_rows.h says, and 8 bytes for each
// decision of the segments that hold them. Cost: Add 0.15 µs a row of 25 features (of a regression
// whose losses are estimated 0.4 µs more for each loss), Learn 30 ns.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "monitoring/quality/loss_stream.h"
#include "monitoring/quality/quality_reference.h"
#include "monitoring/quality/quality_window.h"

namespace mooring::monitoring {

// A window that was let go, and for which an outcome came all the same.
struct LateWindow {
  WindowKey key;
  DecisionId first, last = {};
  Time start, end;
  std::shared_ptr<QualityPlan> plan = {};
  std::shared_ptr<const QualityReference> reference = {};
  std::uint64_t rows = 0;
  std::uint32_t gaps_before = 0;  // windows in a row whose gap was great
};

class QualityBook {
 public:
  struct Options {
    std::size_t most_rows = 1 << 20;       // each window counts for kRowsOfAWindow besides
    std::size_t most_let_go = 100'000;     // windows remembered by their ids
    std::size_t most_late_rows = 1 << 18;  // of the windows that TakeLate gives at once
    Checkpoint begins;                     // what Begins() said before the restart
    std::function<void(const Error&)> on_problem;
    OpenRegressor open_regressor;        // empty: losses of regressions are not estimated
    std::string library_directory = {};  // of DuckDB, for measures that are SQL
  };
  struct Counts {
    std::uint64_t taken = 0, same = 0;
    std::uint64_t too_early = 0;  // known before their decision
    std::uint64_t not_ours = 0;   // of another name, or of no model with an outcome
    std::uint64_t late = 0;       // for a window that was let go
  };
  explicit QualityBook(Options options) : options_(std::move(options)) {}

  static constexpr std::size_t kRowsOfAWindow = 64;
  // Outcomes that are not many wait this long at most before their window is scored again.
  static constexpr Micros kScoreEvery = std::chrono::minutes(10);
  // What is in flight when a window's time is over still belongs to it.
  static constexpr Micros kGrace = std::chrono::seconds(2);

  // After a restart, before all else: decisions from the oldest on, in order, with or without
  // inputs. Those before Begins() make up the windows that were let go; others are passed over.
  void Recall(const records::ReadDecisions& block,
              const std::shared_ptr<const Reference>& reference);
  // A version without an outcome in its contract is left out, and a decision before Begins() is
  // only recalled.
  void Add(const records::ReadDecisions& block, const std::shared_ptr<const Reference>& reference);
  void Learn(std::span<const records::Outcome> outcomes);

  // Closes windows whose time is over and scores those that learned enough since: a quarter more
  // outcomes than the last time, all of them, their maturity, anything after kScoreEvery, or that
  // the window before them has or lacks a great gap now.
  std::vector<QualityReport> Due(Time now);

  // Last reports of windows that were let go since the last call of this or Due: they must be
  // stored before Begins() is.
  std::vector<QualityReport> TakeParting();
  // Alarms of loss streams since the last call, as verdicts of their own kind.
  std::vector<records::StoredVerdict> TakeAlarms();
  // The oldest decision that the windows kept need; nothing when there is none.
  std::optional<DecisionId> OldestNeeded() const;
  // By version, the first decision of the windows that were not let go.
  const Checkpoint& Begins() const { return begins_; }
  // Windows that are to be scored again from the journal, each once; the rest the next time.
  std::vector<LateWindow> TakeLate();
  const Counts& counts() const { return counts_; }
  std::size_t rows() const { return rows_; }

 private:
  struct Place {
    std::uint32_t window = 0;  // serial number; 0: none
    std::uint32_t row = 0;
  };
  struct Track;
  struct Entry {
    std::uint32_t serial;
    std::shared_ptr<Track> track;
    std::unique_ptr<QualityWindow> window;
    bool open = true, scored_mature = false, dirty = false, scored = false;
    bool outdated = false;  // the window before it says something else now
    Time scored_at = {};
    std::uint64_t scored_labels = 0;
    std::uint32_t gap_windows = 0;  // in a row, with this one
  };
  // What the windows of a version under a contract have in common.
  struct Track {
    std::string contract_hash;
    std::shared_ptr<QualityPlan> plan;
    std::shared_ptr<const QualityReference> reference;  // null: not known yet
    std::optional<LossStream> losses;
    std::uint32_t open = 0;               // serial number; 0: none
    std::vector<std::uint32_t> learning;  // windows that it is learned from
    std::uint32_t gaps_let_go = 0;        // in a row, at the end of the windows that were let go
  };
  // A window that was let go. Windows come in the order of their first decisions.
  struct Gone {
    LateWindow window;
    DecisionId greatest_last = {};  // of this one and those before it
    bool late = false;
  };
  using Segment = std::pair<std::uint16_t, std::uint32_t>;

  const std::shared_ptr<Track>& TrackFor(const WindowKey& key, const records::ReadDecisions& block,
                                         const std::shared_ptr<const Reference>& reference);
  Entry& OpenWindow(const WindowKey& key, const std::shared_ptr<Track>& track);
  Entry* Find(std::uint32_t serial);
  void Note(const records::ReadDecisions& block, const Entry& entry, std::size_t place);
  void Stream(const Entry& entry, std::size_t row, Time at);
  void SetReference(Track& track, std::shared_ptr<const QualityReference> reference) const;
  void NoteLate(const records::Outcome& outcome);
  void LetGo(Time now);
  void LetOldestGo(Time now);
  void Remember(Gone gone);
  bool IsDue(const Entry& entry, Time now) const;
  QualityReport Score(Entry& entry, Time now);
  void LearnReference(Entry& entry, Track& track);
  std::uint32_t GapsBefore(const Entry& entry) const;
  void Outdate(const Entry& entry);

  const Options options_;
  Checkpoint begins_ = options_.begins;
  std::map<WindowKey, std::shared_ptr<Track>> tracks_;
  std::map<WindowKey, Gone> recalling_;  // windows let go whose end was not met yet
  std::vector<QualityReport> parting_;   // of windows that were let go since the last Due
  std::deque<Entry> windows_;            // by serial number
  std::uint32_t next_serial_ = 1;
  std::map<Segment, std::vector<Place>> places_;
  std::vector<records::StoredVerdict> alarms_;
  std::deque<Gone> let_go_;
  std::size_t rows_ = 0;
  Counts counts_;
};

}  // namespace mooring::monitoring
