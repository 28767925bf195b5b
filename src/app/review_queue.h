// ReviewQueue: the review queue of a running server: its store, the thread that fills it from the
// journal, the desk that the API serves, and what retries are told.
//
// Thread safety: Open, Start and Stop from one thread, in that order; the rest from any between
// Open (Ended) or Start (desk) and Stop. Failure: Open as SQLite; later problems go to the log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/result.h"
#include "base/threads/named_thread.h"
#include "control/reviews/review_desk.h"
#include "control/reviews/review_follower.h"
#include "records/registry/registry.h"
#include "records/reviews/review_store.h"

namespace mooring::app {

class ReviewQueue {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    records::Registry* registry = nullptr;
    records::AuditSink* audit = nullptr;
    records::Journal* journal = nullptr;
    std::string journal_directory;
    std::string file;  // reviews.db
    records::SpendReview spend;
  };
  static Result<std::unique_ptr<ReviewQueue>> Open(Options options);

  // What ended of a request's rows. Looked up through a store of its own: no event loop waits for
  // a sync.
  std::vector<records::ReviewEnd> Ended(DecisionId first, std::uint32_t rows) const;
  void Start();
  void Stop();
  control::ReviewDesk& desk() { return *desk_; }

 private:
  explicit ReviewQueue(Options options) : options_(std::move(options)) {}
  Result<records::Contract> ContractOf(const std::string& hash) const;

  const Options options_;
  std::unique_ptr<records::ReviewStore> store_, read_;
  std::optional<control::ReviewFollower> follower_;
  std::optional<control::ReviewDesk> desk_;
  NamedThread thread_;
};

}  // namespace mooring::app
