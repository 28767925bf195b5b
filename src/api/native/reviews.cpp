#include "api/native/reviews.h"

#include "api/http/target.h"
#include "api/native/verdicts.h"
#include "base/text/json.h"
#include "records/reviews/review_limits.h"

namespace mooring::api {
namespace {

using control::ReviewCall;
using What = ReviewCall::What;

// Who the caller is, else who they say they are.
Result<std::string> AuthorOf(const Call& call) {
  std::string author = call.caller();
  if (!author.empty()) return author;
  const auto body = Json::Parse(call.request->body);
  if (body.ok() && body->Find("author") != nullptr) {
    ASSIGN_OR_RETURN(author, body->GetString("author"));
  }
  return author.empty() ? "api" : author;
}

Result<ReviewCall> ReadCall(const Call& call, What what) {
  ReviewCall review;
  review.what = what;
  review.caller = call.principal.get();
  if (what == What::kList) {
    review.model = QueryValue(call.request->query, "model");
    review.state = QueryValue(call.request->query, "state");
    ASSIGN_OR_RETURN(review.limit, LimitOf(call, 100, limits::kReviewsListed));
    return review;
  }
  const auto decision = DecisionId::Parse(call.parameters[0]);
  if (!decision.ok()) return Error(Code::kNotFound, "a decision's id looks like d1-57-4021");
  review.decision = *decision;
  if (what == What::kShow) return review;
  ASSIGN_OR_RETURN(review.author, AuthorOf(call));
  review.body = call.request->body;
  review.address = call.request->peer;
  return review;
}

void AnswerNow(const Call& call, const ReviewCall& review) {
  auto answer = call.api->use.reviews->Answer(review);
  if (!answer.ok()) return call.Refuse(answer.error());
  Response response;
  if (answer->waits && review.what == What::kShow) response.status = 202;
  response.body = std::move(answer->json);
  call.Answer(std::move(response));
}

// The queue is a file that others lock: it is asked aside.
template <What what>
void AnswerOnDesk(const Call& call) {
  auto review = ReadCall(call, what);
  if (!review.ok()) return call.Refuse(review.error());
  if (call.api->use.reviews == nullptr) {
    return call.Refuse(Error(Code::kUnavailable, "this server keeps no review queue"));
  }
  const auto work = [call, review = std::move(review).value()] { AnswerNow(call, review); };
  if (!call.api->use.administer) return work();
  if (call.api->use.administer(work)) return;
  call.Refuse(Error(Code::kUnavailable, "too many calls of this kind are waiting")
                  .Help("nothing was changed; come back in a moment"));
}

}  // namespace

void ListReviews(const Call& call) { AnswerOnDesk<What::kList>(call); }
void ShowReview(const Call& call) { AnswerOnDesk<What::kShow>(call); }
void TakeReview(const Call& call) { AnswerOnDesk<What::kTake>(call); }
void DecideReview(const Call& call) { AnswerOnDesk<What::kDecide>(call); }

}  // namespace mooring::api
