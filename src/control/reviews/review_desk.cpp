#include "control/reviews/review_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/reviews/review_follower.h"
#include "data/expression/decimal.h"
#include "records/access/person.h"
#include "records/audit/audited.h"
#include "records/reviews/review_limits.h"

namespace mooring::control {
namespace {

using records::Permission;
using records::Review;
using records::ReviewState;
using records::ReviewTables;
using What = ReviewCall::What;

// null for a time that has not come.
void WriteTime(JsonWriter& json, std::string_view key, Time time) {
  json.Key(key);
  time == Time() ? json.Null() : json.Value(FormatTime(time));
}

// {"action": "deny"} or {"action": "value", "value": 40.5}
void WriteAction(JsonWriter& json, std::string_view key, std::optional<double> value) {
  json.Key(key).BeginObject().Member("action", value.has_value() ? "value" : "deny");
  if (value.has_value()) json.Member("value", *value);
  json.EndObject();
}

Result<records::ReviewFilter> FilterOf(const ReviewCall& call) {
  records::ReviewFilter filter;
  filter.model = call.model;
  filter.limit = call.limit;
  if (call.state.empty()) return filter;
  filter.state = records::ReviewStateOf(call.state);
  if (filter.state.has_value()) return filter;
  return Error(Code::kInvalidArgument, "'" + call.state.substr(0, 40) + "' is no state")
      .Why("states: waiting, taken, decided, expired");
}

bool Sees(const ReviewCall& call, const Review& review) {
  if (call.caller == nullptr || call.caller->May(Permission::kReadLog, review.model)) return true;
  return call.caller->May(Permission::kPredict, review.model) &&
         call.caller->name() == review.caller;
}

Status MayDecide(const ReviewCall& call, const Review& review) {
  if (call.caller == nullptr || call.caller->May(Permission::kRespond, review.model)) return Ok();
  return Error(Code::kPermissionDenied, "you may not decide for this model")
      .Why("it takes the permission respond");
}

bool TakesOver(const Json& body) {
  const Json* const said = body.Find("take_over");
  const auto over = said == nullptr ? Result<bool>(false) : said->AsBool();
  return over.ok() && *over;
}

records::ControlEntry EntryOf(const ReviewCall& call) {
  records::ControlEntry entry;
  entry.principal = call.author;
  entry.address = call.address;
  entry.action = call.what == What::kTake ? "review.take" : "review.decide";
  entry.object_kind = "decision";
  entry.object = call.decision.ToString();
  const auto body = Json::Parse(call.body);
  if (call.what == What::kTake || !body.ok()) return entry;
  if (const auto value = body->GetDouble("value"); value.ok()) {
    entry.detail = fmt::format("value {}", *value);
  } else {
    entry.detail = "deny";
  }
  if (TakesOver(*body)) entry.detail += ", taken over";
  if (const auto note = body->GetString("note"); note.ok()) {
    entry.reason = note->substr(0, limits::kReasonBytes);
  }
  return entry;
}

ReviewAnswer AnswerOf(const Review& review) {
  ReviewAnswer answer{{}, !review.has_ended()};
  JsonWriter json(answer.json);
  WriteReview(json, review);
  return answer;
}

Error HasEnded(const Review& review) {
  const std::string how = review.state == ReviewState::kExpired ? "expired" : "is decided";
  return Error(Code::kConflict, review.decision.ToString() + " " + how)
      .Why("at " + FormatTime(review.ended) + " by " + review.decided_by);
}

Status CheckKeys(const Json& body, std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(const Json::Object* const members, body.AsObject());
  for (const auto& [key, value] : *members) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Error(Code::kInvalidArgument, "unknown key '" + key.substr(0, limits::kNameBytes) + "'");
  }
  return Ok();
}

// A value, or nothing for a denial; one of them must be said.
Result<std::optional<double>> ValueOf(const Json& body) {
  const Json* const value = body.Find("value");
  const Json* const deny = body.Find("deny");
  bool denied = false;
  if (deny != nullptr) {
    ASSIGN_OR_RETURN(denied, deny->AsBool());
  }
  if ((value != nullptr) == denied) {
    return Error(Code::kInvalidArgument, "a review ends with one of a value and a denial")
        .Help(R"(say {"value": 12.5} or {"deny": true})");
  }
  if (denied) return std::optional<double>();
  ASSIGN_OR_RETURN(const double number, value->AsDouble());
  return std::optional(number);
}

}  // namespace

