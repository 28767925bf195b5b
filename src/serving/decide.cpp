#include "serving/decide.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error_table.h"
#include "base/limits.h"
#include "serving/admission.h"
#include "serving/answer.h"
#include "serving/decision_policy.h"
#include "serving/pending.h"
#include "serving/pending_pool.h"
#include "serving/replay.h"
#include "serving/routing.h"
#include "serving/row_judge.h"
#include "serving/scoring_pool.h"
#include "serving/serving_metrics.h"

namespace mooring::serving {
namespace {

// Everything that a request in flight needs; outlives the Decider until the last one is answered.
class Flow final : public PendingOwner, public std::enable_shared_from_this<Flow> {
 public:
  explicit Flow(Decider::Options options) : options_(std::move(options)) {
    scoring_.emplace(
        ScoringPool::Options{.clock = options_.clock, .threads = options_.scoring_threads});
  }

  // THE FLOW. Each step leaves the request fit for the next or says why not.
  void Decide(DecisionRequest request, Decider::Done done) {
    Pending& pending = pool_.Take(shared_from_this(), std::move(request), std::move(done));
    Status status = Admit(pending);
    if (pending.settled) return Finish(pending);
    if (status.ok()) status = Validate(pending);
    if (status.ok()) status = Enrich(pending);
    if (status.ok()) status = Route(pending);
    if (!status.ok()) return Refuse(pending, std::move(status).error());
    Predict(pending);  // here, or on a scoring thread
  }
  void GoOnScored(Pending& pending, Status status) override {
    if (status.ok()) status = Limit(pending);
    if (status.ok()) status = Record(pending);  // from here the journal goes on
    if (!status.ok()) Refuse(pending, std::move(status).error());
  }
  void GoOnCommitted(Pending& pending) override {
    if (!pending.committed.ok()) return Refuse(pending, NotWritten(pending.committed.error()));
    Answer(pending);
  }

  Result<std::shared_ptr<const ServedVersion>> Resolve(std::string_view model,
                                                       VersionNumber version) const {
    return ResolveVersion(*options_.snapshot(), model, version);
  }
  void Close() {
    scoring_.reset();             // what is queued is predicted and recorded
    admission_.WaitUntilEmpty();  // the journal tells the rest
  }
  const ServingMetrics& metrics() {
    metrics_.SetInFlight(admission_.in_flight());
    return metrics_;
  }

 private:
  Status Admit(Pending& pending);
  Status ClaimId(Pending& pending);
  void SettleId(const Pending& pending);
  Status Validate(Pending& pending);
  Status Enrich(Pending&) { return Ok(); }  // online features join the rows here (a later issue)
  Status Route(Pending& pending);
  void Predict(Pending& pending);
  Status Limit(Pending& pending);
  Status Record(Pending& pending);
  void GiveBudgetsBack(Pending& pending);
  void Answer(Pending& pending);
  void Refuse(Pending& pending, Error error);
  void Finish(Pending& pending);
  void RecordRefusal(const Pending& pending, const Error& error);
  std::shared_ptr<const LimitControls> Controls() const {
    static const auto kNone = std::make_shared<const LimitControls>();
    return options_.controls ? options_.controls() : kNone;
  }
  static Error NotWritten(const Error& why) {
    if (why.code() == Code::kTooLarge) return why;
    return Error(Code::kUnavailable, "the decision could not be written down, so none was made")
        .Why(why.message())
        .Help("try again; the journal's disk needs attention when this lasts");
  }

