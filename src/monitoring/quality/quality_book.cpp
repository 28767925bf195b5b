#include "monitoring/quality/quality_book.h"

#include <algorithm>
#include <utility>

#include "monitoring/quality/quality_judge.h"
#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

constexpr std::string_view kLearner = "quality", kLossLearner = "dle";

bool HasOutcome(const records::ReadDecisions& block, const Reference& reference) {
  return reference.contract != nullptr && reference.contract->outcome && !block.rows.empty();
}

DecisionId After(DecisionId last) {
  ++last.ordinal;
  return last;
}

DecisionId After(const records::ReadDecisions& block) {
  DecisionId next = block.first;
  next.ordinal += static_cast<std::uint32_t>(block.rows.size());
  return next;
}

// What was learned of the holdout at registration; null when there was none.
std::shared_ptr<const QualityReference> ReferenceOf(const Learned& learned,
                                                    const std::function<void(const Error&)>& tell) {
  const std::string_view part = learned.Part(kLearner);
  if (part.empty()) return nullptr;
  auto reference = QualityReference::FromJson(part);
  if (reference.ok()) {
    return std::make_shared<const QualityReference>(std::move(reference).value());
  }
  if (tell) tell(std::move(reference).error().Context("quality reference"));
  return nullptr;
}

// The estimator of a regression's losses; null when there was no holdout.
std::shared_ptr<const DleModel> LossesOf(const Learned& learned, const OpenRegressor& open,
                                         const std::function<void(const Error&)>& tell) {
  const std::string_view part = learned.Part(kLossLearner);
  if (part.empty() || !open) return nullptr;
  auto losses = DleModel::FromJson(part, open);
  if (losses.ok()) return std::make_shared<const DleModel>(std::move(losses).value());
  if (tell) tell(std::move(losses).error().Context("estimator of losses"));
  return nullptr;
}

}  // namespace

const std::shared_ptr<QualityBook::Track>& QualityBook::TrackFor(
    const WindowKey& key, const records::ReadDecisions& block,
    const std::shared_ptr<const Reference>& reference) {
  std::shared_ptr<Track>& track = tracks_[key];
  if (track != nullptr && track->contract_hash == block.binding->contract_hash) return track;
  // Another contract: other windows, and quality means something else. Windows before keep theirs.
  if (Entry* const open = track == nullptr ? nullptr : Find(track->open)) open->open = false;
  track = std::make_shared<Track>();
  track->contract_hash = block.binding->contract_hash;
  track->plan = std::make_shared<QualityPlan>(
      reference, block, LossesOf(reference->learned, options_.open_regressor, options_.on_problem),
      options_.library_directory);
  SetReference(*track, ReferenceOf(reference->learned, options_.on_problem));
  for (const std::string& problem : track->plan->problems()) {
    if (options_.on_problem) {
      options_.on_problem(
          Error(Code::kInvalidArgument, problem).Context("measures of " + key.first));
    }
  }
  return track;
}

QualityBook::Entry* QualityBook::Find(std::uint32_t serial) {
  if (windows_.empty() || serial < windows_.front().serial) return nullptr;
  const std::size_t place = serial - windows_.front().serial;
  return place < windows_.size() ? &windows_[place] : nullptr;
}

QualityBook::Entry& QualityBook::OpenWindow(const WindowKey& key,
                                            const std::shared_ptr<Track>& track) {
  if (Entry* const open = Find(track->open); open != nullptr && open->open) return *open;
  windows_.push_back({.serial = next_serial_++,
                      .track = track,
                      .window = std::make_unique<QualityWindow>(key, track->plan)});
  track->open = windows_.back().serial;
  return windows_.back();
}

void QualityBook::Note(const records::ReadDecisions& block, const Entry& entry, std::size_t place) {
  std::vector<Place>& places = places_[{block.first.replica, block.first.segment}];
  const std::size_t end = block.first.ordinal + block.rows.size();
  if (places.size() < end) places.resize(end);
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    places[block.first.ordinal + row] = {entry.serial, static_cast<std::uint32_t>(place + row)};
  }
}

