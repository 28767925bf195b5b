#include "api/native/release.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

struct Order {
  DecisionId decision;
  std::string caller, reason;
};

Result<Order> ReadOrder(const Call& call) {
  Order order;
  order.caller = call.caller();
  const auto id = DecisionId::Parse(call.parameters[0]);
  if (!id.ok()) return Error(Code::kNotFound, "a decision's id looks like d1-57-4021");
  order.decision = *id;
  if (call.request->body.empty()) return order;
  ASSIGN_OR_RETURN(const Json body, Json::Parse(call.request->body, {.name = "body"}));
  if (body.Find("reason") != nullptr) {
    ASSIGN_OR_RETURN(order.reason, body.GetString("reason"));
  }
  return order;
}

}  // namespace

void ReleaseDecision(const Call& call) {
  auto order = ReadOrder(call);
  if (!order.ok()) return call.Refuse(order.error());
  if (call.api->use.settlement == nullptr) {
    return call.Refuse(Error(Code::kUnavailable, "this server keeps no budgets"));
  }
  // It looks the decision up in the journal, which may read a file.
  const auto work = [call, order = std::move(order).value()] {
    call.api->use.settlement->Release(order.decision, order.caller, order.reason,
                                      [call](const Result<serving::Released>& released) {
                                        if (!released.ok()) return call.Refuse(released.error());
                                        std::string text;
                                        JsonWriter json(text);
                                        json.BeginObject().Member("decision",
                                                                  released->decision.ToString());
                                        json.Member("budgets", released->budgets).EndObject();
                                        call.AnswerJson(std::move(text));
                                      });
  };
  if (!call.api->use.later) return work();
  if (call.api->use.later(work)) return;
  call.Refuse(Error(Code::kUnavailable, "too many calls of this kind are waiting")
                  .Help("nothing was changed; come back in a moment"));
}

}  // namespace mooring::api
