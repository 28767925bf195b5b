#include "serving/convergence_policy.h"

#include <algorithm>

namespace mooring::serving {
namespace {

bool IsLoaded(const ConvergenceView& view, const VersionKey& key) {
  return view.loaded.contains(key);
}

bool MayLoad(const ConvergenceView& view, const VersionKey& key, std::uint64_t revision) {
  if (key.version == 0 || IsLoaded(view, key) || view.loading.contains(key)) return false;
  const auto failed = view.failures.find(key);
  if (failed == view.failures.end() || failed->second.revision != revision) return true;
  return failed->second.retry_at != Nanos(0) && view.now >= failed->second.retry_at;
}

bool IsWished(const ConvergenceView& view, const VersionKey& key) {
  return std::ranges::any_of(view.wishes, [&](const Wish& wish) {
    return wish.Champion() == key || wish.Previous() == key;
  });
}

bool IsShown(const ConvergenceView& view, const VersionKey& key) {
  const auto shown = view.shown.find(key.model);
  return shown != view.shown.end() &&
         (shown->second.champion == key || shown->second.previous == key);
}

std::optional<VersionKey> Droppable(const ConvergenceView& view) {
  for (const auto& [key, bytes] : view.loaded) {
    if (!IsWished(view, key) && !IsShown(view, key)) return key;
  }
  return std::nullopt;
}

bool MustShow(const ConvergenceView& view) {
  std::size_t known = 0;
  for (const Wish& wish : view.wishes) {
    const auto shown = view.shown.find(wish.model);
    if (shown == view.shown.end() || shown->second != ShouldShow(view, wish)) return true;
    ++known;
  }
  return known != view.shown.size();  // a model that nobody wishes any more
}

std::optional<VersionKey> NextLoad(const ConvergenceView& view) {
  for (const Wish& wish : view.wishes) {
    if (MayLoad(view, wish.Champion(), wish.revision)) return wish.Champion();
  }
  for (const Wish& wish : view.wishes) {
    if (MayLoad(view, wish.Previous(), wish.revision)) return wish.Previous();
  }
  return std::nullopt;
}

}  // namespace

Shown ShouldShow(const ConvergenceView& view, const Wish& wish) {
  Shown shown;
  shown.revision = wish.revision;
  const auto before = view.shown.find(wish.model);
  if (wish.champion != 0 && IsLoaded(view, wish.Champion())) {
    shown.champion = wish.Champion();
  } else if (wish.champion != 0 && before != view.shown.end()) {
    shown.champion = before->second.champion;  // what serves goes on until the new one is ready
    shown.revision = before->second.revision;
  }
  if (wish.previous != 0 && IsLoaded(view, wish.Previous()) &&
      shown.champion != wish.Previous()) {
    shown.previous = wish.Previous();
  }
  for (const VersionKey& key : {wish.Champion(), wish.Previous()}) {
    const auto failed = view.failures.find(key);
    if (failed == view.failures.end() || IsLoaded(view, key) || key.version == 0 ||
        failed->second.revision != wish.revision) {
      continue;
    }
    shown.problem = failed->second.message;
    break;
  }
  return shown;
}

std::size_t LikelyBytes(const ConvergenceView& view, const VersionKey& key) {
  std::size_t most = 0;
  for (const auto& [other, bytes] : view.loaded) {
    if (other.model == key.model) most = std::max(most, bytes);
  }
  return most;
}

bool FitsMemory(const ConvergenceView& view, std::size_t more_bytes) {
  if (view.memory_budget_bytes == 0) return true;
  std::size_t total = 0;
  for (const auto& [key, bytes] : view.loaded) total += bytes;
  return total <= view.memory_budget_bytes && more_bytes <= view.memory_budget_bytes - total;
}

Action NextAction(const ConvergenceView& view) {
  if (MustShow(view)) return {Action::Kind::kShow, {}};
  const auto load = NextLoad(view);
  const auto drop = Droppable(view);
  if (load) {
    if (drop && !FitsMemory(view, LikelyBytes(view, *load))) return {Action::Kind::kDrop, *drop};
    return {Action::Kind::kLoad, *load};
  }
  if (drop) return {Action::Kind::kDrop, *drop};
  return {};
}

}  // namespace mooring::serving
