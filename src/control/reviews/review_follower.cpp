#include "control/reviews/review_follower.h"

#include <algorithm>
#include <condition_variable>

namespace mooring::control {
namespace {

using records::JournalPosition;
using records::Review;
using records::ReviewTables;

constexpr std::size_t kRecordsAtOnce = 4096;
constexpr std::size_t kExpiredAtOnce = 100;  // each may wait for the disk
constexpr std::size_t kContractsKept = 64;
constexpr std::chrono::milliseconds kIdle{1000};
// The place is stored with every item, and otherwise so often.
constexpr std::chrono::seconds kPlaceEvery{60};

// Which blocks hold a row for review; their inputs are read apart.
struct BlockFinder final : records::JournalVisitor {
  void OnDecisions(const records::ReadDecisions& block) override {
    const bool any = std::ranges::any_of(block.rows, [](const records::RowDecision& row) {
      return row.verdict == records::Verdict::kReview;
    });
    if (any) blocks.push_back(block.first);
  }
  bool WantsRows() const override { return false; }
  std::vector<DecisionId> blocks;
};

// False when nobody can say whether the default fits the limits: it is asked again.
bool EndByDefault(Review& review, Time now, const records::SpendReview& spend) {
  review.Expire(now, review.note.empty() ? "nobody decided in time" : review.note);
  if (!review.value.has_value() || !spend) return true;
  const Status spent = spend(review);
  if (spent.ok()) return true;
  const Code code = spent.error().code();
  review.value.reset();
  review.note += "; denied: " + spent.error().message();
  return code == Code::kResourceExhausted || code == Code::kFailedPrecondition ||
         code == Code::kNotFound;
}

class ItemReader final : public records::JournalVisitor {
 public:
  using ContractOf = std::function<Result<const records::Contract*>(const std::string&)>;
  ItemReader(ContractOf contract_of, ReasonName reason_name)
      : contract_of_(std::move(contract_of)), reason_name_(reason_name) {}
  void OnDecisions(const records::ReadDecisions& block) override {
    const auto contract = contract_of_(block.binding->contract_hash);
    if (!contract.ok()) {
      problem = contract.error();
      return;
    }
    found = ReviewsOf(block, **contract, reason_name_);
  }
  std::vector<Review> found;
  Status problem;

 private:
  ContractOf contract_of_;
  ReasonName reason_name_;
};

}  // namespace

ReviewFollower::ReviewFollower(Options options) : options_(std::move(options)) {}
ReviewFollower::~ReviewFollower() = default;

void ReviewFollower::Tell(const Error& error) const {
  if (options_.on_problem) options_.on_problem(error);
}

Result<const records::Contract*> ReviewFollower::ContractOf(const std::string& hash) {
  const auto known = contracts_.find(hash);
  if (known != contracts_.end()) return &known->second;
  if (contracts_.size() >= kContractsKept) contracts_.clear();
  auto contract = options_.contract_of(hash);
  if (!contract.ok()) {
    // One that cannot be had any more says nothing: its decisions wait on the usual terms.
    const Code code = contract.error().code();
    if (code != Code::kNotFound && code != Code::kInvalidArgument) return contract.error();
    Tell(contract.error());
    contract = records::Contract();
  }
  return &contracts_.emplace(hash, std::move(contract).value()).first->second;
}

// A new queue begins as far back as something may still wait.
Status ReviewFollower::OpenReader() {
  std::optional<JournalPosition> from;
  RETURN_IF_ERROR(options_.store->Read([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(from, tables.Position());
    return Ok();
  }));
  if (!from.has_value()) {
    from = options_.journal->Recent(options_.clock->Now() - limits::kReviewHorizon,
                                    limits::kRemembered);
  }
  ASSIGN_OR_RETURN(
      reader_, records::JournalReader::Open(*options_.files, options_.journal_directory, *from));
  stored_ = *from;
  stored_at_ = options_.clock->Monotonic();
  return Ok();
}

Result<std::vector<Review>> ReviewFollower::Gather(DecisionId block) {
  ItemReader items([this](const std::string& hash) { return ContractOf(hash); },
                   options_.reason_name);
  const Status read = options_.journal->Read(block, items);
  if (!read.ok() && read.error().code() == Code::kNotFound) return items.found;  // retention
  RETURN_IF_ERROR(read);
  RETURN_IF_ERROR(items.problem);
  return std::move(items.found);
}

// A value must pass the limits first: it is due, and ends with all that is.
void ReviewFollower::EndSoon(Review& review, bool is_full, Time now) const {
  const char* const why = is_full ? "the queue was full" : "its deadline had passed";
  if (!review.at_deadline.has_value() || !options_.spend) return review.Expire(now, why);
  review.deadline = std::min(review.deadline, now);
  review.note = why;
}

Result<std::size_t> ReviewFollower::Add(std::vector<Review> found, JournalPosition place) {
  const Time now = options_.clock->Now();
  std::size_t added = 0;
  const Status written = options_.store->Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(std::size_t waiting, tables.Waiting());
    for (Review& review : found) {
      const bool is_late = review.deadline <= now;
      const bool is_full = !is_late && waiting >= options_.most_waiting;
      if (is_full) review.inputs_json = "{}";
      if (is_late || is_full) EndSoon(review, is_full, now);
      ASSIGN_OR_RETURN(const bool is_new, tables.Add(review));
      if (!is_new) continue;
      ++added;
      if (!review.has_ended()) ++waiting;
    }
    RETURN_IF_ERROR(tables.Prune(limits::kReviewsEnded));
    return tables.SetPosition(place);
  });
  RETURN_IF_ERROR(written);
  return added;
}

