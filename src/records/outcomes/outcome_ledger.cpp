#include "records/outcomes/outcome_ledger.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <utility>

namespace mooring::records {
namespace {

constexpr std::chrono::hours kMostAhead{24};
// Outcomes of one journal record: small enough that who reads it holds little at a time.
constexpr std::size_t kPerRecord = 8192;

Error Wrong(const OutcomeItem& item, std::string message) {
  return Error(Code::kInvalidArgument, std::move(message)).Where("outcome '" + item.name + "'");
}

void AppendBytes(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

std::size_t OutcomeReport::Count(OutcomeFate fate) const {
  return static_cast<std::size_t>(std::count(fates.begin(), fates.end(), fate));
}

void OutcomeReport::Refuse(std::size_t item, Error error) {
  fates[item] = OutcomeFate::kRefused;
  if (problems.size() < kListed) problems.push_back({item, std::move(error)});
}

// What one request writes; lives until the journal told the last record of it.
class OutcomeLedger::Writing {
 public:
  Writing(OutcomeLedger& ledger, std::size_t items, Done done)
      : ledger_(ledger), done_(std::move(done)) {
    report.fates.resize(items, OutcomeFate::kRefused);
  }

  // Told by each record's end, whatever thread that is on, and by who appended them.
  void Told(std::size_t begin, std::size_t end, const Status& status) {
    if (!status.ok()) Fail(begin, end, status.error());
    if (waiting.fetch_sub(1, std::memory_order_acq_rel) == 1) Finish();
  }
  void Fail(std::size_t begin, std::size_t end, const Error& error) {
    const std::scoped_lock lock(mutex_);
    for (; begin < end; ++begin) report.Refuse(places[begin], error);
  }

  OutcomeReport report;
  std::vector<Outcome> outcomes;    // new ones
  std::vector<Fact> facts;          // of each outcome
  std::vector<std::size_t> places;  // the item of each outcome
  // Items that repeat another one of the same request, and that one.
  std::vector<std::pair<std::size_t, std::size_t>> repeats;
  std::atomic<std::size_t> waiting{1};

 private:
  void Finish() {
    ledger_.Settle(*this);
    for (const auto& [item, of] : repeats) {
      if (report.fates[of] == OutcomeFate::kRefused) {
        report.Refuse(item, Error(Code::kUnavailable, "the outcome that it repeats was refused"));
      }
    }
    std::sort(report.problems.begin(), report.problems.end(),
              [](const auto& a, const auto& b) { return a.item < b.item; });
    done_(std::move(report));
  }

  OutcomeLedger& ledger_;
  const Done done_;
  std::mutex mutex_;  // the report, while several threads tell
};

// One record of a request in the journal's queue.
struct OutcomeLedger::Chunk final : CommitWaiter {
  Chunk(std::shared_ptr<Writing> whole, std::size_t from, std::size_t to)
      : writing(std::move(whole)), begin(from), end(to) {}
  void Committed(const Status& status) noexcept override {
    const std::unique_ptr<Chunk> self(this);
    writing->Told(begin, end, status);
  }
  std::shared_ptr<Writing> writing;
  std::size_t begin, end;
};

// Which model a decision is of, read from the journal; a block that was read answers for all of its
// rows.
class OutcomeLedger::ModelOf final : public JournalVisitor {
 public:
  explicit ModelOf(Journal& journal) : journal_(journal) {}
  // "" when it cannot be found.
  std::string_view operator()(DecisionId id) {
    if (!Holds(id) && (!journal_.Read(id, *this).ok() || !Holds(id))) return "";
    return binding_->model;
  }
  void OnDecisions(const ReadDecisions& block) override {
    first_ = block.first;
    rows_ = block.rows.size();
    binding_ = block.binding;
  }
  bool WantsRows() const override { return false; }

 private:
  bool Holds(DecisionId id) const {
    return binding_ != nullptr && id.replica == first_.replica && id.segment == first_.segment &&
           id.ordinal >= first_.ordinal && id.ordinal - first_.ordinal < rows_;
  }

  Journal& journal_;
  DecisionId first_;
  std::size_t rows_ = 0;
  std::shared_ptr<const Binding> binding_;
};

OutcomeLedger::OutcomeLedger(const Options& options)
    : options_(options), known_(options.horizon, options.max_entries) {
  CHECK(options_.journal != nullptr && options_.clock != nullptr);
}

Status OutcomeLedger::Record(std::string_view caller, std::vector<OutcomeItem> items, Done done) {
  if (items.size() > limits::kOutcomesPerRequest) {
    return Error(Code::kTooLarge, std::to_string(items.size()) + " outcomes in one request")
        .Why("limit kOutcomesPerRequest is " + std::to_string(limits::kOutcomesPerRequest));
  }
  {
    const std::scoped_lock lock(mutex_);
    if (in_flight_.size() + items.size() > limits::kOutcomesInFlight) {
      return Error(Code::kResourceExhausted, "too many outcomes are being written")
          .Help("come back later, or send fewer at once");
    }
  }
  auto writing = std::make_shared<Writing>(*this, items.size(), std::move(done));
  Admit(caller, std::move(items), *writing);
  Write(std::move(writing));
  return Ok();
}

// Decides the fate of each item and gathers what is to be written.
void OutcomeLedger::Admit(std::string_view caller, std::vector<OutcomeItem> items,
                          Writing& writing) {
  std::vector<std::pair<DecisionId, std::size_t>> found;
  found.reserve(items.size());
  const auto rules = options_.rules ? options_.rules() : nullptr;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Status good = Check(items[i]);
    if (good.ok() && rules != nullptr) good = rules->Check(items[i]);
    const Result<DecisionId> id =
        good.ok() ? Resolve(caller, items[i]) : Result<DecisionId>(good.error());
    if (id.ok()) {
      found.emplace_back(*id, i);
    } else {
      writing.report.Refuse(i, id.error());
    }
  }
  // By segment, so that each segment's index is read once however the items are mixed; those of one
  // decision stay in their order.
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.replica, a.first.segment) <
           std::pair(b.first.replica, b.first.segment);
  });
  const Time now = options_.clock->Now();
  const bool by_model = rules != nullptr && items.size() <= kLookedUp && rules->DifferByModel();
  ModelOf model_of(*options_.journal);
  for (const auto& [id, i] : found) {
    OutcomeItem& item = items[i];
    Status fits = CheckTime(id, item.at);
    if (fits.ok() && by_model) fits = rules->CheckOf(model_of(id), item);
    if (!fits.ok()) {
      writing.report.Refuse(i, fits.error());
      continue;
    }
    Outcome outcome{id, item.at.value_or(now), std::move(item.name), item.value,
                    std::move(item.text)};
    Fact fact = FactOf(outcome);
    fact.timed = item.at.has_value();
    const OutcomeFate fate = writing.report.fates[i] = Classify(fact, i, writing);
    if (fate == OutcomeFate::kRefused) {
      writing.report.Refuse(i, Error(Code::kUnavailable, "this outcome is being recorded right now")
                                   .Help("send it again in a moment"));
    } else if (fate != OutcomeFate::kRepeated) {
      writing.facts.push_back(fact);
      writing.places.push_back(i);
      NoteUnnamed(rules.get(), outcome, now);
      writing.outcomes.push_back(std::move(outcome));
    }
  }
}

