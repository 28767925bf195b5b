// KillSwitch: stops what models say from leaving, at once, and keeps it stopped until people
// release it. It needs no database, model or network: the order is one small file, and the file
// `KILL` in the data directory, put there by anybody, stops everything.
//
// The promise: after Throw's `done` was told success, no answer with a model's value leaves for
// what it covers. How: (1) the set of kills is swapped and the epoch grows; (2) each decision reads
// the epoch when it begins, and whoever writes its answer asks MayLeave right before the bytes go;
// (3) `barrier` runs once every writer has finished what it had asked for before. Then the order is
// durable, and only then `done` is told. The effect begins with (1): no disk is waited for, nor any
// other order's write.
//
// A list that cannot be read, at a start, stops everything: nobody knows what was stopped. So does
// one that is missing while the control log knows of kills that nobody released. A list that is
// removed or changed by hand under way changes nothing: it is written again, and told.
//
// Anything named `KILL` stops everything: a file, a directory, a link to nowhere, one that may not
// be looked at.
//
// Thread safety: any thread. Cost when nothing is stopped: one relaxed load.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "data/table/batch.h"
#include "records/kills/kill.h"
#include "records/kills/kills_in_log.h"

namespace mooring::serving {

// Who orders: by name, for people, and from where, for the control log.
struct Orderer {
  std::string name;
  records::KillOrigin origin = records::KillOrigin::kPerson;
  std::string role = {}, channel = {}, address = {};
  std::string asked_by = {};  // of a release: who asked for what `name` approved
  std::string why = {};       // of a release
};

inline constexpr VersionNumber kAnyVersion = 0;

class KillSwitch {
 public:
  struct Options {
    FileSystem* files = nullptr;   // required
    const Clock* clock = nullptr;  // required
    std::string list_file;         // what is stopped
    std::string panic_file;        // stops everything when it is there; "" none
    // What the control log knows, asked at a start: no id that it has is given again, and a list
    // that is missing is missed. May be empty.
    std::function<records::KillsInLog()> in_log;
    // Told of each order, thrown or released, of a list that could not be read or had to be written
    // again (an id of 0: of none alone), and of failures to keep one. May be empty.
    std::function<void(std::string_view what, const records::Kill& kill, const Orderer& by)>
        on_change;
  };
  explicit KillSwitch(Options options);
  ~KillSwitch();

  // Calls back, on any thread, when every answer that MayLeave let pass before this call has been
  // handed to the network or dropped. Empty until there is a network. Set before Throw is used.
  using Barrier = std::function<void(std::function<void()> passed)>;
  void SetBarrier(Barrier barrier);

  // Reads what is stopped; call once, before serving. Never fails: what cannot be read stops all.
  void Open();

  using Done = std::function<void(Result<records::Kill>)>;
  // In effect when it returns; `done` is told when it is also durable and nothing that it covers
  // can leave any more. When it cannot be made durable it stays in effect, and `done` is told the
  // error. kInvalidArgument for a bad scope; kResourceExhausted over kMostKills, except for
  // everything: stop more widely.
  // `aside`, when it is given and takes the work, waits for the disk in place of the caller.
  using Aside = std::function<bool(std::function<void()> work)>;
  void Throw(const records::KillScope& scope, const Orderer& by, std::string_view reason, Done done,
             const Aside& aside = {});
  // Only after it is durable does anything leave again. kNotFound; kFailedPrecondition while the
  // panic file is there. Who may release is not decided here.
  Result<records::Kill> Release(std::uint64_t id, const Orderer& by = {});
  std::vector<records::Kill> List() const;

  // Looks for the panic file, whether PanicFromSignal was called, and whether the list stands as it
  // was written; a few times in 100 ms.
  void Poll();
  // From a signal handler: stops everything; Poll makes it durable.
  static void PanicFromSignal() noexcept;

  std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }
  // Whether all that this version says to this caller is stopped. kAnyVersion is of a value whose
  // version was not kept: a kill of any version of the model covers it, in MayLeave too.
  bool Covers(std::string_view model, VersionNumber version, std::string_view caller) const;
  // The same, or the row is in a stopped segment; one whose condition does not fit the inputs
  // covers every row.
  bool CoversRow(std::string_view model, VersionNumber version, std::string_view caller,
                 const data::Batch& inputs, std::size_t row) const;
  // Whether one of these rows of a block that was read back is in a stopped segment of the model.
  struct StoredRow {
    std::size_t row = 0;
    std::vector<std::size_t> unlike;  // columns that are not as the model saw them
  };
  // A condition that does not fit, or reads a column that is `unlike`, covers the row.
  bool CoversStored(std::string_view model, const data::Batch& inputs,
                    std::span<const StoredRow> rows) const;
  // Whether an answer made at `epoch` may be sent now. Segments stopped since cover the whole
  // model: the row is not known here.
  bool MayLeave(std::uint64_t epoch, std::string_view model, VersionNumber version,
                std::string_view caller) const;

 private:
  struct Set;
  std::shared_ptr<const Set> Current() const;
  void Swap(std::shared_ptr<const Set> set);
  Result<records::Kill> Add(const records::KillScope& scope, const Orderer& by,
                            std::string_view reason);
  void Finish(const records::Kill& kill, const Orderer& by, const Done& done);
  Result<records::KillList> Without(std::uint64_t id, records::Kill& kill);
  void Drop(std::uint64_t id);
  Status Keep();
  Status KeepUnderLock(bool again);
  void SetAside();
  void OpenList();
  void StopAll(std::string why);
  bool IsPanicked() const;
  void LookAtList();
  void Tell(std::string_view what, const records::Kill& kill, const Orderer& by) const;

  const Options options_;
  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<bool> any_{false};
  mutable std::mutex set_mutex_;  // of set_ alone
  std::shared_ptr<const Set> set_;
  // An order takes effect under order_mutex_, which nobody holds over the disk; who writes takes
  // disk_mutex_ first, and writes what is ordered by then.
  std::mutex order_mutex_;  // of list_, changes_ and barrier_
  records::KillList list_;
  std::uint64_t changes_ = 1;  // of list_
  std::mutex disk_mutex_;      // of the file and of what follows
  std::uint64_t durable_changes_ = 0;
  bool unreadable_ = false;  // the file that Open met: not written over but by Throw
  std::string kept_;         // what the file must say
  int polls_to_skip_ = 0;    // after a write that failed
  Barrier barrier_;
};

}  // namespace mooring::serving