// The next records; the place moves on only with what was found before it.
Result<std::size_t> ReviewFollower::Take(JournalPosition durable) {
  std::size_t added = 0;
  while (true) {
    BlockFinder finder;
    const auto read = reader_->Read(durable, kRecordsAtOnce, finder);
    if (!read.ok()) {
      if (read.error().code() != Code::kDataLoss) return read.error();
      Tell(read.error());
      RETURN_IF_ERROR(reader_->SkipDamage());
    }
    std::vector<Review> found;
    for (const DecisionId block : finder.blocks) {
      ASSIGN_OR_RETURN(std::vector<Review> items, Gather(block));
      std::ranges::move(items, std::back_inserter(found));
    }
    const JournalPosition place = reader_->position();
    const bool is_time = options_.clock->Monotonic() - stored_at_ >= kPlaceEvery;
    if (!found.empty() || (is_time && place != stored_)) {
      ASSIGN_OR_RETURN(const std::size_t is_new, Add(std::move(found), place));
      added += is_new;
      stored_ = place;
      stored_at_ = options_.clock->Monotonic();
    }
    if (read.ok() && *read == 0) return added;
  }
}

Result<std::size_t> ReviewFollower::Follow() {
  const std::lock_guard lock(mutex_);
  if (reader_ == nullptr) RETURN_IF_ERROR(OpenReader());
  auto taken = Take(options_.journal->Durable());
  // What was read and not stored is read again, from the stored place.
  if (!taken.ok()) reader_.reset();
  return taken;
}

Result<std::size_t> ReviewFollower::Expire() {
  return ExpireReviews(*options_.store, options_.clock->Now(), options_.spend);
}

void ReviewFollower::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const auto followed = Follow();
    if (!followed.ok()) Tell(followed.error());
    const auto expired = Expire();
    if (!expired.ok()) Tell(expired.error());
    JournalPosition seen;
    {
      const std::lock_guard held(mutex_);
      if (reader_ != nullptr) seen = reader_->position();
    }
    wake.wait_for(lock, stop, followed.ok() ? options_.every : kIdle, [] { return false; });
    if (followed.ok()) options_.journal->WaitBeyond(seen, kIdle, stop);
  }
}

Result<std::size_t> ExpireReviews(records::ReviewStore& store, Time now,
                                  const records::SpendReview& spend) {
  std::vector<Review> due;
  RETURN_IF_ERROR(store.Read([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(due, tables.Due(now, 1));
    return Ok();
  }));
  if (due.empty()) return std::size_t{0};
  std::size_t ended = 0, of_these = 0;
  do {
    of_these = 0;
    const Status written = store.Write([&](ReviewTables& tables) -> Status {
      ASSIGN_OR_RETURN(due, tables.Due(now, kExpiredAtOnce));
      for (Review& review : due) {
        if (!EndByDefault(review, now, spend)) continue;
        RETURN_IF_ERROR(tables.Save(review));
        ++of_these;
      }
      return Ok();
    });
    RETURN_IF_ERROR(written);
    ended += of_these;
  } while (of_these == kExpiredAtOnce);
  return ended;
}

}  // namespace mooring::control