void WriteReview(JsonWriter& json, const Review& review) {
  json.BeginObject().Member("decision", review.decision.ToString());
  json.Member("model", review.model).Member("version", review.version);
  json.Member("caller", review.caller).Member("request_id", review.request_id);
  json.Member("at", FormatTime(review.at)).Member("deadline", FormatTime(review.deadline));
  json.Member("state", records::ReviewStateName(review.state)).Member("reason", review.reason);
  json.Member("values", review.digits < 0 ? "score" : "amount");
  json.Member("currency", review.currency);
  WriteAction(json, "default", review.at_deadline);
  json.Key("inputs").Raw(review.inputs_json).Key("limit_hits").Raw(review.hits_json);
  json.Member("taken_by", review.taken_by);
  WriteTime(json, "taken", review.taken);
  json.Member("decided_by", review.decided_by);
  WriteTime(json, "ended", review.ended);
  if (review.has_ended()) {
    WriteAction(json, "answer", review.value);
  } else {
    json.Key("answer").Null();
  }
  json.Member("note", review.note).EndObject();
}

Result<ReviewAnswer> ReviewDesk::Answer(const ReviewCall& call) {
  ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t expired,
                   ExpireReviews(*options_.store, options_.clock->Now(), options_.spend));
  if (call.what == What::kList) return List(call);
  ASSIGN_OR_RETURN(Review review, Find(call));
  if (call.what == What::kShow) return AnswerOf(review);
  if (call.author.empty() || call.author.size() > limits::kNameBytes) {
    return Error(Code::kInvalidArgument, "who decides has a name of 1 to 128 bytes");
  }
  RETURN_IF_ERROR(MayDecide(call, review));
  if (options_.audit == nullptr) {
    ASSIGN_OR_RETURN(review, ChangeOnRecord(call));
    return AnswerOf(review);
  }
  records::ControlEntry entry = EntryOf(call);
  entry.channel = options_.channel;
  ASSIGN_OR_RETURN(review,
                   records::Audited(*options_.audit, entry, [&] { return ChangeOnRecord(call); }));
  return AnswerOf(review);
}

Result<ReviewAnswer> ReviewDesk::List(const ReviewCall& call) {
  ASSIGN_OR_RETURN(records::ReviewFilter filter, FilterOf(call));
  const bool sees_all = call.caller == nullptr || call.caller->MayEverywhere(Permission::kReadLog);
  if (!sees_all) filter.limit = limits::kReviewsListed;  // enough is left of it
  std::vector<Review> reviews;
  RETURN_IF_ERROR(options_.store->Read([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(reviews, tables.List(filter));
    return Ok();
  }));
  std::erase_if(reviews, [&](const Review& review) { return !Sees(call, review); });
  if (reviews.size() > call.limit) reviews.resize(call.limit);
  ReviewAnswer answer;
  JsonWriter json(answer.json);
  json.BeginObject().Key("reviews").BeginArray();
  for (const Review& review : reviews) WriteReview(json, review);
  json.EndArray().EndObject();
  return answer;
}

Result<Review> ReviewDesk::ChangeOnRecord(const ReviewCall& call) {
  if (call.what == What::kTake) return Take(call);
  const std::string_view text = call.body.empty() ? "{}" : std::string_view(call.body);
  ASSIGN_OR_RETURN(const Json body, Json::Parse(text, {.name = "body"}));
  return Decide(call, body);
}

// Who was told a moment ago that a decision waits finds it here.
Result<Review> ReviewDesk::Find(const ReviewCall& call) {
  Review review;
  const auto look = [&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(review, tables.Find(call.decision));
    return Ok();
  };
  Status found = options_.store->Read(look);
  if (!found.ok() && found.error().code() == Code::kNotFound && options_.follow) {
    options_.follow();
    found = options_.store->Read(look);
  }
  RETURN_IF_ERROR(found);
  if (Sees(call, review)) return review;
  return records::NoReviewOf(call.decision);
}

