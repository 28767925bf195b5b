#include "serving/kill_switch.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/io/no_space.h"
#include "base/limits.h"
#include "data/expression/expression.h"

namespace mooring::serving {

using records::Kill;
using records::KillOrigin;
using records::KillScope;
using Kind = KillScope::Kind;

namespace {

std::atomic<bool> panic_from_signal{false};

constexpr std::size_t kListBytes = 64 * limits::kMiB;
constexpr int kPollsAfterFailure = 500;  // 10 s of a server's polls

constexpr std::size_t kMostOfAModel = 100;  // versions and segments, so that others have room

bool IsPartOfAModel(const KillScope& scope) {
  return scope.kind == Kind::kVersion || scope.kind == Kind::kSegment;
}

Orderer ByServer() { return {.name = "mooring", .origin = KillOrigin::kServer}; }

bool ScopeCovers(const KillScope& scope, std::string_view model, VersionNumber version,
                 std::string_view caller) {
  switch (scope.kind) {
    case Kind::kAll: return true;
    case Kind::kModel: return scope.model == model;
    case Kind::kVersion:
      return scope.model == model && (version == kAnyVersion || scope.version == version);
    case Kind::kCaller: return scope.caller == caller;
    case Kind::kSegment: return false;
  }
  return true;
}

}  // namespace

// Immutable but for the cache of compiled segments.
struct KillSwitch::Set {
  struct Condition {
    std::uint64_t id = 0;
    std::optional<data::Expression> holds;  // none: it does not fit these inputs
  };
  using Conditions = std::vector<Condition>;

  std::vector<Kill> kills;
  std::vector<std::uint64_t> since;  // the epoch each is in force from
  mutable std::mutex mutex;
  mutable std::map<std::pair<std::string, const data::Schema*>,
                   std::pair<std::shared_ptr<const data::Schema>, Conditions>>
      compiled;

  bool HasSegmentOf(std::string_view model) const {
    return std::ranges::any_of(kills, [&](const Kill& kill) {
      return kill.scope.kind == Kind::kSegment && kill.scope.model == model;
    });
  }

  bool InSegment(std::string_view model, const data::Batch& inputs, std::size_t row) const {
    const std::lock_guard lock(mutex);
    const auto key = std::pair(std::string(model), inputs.shared_schema().get());
    auto found = compiled.find(key);
    if (found == compiled.end()) {
      found =
          compiled.emplace(key, std::pair(inputs.shared_schema(), Compile(model, inputs.schema())))
              .first;
    }
    return std::ranges::any_of(found->second.second, [&](const Condition& condition) {
      return Holds(condition, inputs, row);
    });
  }

  // What is not known is stopped too.
  static bool Holds(const Condition& condition, const data::Batch& inputs, std::size_t row) {
    if (!condition.holds) return true;
    const auto held = condition.holds->Evaluate(inputs, row);
    return !held.has_value() || *held != 0;
  }

