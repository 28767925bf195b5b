// LimitBook: who changed which limit when, why, and who agreed: requests, and the chain of
// revisions that they came to. One SQLite file, limits.db, in the data directory.
//
//   ASSIGN_OR_RETURN(auto book, LimitBook::Open(paths.limit_book));
//   ASSIGN_OR_RETURN(LimitChange change, book->Ask(raise, clock.Now()));
//   ASSIGN_OR_RETURN(change, book->Approve(change.id, {.checker = "eve", .hash = change.hash},
//   now)); ASSIGN_OR_RETURN(LimitsInForce in_force, book->InForce());
//
// A request and the revision that it comes to are one transaction: a kill at any moment leaves both
// or neither. A lower needs nobody else: Ask brings it into force. All others need a checker who is
// not their maker (PersonOf tells people apart).
//
// A file that is removed or replaced under way changes nothing: what was read stays known, and
// everything else is refused until it is back: itself, or a copy that goes on from what is known.
//
// Thread safety: from any thread; calls wait for each other, other processes have books of their
// own. Failure: kNotFound; kPermissionDenied for a checker who is the maker; kConflict for another
// hash, for a limit that was changed since, or for what is decided already; kFailedPrecondition for
// what expired; kResourceExhausted over kMostPending; kDataLoss for a text that somebody edited;
// kUnavailable while the file is gone.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/limit_book/limit_change.h"
#include "records/limit_book/limits_in_force.h"

namespace mooring::records {

inline constexpr std::size_t kMostPending = 1000;

struct LimitChangeFilter {
  std::string_view model = {};  // empty: of every model, of kills and decisions too
  std::optional<LimitChangeState> state = {};
  std::size_t limit = 100;
};

class LimitBook {
 public:
  // `path` of the file, made when absent; ":memory:" for what nobody keeps.
  static Result<std::unique_ptr<LimitBook>> Open(const std::string& path);

  // Writes a request down; gives it its id, its `before` and its hash. `over` is the caller's to
  // say. kInvalidArgument also for a raise that lowers and a lower that does not.
  Result<LimitChange> Ask(LimitChange asked, Time now);

  struct Decision {
    std::string checker, note;
    std::string hash;  // of what the checker read
  };
  // Into force at once; what a release opens is latched up to `now`. An approved kill_release or
  // write_off that was not carried out is given again.
  Result<LimitChange> Approve(std::uint64_t id, const Decision& decision, Time now);
  Result<LimitChange> Reject(std::uint64_t id, const Decision& decision, Time now);
  // By its maker alone.
  Result<LimitChange> Withdraw(std::uint64_t id, const Decision& decision, Time now);
  // The rest of the server did what was approved.
  Status CarriedOut(std::uint64_t id, Time now);

  // What is pending and over its time by `now` is shown as expired.
  Result<LimitChange> Change(std::uint64_t id, Time now);
  Result<std::vector<LimitChange>> Changes(const LimitChangeFilter& filter,
                                           Time now);  // newest first

  // The fold of all revisions; reads those that are new since the last call.
  Result<LimitsInForce> InForce();
  // As far as it was read last: needs no file.
  LimitsInForce Known();
  // Behind a number, in their order.
  Result<std::vector<LimitRevision>> Revisions(std::uint64_t after, std::size_t limit);
  // Reads every revision again, from the first.
  Status Verify();

 private:
  LimitBook(std::string path, data::Database db) : path_(std::move(path)), db_(std::move(db)) {}
  using Work = std::function<Result<LimitChange>()>;
  Result<LimitChange> Write(const Work& work);
  Result<LimitChange> Pending(std::uint64_t id, Time now);
  Result<LimitChange> End(LimitChange change, LimitChangeState state, const Decision& decision,
                          Time now);
  Status Revise(const LimitChange& change, Time now);
  Status CheckMax(const LimitChange& change) const;
  Status CatchUp();
  Status CheckThere();
  Result<LimitChange> ChangeNow(std::uint64_t id, Time now);

  const std::string path_;
  std::mutex mutex_;  // guards all below
  data::Database db_;
  LimitsInForce in_force_;
};

}  // namespace mooring::records
