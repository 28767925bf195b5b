#include "app/controls_in_force.h"

#include <condition_variable>

#include "base/check.h"
#include "records/contract/limit_max.h"

namespace mooring::app {
namespace {

using serving::LimitControls;

const records::Contract* ContractOf(const serving::ServedModel& model) {
  if (model.champion != nullptr) return model.champion->contract.get();
  return model.versions.empty() ? nullptr : model.versions.rbegin()->second->contract.get();
}

LimitControls::OfLimit OfLimit(const records::LimitInForce& in_force,
                               const records::LimitRule& rule, const records::Contract& contract) {
  LimitControls::OfLimit made;
  if (!in_force.max.empty()) {
    const auto max = records::MaxInForce(&in_force, records::MaxOf(rule));
    const int digits = records::DigitsOfMax(rule, contract);
    const auto minor = max ? max->InUnitsOf(digits, data::Decimal::Rounding::kDown)
                           : std::optional<std::int64_t>();
    made.max = minor.value_or(0);
  }
  made.released_at = in_force.released.time_since_epoch().count();
  for (const records::RampMoment& moment : in_force.ramp) {
    made.ramp.push_back({moment.from.time_since_epoch().count(), moment.part, moment.whole});
  }
  return made;
}

bool Same(const LimitControls& a, const LimitControls& b) {
  return a.limits == b.limits && a.watch == b.watch;
}

// Whether it is another object; one that was freed is no other's.
bool IsOther(const std::weak_ptr<const serving::Snapshot>& known,
             const std::shared_ptr<const serving::Snapshot>& snapshot) {
  return known.owner_before(snapshot) || snapshot.owner_before(known);
}

}  // namespace

LimitControls ControlsOf(const records::LimitsInForce& in_force, const serving::Snapshot& snapshot,
                         const Standings& standing, const NewestOutcomes& outcomes) {
  LimitControls controls;
  for (const auto& [name, model] : snapshot.models) {
    const records::Contract* const contract = ContractOf(model);
    if (contract == nullptr || contract->limits.empty()) continue;
    for (const records::LimitRule& rule : contract->limits) {
      const records::LimitInForce* const changed = in_force.Find(name, rule.name);
      if (changed == nullptr) continue;
      controls.limits[name + "/" + rule.name] = OfLimit(*changed, rule, *contract);
    }
    LimitControls::Watch& watch = controls.watch[name];
    if (const auto found = standing.find(name); found != standing.end()) {
      watch.standing = found->second;
    }
    if (const auto found = outcomes.find(name); found != outcomes.end()) {
      watch.last_outcomes = found->second;
    }
  }
  return controls;
}

struct ControlsInForce::Alive {
  std::mutex mutex;
  std::condition_variable fewer;
  int values = 0;
};

ControlsInForce::ControlsInForce(Options options)
    : options_(std::move(options)), alive_(std::make_shared<Alive>()), current_(Share({})) {
  CHECK(options_.book != nullptr && options_.snapshot);
}
ControlsInForce::~ControlsInForce() = default;

ControlsInForce::Shared ControlsInForce::Share(LimitControls controls) const {
  {
    const std::lock_guard lock(alive_->mutex);
    ++alive_->values;
  }
  auto made = std::make_unique<const LimitControls>(std::move(controls));
  return {made.release(), [alive = alive_](const LimitControls* value) {
            const std::unique_ptr<const LimitControls> ended(value);
            const std::lock_guard lock(alive->mutex);
            --alive->values;
            alive->fewer.notify_all();
          }};
}

std::shared_ptr<const LimitControls> ControlsInForce::Current() {
  Shared old;  // ends outside the lock
  const std::lock_guard lock(mutex_);
  // Asked under the lock, so that an older one never takes the place of a newer.
  const std::shared_ptr<const serving::Snapshot> snapshot = options_.snapshot();
  if (IsOther(of_snapshot_, snapshot)) [[unlikely]]
    Rebuild(snapshot, old);
  return current_;
}

// A value of its own for whatever differs: others remember values by their revision.
void ControlsInForce::Rebuild(const std::shared_ptr<const serving::Snapshot>& snapshot,
                              Shared& old) {
  LimitControls next = ControlsOf(in_force_, *snapshot, standing_, outcomes_);
  of_snapshot_ = snapshot;
  if (revision_ != 0 && Same(next, *current_)) return;
  next.revision = ++revision_;
  old = std::exchange(current_, Share(std::move(next)));
}

Status ControlsInForce::Read() {
  Status problem;
  auto read_book = options_.book->InForce();
  if (read_book.ok()) {
    known_ = std::move(read_book).value();
  } else {
    problem = read_book.error();
  }
  records::LimitsInForce in_force = known_;
  if (options_.held) options_.held(in_force);
  std::optional<Standings> standing;
  if (options_.standing) {
    auto read = options_.standing();
    if (read.ok()) {
      standing = std::move(read).value();
    } else if (problem.ok()) {
      problem = read.error();
    }
  }
  NewestOutcomes outcomes = options_.outcomes ? options_.outcomes() : NewestOutcomes();
  Shared old;
  const std::lock_guard lock(mutex_);
  in_force_ = std::move(in_force);
  if (standing) standing_ = std::move(*standing);
  outcomes_ = std::move(outcomes);
  Rebuild(options_.snapshot(), old);
  return problem;
}

Status ControlsInForce::Refresh() {
  const std::lock_guard one(reading_);
  Status read = Read();
  std::unique_lock lock(alive_->mutex);
  if (alive_->fewer.wait_for(lock, kLetGo, [&] { return alive_->values <= 1; })) return read;
  return Error(Code::kDeadlineExceeded, "a decision by the limits before is still being made");
}

void ControlsInForce::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  std::string told;
  while (!stop.stop_requested()) {
    Status read = Refresh();
    if (read.ok() && options_.also) read = options_.also();
    const std::string problem = read.ok() ? "" : read.error().message();
    if (problem != told && !problem.empty() && options_.on_problem) {
      options_.on_problem(read.error());
    }
    told = problem;
    wake.wait_for(lock, stop, kLook, [] { return false; });
  }
}

}  // namespace mooring::app
