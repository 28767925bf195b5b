// AccessBook: tokens and grants as a running server asks for them: an immutable snapshot in memory,
// made anew when the file changed, whoever changed it. What the command line revokes ends within
// kLook, what expires ends at its time.
//
//   ASSIGN_OR_RETURN(auto book, AccessBook::Open(options));   // Run on a thread of its own
//   const auto principal = book->WithToken("mor_live_…");      // null: nobody
//
// Thread safety: from any thread. Complexity: WithToken is a checksum, a SHA-256 and a look-up
// (below a microsecond), without memory. The digests are compared in constant time; which bucket a
// digest falls into tells nothing of tokens, since nobody can choose a SHA-256.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "records/access/access_store.h"
#include "records/access/principal.h"

namespace mooring::records {

class AccessBook {
 public:
  static constexpr std::chrono::milliseconds kLook{200};  // how often the file is looked at
  static constexpr std::chrono::seconds kNoteUses{60};    // how often uses are written down

  struct Options {
    std::string path;
    const Clock* clock = nullptr;                  // required
    std::function<void(const Error&)> on_problem;  // the file cannot be read; may be empty
  };
  static Result<std::unique_ptr<AccessBook>> Open(Options options);

  // Null: no such token, or not any more.
  std::shared_ptr<const Principal> WithToken(std::string_view token) const;
  // Somebody known by another proof than a token: a certificate. Null without a grant.
  std::shared_ptr<const Principal> Named(std::string_view name) const;
  // What the person of that name holds, under whatever name of theirs.
  std::vector<Grant> GrantsOfPerson(std::string_view name) const;
  // Whether a token was ever made: from then on callers say who they are.
  bool has_tokens() const;

  // Looks at the file now. What is known stays when that fails.
  Status Refresh();
  // Refreshes and notes uses until told to stop.
  void Run(std::stop_token stop);
  Status NoteUses();

 private:
  struct Held;
  struct Snapshot;

  AccessBook(Options options, std::unique_ptr<AccessStore> store);
  std::shared_ptr<const Snapshot> Current() const;
  std::shared_ptr<CallerBudget> BudgetOf(const std::string& key, CallerCaps caps);
  std::shared_ptr<const Snapshot> Make(const AccessFacts& facts);

  const Options options_;
  const std::unique_ptr<AccessStore> store_;
  std::mutex refreshing_;  // guards the two below
  std::int64_t seen_changes_ = -1;
  std::unordered_map<std::string, std::shared_ptr<CallerBudget>> budgets_;  // survive snapshots
  mutable std::mutex mutex_;                                                // guards current_
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace mooring::records
