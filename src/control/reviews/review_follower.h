// ReviewFollower: fills the queue of reviews from the durable journal, and ends what nobody decided
// in time with the contract's default.
//
//   decision with verdict REVIEW → journal → item that waits → a person, or the deadline
//
// Items and the place that the journal is read to are one transaction, so a kill at any moment
// loses nothing: what was answered with 202 is in the journal, and what is in the journal comes
// here. The queue is bounded (limits::kReviewsWaiting): the oldest are kept, and what comes beyond
// them gets its default at the next look.
//
// Thread safety: Follow, Expire and Run from any thread; they wait for each other. Failure: what
// the journal or the store says; nothing is skipped but damaged places of the journal, which are
// told to on_problem. Cost: about 0.2 µs a record that is not for review.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "control/reviews/review_items.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "records/reviews/review_limits.h"
#include "records/reviews/review_store.h"

namespace mooring::control {

class ReviewFollower {
 public:
  struct Options {
    FileSystem* files = nullptr;          // required
    records::Journal* journal = nullptr;  // required
    std::string journal_directory;
    records::ReviewStore* store = nullptr;  // required
    const Clock* clock = nullptr;           // required
    // The contract of a hash, as the registry has it; required.
    std::function<Result<records::Contract>(const std::string&)> contract_of;
    ReasonName reason_name = nullptr;  // required
    records::SpendReview spend = {};
    std::size_t most_waiting = limits::kReviewsWaiting;
    std::chrono::milliseconds every{50};  // at least this long between two looks
    std::function<void(const Error&)> on_problem = {};
  };
  explicit ReviewFollower(Options options);
  ~ReviewFollower();

  // Takes in all that is durable now; how many items are new.
  Result<std::size_t> Follow();
  // Ends what is due; how many.
  Result<std::size_t> Expire();
  // Both, until it is told to stop.
  void Run(const std::stop_token& stop);

 private:
  Status OpenReader();
  Result<std::size_t> Take(records::JournalPosition durable);
  Result<std::vector<records::Review>> Gather(DecisionId block);
  Result<std::size_t> Add(std::vector<records::Review> found, records::JournalPosition place);
  void EndSoon(records::Review& review, bool is_full, Time now) const;
  Result<const records::Contract*> ContractOf(const std::string& hash);
  void Tell(const Error& error) const;

  const Options options_;
  std::mutex mutex_;                                // guards all below
  std::unique_ptr<records::JournalReader> reader_;  // null: begin at the stored place
  records::JournalPosition stored_;
  Nanos stored_at_{0};
  std::map<std::string, records::Contract, std::less<>> contracts_;
};

// Ends everything that is due; for desks that look at a queue that nobody follows just now. A
// default that does not fit the limits becomes a denial; of one that nobody can say this of, the
// review waits on.
Result<std::size_t> ExpireReviews(records::ReviewStore& store, Time now,
                                  const records::SpendReview& spend);

}  // namespace mooring::control
