#include "app/outcome_times.h"

#include <algorithm>

#include "records/journal/journal.h"

namespace mooring::app {
namespace {

struct ModelReader final : records::JournalVisitor {
  void OnDecisions(const records::ReadDecisions& block) override { model = block.binding->model; }
  bool WantsRows() const override { return false; }
  std::string model;
};

}  // namespace

void OutcomeTimes::Note(std::span<const records::Outcome> outcomes) {
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  for (const records::Outcome& outcome : outcomes) {
    if (waiting_.size() >= kNames && !waiting_.contains(outcome.name)) continue;
    Waiting& waiting = waiting_[outcome.name];
    const std::pair next(std::min(outcome.at, now), outcome.decision);
    if (waiting.size() == kKept && next <= waiting.front()) continue;
    const auto place = std::ranges::lower_bound(waiting, next);
    if (place != waiting.end() && *place == next) continue;
    waiting.insert(place, next);
    if (waiting.size() > kKept) waiting.erase(waiting.begin());
  }
}

void OutcomeTimes::Settle() {
  std::map<std::string, Waiting, std::less<>> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(waiting_);
  }
  for (const auto& [name, waiting] : taken) {
    for (const auto& [at, decision] : waiting) {
      const auto model = model_of_(decision);
      if (!model.ok()) continue;  // its segment is gone: older than anything that matters
      const std::lock_guard lock(mutex_);
      std::int64_t& newest = newest_[*model];
      newest = std::max(newest, std::int64_t{at.time_since_epoch().count()});
    }
  }
}

std::map<std::string, std::int64_t, std::less<>> OutcomeTimes::Newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

OutcomeTimes::ModelOf ModelsIn(std::function<records::Journal*()> journal) {
  return [journal = std::move(journal)](DecisionId decision) -> Result<std::string> {
    ModelReader reader;
    RETURN_IF_ERROR(journal()->Read(decision, reader));
    return reader.model;
  };
}

}  // namespace mooring::app
