// OutcomeLedger: takes ground truth for decisions and writes it to the journal, each fact once.
//
//   ledger.Record(caller, items, [](OutcomeReport report) { … });
//
// An item names a decision by its id, or by the caller's own request id. What is refused, alone: an
// unknown or dropped decision (kNotFound), a time before the decision or more than a day ahead, a
// value that is not finite, an empty or bad name, a name or text that no contract has (see
// outcome_rules.h; kInvalidArgument), a fact of the same decision
// and name that another request is writing this moment (kUnavailable: ask again). A decision that
// is ahead of the clock, which was set back since, takes outcomes of any time before it.
//
// Names and texts are held to the contract of the decision's own model in requests of at most
// kLookedUp items, and where models differ: finding the model reads the decision's block from the
// journal, some 30 µs, thirty times what recording it costs. In larger requests, and of a decision
// whose block cannot be read, an outcome passes that is right for any model: then a bulk upload
// that mixes models up is not noticed, and quality counts it as an outcome of another name.
//
// The rule for what comes again, by decision and name: the same value with the same time, or with
// no time given, is a repetition and not written; another value, or another time, is a correction:
// written beside the first, and the newest in the journal counts. Within one request the later item
// is the newer one.
//
// What is remembered to tell repetitions: 64-bit hashes, for `horizon` (a week) and at most
// max_entries; an older repetition is written again, which changes nothing for who reads the
// newest. Rebuilt at a start by replay of the journal (it is a visitor) from
// Journal::Recent(now - horizon, max_entries) on.
//
// Knows says whether an outcome was told, as far as that is remembered; what is being written
// counts as told. Under the name "" it knows the outcomes whose name no contract had when they
// came.
//
// Thread safety: Record and Knows from any thread; `done` is called once, on the journal's thread
// after the facts are durable, or on the caller's when there is nothing to write. Must outlive its
// journal's waiters: destroy it after the journal. Memory: about 64 bytes a fact. Cost: about 1 µs
// an item; a sealed segment's index is read once a request; small requests read blocks, see above.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "records/journal/recent_map.h"
#include "records/journal/request_ids.h"
#include "records/outcomes/outcome_rules.h"

namespace mooring::records {

// One outcome as somebody sent it.
struct OutcomeItem {
  std::optional<DecisionId> decision;  // else request_id says which
  std::string request_id;
  std::optional<std::uint32_t> row;  // of the request; needed when it had several
  std::string name;
  double value = 0;
  std::string text;
  std::optional<Time> at;  // none: now
};

enum class OutcomeFate : std::uint8_t { kRefused, kRecorded, kCorrected, kRepeated };

// What became of the items of one request.
struct OutcomeReport {
  static constexpr std::size_t kListed = 100;
  struct Problem {
    std::size_t item;
    Error error;
  };
  std::vector<OutcomeFate> fates;  // in the items' order
  std::vector<Problem> problems;   // ascending; kListed of the refused at most

  std::size_t Count(OutcomeFate fate) const;
  void Refuse(std::size_t item, Error error);
};

class OutcomeLedger final : public JournalVisitor {
 public:
  struct Options {
    Journal* journal = nullptr;               // required
    const RequestIds* request_ids = nullptr;  // null: outcomes by request id are kNotFound
    const Clock* clock = nullptr;             // required
    std::chrono::hours horizon{limits::kOutcomeHorizon};
    std::size_t max_entries = limits::kRemembered;
    // What contracts say of outcomes, asked once a request; empty or null: anything goes.
    std::function<std::shared_ptr<const OutcomeRules>()> rules = {};
    // Called with outcomes right before they are appended to the journal; may be empty.
    std::function<void(std::span<const Outcome>)> before_write = {};
  };
  using Done = std::function<void(OutcomeReport)>;
  static constexpr std::size_t kLookedUp = 64;

  explicit OutcomeLedger(const Options& options);
  // kTooLarge over limits::kOutcomesPerRequest, kResourceExhausted over kOutcomesInFlight; nothing
  // is recorded then and done is not called.
  Status Record(std::string_view caller, std::vector<OutcomeItem> items, Done done);

  bool Knows(DecisionId decision, std::string_view name) const;

  // At a start, by one thread, before the first Record.
  void OnOutcomes(std::span<const Outcome> outcomes) override;
  bool WantsRows() const override { return false; }

 private:
  class Writing;
  class ModelOf;
  struct Chunk;
  struct Fact {
    std::uint64_t key = 0;      // of decision and name
    std::uint64_t content = 0;  // of value and text
    std::int64_t at_us = 0;
    bool timed = true;  // the caller said when
  };
  struct Known {
    std::uint64_t content = 0;
    std::int64_t at_us = 0;
    bool Holds(const Fact& fact) const {
      return content == fact.content && (!fact.timed || at_us == fact.at_us);
    }
  };
  struct InFlight {
    const Writing* owner = nullptr;
    Known last;
    std::size_t item = 0;  // whose it is
  };

  Result<DecisionId> Resolve(std::string_view caller, const OutcomeItem& item) const;
  Status Check(const OutcomeItem& item) const;
  Status CheckTime(DecisionId id, const std::optional<Time>& at) const;
  std::uint64_t KeyOf(DecisionId decision, std::string_view name) const;
  Fact FactOf(const Outcome& outcome) const;
  void NoteUnnamed(const OutcomeRules* rules, const Outcome& outcome, Time now);
  OutcomeFate Classify(const Fact& fact, std::size_t item, Writing& writing);
  void Admit(std::string_view caller, std::vector<OutcomeItem> items, Writing& writing);
  void Write(std::shared_ptr<Writing> writing);
  void Settle(const Writing& writing);

  const Options options_;
  const SipKey sip_ = SipKey::Random();
  mutable std::mutex mutex_;
  std::shared_ptr<const OutcomeRules> rules_at_start_;     // of OnOutcomes
  RecentMap<Known> known_;                                 // by key
  std::unordered_map<std::uint64_t, InFlight> in_flight_;  // by key
};

}  // namespace mooring::records