  const Decider::Options options_;
  ServingMetrics metrics_;
  Admission admission_{limits::kInFlight};
  PendingPool pool_;
  std::optional<ScoringPool> scoring_;
};

Status Flow::Admit(Pending& pending) {
  DecisionRequest& request = pending.request;
  const Nanos now = options_.clock->Monotonic();
  if (request.received == Nanos(0)) request.received = now;
  RETURN_IF_ERROR(admission_.Enter(request, now));
  pending.entered = true;
  return request.request_id.empty() ? Ok() : ClaimId(pending);
}

// One decision a request id: the first decides, a retry gets the first's answer.
Status Flow::ClaimId(Pending& pending) {
  using Found = records::RequestIds::Found;
  const DecisionRequest& request = pending.request;
  if (options_.request_ids == nullptr || options_.journal == nullptr) return Ok();
  const auto claim =
      options_.request_ids->Claim(request.caller, request.request_id, request.body_hash);
  switch (claim.found) {
    case Found::kNew: pending.holds_id = true; return Ok();
    case Found::kOtherBody:
      return Error(Code::kConflict,
                   fmt::format("request id '{}' was used for another request", request.request_id))
          .Help("give each request an id of its own");
    case Found::kInFlight:
      return Error(Code::kUnavailable, "the same request is being decided right now")
          .Help("try again in a moment: it will get the same answer");
    case Found::kEarlier: break;
  }
  ASSIGN_OR_RETURN(DecisionAnswer answer, ReplayDecision(*options_.journal, *options_.snapshot(),
                                                         claim.earlier, options_.kills));
  for (const DecidedRow& row : answer.rows) {
    if (!options_.released || !options_.released(row.id)) continue;
    return Error(Code::kConflict, "the decision of this request was released: it is no more")
        .Help("give a new request a new id");
  }
  PutReviews(options_.reviewed, answer);
  metrics_.CountReplay();
  pending.settled = true;
  pending.done(std::move(answer));
  return Ok();
}

// Before the answer leaves: who retries on reading it must find it.
void Flow::SettleId(const Pending& pending) {
  if (!pending.holds_id) return;
  const DecisionRequest& request = pending.request;
  if (!pending.recorded) return options_.request_ids->Release(request.caller, request.request_id);
  const auto rows = static_cast<std::uint32_t>(pending.decisions.size());
  options_.request_ids->Settle(request.caller, request.request_id, {pending.first, rows});
}

Status Flow::Validate(Pending& pending) {
  DecisionRequest& request = pending.request;
  if (request.served == nullptr) {
    ASSIGN_OR_RETURN(request.served, Resolve(request.model, request.version));
  }
  Validated& found = pending.found;
  found.problems = std::move(request.problems);
  found.unlisted_problems = request.unlisted_problems;
  const std::size_t rows = request.rows.rows();
  if (rows == 0 && !found.refused()) {
    // MLflow answers an empty table with an empty list.
    if (request.coercion == Coercion::kMlflow) return Ok();
    return Error(Code::kInvalidArgument, "the request has no rows");
  }
  if (!options_.safety.validate) return Ok();
  const std::size_t before = found.problems.size();
  request.served->shape->Validate(request.rows, request.coercion, found);
  if (before != 0) found.DropEchoes(before);
  if (!found.breaches.empty()) {
    metrics_.Of(request.served->model, request.served->number).CountBreaches(found.breaches);
  }
  if (!found.refused()) return Ok();
  return RefusedRows(found);
}

// The version was resolved before parsing, so that rows are typed by its contract, and one request
// sees one version. A canary's share (by a stable hash of the unit) and shadows come here.
Status Flow::Route(Pending& pending) {
  if (pending.request.rows.width() == pending.request.served->shape->schema()->size()) return Ok();
  return Error(Code::kInternal, "the rows were shaped for another contract");
}

void Flow::Predict(Pending& pending) {
  const ServedVersion& served = *pending.request.served;
  if (served.shape->NeedsScratch()) pending.scratch = served.shape->TakeScratch();
  const data::Batch& inputs =
      served.shape->ToModel(pending.found.Effective(pending.request.rows), pending.scratch);
  pending.outputs = data::Batch(served.predictor->signature().output_columns);
  if (served.predictor->cost() == model::Predictor::Cost::kInline) {
    return GoOnScored(pending, served.predictor->Predict(inputs, pending.outputs));
  }
  pending.predictor = served.predictor.get();
  pending.ScoringJob::inputs = &inputs;
  pending.ScoringJob::outputs = &pending.outputs;
  pending.deadline = pending.request.deadline;
  if (Status queued = scoring_->Submit(pending); !queued.ok()) {
    Refuse(pending, std::move(queued).error());
  }
}

Status Flow::Limit(Pending& pending) {
  const ServedVersion& served = *pending.request.served;
  const data::Batch& inputs = pending.found.Effective(pending.request.rows);
  if (pending.outputs.rows() != inputs.rows()) {
    return Error(Code::kInternal, "the model gave another number of rows than it got");
  }
  const data::Column& scores = pending.outputs.column(served.policy->score_column());
  const auto controls = served.limits == nullptr ? nullptr : Controls();
  const JudgedBy by{.snapshot = &options_.snapshot,
                    .served = &served,
                    .inputs = &inputs,
                    .caller = pending.request.caller,
                    .kills = options_.kills,
                    .limits = options_.limits,
                    .controls = controls.get()};
  RowJudge judge(by, pending.judged);
  if (options_.kills != nullptr) pending.kill_epoch = options_.kills->epoch();
  for (std::size_t row = 0; row < inputs.rows(); ++row) {
    records::RowDecision decision = judge.Judge(scores.Number(row), row);
    const bool was_cast = !pending.request.flags.empty() && pending.request.flags[row] != 0;
    decision.flagged = was_cast || pending.found.IsFlagged(row);
    pending.decisions.push_back(decision);
  }
  return Ok();
}

Status Flow::Record(Pending& pending) {
  const DecisionRequest& request = pending.request;
  const Nanos now = options_.clock->Monotonic();
  if (request.deadline != Nanos(0) && now >= request.deadline) {
    GiveBudgetsBack(pending);
    return Error(Code::kDeadlineExceeded, "no decision was made in the time allowed");
  }
  pending.latency_us = LatencyUs(now - request.received);
  if (!options_.safety.journal || request.rows.rows() == 0) {
    AddToMedians(pending.judged.medians);
    GoOnCommitted(pending);
    return Ok();
  }
  records::DecisionBlock block;
  block.binding = request.served->binding;
  block.at = options_.clock->Now();
  block.caller = request.caller;
  block.request_id = request.request_id;
  block.body_hash = request.body_hash;
  block.latency_us = pending.latency_us;
  block.inputs = &request.rows;
  block.outputs = &pending.outputs;
  block.rows = pending.decisions;
  block.imputed = pending.found.imputed;
  if (!pending.judged.note.empty()) block.limits = &pending.judged.note;
  const Result<DecisionId> first = options_.journal->Append(block, &pending);
  if (!first.ok()) {
    GiveBudgetsBack(pending);
    return NotWritten(first.error());
  }
  pending.first = first.value();
  if (block.limits != nullptr) options_.limits->ledger().Recorded(*block.limits, pending.first);
  AddToMedians(pending.judged.medians);
  pending.recorded = true;
  pending.Arrive();
  return Ok();
}

// No record holds what the rows spent, so nothing was spent. A record whose sync failed may be on
// the disk all the same: what it spent stays spent.
void Flow::GiveBudgetsBack(Pending& pending) {
  if (options_.limits != nullptr) options_.limits->ledger().Undo(pending.judged.note);
  pending.judged.Clear();
}

void Flow::Answer(Pending& pending) {
  const ServedVersion& served = *pending.request.served;
  const Nanos taken = options_.clock->Monotonic() - pending.request.received;
  VersionCounters& counters = metrics_.Of(served.model, served.number);
  counters.CountRequest(LatencyUs(taken));
  for (const records::RowDecision& row : pending.decisions) counters.CountDecision(row.verdict);
  SettleId(pending);
  DecisionAnswer answer = AnswerOf(pending);
  answer.latency_us = LatencyUs(taken);
  pending.done(std::move(answer));
  Finish(pending);
}

void Flow::Refuse(Pending& pending, Error error) {
  metrics_.CountRefusal(error.code());
  RecordRefusal(pending, error);
  pending.recorded = false;
  SettleId(pending);
  DecisionAnswer answer;
  answer.problems = std::move(pending.found.problems);
  answer.unlisted_problems = pending.found.unlisted_problems;
  answer.served = pending.request.served;
  answer.status = std::move(error);
  pending.done(std::move(answer));
  Finish(pending);
}

// Refusals are recorded without waiting: no decision hangs on them. The name of an input or a model
// that nobody knows is the caller's free text, maybe a person's, and is not kept.
void Flow::RecordRefusal(const Pending& pending, const Error& error) {
  if (!options_.safety.journal || options_.journal == nullptr || !pending.entered) return;
  const DecisionRequest& request = pending.request;
  records::Refusal refusal;
  refusal.at = options_.clock->Now();
  if (request.served != nullptr) {
    refusal.model = request.served->model;
    refusal.version = request.served->number;
  } else if (options_.snapshot()->Find(request.model) != nullptr) {
    refusal.model = request.model;
  }
  refusal.caller = request.caller;
  refusal.request_id = request.request_id;
  refusal.code = KindOf(error.code()).name;
  if (!pending.found.problems.empty()) {
    const RowProblem& first = pending.found.problems.front();
    const bool is_known = request.served != nullptr &&
                          request.served->shape->Find(first.feature) != InputShape::kNoColumn;
    if (is_known) refusal.feature = first.feature;
    refusal.rule = first.rule;
  }
  // A journal that is full or broken says so in its own metrics; the answer is the same.
  static_cast<void>(options_.journal->Append(refusal, nullptr).ok());
}

void Flow::Finish(Pending& pending) {
  // The last request in flight may be what keeps the flow alive.
  const std::shared_ptr<PendingOwner> keep = std::move(pending.owner);
  const bool entered = pending.entered;
  pool_.Give(pending);
  if (entered) admission_.Leave();
}

class FlowDecider final : public Decider {
 public:
  explicit FlowDecider(Options options) : flow_(std::make_shared<Flow>(std::move(options))) {}
  ~FlowDecider() override { flow_->Close(); }

  Result<std::shared_ptr<const ServedVersion>> Resolve(std::string_view model,
                                                       VersionNumber version) const override {
    return flow_->Resolve(model, version);
  }
  void Decide(DecisionRequest request, Done done) override {
    flow_->Decide(std::move(request), std::move(done));
  }
  const ServingMetrics& metrics() const override { return flow_->metrics(); }

 private:
  std::shared_ptr<Flow> flow_;
};

}  // namespace

Result<std::unique_ptr<Decider>> Decider::Make(Options options) {
  if (options.clock == nullptr || !options.snapshot ||
      (options.journal == nullptr && options.safety.journal)) {
    return Error(Code::kInvalidArgument,
                 "the decision path needs a clock, a snapshot and a journal");
  }
  return std::unique_ptr<Decider>(std::make_unique<FlowDecider>(std::move(options)));
}

}  // namespace mooring::serving
