#include "serving/loaded_models.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error_table.h"
#include "base/limits.h"
#include "serving/snapshot_cell.h"

namespace mooring::serving {
namespace {

constexpr std::chrono::seconds kRetryPause{5};

// Rings when the desired state may have changed. Shared with the registry's callback, which cannot
// be taken back.
struct Bell {
  std::mutex mutex;
  std::condition_variable_any rung;
  bool is_rung = false;

  void Ring() {
    {
      const std::lock_guard lock(mutex);
      is_rung = true;
    }
    rung.notify_all();
  }
  // True when it rang.
  bool Wait(std::stop_token stop, std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex);
    rung.wait_for(lock, std::move(stop), at_most, [this] { return is_rung; });
    return std::exchange(is_rung, false);
  }
};

std::vector<Wish> WishesOf(const records::DesiredState& desired) {
  std::vector<Wish> wishes;
  for (const records::ModelRoute& route : desired.routes) {
    wishes.push_back(
        {route.model, route.champion, route.previous, route.contract_hash, route.revision});
  }
  return wishes;
}

class Convergence final : public LoadedModels {
 public:
  explicit Convergence(Options options)
      : options_(std::move(options)), bell_(std::make_shared<Bell>()) {
    view_.memory_budget_bytes = options_.memory_budget_bytes;
    options_.registry->OnDesiredChange([bell = bell_] { bell->Ring(); });
    if (!options_.own_thread) return;
    shower_ = std::jthread([this](const std::stop_token& stop) { RunShows(stop); });
    loader_ = std::jthread([this](const std::stop_token& stop) { RunLoads(stop); });
  }

  std::shared_ptr<const Snapshot> Current() const override { return cell_.Current(); }

  Status ConvergeNow() override {
    while (true) {
      ASSIGN_OR_RETURN(const Next next, Round());
      if (next.load) {
        Load(*next.load);
        continue;
      }
      if (!next.others_load) return Ok();
      std::unique_lock lock(mutex_);
      load_ended_.wait(lock, [this] { return view_.loading.empty(); });
    }
  }

 private:
  // Shows and drops, and never waits for a load: a rollback is seen at once.
  void RunShows(const std::stop_token& stop) {
    bool is_due = true;
    while (!stop.stop_requested()) {
      if (is_due) {
        const auto next = Round();
        // A registry that cannot be read leaves what serves, and is asked again: it tells of a
        // change only once.
        is_due = !next.ok();
        if (next.ok() && next->load) loads_.Ring();
      }
      GiveMemoryBack();
      const bool is_told = bell_->Wait(stop, options_.poll) ||
                           options_.registry->PollExternalChange() || IsRetryDue();
      is_due = is_due || is_told;
    }
  }
  void RunLoads(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      loads_.Wait(stop, std::chrono::hours(1));
      for (auto next = Round(); next.ok() && next->load && !stop.stop_requested(); next = Round()) {
        Load(*next->load);
      }
    }
  }

  struct Next {
    std::optional<VersionKey> load;  // what must be loaded next
    bool others_load = false;        // what they load is still to be shown
  };
  // Does what takes no time.
  Result<Next> Round() {
    ASSIGN_OR_RETURN(const records::DesiredState desired, options_.registry->Desired());
    const std::lock_guard lock(mutex_);
    if (desired.revision >= revision_) {  // another thread may have read a newer one
      view_.wishes = WishesOf(desired);
      revision_ = desired.revision;
    }
    view_.now = options_.clock->Monotonic();
    while (true) {
      const Action next = NextAction(view_);
      if (next.kind == Action::Kind::kNothing) return Next{{}, !view_.loading.empty()};
      if (next.kind == Action::Kind::kLoad) return Next{next.key};
      if (next.kind == Action::Kind::kShow) Show();
      if (next.kind == Action::Kind::kDrop) Drop(next.key);
    }
  }

  bool IsRetryDue() {
    const std::lock_guard lock(mutex_);
    const Nanos now = options_.clock->Monotonic();
    return std::ranges::any_of(view_.failures, [now](const auto& failed) {
      return failed.second.retry_at != Nanos(0) && now >= failed.second.retry_at;
    });
  }

