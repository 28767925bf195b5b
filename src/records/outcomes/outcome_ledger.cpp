#include "records/outcomes/outcome_ledger.h"

#include <cmath>
#include <memory>

#include "base/limits.h"

namespace mooring::records {
namespace {

constexpr std::chrono::hours kMostAhead{24};

Error Wrong(const OutcomeItem& item, std::string message) {
  return Error(Code::kInvalidArgument, std::move(message)).Where("outcome '" + item.name + "'");
}

void AppendBytes(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

// What one request wrote; lives until the journal told it.
class OutcomeLedger::Writing final : public CommitWaiter {
 public:
  Writing(OutcomeLedger& ledger, Done done) : ledger_(ledger), done_(std::move(done)) {}

  void Committed(const Status& status) noexcept override {
    const std::unique_ptr<Writing> self(this);
    ledger_.Settle(facts, status.ok());
    if (!status.ok()) Fail(status.error());
    done_(std::move(answers));
  }
  void Fail(const Error& error) {
    for (const std::size_t place : written) {
      answers[place] = {error, OutcomeAnswer::Fate::kRefused, answers[place].decision};
    }
  }
  void Finish() { done_(std::move(answers)); }

  std::vector<OutcomeAnswer> answers;
  std::vector<std::size_t> written;   // places of what is appended
  std::vector<Fact> facts;

 private:
  OutcomeLedger& ledger_;
  const Done done_;
};

OutcomeLedger::OutcomeLedger(const Options& options)
    : options_(options), known_(options.horizon, options.max_entries) {
  CHECK(options_.journal != nullptr && options_.clock != nullptr);
}

Status OutcomeLedger::Record(std::vector<OutcomeItem> items, Done done) {
  if (items.size() > limits::kOutcomesPerRequest) {
    return Error(Code::kTooLarge, std::to_string(items.size()) + " outcomes in one request")
        .Why("limit kOutcomesPerRequest is " + std::to_string(limits::kOutcomesPerRequest));
  }
  auto writing = std::make_unique<Writing>(*this, std::move(done));
  writing->answers.resize(items.size());
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    OutcomeItem& item = items[i];
    OutcomeAnswer& answer = writing->answers[i];
    answer.status = Check(item);
    if (!answer.status.ok()) continue;
    const Result<DecisionId> id = Resolve(item);
    answer.status = id.ok() ? CheckTime(*id, item.at) : Status(id.error());
    if (id.ok()) answer.decision = *id;
    if (!answer.status.ok()) continue;
    Outcome outcome{*id, item.at, std::move(item.name), item.value, std::move(item.text)};
    const Fact fact = FactOf(outcome);
    answer.fate = Classify(fact);
    if (answer.fate == OutcomeAnswer::Fate::kRefused) {
      answer.status = Error(Code::kUnavailable, "this outcome is being recorded right now")
                          .Help("send it again in a moment");
    }
    const bool is_new = answer.fate == OutcomeAnswer::Fate::kRecorded ||
                        answer.fate == OutcomeAnswer::Fate::kCorrected;
    if (!is_new) continue;
    writing->facts.push_back(fact);
    writing->written.push_back(i);
    outcomes.push_back(std::move(outcome));
  }
  if (outcomes.empty()) {
    writing->Finish();
    return Ok();
  }
  Status appended = options_.journal->Append(outcomes, writing.get());
  if (appended.ok()) {
    static_cast<void>(writing.release());  // Committed deletes it
    return Ok();
  }
  Settle(writing->facts, false);
  writing->Fail(appended.error());
  writing->Finish();
  return Ok();
}

Status OutcomeLedger::Check(const OutcomeItem& item) const {
  RETURN_IF_ERROR(ValidateName("outcome", item.name));
  if (!std::isfinite(item.value)) return Wrong(item, "its value is not a finite number");
  if (item.text.size() > limits::kStringBytes) return Wrong(item, "its text is too long");
  if (item.at > options_.clock->Now() + kMostAhead) {
    return Wrong(item, "its time is more than a day ahead: " + FormatTime(item.at));
  }
  return Ok();
}

Result<DecisionId> OutcomeLedger::Resolve(const OutcomeItem& item) const {
  if (item.decision.has_value()) return *item.decision;
  const auto found = options_.request_ids == nullptr || item.request_id.empty()
                         ? std::nullopt
                         : options_.request_ids->Find(item.caller, item.request_id);
  if (!found.has_value()) {
    return Error(Code::kNotFound, "no decision is known for this request id")
        .Why("request ids are remembered for a limited time")
        .Help("send the decision id, which works as long as the decision is kept");
  }
  if (!item.row.has_value() && found->count != 1) {
    return Wrong(item, "the request had " + std::to_string(found->count) + " rows: say which");
  }
  const std::uint32_t row = item.row.value_or(0);
  if (row >= found->count) {
    return Wrong(item, "the request had " + std::to_string(found->count) + " rows, not row " +
                           std::to_string(row));
  }
  return DecisionId{found->first.replica, found->first.segment, found->first.ordinal + row};
}

Status OutcomeLedger::CheckTime(DecisionId id, Time at) const {
  ASSIGN_OR_RETURN(const bool before, options_.journal->WasDecidedAfter(id, at));
  if (!before) return Ok();
  return Error(Code::kInvalidArgument, "the outcome is older than its decision")
      .Where(id.ToString())
      .Why("it says " + FormatTime(at));
}

OutcomeLedger::Fact OutcomeLedger::FactOf(const Outcome& outcome) const {
  std::string bytes;
  AppendBytes(bytes, outcome.decision.replica);
  AppendBytes(bytes, outcome.decision.segment);
  AppendBytes(bytes, outcome.decision.ordinal);
  bytes += outcome.name;
  Fact fact;
  fact.key = sip_(bytes);
  bytes.clear();
  AppendBytes(bytes, outcome.value);
  AppendBytes(bytes, outcome.at);
  bytes += outcome.text;
  fact.content = sip_(bytes);
  return fact;
}

OutcomeAnswer::Fate OutcomeLedger::Classify(const Fact& fact) {
  const std::scoped_lock lock(mutex_);
  if (in_flight_.count(fact.key) != 0) return OutcomeAnswer::Fate::kRefused;
  const std::uint64_t* known = known_.Find(fact.key);
  if (known != nullptr && *known == fact.content) return OutcomeAnswer::Fate::kRepeated;
  in_flight_.insert(fact.key);
  return known == nullptr ? OutcomeAnswer::Fate::kRecorded : OutcomeAnswer::Fate::kCorrected;
}

void OutcomeLedger::Settle(const std::vector<Fact>& facts, bool written) {
  const Time now = options_.clock->Now();
  const std::scoped_lock lock(mutex_);
  for (const Fact& fact : facts) {
    in_flight_.erase(fact.key);
    if (written) known_.Put(fact.key, fact.content, now);
  }
}

void OutcomeLedger::OnOutcomes(std::span<const Outcome> outcomes) {
  const Time now = options_.clock->Now();
  const std::scoped_lock lock(mutex_);
  for (const Outcome& outcome : outcomes) {
    const Fact fact = FactOf(outcome);
    known_.Put(fact.key, fact.content, now);
  }
}

}  // namespace mooring::records
