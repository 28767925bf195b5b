// ReviewTables: the rows of reviews.db, read and written inside a transaction that ReviewStore
// began. The only place that knows the order of columns.
//
// Thread safety: that of the transaction; it ends with it. Failure: what SQLite says; kNotFound
// where one row is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/journal/journal.h"
#include "records/reviews/review.h"

namespace mooring::records {

struct ReviewFilter {
  std::string_view model = {};            // empty: of every model
  std::optional<ReviewState> state = {};  // none: what has not ended
  std::size_t limit = 100;
};

// Of a decision that is not in the queue, or that the caller is not told of.
Error NoReviewOf(DecisionId decision);

class ReviewTables {
 public:
  explicit ReviewTables(data::Database& db) : db_(db) {}

  // Up to where the journal is read; nothing before the first time.
  Result<std::optional<JournalPosition>> Position();
  Status SetPosition(JournalPosition position);

  // What waits or is taken by its deadline, what ended newest first.
  Result<std::vector<Review>> List(const ReviewFilter& filter);
  Result<Review> Find(DecisionId decision);
  // Nothing happens when the decision is there already; whether it was new.
  Result<bool> Add(const Review& review);
  // Its state and what belongs to it.
  Status Save(const Review& review);

  // How many have not ended.
  Result<std::size_t> Waiting();
  // Those that have not ended and whose deadline has come; at most `limit`.
  Result<std::vector<Review>> Due(Time now, std::size_t limit);
  // Of a request's rows, those that ended; by ordinal.
  Result<std::vector<Review>> Ended(DecisionId first, std::uint32_t rows);
  // Forgets the oldest of those that ended, beyond the newest `keep`.
  Status Prune(std::size_t keep);

 private:
  data::Database& db_;
};

}  // namespace mooring::records