void QualityBook::Add(const records::ReadDecisions& block,
                      const std::shared_ptr<const Reference>& reference) {
  if (!HasOutcome(block, *reference)) return;
  const WindowKey key(block.binding->model, block.binding->version);
  const DecisionId begin = begins_.try_emplace(key, block.first).first->second;
  if (block.first < begin) return Recall(block, reference);
  const std::shared_ptr<Track>& track = TrackFor(key, block, reference);
  if (Entry* const open = Find(track->open);
      open != nullptr && open->open && open->window->Over(block.at)) {
    open->open = false;
  }
  Entry& entry = OpenWindow(key, track);
  const std::size_t place = entry.window->Add(block);
  Note(block, entry, place);
  rows_ += block.rows.size();
  if (entry.window->Full()) entry.open = false;
  LetGo(block.at);
}

void QualityBook::LetGo(Time now) {
  const std::size_t before = windows_.size();
  while (windows_.size() > 1 && rows_ + kRowsOfAWindow * windows_.size() > options_.most_rows) {
    LetOldestGo(now);
  }
  if (windows_.size() == before) return;
  const auto needed = OldestNeeded();
  while (needed && !places_.empty() &&
         places_.begin()->first < Segment(needed->replica, needed->segment)) {
    places_.erase(places_.begin());
  }
}

void QualityBook::LetOldestGo(Time now) {
  Entry& oldest = windows_.front();
  // What it knows must not be lost, even when so much is read at once that nobody asked yet.
  if (!oldest.scored || oldest.dirty || oldest.outdated) parting_.push_back(Score(oldest, now));
  const QualityWindow& window = *oldest.window;
  Remember({.window = {window.key(), window.first(), window.last(), window.start(), window.end(),
                       window.shared_plan(), oldest.track->reference, window.rows().rows(),
                       GapsBefore(oldest)}});
  if (oldest.scored_labels >= kLeastLabels) oldest.track->gaps_let_go = oldest.gap_windows;
  begins_[window.key()] = After(window.last());
  rows_ -= window.rows().rows();
  windows_.pop_front();
}

// Nearly always at the end.
void QualityBook::Remember(Gone gone) {
  const auto first = [](const Gone& one) { return one.window.first; };
  auto place = let_go_.insert(std::ranges::upper_bound(let_go_, gone.window.first, {}, first),
                              std::move(gone));
  for (; place != let_go_.end(); ++place) {
    place->greatest_last = place->window.last;
    if (place == let_go_.begin()) continue;
    place->greatest_last = std::max(place->greatest_last, std::prev(place)->greatest_last);
  }
  if (let_go_.size() > options_.most_let_go) let_go_.pop_front();
}

// As Add, of windows of which only the ids matter.
void QualityBook::Recall(const records::ReadDecisions& block,
                         const std::shared_ptr<const Reference>& reference) {
  if (!HasOutcome(block, *reference)) return;
  const WindowKey key(block.binding->model, block.binding->version);
  const auto begin = begins_.find(key);
  if (begin == begins_.end() || !(block.first < begin->second)) return;
  const std::shared_ptr<Track>& track = TrackFor(key, block, reference);
  Gone& gone = recalling_[key];
  LateWindow& open = gone.window;
  const records::MonitorRule& rule = track->plan->contract().monitor;
  if (open.rows != 0 && (open.plan != track->plan || open.rows >= rule.window_rows ||
                         block.at - open.start >= rule.window_every)) {
    Remember(std::exchange(gone, Gone()));
  }
  if (open.rows == 0) {
    open = {.key = key, .first = block.first, .start = block.at, .end = block.at};
    open.plan = track->plan;
    open.reference = track->reference;
  }
  open.rows += block.rows.size();
  open.last = After(block);
  --open.last.ordinal;
  open.end = std::max(open.end, block.at);
}

