// OutcomeLedger: takes ground truth for decisions and writes it to the journal, each fact once.
//
//   ledger.Record(items, [](std::vector<OutcomeAnswer> answers) { … });  // in the items' order
//
// An item names a decision by its id, or by the caller's own request id. What is refused, alone: an
// unknown or dropped decision (kNotFound), a time before the decision or more than a day ahead, a
// value that is not finite, an empty or bad name (kInvalidArgument), the same fact being written
// this moment (kUnavailable: ask again). The same outcome a second time is answered as recorded and
// not written again; another value for the same decision and name is a correction: written, and the
// newest in the journal counts.
//
// What is remembered to tell duplicates: a 64-bit hash a fact, for `horizon` and at most
// max_entries (as RequestIds does); an older duplicate is written again, which changes nothing for
// who reads the newest. Rebuilt from the journal by replay (it is a visitor).
//
// Thread safety: Record from any thread; `done` is called once, on the journal's thread after the
// facts are durable, or on the caller's when there is nothing to write. Must outlive its journal's
// waiters: destroy it after the journal. Memory: about 48 bytes a fact.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "records/journal/recent_map.h"
#include "records/journal/request_ids.h"

namespace mooring::records {

// One outcome as somebody sent it.
struct OutcomeItem {
  std::optional<DecisionId> decision;  // else caller and request_id say which
  std::string caller, request_id;
  std::optional<std::uint32_t> row;    // of the request; needed when it had several
  std::string name;
  double value = 0;
  std::string text;
  Time at;
};

struct OutcomeAnswer {
  Status status;
  enum class Fate : std::uint8_t { kRefused, kRecorded, kCorrected, kRepeated };
  Fate fate = Fate::kRefused;
  DecisionId decision;                 // when it was found
};

class OutcomeLedger final : public JournalVisitor {
 public:
  struct Options {
    Journal* journal = nullptr;              // required
    const RequestIds* request_ids = nullptr; // null: outcomes by request id are kNotFound
    const Clock* clock = nullptr;            // required
    std::chrono::hours horizon{24 * 7};
    std::size_t max_entries = std::size_t{1} << 22;
  };
  using Done = std::function<void(std::vector<OutcomeAnswer>)>;

  explicit OutcomeLedger(const Options& options);
  // kTooLarge over limits::kOutcomesPerRequest, and then nothing is recorded and done is not
  // called.
  Status Record(std::vector<OutcomeItem> items, Done done);

  void OnOutcomes(std::span<const Outcome> outcomes) override;
  bool WantsRows() const override { return false; }

 private:
  class Writing;
  struct Fact {
    std::uint64_t key = 0;      // of decision and name
    std::uint64_t content = 0;  // of value, text and time
  };

  Result<DecisionId> Resolve(const OutcomeItem& item) const;
  Status Check(const OutcomeItem& item) const;
  Status CheckTime(DecisionId id, Time at) const;
  Fact FactOf(const Outcome& outcome) const;
  OutcomeAnswer::Fate Classify(const Fact& fact);
  void Settle(const std::vector<Fact>& facts, bool written);

  const Options options_;
  const SipKey sip_ = SipKey::Random();
  std::mutex mutex_;
  RecentMap<std::uint64_t> known_;                // key to content
  std::unordered_set<std::uint64_t> in_flight_;   // keys
};

}  // namespace mooring::records
