// ReviewDesk: what people and tools ask of the review queue, and how they decide, with answers as
// JSON (docs/formats/reviews.md). The HTTP API serves it, and the command line uses it on a data
// directory, so both say the same.
//
// Who may read a model's journal sees its reviews; who asked for a decision sees that one. Deciding
// takes the permission respond over the model, and is an entry of the control log first.
//
// A decision is taken by one person and decided once, by whoever took it unless another says that
// they take it over. What a person gives stays within the contract's decision.bounds and its
// currency's digits, passes the limits as a fallback's value does, and spends of them: what does
// not fit is refused, and the decision waits on.
//
// Thread safety: any thread. Failure: kNotFound for a decision that is not in the queue,
// kPermissionDenied, kInvalidArgument, kConflict for what has ended, or is another's to take, and
// for a value that limits refuse.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/access/principal.h"
#include "records/audit/audit_sink.h"
#include "records/contract/contract.h"
#include "records/reviews/review_store.h"

namespace mooring::control {

struct ReviewCall {
  enum class What : std::uint8_t {
    kList,    // filter: model, state ("": what has not ended), limit
    kShow,    // decision
    kTake,    // decision; body: author?
    kDecide,  // decision; body: value or deny, note?, author?, take_over?
  } what = What::kList;
  DecisionId decision;
  std::string model, state;
  std::size_t limit = 100;
  std::string author;
  std::string body;          // JSON
  std::string address = {};  // of the caller, for the control log
  // Who asks: what they do not see is as if it were not there. Null: sees all, may all.
  const records::Principal* caller = nullptr;
};

struct ReviewAnswer {
  std::string json;
  bool waits = false;  // kShow: it has not ended
};

class ReviewDesk {
 public:
  struct Options {
    records::ReviewStore* store = nullptr;  // required
    const Clock* clock = nullptr;           // required
    // The contract in force of a model, for its decision.bounds; empty: nothing bounds.
    std::function<Result<std::shared_ptr<const records::Contract>>(std::string_view)> contract = {};
    records::SpendReview spend = {};
    // Takes in what the journal holds by now; empty: the queue is as it was left.
    std::function<void()> follow = {};
    // Every change is an entry of it first, from `channel` ("api", "cli"); null: of nothing.
    records::AuditSink* audit = nullptr;
    std::string channel = {};
  };
  explicit ReviewDesk(Options options) : options_(std::move(options)) {}
  Result<ReviewAnswer> Answer(const ReviewCall& call);

 private:
  Result<ReviewAnswer> List(const ReviewCall& call);
  Result<records::Review> Find(const ReviewCall& call);
  Result<records::Review> ChangeOnRecord(const ReviewCall& call);
  Result<records::Review> Change(DecisionId decision,
                                 const std::function<Status(records::Review&)>& change);
  Result<records::Review> Take(const ReviewCall& call);
  Status CheckValue(const records::Review& review, double value) const;
  Status Spend(const records::Review& ended) const;
  Result<records::Review> Decide(const ReviewCall& call, const Json& body);

  const Options options_;
};

void WriteReview(JsonWriter& json, const records::Review& review);

}  // namespace mooring::control
