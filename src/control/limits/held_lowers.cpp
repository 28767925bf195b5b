#include "control/limits/held_lowers.h"

#include <algorithm>

namespace mooring::control {

using records::LimitChange;

namespace {

bool Lowers(const LimitChange& change, const records::LimitsInForce& in_force) {
  const auto contract = data::Decimal::Parse(change.over);
  const auto now = records::MaxInForce(in_force.Find(change.model, change.limit), contract);
  const auto next = data::Decimal::Parse(change.max);
  return next && (!now || next->Compare(*now) == -1);
}

}  // namespace

Status HeldLowers::Hold(const LimitChange& change) {
  const std::lock_guard lock(mutex_);
  if (changes_.size() >= kMost) {
    return Error(Code::kResourceExhausted, "too many lowered limits wait to be written down");
  }
  changes_.push_back(change);
  return Ok();
}

void HeldLowers::Into(records::LimitsInForce& in_force) const {
  const std::lock_guard lock(mutex_);
  for (const LimitChange& change : changes_) {
    if (!Lowers(change, in_force)) continue;
    records::LimitInForce& limit = in_force.limits[change.model + "/" + change.limit];
    limit.max = change.max;
    limit.over = change.over;
  }
}

bool HeldLowers::empty() const {
  const std::lock_guard lock(mutex_);
  return changes_.empty();
}

Status HeldLowers::Write(records::LimitBook& book, Time now,
                         const std::function<void(const LimitChange&)>& on_written) {
  std::vector<LimitChange> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = changes_;
  }
  std::size_t done = 0;
  Status failed;
  for (const LimitChange& change : waiting) {
    LimitChange asked = change;
    asked.expires = now + records::kChangeLives;  // it may have waited for long
    auto written = book.Ask(std::move(asked), now);
    // Somebody lowered it further meanwhile.
    const bool useless = !written.ok() && !Lowers(change, book.Known());
    if (!written.ok() && !useless) {
      failed = std::move(written).error();
      break;
    }
    ++done;
    if (written.ok() && on_written) on_written(*written);
  }
  const std::lock_guard lock(mutex_);  // one writes, others only add behind
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(done));
  return failed;
}

}  // namespace mooring::control