Result<Review> ReviewDesk::Change(DecisionId decision,
                                  const std::function<Status(Review&)>& change) {
  Review review;
  const Status written = options_.store->Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(review, tables.Find(decision));
    if (review.has_ended()) return HasEnded(review);
    if (const Status changed = change(review); !changed.ok()) return changed;
    return tables.Save(review);
  });
  RETURN_IF_ERROR(written);
  return review;
}

Result<Review> ReviewDesk::Take(const ReviewCall& call) {
  const Time now = options_.clock->Now();
  return Change(call.decision, [&](Review& review) -> Status {
    if (review.state == ReviewState::kTaken && review.taken_by != call.author) {
      return Error(Code::kConflict, review.decision.ToString() + " is taken")
          .Why("by " + review.taken_by + " at " + FormatTime(review.taken));
    }
    if (review.state == ReviewState::kTaken) return Ok();
    review.state = ReviewState::kTaken;
    review.taken_by = call.author;
    review.taken = now;
    return Ok();
  });
}

// What a person gives is as good an answer as a contract allows.
Status ReviewDesk::CheckValue(const Review& review, double value) const {
  if (!records::IsReviewValue(value, review.digits)) {
    return Error(Code::kInvalidArgument, "the value cannot be given out")
        .Why(review.digits < 0 ? "it is not finite" : "it does not fit whole minor units");
  }
  const auto exact = data::Decimal::Shortest(value);
  if (review.digits >= 0 && (!exact || exact->digits_behind_point() > review.digits)) {
    return Error(Code::kInvalidArgument, "the value has too many digits behind the point")
        .Why(fmt::format("{} counts in {}", review.currency.empty() ? "it" : review.currency,
                         review.digits));
  }
  if (!options_.contract) return Ok();
  ASSIGN_OR_RETURN(const auto contract, options_.contract(review.model));
  const auto &least = contract->decision.min, &most = contract->decision.max;
  if ((!least || value >= *least) && (!most || value <= *most)) return Ok();
  return Error(Code::kInvalidArgument, "the value is outside decision.bounds")
      .Why(fmt::format("the contract of '{}' has {} to {}", review.model,
                       least ? fmt::to_string(*least) : "none",
                       most ? fmt::to_string(*most) : "none"));
}

Status ReviewDesk::Spend(const Review& ended) const {
  if (!ended.value.has_value() || !options_.spend) return Ok();
  const Status spent = options_.spend(ended);
  if (spent.ok() || spent.error().code() != Code::kResourceExhausted) return spent;
  return Error(Code::kConflict, spent.error().message())
      .Why(spent.error().why())
      .Help(
          "give another value, deny it, or have the limit raised, or released if it is shut, "
          "first");
}

Result<Review> ReviewDesk::Decide(const ReviewCall& call, const Json& body) {
  RETURN_IF_ERROR(CheckKeys(body, {"author", "value", "deny", "note", "take_over"}));
  ASSIGN_OR_RETURN(const std::optional<double> value, ValueOf(body));
  std::string note;
  if (body.Find("note") != nullptr) {
    ASSIGN_OR_RETURN(note, body.GetString("note"));
  }
  if (note.size() > limits::kReviewNoteBytes) {
    return Error(Code::kTooLarge,
                 "the note is over " + std::to_string(limits::kReviewNoteBytes) + " bytes");
  }
  const Time now = options_.clock->Now();
  return Change(call.decision, [&](Review& review) -> Status {
    const bool anothers = review.state == ReviewState::kTaken &&
                          records::PersonOf(review.taken_by) != records::PersonOf(call.author);
    if (anothers && !TakesOver(body)) {
      return Error(Code::kConflict, review.decision.ToString() + " is taken")
          .Why("by " + review.taken_by + " at " + FormatTime(review.taken))
          .Help("leave it to them, or say that you take it over: --take-over");
    }
    if (value.has_value()) RETURN_IF_ERROR(CheckValue(review, *value));
    review.state = ReviewState::kDecided;
    review.decided_by = call.author;
    review.ended = now;
    review.value = value;
    review.note = note;
    return Spend(review);
  });
}

}  // namespace mooring::control