void QualityBook::Learn(std::span<const records::Outcome> outcomes) {
  for (const records::Outcome& outcome : outcomes) {
    const auto segment = places_.find({outcome.decision.replica, outcome.decision.segment});
    Place place;
    if (segment != places_.end() && outcome.decision.ordinal < segment->second.size()) {
      place = segment->second[outcome.decision.ordinal];
    }
    Entry* const entry = place.window == 0 ? nullptr : Find(place.window);
    if (entry == nullptr) {
      NoteLate(outcome);
      continue;
    }
    const bool first = !entry->window->rows().known(place.row);
    switch (entry->window->Learn(place.row, outcome)) {
      case QualityWindow::Fate::kTaken:
        ++counts_.taken;
        entry->dirty = true;
        if (first) Stream(*entry, place.row, outcome.at);
        break;
      case QualityWindow::Fate::kSame: ++counts_.same; break;
      case QualityWindow::Fate::kTooEarly: ++counts_.too_early; break;
      case QualityWindow::Fate::kNotOurs: ++counts_.not_ours; break;
    }
  }
}

// Windows of several versions may span the id; only reading the journal tells which one has it.
void QualityBook::NoteLate(const records::Outcome& outcome) {
  bool found = false;
  auto after = std::ranges::upper_bound(let_go_, outcome.decision, {},
                                        [](const Gone& gone) { return gone.window.first; });
  while (after != let_go_.begin()) {
    Gone& gone = *--after;
    if (gone.greatest_last < outcome.decision) break;
    if (gone.window.last < outcome.decision || !gone.window.plan->TruthOf(outcome)) continue;
    found = gone.late = true;
  }
  for (auto& [key, gone] : recalling_) {
    const LateWindow& window = gone.window;
    if (outcome.decision < window.first || window.last < outcome.decision) continue;
    if (window.plan->TruthOf(outcome)) found = gone.late = true;
  }
  ++(found ? counts_.late : counts_.not_ours);
}

std::vector<LateWindow> QualityBook::TakeLate() {
  std::vector<LateWindow> taken;
  std::uint64_t rows = 0;
  for (Gone& gone : let_go_) {
    if (!gone.late || (rows != 0 && rows + gone.window.rows > options_.most_late_rows)) continue;
    rows += gone.window.rows;
    gone.late = false;
    taken.push_back(gone.window);
    // Recalled before the reference of the version was known.
    const auto track = tracks_.find(gone.window.key);
    if (taken.back().reference == nullptr && track != tracks_.end() &&
        track->second->plan == gone.window.plan) {
      taken.back().reference = track->second->reference;
    }
  }
  return taken;
}

bool QualityBook::IsDue(const Entry& entry, Time now) const {
  const QualityWindow& window = *entry.window;
  if (entry.open || window.rows().rows() == 0) return false;
  const std::uint64_t known = window.rows().labelled;
  if (!entry.scored || entry.outdated) return true;
  if (!entry.scored_mature && window.Mature(now)) return true;
  if (!entry.dirty) return false;
  if (now - entry.scored_at >= kScoreEvery) return true;
  return known == window.rows().rows() || known == entry.scored_labels ||
         static_cast<double>(known) >= 1.25 * static_cast<double>(entry.scored_labels);
}

std::uint32_t QualityBook::GapsBefore(const Entry& entry) const {
  for (std::size_t i = entry.serial - windows_.front().serial; i-- > 0;) {
    const Entry& before = windows_[i];
    if (before.track == entry.track && before.scored_labels >= kLeastLabels) {
      return before.gap_windows;
    }
  }
  return entry.track->gaps_let_go;
}

// The window behind it counts the windows in a row from it.
void QualityBook::Outdate(const Entry& entry) {
  for (std::size_t i = entry.serial - windows_.front().serial + 1; i < windows_.size(); ++i) {
    Entry& behind = windows_[i];
    if (behind.track != entry.track || behind.scored_labels < kLeastLabels) continue;
    behind.outdated = true;
    return;
  }
}

