#include "monitoring/quality/quality_book.h"

#include <algorithm>

#include "monitoring/quality/quality_judge.h"
#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

constexpr std::string_view kLearner = "quality", kLossLearner = "dle";

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

QualityBook::Track* QualityBook::TrackFor(const WindowKey& key, const records::ReadDecisions& block,
                                          const std::shared_ptr<const Reference>& reference) {
  Track& track = tracks_[key];
  if (track.plan != nullptr && track.contract_hash == block.binding->contract_hash) return &track;
  // Another contract: other windows, and quality means something else.
  if (Entry* const open = Find(track.open); open != nullptr) open->open = false;
  track = Track();
  track.contract_hash = block.binding->contract_hash;
  track.plan = std::make_shared<QualityPlan>(
      reference, block, LossesOf(reference->learned, options_.open_regressor, options_.on_problem));
  SetReference(track, ReferenceOf(reference->learned, options_.on_problem));
  for (const std::string& problem : track.plan->problems()) {
    if (options_.on_problem) {
      options_.on_problem(
          Error(Code::kInvalidArgument, problem).Context("measures of " + key.first));
    }
  }
  return &track;
}

QualityBook::Entry* QualityBook::Find(std::uint32_t serial) {
  if (windows_.empty() || serial < windows_.front().serial) return nullptr;
  const std::size_t place = serial - windows_.front().serial;
  return place < windows_.size() ? &windows_[place] : nullptr;
}

QualityBook::Entry& QualityBook::OpenWindow(const WindowKey& key, Track& track) {
  if (Entry* const open = Find(track.open); open != nullptr && open->open) return *open;
  windows_.push_back(
      {.serial = next_serial_++, .window = std::make_unique<QualityWindow>(key, track.plan)});
  track.open = windows_.back().serial;
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
  if (reference->contract == nullptr || !reference->contract->outcome || block.rows.empty()) return;
  const WindowKey key(block.binding->model, block.binding->version);
  Track* const track = TrackFor(key, block, reference);
  if (Entry* const open = Find(track->open);
      open != nullptr && open->open && open->window->Over(block.at)) {
    open->open = false;
  }
  Entry& entry = OpenWindow(key, *track);
  const std::size_t place = entry.window->Add(block);
  Note(block, entry, place);
  rows_ += block.rows.size();
  if (entry.window->Full()) entry.open = false;
  if (rows_ > options_.most_rows) LetGo();
}

void QualityBook::LetGo() {
  while (windows_.size() > 1 && rows_ > options_.most_rows) {
    const Entry& oldest = windows_.front();
    const QualityWindow& window = *oldest.window;
    rows_ -= window.rows().rows();
    const auto track = tracks_.find(window.key());
    let_go_.push_back({window.key(), window.first(), window.last(), window.start(), window.end(),
                       window.shared_plan(),
                       track == tracks_.end() ? nullptr : track->second.reference});
    windows_.pop_front();
  }
  while (let_go_.size() > options_.most_let_go) {
    let_go_.pop_front();
    std::erase(late_, std::size_t{0});
    for (std::size_t& place : late_) --place;
  }
  const auto needed = OldestNeeded();
  while (needed && !places_.empty() &&
         places_.begin()->first < Segment(needed->replica, needed->segment)) {
    places_.erase(places_.begin());
  }
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
  for (std::size_t i = 0; i < let_go_.size(); ++i) {
    const LateWindow& window = let_go_[i];
    if (outcome.decision < window.first || window.last < outcome.decision) continue;
    if (!window.plan->TruthOf(outcome)) continue;
    found = true;
    if (std::ranges::find(late_, i) == late_.end()) late_.push_back(i);
  }
  ++(found ? counts_.late : counts_.not_ours);
}

std::vector<LateWindow> QualityBook::TakeLate() {
  std::vector<LateWindow> taken;
  for (const std::size_t place : late_) taken.push_back(let_go_[place]);
  late_.clear();
  return taken;
}

bool QualityBook::IsDue(const Entry& entry, Time now) const {
  const QualityWindow& window = *entry.window;
  if (entry.open || window.rows().rows() == 0) return false;
  const std::uint64_t known = window.rows().labelled;
  if (!entry.scored) return true;
  if (!entry.scored_mature && window.Mature(now)) return true;
  if (!entry.dirty) return false;
  return known == window.rows().rows() || known == entry.scored_labels ||
         static_cast<double>(known) >= 1.25 * static_cast<double>(entry.scored_labels);
}

std::uint32_t QualityBook::GapsBefore(const Entry& entry) const {
  for (std::size_t i = entry.serial - windows_.front().serial; i-- > 0;) {
    const Entry& before = windows_[i];
    if (before.window->key() == entry.window->key() && before.scored_labels >= kLeastLabels) {
      return before.gap_windows;
    }
  }
  return 0;
}

// The first windows whose outcomes have come are what later ones are held against.
void QualityBook::LearnReference(Entry& entry, Track& track) {
  if (track.reference != nullptr || !entry.window->rows().labelled) return;
  if (std::ranges::find(track.learning, entry.serial) == track.learning.end()) {
    track.learning.push_back(entry.serial);
  }
  QualityRows all = track.plan->NewRows();
  all.features = all.read_columns = all.expected_losses = 0;
  for (const std::uint32_t serial : track.learning) {
    const Entry* const one = Find(serial);
    if (one == nullptr) continue;
    const QualityRows& rows = one->window->rows();
    all.scores.insert(all.scores.end(), rows.scores.begin(), rows.scores.end());
    all.truth.insert(all.truth.end(), rows.truth.begin(), rows.truth.end());
    all.labelled += rows.labelled;
  }
  if (all.labelled < QualityReference::kLeastRows) return;
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
  Track& track = tracks_[window.key()];
  if (track.plan != window.shared_plan() || !track.losses) return;
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

std::vector<records::StoredVerdict> QualityBook::TakeAlarms() { return std::exchange(alarms_, {}); }

QualityReport QualityBook::Score(Entry& entry, Time now) {
  const QualityWindow& window = *entry.window;
  QualityReport report = window.Begin(now);
  Track& track = tracks_[window.key()];
  const bool ours = track.plan == window.shared_plan();
  const QualityReference* reference = ours ? track.reference.get() : nullptr;
  ScoreWindow(window.plan(), reference, window.rows(), report);
  JudgeQuality(window.plan(), reference, GapsBefore(entry), report);
  if (ours && report.mature) LearnReference(entry, track);
  entry.scored = true;
  entry.scored_mature = report.mature;
  entry.scored_labels = window.rows().labelled;
  entry.dirty = false;
  entry.gap_windows = report.gap.windows_beyond;
  return report;
}

std::vector<QualityReport> QualityBook::Due(Time now) {
  std::vector<QualityReport> due;
  for (Entry& entry : windows_) {
    if (entry.open && entry.window->Over(now)) entry.open = false;
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