void OutcomeLedger::Write(std::shared_ptr<Writing> writing) {
  const std::span<const Outcome> all = writing->outcomes;
  Status status;
  std::size_t begin = 0;
  while (begin < all.size() && status.ok()) {
    const std::size_t end = std::min(begin + kPerRecord, all.size());
    auto chunk = std::make_unique<Chunk>(writing, begin, end);
    writing->waiting.fetch_add(1, std::memory_order_relaxed);
    if (options_.before_write) options_.before_write(all.subspan(begin, end - begin));
    status = options_.journal->Append(all.subspan(begin, end - begin), chunk.get());
    if (status.ok()) {
      static_cast<void>(chunk.release());  // the journal tells it, and it ends itself
      begin = end;
    } else {
      writing->waiting.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  writing->Told(begin, all.size(), status);
}

Status OutcomeLedger::Check(const OutcomeItem& item) const {
  RETURN_IF_ERROR(ValidateName("outcome", item.name));
  if (!std::isfinite(item.value)) return Wrong(item, "its value is not a finite number");
  if (item.text.size() > limits::kStringBytes) return Wrong(item, "its text is too long");
  if (item.at.has_value() && *item.at > options_.clock->Now() + kMostAhead) {
    return Wrong(item, "its time is more than a day ahead: " + FormatTime(*item.at));
  }
  return Ok();
}

Result<DecisionId> OutcomeLedger::Resolve(std::string_view caller, const OutcomeItem& item) const {
  if (item.decision.has_value()) return *item.decision;
  const auto found = options_.request_ids == nullptr || item.request_id.empty()
                         ? std::nullopt
                         : options_.request_ids->Find(caller, item.request_id);
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

Status OutcomeLedger::CheckTime(DecisionId id, const std::optional<Time>& at) const {
  ASSIGN_OR_RETURN(const bool before,
                   options_.journal->WasDecidedAfter(id, at.value_or(Time::max())));
  if (!before) return Ok();
  // Stamped while the clock was ahead: the decision was made, whatever the clock says now, and when
  // it truly was nobody knows.
  ASSIGN_OR_RETURN(const bool stamped_ahead,
                   options_.journal->WasDecidedAfter(id, options_.clock->Now()));
  if (stamped_ahead) return Ok();
  return Error(Code::kInvalidArgument, "the outcome is older than its decision")
      .Where(id.ToString())
      .Why("it says " + FormatTime(*at));
}

std::uint64_t OutcomeLedger::KeyOf(DecisionId decision, std::string_view name) const {
  std::string bytes;
  AppendBytes(bytes, decision.replica);
  AppendBytes(bytes, decision.segment);
  AppendBytes(bytes, decision.ordinal);
  bytes += name;
  return sip_(bytes);
}

OutcomeLedger::Fact OutcomeLedger::FactOf(const Outcome& outcome) const {
  Fact fact;
  fact.key = KeyOf(outcome.decision, outcome.name);
  std::string bytes;
  AppendBytes(bytes, outcome.value + 0.0);  // -0 is 0
  bytes += outcome.text;
  fact.content = sip_(bytes);
  fact.at_us = outcome.at.time_since_epoch().count();
  return fact;
}

OutcomeFate OutcomeLedger::Classify(const Fact& fact, std::size_t item, Writing& writing) {
  const std::scoped_lock lock(mutex_);
  const Known now{fact.content, fact.at_us};
  if (const auto other = in_flight_.find(fact.key); other != in_flight_.end()) {
    if (other->second.owner != &writing) return OutcomeFate::kRefused;
    if (other->second.last.Holds(fact)) {
      writing.repeats.emplace_back(item, other->second.item);
      return OutcomeFate::kRepeated;
    }
    other->second = {&writing, now, item};
    return OutcomeFate::kCorrected;
  }
  const Known* known = known_.Find(fact.key);
  if (known != nullptr && known->Holds(fact)) return OutcomeFate::kRepeated;
  in_flight_.emplace(fact.key, InFlight{&writing, now, item});
  return known == nullptr ? OutcomeFate::kRecorded : OutcomeFate::kCorrected;
}

void OutcomeLedger::Settle(const Writing& writing) {
  const Time now = options_.clock->Now();
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < writing.facts.size(); ++i) {
    const Fact& fact = writing.facts[i];
    in_flight_.erase(fact.key);
    if (writing.report.fates[writing.places[i]] == OutcomeFate::kRefused) continue;
    known_.Put(fact.key, {fact.content, fact.at_us}, now);
  }
}

void OutcomeLedger::OnOutcomes(std::span<const Outcome> outcomes) {
  const Time now = options_.clock->Now();
  if (rules_at_start_ == nullptr && options_.rules) rules_at_start_ = options_.rules();
  for (const Outcome& outcome : outcomes) {
    const Fact fact = FactOf(outcome);
    NoteUnnamed(rules_at_start_.get(), outcome, now);
    const std::scoped_lock lock(mutex_);
    known_.Put(fact.key, {fact.content, fact.at_us}, now);
  }
}

// Who asks goes by the names of contracts: what has none of them is found under no name. Noted
// before it is written, so that it is known while it is; a write that fails leaves it noted.
void OutcomeLedger::NoteUnnamed(const OutcomeRules* rules, const Outcome& outcome, Time now) {
  if (rules == nullptr || rules->Names(outcome.name)) return;
  const std::uint64_t key = KeyOf(outcome.decision, "");
  const std::scoped_lock lock(mutex_);
  known_.Put(key, {}, now);
}

bool OutcomeLedger::Knows(DecisionId decision, std::string_view name) const {
  const std::uint64_t key = KeyOf(decision, name);
  const std::scoped_lock lock(mutex_);
  return in_flight_.contains(key) || known_.Find(key) != nullptr;
}

}  // namespace mooring::records