  Conditions Compile(std::string_view model, const data::Schema& schema) const {
    Conditions conditions;
    for (const Kill& kill : kills) {
      if (kill.scope.kind != Kind::kSegment || kill.scope.model != model) continue;
      auto held = data::Expression::Compile(kill.scope.segment, schema);
      Condition& condition = conditions.emplace_back(Condition{kill.id, std::nullopt});
      if (held.ok() && held->is_condition()) condition.holds = std::move(held).value();
    }
    return conditions;
  }
};

KillSwitch::KillSwitch(Options options)
    : options_(std::move(options)), set_(std::make_shared<const Set>()) {
  CHECK(options_.files != nullptr && options_.clock != nullptr);
}
KillSwitch::~KillSwitch() = default;

void KillSwitch::SetBarrier(Barrier barrier) {
  const std::lock_guard lock(order_mutex_);
  barrier_ = std::move(barrier);
}

std::shared_ptr<const KillSwitch::Set> KillSwitch::Current() const {
  const std::lock_guard lock(set_mutex_);
  return set_;
}

void KillSwitch::Swap(std::shared_ptr<const Set> set) {
  const bool any = !set->kills.empty();
  {
    const std::lock_guard lock(set_mutex_);
    set_ = std::move(set);
  }
  any_.store(any, std::memory_order_release);
  epoch_.fetch_add(1, std::memory_order_seq_cst);
}

void KillSwitch::Tell(std::string_view what, const Kill& kill, const Orderer& by) const {
  if (options_.on_change) options_.on_change(what, kill, by);
}

void KillSwitch::Open() {
  {
    const std::scoped_lock lock(disk_mutex_, order_mutex_);
    OpenList();
    auto set = std::make_shared<Set>();
    set->kills = list_.kills;
    set->since.assign(set->kills.size(), epoch() + 1);
    Swap(std::move(set));
  }
  Poll();
}

void KillSwitch::OpenList() {
  const auto known = options_.in_log ? options_.in_log() : records::KillsInLog();
  auto read = records::ReadKillList(*options_.files, options_.list_file);
  if (read.ok()) list_ = std::move(*read);
  list_.next_id = std::max(list_.next_id, known.newest + 1);
  if (!read.ok()) {
    unreadable_ = true;
    SetAside();
    return StopAll("the list of kills cannot be read: " + read.error().message());
  }
  if (options_.files->Exists(options_.list_file)) {
    auto text = options_.files->ReadFile(options_.list_file, kListBytes);
    kept_ = text.ok() ? std::move(*text) : records::KillListJson(list_);
    return;
  }
  // After the first kill there is always a list, if an empty one: somebody took it away.
  if (known.in_force == 0) return;
  StopAll("the list of kills is gone, and the control log knows of " +
          std::to_string(known.in_force) + " that nobody released");
}

void KillSwitch::StopAll(std::string why) {
  list_.kills = {
      {list_.next_id++, {}, options_.clock->Now(), "mooring", std::move(why), KillOrigin::kServer}};
  kept_ = records::KillListJson(list_);
  Tell("unreadable", list_.kills.back(), ByServer());
}

// What cannot be read is kept for people: the next order writes the list anew.
void KillSwitch::SetAside() {
  const auto bytes = options_.files->ReadFile(options_.list_file, kListBytes);
  if (!bytes.ok()) return;
  static_cast<void>(
      options_.files->WriteFileDurably(options_.list_file + ".damaged", AsBytes(*bytes)).ok());
}

// In force when it returns.
Result<Kill> KillSwitch::Add(const KillScope& scope, const Orderer& by, std::string_view reason) {
  RETURN_IF_ERROR(records::CheckScope(scope));
  // The same order again changes nothing. The file's is its own beside a person's, whose release
  // does not end it.
  for (const Kill& known : list_.kills) {
    if (known.scope == scope && known.origin == by.origin) return known;
  }
  const auto narrow = std::ranges::count_if(list_.kills, [&](const Kill& known) {
    return known.scope.model == scope.model && IsPartOfAModel(known.scope);
  });
  if (IsPartOfAModel(scope) && narrow >= static_cast<std::ptrdiff_t>(kMostOfAModel)) {
    return Error(Code::kResourceExhausted, "too many parts of this model are stopped")
        .Help("stop the whole model");
  }
  // Everything can always be stopped.
  if (list_.kills.size() >= records::kMostKills && scope.kind != Kind::kAll) {
    return Error(Code::kResourceExhausted, "too many kills are in force")
        .Help("stop a whole model, or everything");
  }
  Kill kill{list_.next_id++,
            scope,
            options_.clock->Now(),
            by.name.substr(0, limits::kNameBytes),
            std::string(reason.substr(0, limits::kReasonBytes)),
            by.origin};
  list_.kills.push_back(kill);
  ++changes_;
  auto set = std::make_shared<Set>();
  set->kills = list_.kills;
  set->since = Current()->since;
  set->since.push_back(epoch() + 1);
  Swap(std::move(set));
  return kill;
}

Status KillSwitch::Keep() {
  const std::lock_guard lock(disk_mutex_);
  return KeepUnderLock(false);
}

// Orders that waited for one write are all in the next.
Status KillSwitch::KeepUnderLock(bool again) {
  records::KillList list;
  std::uint64_t changes = 0;
  {
    const std::lock_guard lock(order_mutex_);
    if (!again && durable_changes_ == changes_) return Ok();
    list = list_;
    changes = changes_;
  }
  kept_ = records::KillListJson(list);
  RETURN_IF_ERROR(records::WriteKillList(*options_.files, options_.list_file, list));
  durable_changes_ = changes;
  unreadable_ = false;
  return Ok();
}

void KillSwitch::Throw(const KillScope& scope, const Orderer& by, std::string_view reason,
                       Done done, const Aside& aside) {
  Result<Kill> kill = Error(Code::kInternal, "not thrown");
  {
    const std::lock_guard lock(order_mutex_);
    kill = Add(scope, by, reason);
  }
  if (!kill.ok()) return done(std::move(kill));
  const auto work = [this, by, done = std::move(done), kill = std::move(*kill)] {
    Finish(kill, by, done);
  };
  if (!aside || !aside(work)) work();
}

void KillSwitch::Finish(const Kill& kill, const Orderer& by, const Done& done) {
  const Status kept = Keep();
  Tell(kept.ok() ? "killed" : "killed, not kept", kill, by);
  Result<Kill> told = kill;
  if (!kept.ok()) {
    told =
        Error(Code::kUnavailable, "it is stopped, but a restart would forget it")
            .Why(kept.error().message())
            .Help(IsNoSpace(kept.error())
                      ? "free space on that disk: it is written down by itself within 10 s then; "
                        "a file named KILL in the data directory stops everything meanwhile"
                      : "put a file named KILL into the data directory, and mend the disk");
  }
  Barrier barrier;
  {
    const std::lock_guard lock(order_mutex_);
    barrier = barrier_;
  }
  if (!barrier) return done(std::move(told));
  barrier([done, told = std::move(told)]() mutable { done(std::move(told)); });
}

Result<records::KillList> KillSwitch::Without(std::uint64_t id, Kill& kill) {
  const std::lock_guard lock(order_mutex_);
  const auto found = std::ranges::find(list_.kills, id, &Kill::id);
  if (found == list_.kills.end()) {
    return Error(Code::kNotFound, "no kill " + std::to_string(id) + " is in force");
  }
  kill = *found;
  records::KillList without = list_;
  std::erase_if(without.kills, [&](const Kill& other) { return other.id == id; });
  return without;
}

// What was ordered while the disk wrote stays, and its own write is still to come.
void KillSwitch::Drop(std::uint64_t id) {
  const std::lock_guard lock(order_mutex_);
  std::erase_if(list_.kills, [&](const Kill& other) { return other.id == id; });
  ++changes_;
  const std::shared_ptr<const Set> before = Current();
  auto set = std::make_shared<Set>();
  for (std::size_t i = 0; i < before->kills.size(); ++i) {
    if (before->kills[i].id == id) continue;
    set->kills.push_back(before->kills[i]);
    set->since.push_back(before->since[i]);
  }
  Swap(std::move(set));
}

Result<Kill> KillSwitch::Release(std::uint64_t id, const Orderer& by) {
  const std::lock_guard lock(disk_mutex_);
  Kill kill;
  ASSIGN_OR_RETURN(const records::KillList without, Without(id, kill));
  if (kill.origin == KillOrigin::kFile && IsPanicked()) {
    return Error(Code::kFailedPrecondition, "the file KILL is still in the data directory")
        .Help("remove it first");
  }
  RETURN_IF_ERROR(records::WriteKillList(*options_.files, options_.list_file, without));
  unreadable_ = false;
  kept_ = records::KillListJson(without);
  Drop(id);
  Tell("released", kill, by);
  return kill;
}

std::vector<Kill> KillSwitch::List() const { return Current()->kills; }

void KillSwitch::PanicFromSignal() noexcept { panic_from_signal.store(true); }

bool KillSwitch::IsPanicked() const {
  if (options_.panic_file.empty()) return false;
  const auto found = options_.files->Stat(options_.panic_file);
  return found.ok() || found.error().code() != Code::kNotFound;
}

void KillSwitch::Poll() {
  const bool by_signal = panic_from_signal.exchange(false);
  const bool by_file = IsPanicked() && std::ranges::none_of(Current()->kills, [](const Kill& kill) {
                         return kill.origin == KillOrigin::kFile;
                       });
  const auto forget = [](const Result<Kill>&) {};
  const Orderer file{.name = "file KILL", .origin = KillOrigin::kFile, .channel = "file"};
  const Orderer signal{.name = "signal", .origin = KillOrigin::kSignal, .channel = "signal"};
  if (by_file) Throw({}, file, "the file KILL was put into the data directory", forget);
  if (by_signal) Throw({}, signal, "the process was told by a signal", forget);
  LookAtList();
}

// What is in force is what was ordered here, not what the file says: an order whose write failed is
// written once the disk lets us, and what a hand removed or changed is put back.
void KillSwitch::LookAtList() {
  // Who looks for the file KILL does not wait for a write.
  const std::unique_lock lock(disk_mutex_, std::try_to_lock);
  if (!lock.owns_lock() || kept_.empty()) return;  // empty: nothing was ever stopped
  if (polls_to_skip_ > 0) return static_cast<void>(--polls_to_skip_);
  const auto found = options_.files->ReadFile(options_.list_file, kListBytes);
  if (found.ok() && *found == kept_) return;
  const bool gone = !found.ok() && found.error().code() == Code::kNotFound;
  if (unreadable_ && !gone) return;
  if (!gone) SetAside();
  const Status written = KeepUnderLock(true);
  if (!written.ok()) polls_to_skip_ = kPollsAfterFailure;
  const std::string what = gone ? "was gone" : "was not as it was written";
  Tell(written.ok() ? "list_restored" : "list_lost",
       {.id = 0,
        .scope = {},
        .since = options_.clock->Now(),
        .by = "mooring",
        .reason = "the list of kills " + what +
                  (written.ok() ? ": it was written again; " : " and cannot be written: ") +
                  (written.ok() ? std::to_string(List().size()) + " kills stay in force"
                                : written.error().message())},
       ByServer());
}

bool KillSwitch::Covers(std::string_view model, VersionNumber version,
                        std::string_view caller) const {
  if (!any_.load(std::memory_order_acquire)) [[likely]]
    return false;
  return std::ranges::any_of(Current()->kills, [&](const Kill& kill) {
    return ScopeCovers(kill.scope, model, version, caller);
  });
}

bool KillSwitch::CoversRow(std::string_view model, VersionNumber version, std::string_view caller,
                           const data::Batch& inputs, std::size_t row) const {
  if (!any_.load(std::memory_order_acquire)) [[likely]]
    return false;
  if (Covers(model, version, caller)) return true;
  const std::shared_ptr<const Set> set = Current();
  return set->HasSegmentOf(model) && set->InSegment(model, inputs, row);
}

// Compiled each time: a block that was read back has a schema of its own.
bool KillSwitch::CoversStored(std::string_view model, const data::Batch& inputs,
                              std::span<const StoredRow> rows) const {
  const std::shared_ptr<const Set> set = Current();
  if (!set->HasSegmentOf(model)) return false;
  const auto covers = [&](const Set::Condition& condition) {
    const auto read = condition.holds ? condition.holds->columns() : std::vector<std::size_t>();
    return std::ranges::any_of(rows, [&](const StoredRow& stored) {
      const bool is_unlike = std::ranges::find_first_of(read, stored.unlike) != read.end();
      return is_unlike || Set::Holds(condition, inputs, stored.row);
    });
  };
  return std::ranges::any_of(set->Compile(model, inputs.schema()), covers);
}

bool KillSwitch::MayLeave(std::uint64_t epoch, std::string_view model, VersionNumber version,
                          std::string_view caller) const {
  if (this->epoch() == epoch) [[likely]]
    return true;
  const std::shared_ptr<const Set> set = Current();
  for (std::size_t i = 0; i < set->kills.size(); ++i) {
    const KillScope& scope = set->kills[i].scope;
    const bool in_segment =
        scope.kind == Kind::kSegment && scope.model == model && set->since[i] > epoch;
    if (in_segment || ScopeCovers(scope, model, version, caller)) return false;
  }
  return true;
}

}  // namespace mooring::serving