  void Load(const VersionKey& key) {
    Status room = Ok();
    std::uint64_t wish = 0;
    {
      const std::lock_guard lock(mutex_);
      // Another thread may have loaded it since this one was told to.
      if (view_.loaded.contains(key) || !view_.loading.insert(key).second) return;
      wish = RevisionOf(key.model);
      room = HasRoom(key);
    }
    auto served = room.ok() ? options_.loader(key) : std::move(room).error();
    {
      const std::lock_guard lock(mutex_);
      view_.loading.erase(key);
      if (served.ok()) {
        view_.loaded[key] = (*served)->predictor->memory_bytes();
        versions_[key] = std::move(served).value();
        view_.failures.erase(key);
      } else {
        // What may pass by itself is tried again; a broken version waits for a new wish.
        const bool passing = KindOf(served.error().code()).retryable;
        const Nanos retry = options_.clock->Monotonic() + Nanos(kRetryPause);
        view_.failures[key] = {served.error().ToString(), wish, passing ? retry : Nanos(0)};
      }
    }
    load_ended_.notify_all();
    bell_->Ring();
  }

  Status HasRoom(const VersionKey& key) const {
    if (view_.loaded.size() >= limits::kLoadedVersions) {
      return Error(Code::kTooLarge, fmt::format("{} versions are loaded", view_.loaded.size()));
    }
    const std::size_t likely = LikelyBytes(view_, key);
    if (FitsMemory(view_, likely)) return Ok();
    return Error(Code::kResourceExhausted,
                 fmt::format("about {} bytes more do not fit into the memory budget of {}", likely,
                             view_.memory_budget_bytes));
  }

  void Drop(const VersionKey& key) {
    view_.loaded.erase(key);
    if (const auto dropped = versions_.find(key); dropped != versions_.end()) {
      leaving_.push_back(dropped->second);
      versions_.erase(dropped);
    }
    Publish();  // requests may not find it by its number any more
  }

  void Show() {
    std::map<std::string, Shown> shown;
    for (const Wish& wish : view_.wishes) shown[wish.model] = ShouldShow(view_, wish);
    view_.shown = std::move(shown);
    std::erase_if(view_.failures, [this](const auto& failed) {
      return failed.second.revision != RevisionOf(failed.first.model);
    });
    Publish();
  }

  void Publish() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->revision = revision_;
    for (const auto& [name, shown] : view_.shown) {
      ServedModel& model = snapshot->models[name];
      model.name = name;
      model.revision = shown.revision;
      if (shown.champion) model.champion = versions_.at(*shown.champion);
      if (shown.previous) model.previous = versions_.at(*shown.previous);
      for (const auto& key : {shown.previous, shown.champion}) {
        if (key) model.versions[key->version] = versions_.at(*key);
      }
      if (!shown.problem.empty()) model.problem = ProblemOf(name, shown);
    }
    cell_.Publish(std::move(snapshot));
  }

  LoadProblem ProblemOf(const std::string& model, const Shown& shown) const {
    for (const auto& [key, failure] : view_.failures) {
      if (key.model == model && failure.message == shown.problem) {
        return {key.version, shown.problem};
      }
    }
    return {0, shown.problem};
  }

  std::uint64_t RevisionOf(const std::string& model) const {
    for (const Wish& wish : view_.wishes) {
      if (wish.model == model) return wish.revision;
    }
    return 0;
  }

  // Versions end with their last request; then their pages go back to the system.
  void GiveMemoryBack() {
    const std::lock_guard lock(mutex_);
    const std::size_t before = leaving_.size();
    std::erase_if(leaving_, [](const auto& version) { return version.expired(); });
    if (leaving_.size() != before) malloc_trim(0);
  }

  const Options options_;
  const std::shared_ptr<Bell> bell_;
  Bell loads_;
  SnapshotCell cell_;
  std::mutex mutex_;  // of everything below; never held while loading
  std::condition_variable load_ended_;
  ConvergenceView view_;
  std::uint64_t revision_ = 0;
  std::map<VersionKey, std::shared_ptr<const ServedVersion>> versions_;  // as view_.loaded
  std::vector<std::weak_ptr<const ServedVersion>> leaving_;
  std::jthread shower_, loader_;  // last: they stop first
};

}  // namespace

Result<std::unique_ptr<LoadedModels>> LoadedModels::Start(Options options) {
  if (options.registry == nullptr || options.clock == nullptr || !options.loader) {
    return Error(Code::kInvalidArgument, "loaded models need a registry, a clock and a loader");
  }
  return std::unique_ptr<LoadedModels>(std::make_unique<Convergence>(std::move(options)));
}

}  // namespace mooring::serving