// The first windows whose outcomes have come are what later ones are held against.
void QualityBook::LearnReference(Entry& entry, Track& track) {
  if (track.reference != nullptr || !entry.window->rows().labelled) return;
  if (std::ranges::find(track.learning, entry.serial) == track.learning.end()) {
    track.learning.push_back(entry.serial);
  }
  std::uint64_t labelled = 0;
  for (const std::uint32_t serial : track.learning) {
    const Entry* const one = Find(serial);
    labelled += one == nullptr ? 0 : one->window->rows().labelled;
  }
  if (labelled < QualityReference::kLeastRows) return;
  QualityRows all = track.plan->NewRows();
  all.features = all.read_columns = all.expected_losses = all.sliced_columns = 0;
  for (const std::uint32_t serial : track.learning) {
    const Entry* const one = Find(serial);
    if (one == nullptr) continue;
    const QualityRows& rows = one->window->rows();
    all.scores.insert(all.scores.end(), rows.scores.begin(), rows.scores.end());
    all.truth.insert(all.truth.end(), rows.truth.begin(), rows.truth.end());
    all.labelled += rows.labelled;
  }
  auto learned = QualityReference::Learn(track.plan->task(), track.plan->classes(),
                                         track.plan->has_probabilities(), all, "production");
  if (!learned.ok()) return;  // too few of a class: with more windows perhaps
  SetReference(track, std::make_shared<const QualityReference>(std::move(learned).value()));
  track.learning.clear();
}

void QualityBook::SetReference(Track& track,
                               std::shared_ptr<const QualityReference> reference) const {
  track.reference = std::move(reference);
  if (track.reference == nullptr) return;
  track.losses = LossStream::Of(track.plan->task(), *track.reference);
}

// Outcomes in the order in which they become known; a correction is no new outcome.
void QualityBook::Stream(const Entry& entry, std::size_t row, Time at) {
  const QualityWindow& window = *entry.window;
  Track& track = *entry.track;
  if (!track.losses) return;
  const QualityRows& rows = window.rows();
  if (!track.losses->Add(rows.scores[row * rows.score_columns], rows.truth[row])) return;
  records::StoredVerdict alarm;
  alarm.model = window.key().first;
  alarm.version = window.key().second;
  alarm.window_start = alarm.window_end = at;
  alarm.rows = track.losses->outcomes();
  alarm.verdict = "alarm";
  alarm.evidence_json = "{}";
  alarm.kind = kStreamVerdict;
  alarm.findings_json = FindingsJson({track.losses->Alarm(alarm.model)});
  alarms_.push_back(std::move(alarm));
}

std::vector<QualityReport> QualityBook::TakeParting() { return std::exchange(parting_, {}); }

std::vector<records::StoredVerdict> QualityBook::TakeAlarms() { return std::exchange(alarms_, {}); }

QualityReport QualityBook::Score(Entry& entry, Time now) {
  const QualityWindow& window = *entry.window;
  QualityReport report = window.Begin(now);
  const QualityReference* const reference = entry.track->reference.get();
  ScoreWindow(window.plan(), reference, window.rows(), report);
  JudgeQuality(window.plan(), reference, GapsBefore(entry), report);
  if (report.mature) LearnReference(entry, *entry.track);
  const bool counted = entry.scored_labels >= kLeastLabels;
  entry.scored = true;
  entry.scored_mature = report.mature;
  entry.scored_at = now;
  entry.scored_labels = window.rows().labelled;
  entry.dirty = entry.outdated = false;
  const bool counts = entry.scored_labels >= kLeastLabels;
  if (std::exchange(entry.gap_windows, report.gap.windows_beyond) != entry.gap_windows ||
      counted != counts) {
    Outdate(entry);
  }
  return report;
}

std::vector<QualityReport> QualityBook::Due(Time now) {
  for (auto& [key, gone] : recalling_) Remember(std::move(gone));
  recalling_.clear();
  std::vector<QualityReport> due = TakeParting();
  for (Entry& entry : windows_) {
    if (entry.open && entry.window->Over(now - kGrace)) entry.open = false;
    if (IsDue(entry, now)) due.push_back(Score(entry, now));
  }
  return due;
}

std::optional<DecisionId> QualityBook::OldestNeeded() const {
  std::optional<DecisionId> oldest;
  for (const Entry& entry : windows_) {
    if (entry.window->rows().rows() == 0) continue;
    if (!oldest || entry.window->first() < *oldest) oldest = entry.window->first();
  }
  return oldest;
}

}  // namespace mooring::monitoring
