#include "app/cli/drill/kill_drill.h"

#include <algorithm>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

// The first verdict of an answer with decisions; "" it has none.
std::string VerdictOf(std::string_view body) {
  const auto json = Json::Parse(body);
  if (!json.ok()) return "";
  const auto decisions = json->GetArray("decisions");
  if (!decisions.ok() || (*decisions)->empty()) return "";
  const auto verdict = (*decisions)->front().GetString("verdict");
  return verdict.ok() ? std::string(*verdict) : "";
}

// How many of so many own decisions carry a model's value. One that cannot be sent carries none.
std::uint32_t Decide(const ApiClient& client, const KillDrill& drill, std::uint32_t calls) {
  const std::string path = "/api/v1/models/" + PathPart(drill.model) + "/decide";
  const std::string body = "{\"inputs\":" + drill.row + "}";
  std::uint32_t with_value = 0;
  for (std::uint32_t i = 0; i < calls; ++i) {
    const auto answer = client.Raw("POST", path, body, "application/json");
    if (answer.ok() && HasModelValue(answer->status, answer->body)) ++with_value;
  }
  return with_value;
}

// One own decision: who may not predict, or whose row the model does not answer, would stop a model
// and prove nothing by it.
Status CheckMayPredict(const ApiClient& client, const KillDrill& drill) {
  const std::string path = "/api/v1/models/" + PathPart(drill.model) + "/decide";
  ASSIGN_OR_RETURN(const HttpAnswer answer,
                   client.Raw("POST", path, "{\"inputs\":" + drill.row + "}", "application/json"));
  if (HasModelValue(answer.status, answer.body)) return Ok();
  const std::string verdict = VerdictOf(answer.body);
  if (verdict.empty()) return ApiClient::ProblemOf(answer);
  return Error(Code::kFailedPrecondition, "the model does not answer this row: nothing is stopped")
      .Why("an own decision was: " + verdict)
      .Help("give a row that it takes: --input FILE");
}

std::string KillBody(const KillDrill& drill) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("scope", drill.harmless ? "segment" : "model");
  json.Member("model", drill.model);
  if (drill.harmless) json.Member("segment", kNoRow);
  json.Member("author", drill.author).Member("reason", "drill").EndObject();
  return body;
}

Status AskToGoOn(const ApiClient& client, KillDrill& drill) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("kind", "kill_release").Member("kill", drill.kill);
  json.Member("reason", "end of a drill").Member("author", drill.author).EndObject();
  ASSIGN_OR_RETURN(const Json answer, client.Send("POST", "/api/v1/changes", body));
  ASSIGN_OR_RETURN(const Json* const change, answer.Get("change"));
  ASSIGN_OR_RETURN(drill.release, change->GetUint("id"));
  return Ok();
}

Status Keep(const ApiClient& client, KillDrill& drill, Time began) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("kind", "kill").Member("at", FormatTime(began));
  json.Member("scope", drill.scope).Member("result", drill.result());
  json.Member("ms", drill.ms).Member("goal_ms", KillDrill::kGoalMs);
  json.Member("server_ms", drill.server_ms).Member("harmless", drill.harmless);
  json.Member("answered_before", drill.answered_before);
  json.Member("answered_after", drill.answered_after);
  json.Member("leaked_after", drill.leaked_after).Member("calls_after", drill.calls_after);
  json.Member("kill", drill.kill).Member("release", drill.release);
  json.Member("author", drill.author).EndObject();
  ASSIGN_OR_RETURN(const Json answer, client.Send("POST", "/api/v1/drills", body));
  ASSIGN_OR_RETURN(drill.kept, answer.GetString("kept"));
  return Ok();
}

}  // namespace

std::string_view KillDrill::result() const {
  if (leaked_after != 0 || ms > kGoalMs) return "failed";
  if (answered_before == 0) return "not_proven";
  return harmless && answered_after == 0 ? "failed" : "passed";
}

bool HasModelValue(int status, std::string_view body) {
  if (status != 200) return false;
  const auto json = Json::Parse(body);
  if (!json.ok()) return false;
  const auto decisions = json->GetArray("decisions");
  if (!decisions.ok()) return false;
  return std::ranges::any_of(**decisions, [](const Json& decision) {
    const auto verdict = decision.GetString("verdict");
    // A clamped answer is a bound, and still of the model.
    return verdict.ok() && (*verdict == "admit" || *verdict == "clamp");
  });
}

Status RunKillDrill(const ApiClient& client, const Clock& clock, KillDrill& drill) {
  const Time began = clock.Now();
  RETURN_IF_ERROR(CheckMayPredict(client, drill));
  drill.answered_before = Decide(client, drill, KillDrill::kCallsBefore - 1) + 1;
  const Nanos from = clock.Monotonic();
  ASSIGN_OR_RETURN(const Json answer, client.Send("POST", "/api/v1/kills", KillBody(drill)));
  drill.ms = static_cast<double>((clock.Monotonic() - from).count()) / 1e6;
  ASSIGN_OR_RETURN(const Json* const kill, answer.Get("kill"));
  ASSIGN_OR_RETURN(drill.kill, kill->GetUint("id"));
  ASSIGN_OR_RETURN(drill.scope, kill->GetString("scope"));
  // Of who is known by a token the server says the name; what is given counts only where none is.
  if (const auto by = kill->GetString("by"); by.ok() && !by->empty()) drill.author = *by;
  if (const auto took = answer.GetInt("took_us"); took.ok()) {
    drill.server_ms = static_cast<double>(*took) / 1e3;
  }
  drill.calls_after = KillDrill::kCallsAfter;
  drill.answered_after = Decide(client, drill, KillDrill::kCallsAfter);
  drill.leaked_after = drill.harmless ? 0 : drill.answered_after;
  // The drill happened, whatever becomes of these two: the result says what is missing.
  static_cast<void>(AskToGoOn(client, drill).ok());
  static_cast<void>(Keep(client, drill, began).ok());
  return Ok();
}

}  // namespace mooring::app::cli
